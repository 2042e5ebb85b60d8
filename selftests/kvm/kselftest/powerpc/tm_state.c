// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration in a transaction: a vCPU is stopped in one, saved, and restored
 * into a fresh VM in another process. There the transaction fails, and its
 * failure handler finds the registers that were there before it.
 */
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

#define SEED	0x57a7e

/* In the guest, at the same address. */
static struct tm_guest guest __attribute__((aligned(16)));

/* What goes through the pipe, followed by the pages that are not empty. */
struct state {
	struct kvm_regs regs;
	__uint128_t tm[NR_TM_REGS];
	__uint128_t live[NR_LIVE_REGS];
	u64 fscr;
	u64 nr_pages;
};

static void write_all(int fd, const void *from, size_t size)
{
	ssize_t n;

	for (; size; from += n, size -= n) {
		n = write(fd, from, size);
		TEST_ASSERT(n > 0, "write: errno %d", errno);
	}
}

static void read_all(int fd, void *to, size_t size)
{
	ssize_t n;

	for (; size; to += n, size -= n) {
		n = read(fd, to, size);
		TEST_ASSERT(n > 0, "read: errno %d", n ? errno : 0);
	}
}

static bool empty(const u64 *page, size_t size)
{
	size_t i;

	for (i = 0; i < size / sizeof(*page); i++)
		if (page[i])
			return false;
	return true;
}

/* Calls @do_page with each page of memory that is not empty. */
static u64 for_each_page(struct kvm_vm *vm, void (*do_page)(int, u64, void *, size_t), int fd)
{
	struct userspace_mem_region *region = memslot2region(vm, 0);
	u64 n = 0, gpa;

	for (gpa = 0; gpa < region->region.memory_size; gpa += vm->page_size) {
		void *page = region->host_mem + gpa;

		if (empty(page, vm->page_size))
			continue;
		n++;
		if (do_page)
			do_page(fd, gpa, page, vm->page_size);
	}
	return n;
}

static void save_page(int fd, u64 gpa, void *page, size_t size)
{
	write_all(fd, &gpa, sizeof(gpa));
	write_all(fd, page, size);
}

static void save(struct kvm_vcpu *vcpu, int fd)
{
	struct state state = {};
	int i;

	vcpu_regs_get(vcpu, &state.regs);
	for (i = 0; i < NR_TM_REGS; i++)
		state.tm[i] = tm_reg_get(vcpu, &tm_regs[i]);
	for (i = 0; i < NR_LIVE_REGS; i++)
		state.live[i] = tm_reg_get(vcpu, &live_regs[i]);
	state.fscr = vcpu_get_reg(vcpu, KVM_REG_PPC_FSCR);
	state.nr_pages = for_each_page(vcpu->vm, NULL, fd);

	write_all(fd, &state, sizeof(state));
	for_each_page(vcpu->vm, save_page, fd);
}

static void restore(struct kvm_vcpu *vcpu, int fd)
{
	struct state state;
	u64 gpa;
	int i;

	read_all(fd, &state, sizeof(state));
	while (state.nr_pages--) {
		read_all(fd, &gpa, sizeof(gpa));
		read_all(fd, addr_gpa2hva(vcpu->vm, gpa), vcpu->vm->page_size);
	}

	for (i = 0; i < NR_TM_REGS; i++)
		tm_reg_set(vcpu, &tm_regs[i], state.tm[i]);
	for (i = 0; i < NR_LIVE_REGS; i++)
		tm_reg_set(vcpu, &live_regs[i], state.live[i]);
	vcpu_set_reg(vcpu, KVM_REG_PPC_FSCR, state.fscr);
	vcpu_regs_set(vcpu, &state.regs);
}

/* Both processes: the program is the guest, so that their VMs are alike. */
static struct kvm_vm *create(struct kvm_vcpu **vcpu, struct tm_guest **shared)
{
	struct kvm_vm *vm = vm_create_with_one_vcpu(vcpu, tm_guest_stop_suspended);

	*shared = addr_gva2hva(vm, (gva_t)&guest);
	return vm;
}

/* The other process: ends with 0 if the failure was as it should be. */
static int resume(int fd)
{
	struct tm_guest *shared;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, &shared);
	struct tm_regset expected;
	const char *difference;

	restore(vcpu, fd);
	WRITE_ONCE(shared->go, 1);
	vcpu_run(vcpu);
	TEST_ASSERT(vcpu_in_hcall(vcpu, H_TM_DONE), "Exit reason %u",
		    vcpu->run->exit_reason);

	expected = shared->before;
	expected.cr |= 0xa0000000;	/* CR0, as a failure sets it */
	difference = tm_regset_difference(&expected, &shared->after);
	TEST_ASSERT(!difference, "%s is not what it was before tbegin.", difference);
	TEST_ASSERT((shared->after.cr & 0xf0000000) == 0xa0000000,
		    "CR 0x%lx", (unsigned long)shared->after.cr);
	TEST_ASSERT(shared->texasr & TEXASR_FS, "TEXASR 0x%lx", (unsigned long)shared->texasr);
	TEST_ASSERT_EQ(TEXASR_CAUSE(shared->texasr) & ~1UL, TM_CAUSE_KVM_RESCHED);
	TEST_ASSERT_EQ(vcpu_msr(vcpu) & MSR_TS_MASK, 0);
	kvm_vm_free(vm);
	return 0;
}

FIXTURE(tm_state) {
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct tm_guest *shared;
};

FIXTURE_SETUP(tm_state)
{
	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");

	self->vm = create(&self->vcpu, &self->shared);
	tm_guest_init(self->shared, (gva_t)&guest, SEED);
}

FIXTURE_TEARDOWN(tm_state)
{
	if (self->vm)
		kvm_vm_free(self->vm);
}

#define TM_TEST(name)	TEST_F_TIMEOUT(tm_state, name, 300)

/* Saves the vCPU, and lets a new process of this program go on with it. */
static int resume_elsewhere(struct kvm_vcpu *vcpu)
{
	int status, fds[2];
	pid_t pid;

	TEST_ASSERT_EQ(pipe(fds), 0);
	pid = fork();
	TEST_ASSERT(pid >= 0, "fork: errno %d", errno);
	if (!pid) {
		TEST_ASSERT(dup2(fds[0], STDIN_FILENO) >= 0, "dup2: errno %d", errno);
		close(fds[1]);
		execl("/proc/self/exe", program_invocation_name, "--resume", NULL);
		_exit(1);
	}
	close(fds[0]);
	save(vcpu, fds[1]);
	close(fds[1]);
	TEST_ASSERT_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

/* The saved checkpoint and the saved registers are what the guest loaded. */
static void check_saved(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu,
			struct tm_guest *shared)
{
	struct tm_regset set;
	const char *difference;

	tm_checkpoint_get(vcpu, &set);
	difference = tm_regset_difference(&shared->before, &set);
	EXPECT_EQ(NULL, difference) TH_LOG("checkpointed %s", difference);

	tm_current_get(vcpu, &set);
	set.gpr[30] = shared->inside.gpr[30];		/* polls ->go */
	set.cr = shared->inside.cr;
	difference = tm_regset_difference(&shared->inside, &set);
	EXPECT_EQ(NULL, difference) TH_LOG("current %s", difference);
}

TM_TEST(suspended_privileged)
{
	vcpu_enter_problem_state(self->vcpu, tm_guest_stop_suspended, (gva_t)&guest);
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	vcpu_run_complete_io(self->vcpu);

	EXPECT_EQ(MSR_TS_S, vcpu_msr(self->vcpu) & (MSR_TS_MASK | MSR_TM | MSR_PR));
	EXPECT_TRUE(vcpu_get_reg(self->vcpu, KVM_REG_PPC_TEXASR) & TEXASR_FS);
	EXPECT_EQ(0, resume_elsewhere(self->vcpu));
}

TM_TEST(suspended_problem_state)
{
	vcpu_enter_problem_state(self->vcpu, tm_guest_spin_suspended, (gva_t)&guest);
	while (!READ_ONCE(self->shared->suspended))
		vcpu_run_for(self->vcpu, 10000);

	EXPECT_EQ(MSR_TS_S | MSR_TM | MSR_PR,
		  vcpu_msr(self->vcpu) & (MSR_TS_MASK | MSR_TM | MSR_PR));
	EXPECT_TRUE(vcpu_get_reg(self->vcpu, KVM_REG_PPC_TEXASR) & TEXASR_FS);
	check_saved(_metadata, self->vcpu, self->shared);
	EXPECT_EQ(0, resume_elsewhere(self->vcpu));
}

TM_TEST(transactional)
{
	vcpu_enter_problem_state(self->vcpu, tm_guest_spin_transactional, (gva_t)&guest);
	do
		vcpu_run_for(self->vcpu, 20000);
	while ((vcpu_msr(self->vcpu) & MSR_TS_MASK) != MSR_TS_T);

	EXPECT_EQ(MSR_TM | MSR_PR, vcpu_msr(self->vcpu) & (MSR_TM | MSR_PR));
	EXPECT_TRUE(vcpu_get_reg(self->vcpu, KVM_REG_PPC_TEXASR) & TEXASR_FS);
	EXPECT_EQ(0, resume_elsewhere(self->vcpu));
}

/* As above, but this process goes on itself: only the vCPU is put and loaded. */
TM_TEST(transactional_here)
{
	struct tm_regset expected = self->shared->before;
	const char *difference;

	vcpu_enter_problem_state(self->vcpu, tm_guest_spin_transactional, (gva_t)&guest);
	do
		vcpu_run_for(self->vcpu, 20000);
	while ((vcpu_msr(self->vcpu) & MSR_TS_MASK) != MSR_TS_T);

	WRITE_ONCE(self->shared->go, 1);
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_DONE));
	difference = tm_regset_difference(&expected, &self->shared->after);
	EXPECT_EQ(NULL, difference) TH_LOG("%s", difference);
}

/* Of a random value not all would stay. */
static bool has_reserved_bits(const struct tm_reg *reg)
{
	static const char * const names[] = { "XER", "FPSCR", "AMR", "PPR", "VSCR", "DSCR" };
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(reg->name, names[i]))
			return true;
	return false;
}

/* Nothing of the source's is needed: the checkpoint comes from user space alone. */
TM_TEST(checkpoint_from_user_space)
{
	struct tm_regset checkpoint;
	const struct tm_reg *reg;
	const char *difference;

	vcpu_enter_problem_state(self->vcpu, tm_guest_spin_suspended, (gva_t)&guest);
	while (!READ_ONCE(self->shared->suspended))
		vcpu_run_for(self->vcpu, 10000);

	/* The failure handler needs GPR1. */
	for (reg = tm_regs + NR_TM_SPRS; reg < tm_regs + NR_TM_REGS; reg++)
		if (strcmp(reg->name, "GPR1") && !has_reserved_bits(reg))
			tm_reg_set(self->vcpu, reg, tm_reg_value(reg, SEED));
	tm_checkpoint_get(self->vcpu, &checkpoint);
	WRITE_ONCE(self->shared->go, 1);
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_DONE));
	difference = tm_regset_difference(&checkpoint, &self->shared->after);
	EXPECT_EQ(NULL, difference) TH_LOG("%s", difference);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--resume"))
		return resume(STDIN_FILENO);
	return test_harness_run(argc, argv);
}
