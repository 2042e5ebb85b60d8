// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs that end, or their module, while there are transactions: nothing may be
 * left behind. Needs root and a kvm_pr_tm module that can be unloaded.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

#define NR_KILLS	25

/* In the guest, at the same address. */
static struct tm_guest guest __attribute__((aligned(16)));

static int load(void)
{
	return system("modprobe kvm_pr_tm");
}

/* 0 or an errno */
static int unload(void)
{
	return syscall(SYS_delete_module, "kvm_pr_tm", O_NONBLOCK) ? errno : 0;
}

/* A VM of a process that was killed goes with the last of its files. */
static int unload_soon(void)
{
	int i, error = 0;

	for (i = 0; i < 1000; i++) {
		error = unload();
		if (error != EWOULDBLOCK && error != EBUSY)
			break;
		usleep(50000);
	}
	return error;
}

static struct kvm_vm *create(struct kvm_vcpu **vcpu, void *code)
{
	struct kvm_vm *vm = vm_create_with_one_vcpu(vcpu, code);

	tm_guest_init(addr_gva2hva(vm, (gva_t)&guest), (gva_t)&guest, 1);
	vcpu_enter_problem_state(*vcpu, code, (gva_t)&guest);
	return vm;
}

FIXTURE(tm_lifecycle) {
};

FIXTURE_SETUP(tm_lifecycle)
{
	if (access("/sys/module/kvm_pr_tm", F_OK))
		SKIP(return, "no module kvm_pr_tm");
}

FIXTURE_TEARDOWN(tm_lifecycle)
{
	load();
}

#define TM_TEST(name)	TEST_F_TIMEOUT(tm_lifecycle, name, 300)

TM_TEST(vm_keeps_module)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, tm_guest_spin_transactional);

	EXPECT_EQ(EWOULDBLOCK, unload());
	vcpu_run_for(vcpu, 10000);
	EXPECT_EQ(EWOULDBLOCK, unload());
	kvm_vm_free(vm);
	EXPECT_EQ(0, unload_soon());
	EXPECT_EQ(0, kvm_check_cap(KVM_CAP_PPC_HTM));
}

TM_TEST(vcpu_file_keeps_module)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, tm_guest_spin_transactional);

	close(vm->fd);
	close(vm->stats.fd);
	EXPECT_EQ(EWOULDBLOCK, unload());
	vcpu_run_for(vcpu, 10000);
	EXPECT_EQ(EWOULDBLOCK, unload());
}

/* It has no transactional memory then, and does not get it later. */
TM_TEST(vm_before_load)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	u64 value;

	ASSERT_EQ(0, unload_soon());
	vm = create(&vcpu, tm_guest_stop);
	EXPECT_EQ(0, vm_check_cap(vm, KVM_CAP_PPC_HTM));
	ASSERT_EQ(0, load());
	EXPECT_EQ(1, kvm_check_cap(KVM_CAP_PPC_HTM));
	EXPECT_EQ(0, vm_check_cap(vm, KVM_CAP_PPC_HTM));
	EXPECT_EQ(-1, __vcpu_get_reg(vcpu, KVM_REG_PPC_TFHAR, &value));
	EXPECT_EQ(EINVAL, errno);

	vcpu_set_msr(vcpu, MSR_DEFAULT | MSR_TM | MSR_TS_S);
	EXPECT_EQ(0, vcpu_msr(vcpu) & (MSR_TM | MSR_TS_MASK));
	vcpu_run(vcpu);
	EXPECT_TRUE(vcpu_in_hcall(vcpu, H_TM_STOP));
	/* Nor does it keep the module. */
	EXPECT_EQ(0, unload_soon());
	kvm_vm_free(vm);
}

TM_TEST(reload_between_vms)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	int i;

	for (i = 0; i < 3; i++) {
		vm = create(&vcpu, tm_guest_spin_suspended);
		vcpu_run_for(vcpu, 10000);
		kvm_vm_free(vm);
		ASSERT_EQ(0, unload_soon());
		ASSERT_EQ(0, load());
	}
}

/* The VMM is killed somewhere: in KVM_RUN most of the time. */
static void kill_at_random(struct __test_metadata *_metadata, void *code)
{
	int i;

	for (i = 0; i < NR_KILLS; i++) {
		struct kvm_vcpu *vcpu;
		pid_t pid = fork();
		int status;

		ASSERT_LE(0, pid);
		if (!pid) {
			create(&vcpu, code);
			for (;;)
				vcpu_run_for(vcpu, 3000);
		}
		usleep(150000 + kvm_random_u64(&kvm_rng) % 20000);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		/* It had not ended by itself. */
		EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	EXPECT_EQ(0, unload_soon());
}

TM_TEST(kill_vmm_transactional)
{
	kill_at_random(_metadata, tm_guest_spin_transactional);
}

TM_TEST(kill_vmm_suspended)
{
	kill_at_random(_metadata, tm_guest_spin_suspended);
}

static void *run_forever(void *vcpu)
{
	for (;;)
		__vcpu_run(vcpu);
	return NULL;
}

/* A vCPU thread is in KVM_RUN when its process ends by itself. */
TM_TEST(exit_with_running_vcpu)
{
	struct kvm_vcpu *vcpu;
	pthread_t thread;
	pid_t pid;
	int status, i;

	for (i = 0; i < 5; i++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			create(&vcpu, tm_guest_spin_transactional);
			if (pthread_create(&thread, NULL, run_forever, vcpu))
				_exit(1);
			usleep(20000 + kvm_random_u64(&kvm_rng) % 10000);
			_exit(0);
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(0, unload_soon());
}

static void end_thread(int signal)
{
	syscall(SYS_exit, 0);
}

/* A vCPU thread dies in KVM_RUN; another goes on with the vCPU. */
TM_TEST(thread_dies_in_run)
{
	struct sigaction action = { .sa_handler = end_thread };
	struct tm_guest *shared;
	struct kvm_vcpu *vcpu;
	pthread_t thread;
	struct kvm_vm *vm;
	const char *difference;

	vm = create(&vcpu, tm_guest_spin_suspended);
	shared = addr_gva2hva(vm, (gva_t)&guest);
	sigaction(SIGUSR1, &action, NULL);
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_forever, vcpu));
	while (!READ_ONCE(shared->suspended))
		usleep(1000);
	ASSERT_EQ(0, pthread_kill(thread, SIGUSR1));
	ASSERT_EQ(0, pthread_join(thread, NULL));

	EXPECT_EQ(MSR_TS_S, vcpu_msr(vcpu) & MSR_TS_MASK);
	WRITE_ONCE(shared->go, 1);
	vcpu_run(vcpu);
	ASSERT_TRUE(vcpu_in_hcall(vcpu, H_TM_DONE));
	difference = tm_regset_difference(&shared->before, &shared->after);
	EXPECT_EQ(NULL, difference) TH_LOG("%s", difference);
	kvm_vm_free(vm);
	EXPECT_EQ(0, unload_soon());
}

TEST_HARNESS_MAIN
