// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that user space injects while a vCPU is in a transaction: the
 * handler runs suspended, and the transaction is what it was before.
 */
#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

/* In the guest, at the same address. */
static struct tm_guest guest __attribute__((aligned(16)));
static volatile struct {
	u64 count;
	u64 msr;
	u64 srr1;
} seen;

static void external(struct ex_regs *regs)
{
	seen.msr = mfmsr();
	seen.srr1 = regs->msr;
	seen.count++;
}

FIXTURE(tm_injection) {
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct tm_guest *shared;
	typeof(seen) *seen;
};

FIXTURE_SETUP(tm_injection)
{
	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");

	self->vm = vm_create_with_one_vcpu(&self->vcpu, tm_guest_stop);
	vm_install_exception_handler(self->vm, VEC_EXTERNAL, external);
	self->shared = addr_gva2hva(self->vm, (gva_t)&guest);
	self->seen = addr_gva2hva(self->vm, (gva_t)&seen);
	tm_guest_init(self->shared, (gva_t)&guest, 1);
}

FIXTURE_TEARDOWN(tm_injection)
{
	if (self->vm)
		kvm_vm_free(self->vm);
}

#define TM_TEST(name)	TEST_F_TIMEOUT(tm_injection, name, 300)

static void enter(struct kvm_vcpu *vcpu, void *code)
{
	vcpu_enter_problem_state(vcpu, code, (gva_t)&guest);
	vcpu_set_msr(vcpu, vcpu_msr(vcpu) | MSR_EE);
}

static void run_until(struct kvm_vcpu *vcpu, u64 ts)
{
	do
		vcpu_run_for(vcpu, 10000);
	while ((vcpu_msr(vcpu) & (MSR_TS_MASK | MSR_PR)) != (ts | MSR_PR));
}

static void inject(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu)
{
	struct kvm_interrupt interrupt = { .irq = KVM_INTERRUPT_SET };

	ASSERT_EQ(0, __vcpu_ioctl(vcpu, KVM_INTERRUPT, &interrupt));
}

static void check_seen(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu,
		       const typeof(seen) *seen, u64 ts)
{
	EXPECT_EQ(1, seen->count);
	EXPECT_EQ(MSR_TS_S, seen->msr & (MSR_TS_MASK | MSR_TM));
	EXPECT_EQ(ts | MSR_TM, seen->srr1 & (MSR_TS_MASK | MSR_TM));
}

static void finish(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu,
		   struct tm_guest *shared)
{
	const char *difference;

	WRITE_ONCE(shared->go, 1);
	vcpu_run(vcpu);
	ASSERT_TRUE(vcpu_in_hcall(vcpu, H_TM_DONE));
	difference = tm_regset_difference(&shared->before, &shared->after);
	EXPECT_EQ(NULL, difference) TH_LOG("%s", difference);
}

TM_TEST(stopped_transactional)
{
	enter(self->vcpu, tm_guest_spin_transactional);
	run_until(self->vcpu, MSR_TS_T);
	inject(_metadata, self->vcpu);
	finish(_metadata, self->vcpu, self->shared);
	check_seen(_metadata, self->vcpu, self->seen, MSR_TS_T);
}

TM_TEST(stopped_suspended)
{
	enter(self->vcpu, tm_guest_spin_suspended);
	run_until(self->vcpu, MSR_TS_S);
	inject(_metadata, self->vcpu);
	finish(_metadata, self->vcpu, self->shared);
	check_seen(_metadata, self->vcpu, self->seen, MSR_TS_S);
}

struct injector {
	struct kvm_vcpu *vcpu;
	volatile u64 *flag;
};

static void *inject_soon(void *data)
{
	struct injector *injector = data;
	struct kvm_interrupt interrupt = { .irq = KVM_INTERRUPT_SET };

	while (!*injector->flag)
		usleep(1000);
	usleep(20000);
	__vcpu_ioctl(injector->vcpu, KVM_INTERRUPT, &interrupt);
	return NULL;
}

TM_TEST(running_suspended)
{
	struct injector injector = { self->vcpu, &self->shared->suspended };
	pthread_t thread;

	enter(self->vcpu, tm_guest_spin_suspended);
	ASSERT_EQ(0, pthread_create(&thread, NULL, inject_soon, &injector));
	while (!self->seen->count)
		vcpu_run_for(self->vcpu, 100000);
	pthread_join(thread, NULL);
	finish(_metadata, self->vcpu, self->shared);
	check_seen(_metadata, self->vcpu, self->seen, MSR_TS_S);
}

/* Held back while the guest has MSR[EE] off. */
TM_TEST(disabled_in_transaction)
{
	vcpu_enter_problem_state(self->vcpu, tm_guest_spin_suspended, (gva_t)&guest);
	run_until(self->vcpu, MSR_TS_S);
	inject(_metadata, self->vcpu);
	finish(_metadata, self->vcpu, self->shared);
	EXPECT_EQ(0, self->seen->count);
}

TEST_HARNESS_MAIN
