// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers that user space and the guest must agree about, one by one: what
 * KVM_SET_ONE_REG or KVM_SET_REGS writes is what the guest finds, and what the
 * guest writes is what KVM_GET_ONE_REG reads. All of these Linux 7.3 gets wrong
 * for a little-endian or for a stopped PR guest.
 */
#include <linux/kvm_para.h>

#include "hcall.h"
#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"
#include "ucall_common.h"

#define VSCR_NJ		0x10000U

/* In the guest, at the same address. */
static struct tm_guest guest __attribute__((aligned(16)));
static u32 vscr[4] __attribute__((aligned(16)));
static u64 fscr;

static void guest_write_vscr(void)
{
	static const u32 value[4] __attribute__((aligned(16))) = { VSCR_NJ };

	asm volatile("lvx 0,0,%0; mtvscr 0" : : "r"(value) : "v0", "memory");
	GUEST_DONE();
}

static void guest_read_vscr(void)
{
	asm volatile("mfvscr 0; stvx 0,0,%0" : : "r"(vscr) : "v0", "memory");
	GUEST_DONE();
}

static void guest_read_fscr(void)
{
	fscr = mfspr(SPRN_FSCR);
	GUEST_DONE();
}

FIXTURE(one_reg_sync) {
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
};

FIXTURE_SETUP(one_reg_sync)
{
	self->vm = vm_create_with_one_vcpu(&self->vcpu, guest_read_vscr);
}

FIXTURE_TEARDOWN(one_reg_sync)
{
	kvm_vm_free(self->vm);
}

#define SYNC_TEST(name)	TEST_F_TIMEOUT(one_reg_sync, name, 300)

static void run_to_end(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu, void *code)
{
	vcpu_arch_set_entry_point(vcpu, code);
	vcpu_run(vcpu);
	ASSERT_EQ(UCALL_DONE, get_ucall(vcpu, NULL));
}

SYNC_TEST(vscr_to_guest)
{
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_VSCR, VSCR_NJ);
	run_to_end(_metadata, self->vcpu, guest_read_vscr);
	sync_global_from_guest(self->vm, vscr);
	EXPECT_EQ(VSCR_NJ, vscr[0]);
}

SYNC_TEST(vscr_from_guest)
{
	u32 value;

	run_to_end(_metadata, self->vcpu, guest_write_vscr);
	ASSERT_EQ(0, __vcpu_get_reg(self->vcpu, KVM_REG_PPC_VSCR, &value));
	EXPECT_EQ(VSCR_NJ, value);
}

static void suspend(struct kvm_vm *vm, struct kvm_vcpu *vcpu)
{
	struct tm_guest *shared = addr_gva2hva(vm, (gva_t)&guest);

	tm_guest_init(shared, (gva_t)&guest, 2);
	shared->before.vscr[0] = VSCR_NJ;
	shared->inside.vscr[0] = 0;
	vcpu_enter_problem_state(vcpu, tm_guest_spin_suspended, (gva_t)&guest);
	while (!READ_ONCE(shared->suspended))
		vcpu_run_for(vcpu, 10000);
}

SYNC_TEST(checkpointed_vscr_from_guest)
{
	u32 value;

	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");
	suspend(self->vm, self->vcpu);
	ASSERT_EQ(0, __vcpu_get_reg(self->vcpu, KVM_REG_PPC_TM_VSCR, &value));
	EXPECT_EQ(VSCR_NJ, value);
}

SYNC_TEST(checkpointed_vscr_to_guest)
{
	struct tm_guest *shared = addr_gva2hva(self->vm, (gva_t)&guest);

	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");
	suspend(self->vm, self->vcpu);
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_TM_VSCR, 1);
	WRITE_ONCE(shared->go, 1);
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_DONE));
	EXPECT_EQ(1, shared->after.vscr[0]);
}

SYNC_TEST(fscr)
{
	u64 value = 1UL << FSCR_TAR_LG | 1UL << FSCR_DSCR_LG;

	vcpu_set_reg(self->vcpu, KVM_REG_PPC_FSCR, value);
	EXPECT_EQ(value, vcpu_get_reg(self->vcpu, KVM_REG_PPC_FSCR));
	run_to_end(_metadata, self->vcpu, guest_read_fscr);
	sync_global_from_guest(self->vm, fscr);
	EXPECT_EQ(value, fscr);
}

SYNC_TEST(fscr_leaves_fpscr)
{
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_FPSCR, 0);
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_FSCR, 1UL << FSCR_TAR_LG);
	EXPECT_EQ(0, vcpu_get_reg(self->vcpu, KVM_REG_PPC_FPSCR));
}

/*
 * Runs a guest to its next exit. One that is not there after a minute, 66 times
 * 0.9 seconds, is stuck: a slow machine may well not run it for a second.
 */
static bool vcpu_run_ends(struct kvm_vcpu *vcpu)
{
	int i;

	for (i = 0; i < 66; i++)
		if (!vcpu_run_for(vcpu, 900000))
			return true;
	return false;
}

/* Segments that KVM mapped for real mode must not be used with translation on. */
SYNC_TEST(set_regs_turns_translation_on)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	vcpu_arch_set_entry_point(self->vcpu, guest_read_vscr);
	vcpu_regs_get(self->vcpu, &regs);
	vcpu_set_msr(self->vcpu, MSR_DEFAULT & ~(MSR_IR | MSR_DR));
	/* Maps the segments of real mode. */
	vcpu_sregs_get(self->vcpu, &sregs);
	vcpu_sregs_set(self->vcpu, &sregs);
	vcpu_regs_set(self->vcpu, &regs);
	ASSERT_TRUE(vcpu_run_ends(self->vcpu)) TH_LOG("The guest is stuck");
	EXPECT_EQ(UCALL_DONE, get_ucall(self->vcpu, NULL));
}

/* The page that the guest shares with KVM, where the guest has it mapped. */
#define MAGIC_PAGE	0xfffffffffffff000UL

static void map_magic_page(void)
{
	register u64 r0 asm("r0") = KVM_SC_MAGIC_R0;
	register u64 r3 asm("r3") = MAGIC_PAGE;
	register u64 r4 asm("r4") = MAGIC_PAGE | MAGIC_PAGE_FLAG_NOT_MAPPED_NX;
	register u64 r11 asm("r11") = KVM_HCALL_TOKEN(KVM_HC_PPC_MAP_MAGIC_PAGE);

	asm volatile("sc" : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r11) : :
		     "memory", "cr0", "ctr", "xer", "lr", "r5", "r6", "r7", "r8", "r9", "r10",
		     "r12");
}

static void guest_pretend_problem_state(void)
{
	volatile struct kvm_vcpu_arch_shared *shared = (void *)MAGIC_PAGE;

	map_magic_page();
	shared->msr |= MSR_PR;
	for (;;)
		;
}

#define PAGE	0x10000

static u64 pages[2][PAGE / sizeof(u64)] __attribute__((aligned(PAGE)));

static void guest_touch(u64 *page)
{
	*(volatile u64 *)page = 1;
	hcall1(H_TM_DONE, 0);
}

/* Nor those of a state that the guest only says it has left. */
SYNC_TEST(set_regs_after_guest_wrote_msr)
{
	struct kvm_regs regs;
	int i;

	/* Until KVM knows the segments of both states: those of one may supersede the other's. */
	for (i = 0; i < 8; i++) {
		vcpu_enter_problem_state(self->vcpu, guest_touch, (gva_t)pages[0]);
		if (i % 2)
			vcpu_set_msr(self->vcpu, MSR_DEFAULT);
		ASSERT_TRUE(vcpu_run_ends(self->vcpu)) TH_LOG("The guest is stuck");
	}
	vcpu_arch_set_entry_point(self->vcpu, guest_pretend_problem_state);
	vcpu_set_msr(self->vcpu, MSR_DEFAULT);
	do {
		ASSERT_EQ(-1, vcpu_run_for(self->vcpu, 300000));
		vcpu_regs_get(self->vcpu, &regs);
	} while (!(regs.msr & MSR_PR));
	regs.pc = regs.gpr[12] = (u64)guest_touch;
	regs.gpr[3] = (u64)pages[1];
	vcpu_regs_set(self->vcpu, &regs);
	ASSERT_TRUE(vcpu_run_ends(self->vcpu)) TH_LOG("The guest is stuck");
	EXPECT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_DONE));
}

static u64 ebbhr;

/* Into a register that an exit to KVM does not save and restore by itself. */
static void guest_read_ebbhr(void)
{
	register u64 value asm("r20");

	asm volatile("mfspr %0," __stringify(SPRN_EBBHR) : "=r"(value));
	ebbhr = value;
	GUEST_DONE();
}

SYNC_TEST(ebbhr_to_guest)
{
	u64 value = 0x123456789abcdef0;

	vcpu_set_reg(self->vcpu, KVM_REG_PPC_FSCR, 1UL << FSCR_EBB_LG);
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_EBBHR, value);
	run_to_end(_metadata, self->vcpu, guest_read_ebbhr);
	sync_global_from_guest(self->vm, ebbhr);
	EXPECT_EQ(value, ebbhr);
}

static double sum;

/* No ucall: it has a loop that never ends if there is an interrupt in each turn. */
static void guest_add(void)
{
	asm volatile("lfd 1,0(%0); fadd 1,1,1; fadd 1,1,1; fadd 1,1,1; stfd 1,0(%0)"
		     : : "b"(&sum) : "fr1", "memory");
	tm_guest_stop();
}

static void single_step(struct kvm_vcpu *vcpu)
{
	struct kvm_guest_debug debug = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};

	vcpu_guest_debug_set(vcpu, &debug);
}

/* A guest that is entered for one instruction at a time loses none of its results. */
SYNC_TEST(fp_single_step)
{
	int steps = 0;

	sum = 1;
	sync_global_to_guest(self->vm, sum);
	single_step(self->vcpu);
	vcpu_arch_set_entry_point(self->vcpu, guest_add);
	do
		vcpu_run(self->vcpu);
	while (self->vcpu->run->exit_reason == KVM_EXIT_DEBUG && steps++ < 100);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	sync_global_from_guest(self->vm, sum);
	EXPECT_LT(5, steps);
	EXPECT_EQ(8, sum);
}

/* Steps to a hypercall; how often that was in Transactional state, and where at last. */
static int step_through(struct kvm_vcpu *vcpu, u64 *where)
{
	int transactional = 0, steps = 0;
	struct kvm_regs regs;

	single_step(vcpu);
	do {
		vcpu_run(vcpu);
		vcpu_regs_get(vcpu, &regs);
		if ((regs.msr & MSR_TS_MASK) == MSR_TS_T) {
			transactional++;
			*where = regs.pc;
		}
	} while (vcpu->run->exit_reason == KVM_EXIT_DEBUG && steps++ < 2000);
	return transactional;
}

/* A transaction fails at the step into it, and the next one is its failure handler's. */
SYNC_TEST(transaction_single_step)
{
	struct tm_guest *shared = addr_gva2hva(self->vm, (gva_t)&guest);
	const char *difference;
	u64 where = 0;

	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");
	tm_guest_init(shared, (gva_t)&guest, 3);
	shared->go = 1;
	vcpu_enter_problem_state(self->vcpu, tm_guest_spin_transactional, (gva_t)&guest);
	EXPECT_EQ(1, step_through(self->vcpu, &where));
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_DONE));
	EXPECT_EQ(where, shared->tfhar);
	EXPECT_EQ(where, shared->tfiar & ~3UL);
	EXPECT_EQ(TM_CAUSE_KVM_RESCHED, TEXASR_CAUSE(shared->texasr));
	EXPECT_TRUE(shared->texasr & TEXASR_FS);
	EXPECT_EQ(0xa, shared->after.cr >> 28);
	difference = tm_regset_difference(&shared->before, &shared->after);
	EXPECT_EQ(NULL, difference) TH_LOG("%s", difference);
}

static void ignore(int signal)
{
}

/* A signal keeps the guest from being entered: its MSR has nothing of the debugger. */
SYNC_TEST(single_step_signal)
{
	struct {
		u32 len;
		u64 blocked;
	} __packed mask = { .len = sizeof(mask.blocked) };
	struct kvm_regs regs;
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	ASSERT_EQ(0, sigprocmask(SIG_BLOCK, &signals, NULL));
	ASSERT_NE(SIG_ERR, signal(SIGUSR1, ignore));
	ASSERT_EQ(0, raise(SIGUSR1));
	vcpu_ioctl(self->vcpu, KVM_SET_SIGNAL_MASK, (struct kvm_signal_mask *)&mask);
	single_step(self->vcpu);
	ASSERT_EQ(-1, __vcpu_run(self->vcpu));
	ASSERT_EQ(EINTR, errno);
	vcpu_regs_get(self->vcpu, &regs);
	EXPECT_EQ(0, regs.msr & MSR_SE);
}

TEST_HARNESS_MAIN
