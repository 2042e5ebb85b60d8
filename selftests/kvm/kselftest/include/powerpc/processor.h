/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 64-bit Book3S guests, little-endian, under PR KVM.
 */
#ifndef SELFTEST_KVM_PROCESSOR_H
#define SELFTEST_KVM_PROCESSOR_H

/* MSR */
#define MSR_SF_LG	63
#define MSR_TS_LG	33
#define MSR_TM_LG	32

#define MSR_LE		0x1
#define MSR_RI		0x2
#define MSR_DR		0x10
#define MSR_IR		0x20
#define MSR_SE		0x400
#define MSR_ME		0x1000
#define MSR_FP		0x2000
#define MSR_PR		0x4000
#define MSR_EE		0x8000
#define MSR_POW		0x40000
#define MSR_VSX		0x800000
#define MSR_VEC		0x2000000

/* SPRs, by number */
#define SPRN_XER	1
#define SPRN_DSCR	3
#define SPRN_LR		8
#define SPRN_CTR	9
#define SPRN_AMR	13
#define SPRN_DSISR	18
#define SPRN_DAR	19
#define SPRN_SRR0	26
#define SPRN_SRR1	27
#define SPRN_TFHAR	128
#define SPRN_TFIAR	129
#define SPRN_TEXASR	130
#define SPRN_TEXASRU	131
#define SPRN_FSCR	153
#define SPRN_UAMOR	157
#define SPRN_VRSAVE	256
#define SPRN_TB		268
#define SPRN_SPRG0	272
#define SPRN_SPRG1	273
#define SPRN_SPRG2	274
#define SPRN_SPRG3	275
#define SPRN_EBBHR	804
#define SPRN_TAR	815
#define SPRN_PPR	896

#define FSCR_DSCR_LG	2
#define FSCR_EBB_LG	7
#define FSCR_TAR_LG	8
#define FSCR_IC_LG	56

/* Interrupts, by vector */
#define VEC_MACHINE_CHECK	0x200
#define VEC_DATA_STORAGE	0x300
#define VEC_DATA_SEGMENT	0x380
#define VEC_INST_STORAGE	0x400
#define VEC_INST_SEGMENT	0x480
#define VEC_EXTERNAL		0x500
#define VEC_ALIGNMENT		0x600
#define VEC_PROGRAM		0x700
#define VEC_FP_UNAVAIL		0x800
#define VEC_DECREMENTER		0x900
#define VEC_SYSCALL		0xc00
#define VEC_TRACE		0xd00
#define VEC_EMUL_ASSIST		0xe40
#define VEC_VEC_UNAVAIL		0xf20
#define VEC_VSX_UNAVAIL		0xf40
#define VEC_FAC_UNAVAIL		0xf60

/*
 * Where SPRs are used by the library: SPRG0 and SPRG1 are its scratch, SPRG2
 * is the exception stack and SPRG3 the number of the vCPU.
 */

/* struct ex_regs, in handlers.S */
#define EX_GPR(n)	((n) * 8)
#define EX_NIP		256
#define EX_MSR		264
#define EX_CTR		272
#define EX_LR		280
#define EX_XER		288
#define EX_CR		296
#define EX_DAR		304
#define EX_DSISR	312
#define EX_VECTOR	320
#define EX_FPSCR	328
#define EX_VSCR		336
#define EX_VSR(n)	(352 + (n) * 16)
#define EX_SIZE		EX_VSR(64)

#ifndef __ASSEMBLER__

#include "kvm_util.h"

#define MSR_SF		(1UL << MSR_SF_LG)
#define MSR_TM		(1UL << MSR_TM_LG)
#define MSR_TS_S	(1UL << MSR_TS_LG)
#define MSR_TS_T	(2UL << MSR_TS_LG)
#define MSR_TS_MASK	(3UL << MSR_TS_LG)

/* What a vCPU starts with: translation on, all facilities but TM available */
#define MSR_DEFAULT	(MSR_SF | MSR_VEC | MSR_VSX | MSR_FP | MSR_ME | \
			 MSR_IR | MSR_DR | MSR_RI | MSR_LE)

#define mfspr(rn)						\
({								\
	unsigned long __v;					\
								\
	asm volatile("mfspr %0," __stringify(rn) : "=r"(__v));	\
	__v;							\
})

#define mtspr(rn, v)						\
	asm volatile("mtspr " __stringify(rn) ",%0" : : "r"((unsigned long)(v)) : "memory")

static inline unsigned long mfmsr(void)
{
	unsigned long msr;

	asm volatile("mfmsr %0" : "=r"(msr));
	return msr;
}

static inline void mtmsrd(unsigned long msr)
{
	asm volatile("mtmsrd %0; isync" : : "r"(msr) : "memory");
}

/* The registers of what was interrupted; a handler may change them. */
struct ex_regs {
	u64 gpr[32];
	u64 nip;
	u64 msr;
	u64 ctr;
	u64 lr;
	u64 xer;
	u64 cr;
	u64 dar;
	u64 dsisr;
	u64 vector;
	u64 fpscr;
	u64 vscr[2];
	u64 reserved;
	__uint128_t vsr[64];
};

typedef void (*handler_fn)(struct ex_regs *regs);

/*
 * Interrupts without a handler end the test. Handlers run with translation on
 * and external interrupts disabled, on a stack of the vCPU's own; they may not
 * be interrupted in turn.
 */
void vm_install_exception_handler(struct kvm_vm *vm, int vector, handler_fn handler);

/* For KVM_SET_REGS, before the vCPU runs or while it is stopped. */
static inline void vcpu_set_msr(struct kvm_vcpu *vcpu, u64 msr)
{
	struct kvm_regs regs;

	vcpu_regs_get(vcpu, &regs);
	regs.msr = msr;
	vcpu_regs_set(vcpu, &regs);
}

static inline void cpu_relax(void)
{
	asm volatile("" : : : "memory");
}

static inline void local_irq_enable(void)
{
	mtmsrd(mfmsr() | MSR_EE);
}

static inline void local_irq_disable(void)
{
	mtmsrd(mfmsr() & ~MSR_EE);
}

#endif /* !__ASSEMBLER__ */

#endif /* SELFTEST_KVM_PROCESSOR_H */
