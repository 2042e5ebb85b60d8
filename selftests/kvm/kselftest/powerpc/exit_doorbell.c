// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host sends an interrupt to a CPU that runs a guest, and waits for what it
 * asked for. Between threads of a core of a POWER8 in hypervisor state that is
 * a doorbell, which is gone when it was taken. It takes two such threads.
 */
#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "ucall_common.h"

#define NR_INTERRUPTS	300

static volatile bool running, stop;

static void guest_run(void)
{
	running = true;
	while (!stop)
		;
	GUEST_DONE();
}

static void *run_vcpu(void *vcpu)
{
	pin_self_to_cpu(1);
	vcpu_run(vcpu);
	return NULL;
}

FIXTURE(exit_doorbell) {
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
};

FIXTURE_SETUP(exit_doorbell)
{
	self->vm = vm_create_with_one_vcpu(&self->vcpu, guest_run);
}

FIXTURE_TEARDOWN(exit_doorbell)
{
	kvm_vm_free(self->vm);
}

TEST_F_TIMEOUT(exit_doorbell, is_answered, 120)
{
	volatile bool *guest_running = addr_gva2hva(self->vm, (u64)&running);
	volatile bool *guest_stop = addr_gva2hva(self->vm, (u64)&stop);
	pthread_t thread;
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU");
	pin_self_to_cpu(0);
	ASSERT_EQ(0, syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_vcpu, self->vcpu));
	while (!*guest_running)
		usleep(1000);
	for (i = 0; i < NR_INTERRUPTS; i++)
		ASSERT_EQ(0, syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	*guest_stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(UCALL_DONE, get_ucall(self->vcpu, NULL));
}

TEST_HARNESS_MAIN
