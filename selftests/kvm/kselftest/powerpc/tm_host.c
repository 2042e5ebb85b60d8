// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a vCPU must not do to the host: the registers of the thread that runs
 * the vCPU survive, whatever MSR user space gives the vCPU; and a thread that is
 * in a transaction itself does not get to run it.
 */
#include <sched.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

/* In the guest, at the same address. */
static struct tm_guest guest __attribute__((aligned(16)));

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

/* Has the vCPU's thread preempted all the time, by the interrupt that ends a guest's run. */
static pid_t disturb(void)
{
	const struct sched_param param = { .sched_priority = 1 };
	pid_t pid = fork();

	TEST_ASSERT(pid >= 0, "fork: errno %d", errno);
	if (pid)
		return pid;
	sched_setscheduler(0, SCHED_FIFO, &param);
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

/* All MSR that a vCPU may be given: TS, TM, PR, facilities; then the same in real mode. */
#define NR_TRANSLATED	(4 * 2 * 2 * 8)
#define NR_MSRS		(2 * NR_TRANSLATED)

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

	/* In real mode there is no code at this address. */
	for (i = first; i < NR_TRANSLATED; i += step) {
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

static void enable_facilities(void *data)
{
	vcpu_set_msr(data, MSR_DEFAULT | MSR_PR | MSR_TM);
}

/* Of Linux 7.3: the vCPU's registers went into the CPU, though it is not loaded. */
TM_TEST(registers_survive_set_regs)
{
	const char *changed;

	/* What the vCPU had of the CPU it has given up. */
	vcpu_run(self->vcpu);
	changed = tm_call_checked(enable_facilities, self->vcpu);
	EXPECT_EQ(NULL, changed) TH_LOG("%s", changed);
}

/* Of Linux 7.3: to fail the vCPU's transaction the caller's TEXASR was read. */
TM_TEST(texasr_survives_set_regs)
{
	const u64 texasr = 0x123UL << TEXASR_FS_LG | 1;

	vcpu_set_reg(self->vcpu, KVM_REG_PPC_TEXASR, texasr);
	vcpu_set_msr(self->vcpu, MSR_DEFAULT | MSR_TM | MSR_TS_T);
	EXPECT_EQ(texasr, vcpu_get_reg(self->vcpu, KVM_REG_PPC_TEXASR));
}

/* A second, in ticks of the time base */
#define SECOND		512000000

static u64 amr_found;

static void guest_amr(u64 value)
{
	u64 start = mfspr(SPRN_TB);

	mtspr(SPRN_UAMOR, value);
	mtspr(SPRN_AMR, value);
	do
		amr_found = mfspr(SPRN_AMR);
	while (amr_found == value && mfspr(SPRN_TB) - start < SECOND);
	tm_guest_stop();
}

/* Interrupt handlers of a kernel with storage keys (powernv8) change AMR. */
TM_TEST(amr_survives_preemption)
{
	const u64 value = 0x0030000000000000;
	pid_t pid = disturb();

	vcpu_arch_set_entry_point(self->vcpu, guest_amr);
	vcpu_args_set(self->vcpu, 1, value);
	vcpu_run(self->vcpu);
	kill(pid, SIGKILL);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	sync_global_from_guest(self->vm, amr_found);
	EXPECT_EQ(value, amr_found);
}

/* To make a checkpoint of AMR is to have it in the CPU: no key of the kernel may be denied. */
TM_TEST(checkpointed_amr_denies_host_nothing)
{
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_TM_AMR, ~0UL);
	vcpu_set_msr(self->vcpu, MSR_DEFAULT | MSR_PR | MSR_TM | MSR_TS_S);
	vcpu_run(self->vcpu);
	EXPECT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
}

/* FSCR[EBB] is the guest's, but not the facility: nothing switches its registers. */
static u64 ebb_unavailable;

static void skip_instruction(struct ex_regs *regs)
{
	if (mfspr(SPRN_FSCR) >> FSCR_IC_LG == FSCR_EBB_LG)
		ebb_unavailable++;
	regs->nip += 4;
}

static void guest_ebb(u64 value)
{
	mtspr(SPRN_EBBHR, value);
	tm_guest_stop();
}

TM_TEST(ebb_registers_survive)
{
	const u64 hosts = 0x1234, guests = 0x5678;

	vm_install_exception_handler(self->vm, VEC_FAC_UNAVAIL, skip_instruction);
	vcpu_enter_problem_state(self->vcpu, guest_ebb, guests);
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_FSCR,
		     vcpu_get_reg(self->vcpu, KVM_REG_PPC_FSCR) | 1UL << FSCR_EBB_LG);
	mtspr(SPRN_EBBHR, hosts);
	vcpu_run(self->vcpu);
	EXPECT_EQ(hosts, mfspr(SPRN_EBBHR));
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	sync_global_from_guest(self->vm, ebb_unavailable);
	EXPECT_EQ(1, ebb_unavailable);
}

/* The guest would be entered in that state, and so would the code that loads TM SPRs. */
static void refused_in_transaction(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu)
{
	EXPECT_EQ(EINVAL, tm_ioctl_suspended(vcpu->fd, KVM_RUN, NULL));
	EXPECT_EQ(KVM_EXIT_FAIL_ENTRY, vcpu->run->exit_reason);
	vcpu_run(vcpu);
	EXPECT_TRUE(vcpu_in_hcall(vcpu, H_TM_STOP));
}

TM_TEST(refused_in_transaction_at_first)
{
	refused_in_transaction(_metadata, self->vcpu);
}

TM_TEST(refused_in_transaction_of_user)
{
	struct tm_guest *shared = addr_gva2hva(self->vm, (gva_t)&guest);

	tm_guest_init(shared, (gva_t)&guest, 1);
	vcpu_enter_problem_state(self->vcpu, tm_guest_stop_suspended, (gva_t)&guest);
	vcpu_run(self->vcpu);
	EXPECT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	vcpu_arch_set_entry_point(self->vcpu, tm_guest_stop);
	vcpu_set_msr(self->vcpu, MSR_DEFAULT | MSR_PR | MSR_TM);
	refused_in_transaction(_metadata, self->vcpu);
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
