// SPDX-License-Identifier: GPL-2.0-only
/*
 * extensions: tbegin. checkpoints all of FP, VMX and VSX even if the guest has
 * them turned off, as an operating system that switches them lazily does. So they
 * have to be the guest's: what is checkpointed must be what user space has set.
 *
 * Needs kvm_pr_tm loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "tap.h"

#define VM_TYPE_PR	2
#define MEMORY		0x10000
#define BASE		0x30000000
#define MARK		0x8000
#define VSRS		64
#define MSR_TS		(3ull << 33)
#define MSR_TS_S	(1ull << 33)
/* 64-bit, little-endian, TM, problem state, real mode, no interrupts; no FP, VEC, VSX */
#define GUEST_MSR	0x8000000100005003ull

/* Stays in Suspended state, and says so. r4 is the memory at MARK, r3 is 1. */
asm(	"	.machine push\n"
	"	.machine power8\n"
	"	.section .rodata\n"
	"	.balign	8\n"
	"guest:	tbegin.\n"
	"	beq	guest\n"
	"	tsuspend.\n"
	"	std	3, 0(4)\n"
	"	b	.\n"
	"guest_end:\n"
	"	.previous\n"
	"	.machine pop\n");
extern const char guest[], guest_end[];

struct vsr {
	uint64_t half[2];
};

static int vcpu;
static volatile uint64_t *mark;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void one_reg(unsigned long request, uint64_t id, struct vsr *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	if (ioctl(vcpu, request, &reg))
		die("# register");
}

static void create(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, VM_TYPE_PR);
	char *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = BASE,
		.memory_size = MEMORY,
		.userspace_addr = (uintptr_t)memory,
	};
	struct kvm_regs regs = {
		.pc = BASE,
		.msr = GUEST_MSR,
		.gpr = { [3] = 1, [4] = BASE + MARK },
	};

	if (vm < 0 || memory == MAP_FAILED || ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("# vm");
	memcpy(memory, guest, guest_end - guest);
	__builtin___clear_cache(memory, memory + MEMORY);
	mark = (uint64_t *)(memory + MARK);
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0 || ioctl(vcpu, KVM_SET_REGS, &regs))
		die("# vcpu");
}

static struct vsr distinct(unsigned int n)
{
	return (struct vsr){ { (n + 1) * 0x0123456789abcdefull, ~((n + 1) * 0x13579bdf02468aceull) } };
}

static void nothing(int signal __attribute__((unused)))
{
}

/* Until it is in Suspended state; KVM_RUN ends with a signal, and the checkpoint is in memory. */
static bool run(void)
{
	const struct itimerval often = { { 0, 20000 }, { 0, 20000 } };
	struct sigaction action = { .sa_handler = nothing };
	unsigned int i;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (i = 0; i < 1000 && !*mark; i++)
		if (ioctl(vcpu, KVM_RUN, 0) && errno != EINTR)
			die("# KVM_RUN");
	return *mark;
}

static unsigned int differing(unsigned int first)
{
	unsigned int n, count = 0;

	for (n = first; n < first + VSRS / 2; n++) {
		struct vsr expected = distinct(n), found;

		one_reg(KVM_GET_ONE_REG, KVM_REG_PPC_TM_VSR(n), &found);
		if (!memcmp(&expected, &found, sizeof(found)))
			continue;
		if (!count++)
			printf("# VSR%u: %016llx %016llx\n", n, (unsigned long long)found.half[0],
			       (unsigned long long)found.half[1]);
	}
	return count;
}

int main(void)
{
	struct kvm_regs regs;
	unsigned int n, count;

	create();
	for (n = 0; n < VSRS; n++) {
		struct vsr value = distinct(n);

		one_reg(KVM_SET_ONE_REG,
			n < 32 ? KVM_REG_PPC_VSR0 + n : KVM_REG_PPC_VR0 + n - 32, &value);
	}
	tap_plan(3);
	if (!run() || ioctl(vcpu, KVM_GET_REGS, &regs))
		regs.msr = 0;
	tap_result((regs.msr & MSR_TS) == MSR_TS_S, "the guest is suspended, MSR %#llx",
		   (unsigned long long)regs.msr);
	count = differing(0);
	tap_result(!count, "VSR0 to VSR31 are checkpointed; %u are not", count);
	count = differing(32);
	tap_result(!count, "VSR32 to VSR63 are checkpointed; %u are not", count);
	return tap_finish();
}
