// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instructions of transactional memory, executed by a guest kernel.
 */
#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"
#include "ucall_common.h"

#define SRR1_PROGTM		0x200000UL	/* TM Bad Thing */
#define TEXASR_PERSISTENT	(1UL << 56)
#define FSCR_IC_TM		5

/* CR0 */
#define CR0_N			0x0
#define CR0_S			0x2
#define CR0_FAILED		0xa

/* The last interrupt; its instruction is skipped. */
static volatile struct {
	u64 vector;
	u64 srr1;
	u64 count;
} interrupt;

static void skip(struct ex_regs *regs)
{
	interrupt.vector = regs->vector;
	interrupt.srr1 = regs->msr;
	interrupt.count++;
	regs->nip += 4;
	/* TS stays: an interrupt that is taken changes nothing. */
}

/* Executes an instruction with all CR bits set before; returns CR0. */
#define CR0_OF(instruction)						\
({									\
	u64 __cr;							\
									\
	interrupt.vector = 0;						\
	asm volatile("mtcr %1; " instruction "; mfcr %0"		\
		     : "=r"(__cr) : "r"(0xffffffffUL) : "cr0", "memory"); \
	(__cr >> 28) & 0xf;						\
})

#define GUEST_ASSERT_BAD_THING(instruction)				\
do {									\
	CR0_OF(instruction);						\
	GUEST_ASSERT_EQ(interrupt.vector, VEC_PROGRAM);			\
	GUEST_ASSERT_EQ(interrupt.srr1 & 0x3f0000UL, SRR1_PROGTM);	\
} while (0)

static u64 guest_ts(void)
{
	return mfmsr() & MSR_TS_MASK;
}

/* There is no other way into a transaction in supervisor state. */
static void suspend(void)
{
	mtspr(SPRN_TEXASR, TEXASR_FS);
	CR0_OF("trechkpt.");
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_ASSERT_EQ(guest_ts(), MSR_TS_S);
}

static void reclaim(void)
{
	u64 zero = 0;

	asm volatile("treclaim. %0" : : "r"(zero) : "cr0", "memory");
}

static void tbegin_fails(void)
{
	mtspr(SPRN_TEXASR, 0);
	GUEST_ASSERT_EQ(CR0_OF("tbegin."), CR0_FAILED);
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_ASSERT_EQ(guest_ts(), 0);
	GUEST_ASSERT(mfspr(SPRN_TEXASR) & TEXASR_FS);
	GUEST_ASSERT(mfspr(SPRN_TEXASR) & TEXASR_PERSISTENT);
	GUEST_DONE();
}

static void tend_nontransactional(void)
{
	GUEST_ASSERT_EQ(CR0_OF("tend."), CR0_N);
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_DONE();
}

static void tsr_nontransactional(void)
{
	GUEST_ASSERT_EQ(CR0_OF("tsuspend."), CR0_N);
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_ASSERT_EQ(CR0_OF("tresume."), CR0_N);
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_DONE();
}

static void conditional_tabort(void)
{
	/* CR0 is MSR[TS] between two zeros, also if the condition is not met. */
	GUEST_ASSERT_EQ(CR0_OF("li 9,0; tabortwci. 0,9,1"), CR0_N);
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_ASSERT_EQ(CR0_OF("li 9,0; tabortdc. 0,9,9"), CR0_N);
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_DONE();
}

static void trechkpt_sets_cr0(void)
{
	mtspr(SPRN_TEXASR, TEXASR_FS);
	GUEST_ASSERT_EQ(CR0_OF("trechkpt."), CR0_N);
	GUEST_ASSERT_EQ(guest_ts(), MSR_TS_S);
	reclaim();
	GUEST_ASSERT_EQ(guest_ts(), 0);
	GUEST_DONE();
}

static void trechkpt_without_failure(void)
{
	mtspr(SPRN_TEXASR, 0);
	GUEST_ASSERT_BAD_THING("trechkpt.");
	GUEST_ASSERT_EQ(guest_ts(), 0);
	GUEST_DONE();
}

static void treclaim_nontransactional(void)
{
	GUEST_ASSERT_BAD_THING("treclaim. 0");
	GUEST_DONE();
}

static void suspended_bad_things(void)
{
	suspend();
	GUEST_ASSERT_BAD_THING("tend.");
	GUEST_ASSERT_BAD_THING("trechkpt.");
	GUEST_ASSERT_BAD_THING("li 9,0; mtspr 130,9");	/* TEXASR */
	GUEST_ASSERT_BAD_THING("li 9,0; mtspr 129,9");	/* TFIAR */
	GUEST_ASSERT_EQ(guest_ts(), MSR_TS_S);
	reclaim();
	GUEST_DONE();
}

static void suspended_tbegin(void)
{
	suspend();
	GUEST_ASSERT_EQ(CR0_OF("tbegin."), CR0_S);
	GUEST_ASSERT_EQ(guest_ts(), MSR_TS_S);
	reclaim();
	GUEST_DONE();
}

static void suspended_tfhar(void)
{
	suspend();
	interrupt.vector = 0;
	mtspr(SPRN_TFHAR, 0x1000);
	GUEST_ASSERT_EQ(interrupt.vector, 0);
	GUEST_ASSERT_EQ(mfspr(SPRN_TFHAR), 0x1000);
	reclaim();
	GUEST_DONE();
}

static void texasru(void)
{
	mtspr(SPRN_TEXASR, 0x1234567800000000 | TEXASR_FS);
	GUEST_ASSERT_EQ(mfspr(SPRN_TEXASRU), 0x12345678);
	GUEST_DONE();
}

/* MSR[TS] from N, by mtmsrd. */
static void mtmsrd_into_transaction(void)
{
	u64 msr = mfmsr();

	interrupt.count = 0;
	mtmsrd(msr | MSR_TS_S);
	mtmsrd(msr | MSR_TS_T);
	mtmsrd(msr | MSR_TS_MASK);
	GUEST_ASSERT_EQ(interrupt.count, 3);
	GUEST_ASSERT_EQ(interrupt.srr1 & 0x3f0000UL, SRR1_PROGTM);
	GUEST_ASSERT_EQ(guest_ts(), 0);
	GUEST_DONE();
}

static void mtmsrd_out_of_transaction(void)
{
	suspend();
	interrupt.count = 0;
	mtmsrd(mfmsr() & ~MSR_TS_MASK);
	GUEST_ASSERT_EQ(interrupt.count, 1);
	GUEST_ASSERT_EQ(guest_ts(), MSR_TS_S);
	reclaim();
	GUEST_DONE();
}

/* With TM off before and after: S stays. Linux enters system calls that way. */
static void mtmsrd_keeps_suspended(void)
{
	suspend();
	mtmsrd(mfmsr() & ~MSR_TM);
	interrupt.count = 0;
	mtmsrd(mfmsr() & ~(MSR_TM | MSR_TS_MASK));
	GUEST_ASSERT_EQ(interrupt.count, 0);
	GUEST_ASSERT_EQ(guest_ts(), MSR_TS_S);
	mtmsrd(mfmsr() | MSR_TM);
	reclaim();
	GUEST_DONE();
}

/* 32 bits of it: TS and TM are not among them. */
static void mtmsr_keeps_tm(void)
{
	u64 msr = mfmsr() & 0xffffffff;

	suspend();
	asm volatile("mtmsr %0; isync" : : "r"(msr) : "memory");
	GUEST_ASSERT_EQ(mfmsr() & (MSR_TS_MASK | MSR_TM), MSR_TS_S | MSR_TM);
	reclaim();
	GUEST_DONE();
}

static void unavailable(void)
{
	mtmsrd(mfmsr() & ~MSR_TM);
	CR0_OF("tbegin.");
	GUEST_ASSERT_EQ(interrupt.vector, VEC_FAC_UNAVAIL);
	GUEST_ASSERT_EQ(mfspr(SPRN_FSCR) >> 56, FSCR_IC_TM);
	CR0_OF("tsuspend.");
	GUEST_ASSERT_EQ(interrupt.vector, VEC_FAC_UNAVAIL);
	CR0_OF("mfspr 9,128");
	GUEST_ASSERT_EQ(interrupt.vector, VEC_FAC_UNAVAIL);
	GUEST_DONE();
}

FIXTURE(tm_privileged) {
};

FIXTURE_SETUP(tm_privileged)
{
	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");
}

FIXTURE_TEARDOWN(tm_privileged)
{
}

static void run_guest(void *code)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, code);
	struct ucall uc;

	vm_install_exception_handler(vm, VEC_PROGRAM, skip);
	vm_install_exception_handler(vm, VEC_FAC_UNAVAIL, skip);
	vcpu_set_msr(vcpu, MSR_DEFAULT | MSR_TM);
	vcpu_run(vcpu);
	switch (get_ucall(vcpu, &uc)) {
	case UCALL_DONE:
		break;
	case UCALL_ABORT:
		REPORT_GUEST_ASSERT(uc);
		break;
	default:
		TEST_FAIL("Exit reason %u", vcpu->run->exit_reason);
	}
	kvm_vm_free(vm);
}

#define TM_TEST(name)						\
	TEST_F_TIMEOUT(tm_privileged, name, 300)		\
	{							\
		run_guest(name);				\
	}

TM_TEST(tbegin_fails)
TM_TEST(tend_nontransactional)
TM_TEST(tsr_nontransactional)
TM_TEST(conditional_tabort)
TM_TEST(trechkpt_sets_cr0)
TM_TEST(trechkpt_without_failure)
TM_TEST(treclaim_nontransactional)
TM_TEST(suspended_bad_things)
TM_TEST(suspended_tbegin)
TM_TEST(suspended_tfhar)
TM_TEST(texasru)
TM_TEST(mtmsrd_into_transaction)
TM_TEST(mtmsrd_out_of_transaction)
TM_TEST(mtmsrd_keeps_suspended)
TM_TEST(mtmsr_keeps_tm)
TM_TEST(unavailable)

TEST_HARNESS_MAIN
