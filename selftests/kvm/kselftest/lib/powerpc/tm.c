// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactional memory of a vCPU, by KVM_{GET,SET}_ONE_REG.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

kvm_static_assert(sizeof(struct tm_regset) == SET_SIZE);
kvm_static_assert(offsetof(struct tm_regset, vscr) == SET_VSCR);
kvm_static_assert(offsetof(struct tm_regset, vsr) == SET_VSR(0));
kvm_static_assert(offsetof(struct tm_guest, tfhar) == GUEST_TFHAR);
kvm_static_assert(offsetof(struct tm_guest, failures) == GUEST_FAILURES);

static struct tm_reg tm_reg_table[NR_TM_REGS], live_reg_table[NR_LIVE_REGS];
const struct tm_reg *tm_regs = tm_reg_table, *live_regs = live_reg_table;

static void add(struct tm_reg **next, const char *name, int n, u64 id, unsigned int bits)
{
	snprintf((*next)->name, sizeof((*next)->name), n < 0 ? "%s" : "%s%d", name, n);
	(*next)->id = id;
	(*next)->bits = bits;
	(*next)++;
}

static void __attribute__((constructor)) fill_tables(void)
{
	struct tm_reg *next = tm_reg_table;
	int i;

	add(&next, "TFHAR", -1, KVM_REG_PPC_TFHAR, 64);
	add(&next, "TFIAR", -1, KVM_REG_PPC_TFIAR, 64);
	add(&next, "TEXASR", -1, KVM_REG_PPC_TEXASR, 64);
	for (i = 0; i < 32; i++)
		add(&next, "GPR", i, KVM_REG_PPC_TM_GPR0 + i, 64);
	for (i = 0; i < 64; i++)
		add(&next, "VSR", i, KVM_REG_PPC_TM_VSR0 + i, 128);
	add(&next, "CR", -1, KVM_REG_PPC_TM_CR, 32);
	add(&next, "LR", -1, KVM_REG_PPC_TM_LR, 64);
	add(&next, "CTR", -1, KVM_REG_PPC_TM_CTR, 64);
	add(&next, "XER", -1, KVM_REG_PPC_TM_XER, 64);
	add(&next, "FPSCR", -1, KVM_REG_PPC_TM_FPSCR, 64);
	add(&next, "AMR", -1, KVM_REG_PPC_TM_AMR, 64);
	add(&next, "PPR", -1, KVM_REG_PPC_TM_PPR, 64);
	add(&next, "VRSAVE", -1, KVM_REG_PPC_TM_VRSAVE, 32);
	add(&next, "VSCR", -1, KVM_REG_PPC_TM_VSCR, 32);
	add(&next, "DSCR", -1, KVM_REG_PPC_TM_DSCR, 64);
	add(&next, "TAR", -1, KVM_REG_PPC_TM_TAR, 64);
	TEST_ASSERT(next == tm_reg_table + NR_TM_REGS, "Table of wrong size");

	next = live_reg_table;
	for (i = 0; i < 32; i++)
		add(&next, "VSR", i, KVM_REG_PPC_VSR0 + i, 128);
	for (i = 0; i < 32; i++)
		add(&next, "VSR", 32 + i, KVM_REG_PPC_VR0 + i, 128);
	add(&next, "FPSCR", -1, KVM_REG_PPC_FPSCR, 64);
	add(&next, "VSCR", -1, KVM_REG_PPC_VSCR, 32);
	add(&next, "VRSAVE", -1, KVM_REG_PPC_VRSAVE, 32);
	add(&next, "TAR", -1, KVM_REG_PPC_TAR, 64);
	add(&next, "DSCR", -1, KVM_REG_PPC_DSCR, 64);
	add(&next, "PPR", -1, KVM_REG_PPC_PPR, 64);
	TEST_ASSERT(next == live_reg_table + NR_LIVE_REGS, "Table of wrong size");
}

static __uint128_t mask(const struct tm_reg *reg)
{
	return reg->bits == 128 ? ~(__uint128_t)0 : ((__uint128_t)1 << reg->bits) - 1;
}

__uint128_t tm_reg_get(struct kvm_vcpu *vcpu, const struct tm_reg *reg)
{
	__uint128_t value = 0;
	int r = __vcpu_get_reg(vcpu, reg->id, &value);

	TEST_ASSERT(!r, "KVM_GET_ONE_REG of %s (0x%lx): errno %d", reg->name,
		    (unsigned long)reg->id, errno);
	return value;
}

void tm_reg_set(struct kvm_vcpu *vcpu, const struct tm_reg *reg, __uint128_t value)
{
	struct kvm_one_reg one_reg = { .id = reg->id, .addr = (u64)&value };
	int r = __vcpu_ioctl(vcpu, KVM_SET_ONE_REG, &one_reg);

	TEST_ASSERT(!r, "KVM_SET_ONE_REG of %s (0x%lx): errno %d", reg->name,
		    (unsigned long)reg->id, errno);
}

/* splitmix64 */
static u64 mix(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

__uint128_t tm_reg_value(const struct tm_reg *reg, u64 seed)
{
	u64 state = seed ^ reg->id;
	__uint128_t high = mix(&state);

	return (high << 64 | mix(&state)) & mask(reg);
}

/* stxvd2x swaps the doublewords, as KVM does not. */
static __uint128_t swap(__uint128_t v)
{
	return v >> 64 | v << 64;
}

void tm_regset_fill(struct tm_regset *set, u64 seed)
{
	u64 state = seed;
	int i;

	memset(set, 0, sizeof(*set));
	for (i = 0; i < 32; i++)
		set->gpr[i] = mix(&state);
	for (i = 0; i < 64; i++)
		set->vsr[i] = (__uint128_t)mix(&state) << 64 | mix(&state);
	set->cr = mix(&state) & 0x0fffffff;
	set->lr = mix(&state);
	set->ctr = mix(&state);
	set->xer = mix(&state) & 0xe000007f;	/* SO, OV, CA, byte count */
	set->fpscr = 1 + seed % 3;		/* RN */
	set->vrsave = mix(&state) & 0xffffffff;
	set->tar = mix(&state);
	set->dscr = 1 + mix(&state) % 7;	/* DPFD */
	set->ppr = (seed % 2 ? 2UL : 3UL) << 50;	/* low, medium low */
	set->vscr[0] = seed % 2 ? 0x10000 : 1;	/* NJ, SAT */
}

#define COMPARE(field, mask)					\
	do {							\
		if ((a->field ^ b->field) & (mask))		\
			return #field;				\
	} while (0)

const char *tm_regset_difference(const struct tm_regset *a, const struct tm_regset *b)
{
	static char name[16];
	int i;

	for (i = 0; i < 32; i++) {
		snprintf(name, sizeof(name), "gpr%d", i);
		if (a->gpr[i] != b->gpr[i])
			return name;
	}
	for (i = 0; i < 64; i++) {
		snprintf(name, sizeof(name), "vsr%d", i);
		if (a->vsr[i] != b->vsr[i])
			return name;
	}
	COMPARE(cr, 0x0fffffffUL);
	COMPARE(lr, ~0UL);
	COMPARE(ctr, ~0UL);
	COMPARE(xer, ~0UL);
	COMPARE(fpscr, 3UL);
	COMPARE(vrsave, ~0UL);
	COMPARE(tar, ~0UL);
	COMPARE(dscr, ~0UL);
	COMPARE(ppr, 7UL << 50);
	return NULL;
}

void tm_guest_init(struct tm_guest *guest, gva_t gva, u64 seed)
{
	memset(guest, 0, sizeof(*guest));
	tm_regset_fill(&guest->before, seed);
	tm_regset_fill(&guest->inside, seed + 1);
	guest->before.gpr[1] = gva;
	guest->inside.gpr[31] = gva;
}

/* What @first.. are, starting with VSR0 and by the names below. */
static void regset_get(struct kvm_vcpu *vcpu, const struct tm_reg *first,
		       const struct tm_reg *end, struct tm_regset *set)
{
	const struct tm_reg *reg;

	for (reg = first; reg < end; reg++) {
		__uint128_t value = tm_reg_get(vcpu, reg);
		u64 *where;

		if (!strncmp(reg->name, "GPR", 3))
			where = &set->gpr[atoi(reg->name + 3)];
		else if (!strcmp(reg->name, "CR"))
			where = &set->cr;
		else if (!strcmp(reg->name, "LR"))
			where = &set->lr;
		else if (!strcmp(reg->name, "CTR"))
			where = &set->ctr;
		else if (!strcmp(reg->name, "XER"))
			where = &set->xer;
		else if (!strcmp(reg->name, "FPSCR"))
			where = &set->fpscr;
		else if (!strcmp(reg->name, "VRSAVE"))
			where = &set->vrsave;
		else if (!strcmp(reg->name, "TAR"))
			where = &set->tar;
		else if (!strcmp(reg->name, "DSCR"))
			where = &set->dscr;
		else if (!strcmp(reg->name, "PPR"))
			where = &set->ppr;
		else
			where = NULL;

		if (where)
			*where = value;
		else if (!strncmp(reg->name, "VSR", 3))
			set->vsr[atoi(reg->name + 3)] = swap(value);
		else if (!strcmp(reg->name, "VSCR"))
			set->vscr[0] = value;
	}
}

void tm_checkpoint_get(struct kvm_vcpu *vcpu, struct tm_regset *set)
{
	memset(set, 0, sizeof(*set));
	regset_get(vcpu, tm_regs + NR_TM_SPRS, tm_regs + NR_TM_REGS, set);
}

void tm_current_get(struct kvm_vcpu *vcpu, struct tm_regset *set)
{
	struct kvm_regs regs;

	memset(set, 0, sizeof(*set));
	vcpu_regs_get(vcpu, &regs);
	memcpy(set->gpr, regs.gpr, sizeof(set->gpr));
	set->cr = regs.cr;
	set->lr = regs.lr;
	set->ctr = regs.ctr;
	set->xer = regs.xer;
	regset_get(vcpu, live_regs, live_regs + NR_LIVE_REGS, set);
}

void vcpu_enter_problem_state(struct kvm_vcpu *vcpu, void *guest_code, gva_t arg)
{
	vcpu_set_reg(vcpu, KVM_REG_PPC_FSCR, 1UL << FSCR_TAR_LG | 1UL << FSCR_DSCR_LG);
	vcpu_arch_set_entry_point(vcpu, guest_code);
	vcpu_args_set(vcpu, 1, arg);
	vcpu_set_msr(vcpu, MSR_DEFAULT | MSR_PR | MSR_TM);
}

#define HOST_TFHAR	0x123456780UL
#define HOST_TAR	0x0fedcba987654320UL
#define HOST_VRSAVE	0x5a5a5a5aUL

/* In assembly. */
u64 call_checked(void *data, u64 unused, u64 unused2, void (*function)(void *data));

const char *tm_call_checked(void (*function)(void *data), void *data)
{
	static __thread char name[32];
	u64 vsrs;

	mtspr(SPRN_TFHAR, HOST_TFHAR);
	mtspr(SPRN_TAR, HOST_TAR);
	mtspr(SPRN_VRSAVE, HOST_VRSAVE);
	vsrs = call_checked(data, 0, 0, function);
	if (vsrs) {
		snprintf(name, sizeof(name), "VSRs 0x%lx", (unsigned long)vsrs);
		return name;
	}
	if (mfspr(SPRN_TFHAR) != HOST_TFHAR)
		return "TFHAR";
	if (mfspr(SPRN_TAR) != HOST_TAR)
		return "TAR";
	if (mfspr(SPRN_VRSAVE) != HOST_VRSAVE)
		return "VRSAVE";
	return NULL;
}

/* -1 if the transaction failed before it was suspended, so that nothing was done. */
static int try_ioctl_suspended(int fd, unsigned long request, void *argument)
{
	register u64 r0 asm("r0") = SYS_ioctl;
	register u64 r3 asm("r3") = fd;
	register u64 r4 asm("r4") = request;
	register u64 r5 asm("r5") = (u64)argument;
	int error = -1;

	/* What is stored in Suspended state stays, even if the transaction has failed. */
	asm volatile("tbegin.\n"
		     "	beq	2f\n"
		     "	tsuspend.\n"
		     "	sc\n"
		     "	bso	1f\n"
		     "	li	%%r3, 0\n"
		     "1:	stw	%%r3, %[error]\n"
		     "	tresume.\n"
		     "	tend.\n"
		     "2:\n"
		     : [error] "+m"(error), "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5)
		     : : "r6", "r7", "r8", "r9", "r10", "r11", "r12", "ctr", "cr0", "memory");
	return error;
}

int tm_ioctl_suspended(int fd, unsigned long request, void *argument)
{
	int error = -1;

	while (error == -1)
		error = try_ioctl_suspended(fd, request, argument);
	return error;
}

static void nothing(int signal)
{
}

int vcpu_run_for(struct kvm_vcpu *vcpu, unsigned int us)
{
	/* Again and again, if the first comes before KVM_RUN does. */
	struct itimerval timer = { .it_interval.tv_usec = us, .it_value.tv_usec = us };
	struct sigaction action = { .sa_handler = nothing };
	int r, error;

	TEST_ASSERT_EQ(sigaction(SIGALRM, &action, NULL), 0);
	TEST_ASSERT_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	r = __vcpu_run(vcpu);
	error = errno;
	timer.it_interval.tv_usec = timer.it_value.tv_usec = 0;
	TEST_ASSERT_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	errno = error;
	TEST_ASSERT(!r || errno == EINTR, "KVM_RUN: %d, errno %d", r, errno);
	return r;
}
