/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transactional memory of a vCPU: its registers as user space sees them, and
 * guest code that is in a transaction.
 */
#ifndef SELFTEST_KVM_TM_H
#define SELFTEST_KVM_TM_H

/* struct tm_regset, in tm_guest.S */
#define SET_GPR(n)	((n) * 8)
#define SET_CR		256
#define SET_LR		264
#define SET_CTR		272
#define SET_XER		280
#define SET_FPSCR	288
#define SET_VRSAVE	296
#define SET_TAR		304
#define SET_DSCR	312
#define SET_PPR		320
#define SET_VSCR	336
#define SET_VSR(n)	(352 + (n) * 16)
#define SET_SIZE	SET_VSR(64)

/* struct tm_guest, in tm_guest.S */
#define GUEST_BEFORE	0
#define GUEST_INSIDE	SET_SIZE
#define GUEST_AFTER	(2 * SET_SIZE)
#define GUEST_TFHAR	(3 * SET_SIZE)
#define GUEST_TFIAR	(GUEST_TFHAR + 8)
#define GUEST_TEXASR	(GUEST_TFHAR + 16)
#define GUEST_SUSPENDED	(GUEST_TFHAR + 24)
#define GUEST_GO	(GUEST_TFHAR + 32)
#define GUEST_FAILURES	(GUEST_TFHAR + 40)

/* Hypercalls of tm_guest.S, for user space. */
#define H_TM_STOP	0xfff1
#define H_TM_DONE	0xfff2

#define TEXASR_FS_LG	27

/* asm/tm.h */
#define TM_CAUSE_KVM_RESCHED	0xe0

#ifndef __ASSEMBLER__

#include "kvm_util.h"
#include "processor.h"

#define TEXASR_FS	(1UL << TEXASR_FS_LG)
#define TEXASR_CAUSE(t)	((t) >> 56)

/* What transactions checkpoint, but for AMR */
struct tm_regset {
	u64 gpr[32];
	u64 cr;
	u64 lr;
	u64 ctr;
	u64 xer;
	u64 fpscr;
	u64 vrsave;
	u64 tar;
	u64 dscr;
	u64 ppr;
	u64 reserved;
	u32 vscr[4];
	__uint128_t vsr[64];
};

/* Shared between a guest function and the test */
struct tm_guest {
	struct tm_regset before;	/* loaded before tbegin. */
	struct tm_regset inside;	/* loaded after it */
	struct tm_regset after;		/* what the failure handler found */
	u64 tfhar;
	u64 tfiar;
	u64 texasr;
	u64 suspended;		/* set by the guest once it is suspended */
	u64 go;			/* set by the test: resume, and be done with it */
	u64 failures;		/* that came before go was set */
	u64 reserved[2];
};

/*
 * Guest functions, to be entered in problem state with MSR[TM] on, and with a
 * struct tm_guest as the argument. All go on at the failure handler with
 * H_TM_DONE once ->go is set.
 */
void tm_guest_spin_suspended(struct tm_guest *guest);	/* until ->go */
void tm_guest_stop_suspended(struct tm_guest *guest);	/* by H_TM_STOP */
void tm_guest_spin_transactional(struct tm_guest *guest); /* until it fails */
void tm_guest_stop(void);		/* at once, by H_TM_STOP */
void tm_guest_spin(void);		/* in any state */
void tm_guest_linger(void);		/* a while, then as tm_guest_stop */

/* A pattern of its own for each register, that it can hold. */
void tm_regset_fill(struct tm_regset *set, u64 seed);

/* The first register in which two sets differ, or NULL. CR0 and VSCR are ignored. */
const char *tm_regset_difference(const struct tm_regset *a, const struct tm_regset *b);

/* Fills in what @guest loads; @gva is its address in the guest. */
void tm_guest_init(struct tm_guest *guest, gva_t gva, u64 seed);

/* A register that KVM_{GET,SET}_ONE_REG knows */
struct tm_reg {
	char name[16];
	u64 id;
	unsigned int bits;	/* that it has; the rest reads 0 */
};

/* TFHAR, TFIAR, TEXASR; then the checkpointed ones */
#define NR_TM_SPRS	3
#define NR_TM_REGS	(NR_TM_SPRS + 32 + 64 + 11)
extern const struct tm_reg *tm_regs;

/* The current counterparts of the checkpointed registers, FP and up */
#define NR_LIVE_REGS	(64 + 6)
extern const struct tm_reg *live_regs;

__uint128_t tm_reg_get(struct kvm_vcpu *vcpu, const struct tm_reg *reg);
void tm_reg_set(struct kvm_vcpu *vcpu, const struct tm_reg *reg, __uint128_t value);
/* A random value of the register's width. */
__uint128_t tm_reg_value(const struct tm_reg *reg, u64 seed);

/* The checkpoint of a stopped vCPU, by KVM_GET_ONE_REG. */
void tm_checkpoint_get(struct kvm_vcpu *vcpu, struct tm_regset *set);
/* The same for its current registers. */
void tm_current_get(struct kvm_vcpu *vcpu, struct tm_regset *set);

/* A vCPU about to run @guest_code in problem state, with MSR[TM], TAR and DSCR available. */
void vcpu_enter_problem_state(struct kvm_vcpu *vcpu, void *guest_code, gva_t arg);

/* KVM_RUN that ends after so many microseconds: 0 or -1, with EINTR. */
int vcpu_run_for(struct kvm_vcpu *vcpu, unsigned int us);

/*
 * Calls function(data) with known values in registers that a vCPU borrows of
 * the thread that runs it. Returns the name of one that changed, or NULL.
 */
const char *tm_call_checked(void (*function)(void *data), void *data);

/* An ioctl that is made in Suspended state: 0 or an errno. TFHAR of the thread changes. */
int tm_ioctl_suspended(int fd, unsigned long request, void *argument);

static inline u64 vcpu_msr(struct kvm_vcpu *vcpu)
{
	struct kvm_regs regs;

	vcpu_regs_get(vcpu, &regs);
	return regs.msr;
}

static inline bool vcpu_in_hcall(struct kvm_vcpu *vcpu, u64 nr)
{
	return vcpu->run->exit_reason == KVM_EXIT_PAPR_HCALL &&
	       vcpu->run->papr_hcall.nr == nr;
}

#endif /* !__ASSEMBLER__ */

#endif /* SELFTEST_KVM_TM_H */
