// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a vCPU's transactions must not do to the host: the registers of the
 * thread that runs the vCPU survive, whatever MSR user space gives the vCPU.
 */
#include <signal.h>

#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

FIXTURE(tm_host) {
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
};

FIXTURE_SETUP(tm_host)
{
	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");
	self->vm = vm_create_with_one_vcpu(&self->vcpu, tm_guest_stop);
}

FIXTURE_TEARDOWN(tm_host)
{
	if (self->vm)
		kvm_vm_free(self->vm);
}

/* Has the vCPU's thread preempted all the time. */
static pid_t disturb(void)
{
	pid_t pid = fork();

	TEST_ASSERT(pid >= 0, "fork: errno %d", errno);
	if (pid)
		return pid;
	for (;;)
		usleep(500);
}

static void run_once(void *data)
{
	vcpu_run(data);
}

static void run_interrupted(void *data)
{
	vcpu_run_for(data, 1000);
}

/* All MSR that a vCPU may be given: TS, TM, PR, facilities, translation. */
#define NR_MSRS		(4 * 2 * 2 * 8 * 2)

static u64 msr_by_number(int n)
{
	u64 msr = MSR_SF | MSR_ME | MSR_RI | MSR_LE;

	msr |= (u64)(n % 4) << MSR_TS_LG;
	n /= 4;
	msr |= n % 2 ? MSR_TM : 0;
	n /= 2;
	msr |= n % 2 ? MSR_PR : 0;
	n /= 2;
	msr |= n & 1 ? MSR_FP : 0;
	msr |= n & 2 ? MSR_VEC : 0;
	msr |= n & 4 ? MSR_VSX : 0;
	n /= 8;
	return msr | (n ? 0 : MSR_IR | MSR_DR);
}

static void registers_survive(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu,
			      void *code, void (*run)(void *vcpu), int first, int step)
{
	const char *changed;
	int i;

	for (i = first; i < NR_MSRS / 2; i += step) {
		struct kvm_regs regs;
		u64 msr = msr_by_number(i);

		vcpu_regs_get(vcpu, &regs);
		regs.pc = (u64)code;
		regs.msr = msr;
		vcpu_regs_set(vcpu, &regs);
		changed = tm_call_checked(run, vcpu);
		EXPECT_EQ(NULL, changed) TH_LOG("%s, MSR 0x%lx", changed, (unsigned long)msr);
	}
}

#define TM_TEST(name)	TEST_F_TIMEOUT(tm_host, name, 300)

TM_TEST(registers_survive_exit_nontransactional)
{
	registers_survive(_metadata, self->vcpu, tm_guest_stop, run_once, 0, 4);
}

TM_TEST(registers_survive_exit_suspended)
{
	registers_survive(_metadata, self->vcpu, tm_guest_stop, run_once, 1, 4);
}

TM_TEST(registers_survive_signal_nontransactional)
{
	registers_survive(_metadata, self->vcpu, tm_guest_spin, run_interrupted, 0, 4);
}

TM_TEST(registers_survive_signal_suspended)
{
	registers_survive(_metadata, self->vcpu, tm_guest_spin, run_interrupted, 1, 4);
}

TM_TEST(registers_survive_signal_transactional)
{
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_TFHAR, (u64)tm_guest_spin);
	registers_survive(_metadata, self->vcpu, tm_guest_spin, run_interrupted, 2, 4);
}

TM_TEST(registers_survive_signal_reserved_ts)
{
	registers_survive(_metadata, self->vcpu, tm_guest_spin, run_interrupted, 3, 4);
}

TM_TEST(registers_survive_preemption_suspended)
{
	pid_t pid = disturb();

	registers_survive(_metadata, self->vcpu, tm_guest_linger, run_once, 1, 4);
	kill(pid, SIGKILL);
}

/* KVM_SET_REGS with any MSR: what is read back is a state that there is. */
TM_TEST(msr_of_user_space_is_legal)
{
	int i;

	for (i = 0; i < NR_MSRS; i++) {
		u64 msr = msr_by_number(i), now;

		vcpu_set_msr(self->vcpu, msr);
		now = vcpu_msr(self->vcpu);
		EXPECT_NE(MSR_TS_MASK, now & MSR_TS_MASK)
			TH_LOG("MSR 0x%lx", (unsigned long)msr);
		EXPECT_NE(MSR_TS_T, now & (MSR_TS_MASK | MSR_TM))
			TH_LOG("MSR 0x%lx", (unsigned long)msr);
		EXPECT_EQ(msr & ~MSR_TS_MASK, now & ~MSR_TS_MASK);
	}
}

TEST_HARNESS_MAIN
