// SPDX-License-Identifier: GPL-2.0-only
/* A virtual machine: Documentation/virt/kvm/api.rst. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

#define LPCR_ILE	0x02000000ull
#define MAGIC_R0	0x4b564d21	/* KVM_SC_MAGIC_R0: a hypercall */
#define BANK_SIZE	((PAGES + 2) * PAGE_SIZE)
#define SPIN		1000000
#define FAILED		((0xde000000ull | 1 << 27) << 32 | 1 << 27)

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, " (%s)\n", strerror(errno));
	exit(1);
}

static void add_memory(struct vm *vm, unsigned int slot, uint64_t address, void *memory,
		       size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = address,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	if (ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("no memory at %#llx", (unsigned long long)address);
}

static void *map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	/* The host's own faults shall not be measured. */
	memset(memory, 0, size);
	return memory;
}

struct bank *bank_create(void)
{
	return map(BANK_SIZE);
}

void bank_destroy(struct bank *bank)
{
	munmap(bank, BANK_SIZE);
}

bool vm_one_reg(struct vm *vm, unsigned long ioctl_number, uint64_t id, void *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return !ioctl(vm->vcpu, ioctl_number, &reg);
}

static void set_one_reg(struct vm *vm, uint64_t id, uint64_t value)
{
	if (!vm_one_reg(vm, KVM_SET_ONE_REG, id, &value))
		die("register %#llx", (unsigned long long)id);
}

void vm_create(struct vm *vm)
{
	int size;

	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0)
		die("/dev/kvm");
	vm->vm = ioctl(vm->kvm, KVM_CREATE_VM, KVM_VM_PPC_PR);
	if (vm->vm < 0)
		die("KVM_CREATE_VM");
	vm->code = map(GUEST_SIZE);
	vm->bank = bank_create();
	memcpy(vm->code, guest_start, guest_end - guest_start);
	__builtin___clear_cache(vm->code, vm->code + GUEST_SIZE);
	add_memory(vm, 0, GUEST_BASE, vm->code, GUEST_SIZE);
	add_memory(vm, 1, GUEST_DATA, vm->bank, BANK_SIZE);
	vm->vcpu = ioctl(vm->vm, KVM_CREATE_VCPU, 0);
	if (vm->vcpu < 0)
		die("KVM_CREATE_VCPU");
	size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	vm->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		die("struct kvm_run");
	set_one_reg(vm, KVM_REG_PPC_HIOR, GUEST_BASE);
	set_one_reg(vm, KVM_REG_PPC_LPCR_64, LPCR_ILE);
}

void vm_destroy(struct vm *vm)
{
	munmap(vm->run, ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0));
	close(vm->vcpu);
	close(vm->vm);
	close(vm->kvm);
	munmap(vm->code, GUEST_SIZE);
	bank_destroy(vm->bank);
}

void vm_start(struct vm *vm, const char *program, uint64_t msr, uint64_t times)
{
	struct kvm_regs regs = {
		.pc = GUEST_BASE + (program - guest_start),
		.msr = MSR_GUEST | msr,
		.gpr = {
			[0] = MAGIC_R0,
			[3] = times,
			[4] = GUEST_DATA + PAGE_SIZE,
			[5] = GUEST_MMIO,
			[6] = GUEST_EXIT,
			[8] = SPIN,
			[9] = GUEST_DATA,
			[12] = FAILED,
			[14] = MSR_GUEST | MSR_EE | MSR_PR | MSR_TM | MSR_EXT,
		},
	};

	if (ioctl(vm->vcpu, KVM_SET_REGS, &regs))
		die("KVM_SET_REGS");
}

uint64_t vm_run(struct vm *vm)
{
	struct kvm_run *run = vm->run;
	uint64_t data;

	for (;;) {
		if (ioctl(vm->vcpu, KVM_RUN, 0) && errno != EINTR)
			die("KVM_RUN");
		if (run->exit_reason == KVM_EXIT_INTR)
			continue;
		if (run->exit_reason != KVM_EXIT_MMIO)
			die("exit %u", run->exit_reason);
		if (run->mmio.phys_addr == GUEST_EXIT)
			return 0;
		memcpy(&data, run->mmio.data, sizeof(data));
		if (run->mmio.phys_addr == GUEST_EXIT + 8)
			return data;
		if (run->mmio.phys_addr != GUEST_MMIO)
			die("access to %#llx", (unsigned long long)run->mmio.phys_addr);
	}
}

static void *compete(void *argument)
{
	struct rival *rival = argument;
	const struct timespec pause = { .tv_nsec = rival->period_ns };

	for (;;) {
		nanosleep(&pause, NULL);
		rival->bank->rival++;
	}
	return NULL;
}

void rival_start(struct rival *rival)
{
	const struct sched_param first = { .sched_priority = 1 };
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
	pthread_attr_setschedparam(&attributes, &first);
	if (pthread_create(&rival->thread, &attributes, compete, rival))
		die("no rival");
	pthread_attr_destroy(&attributes);
}

void rival_stop(struct rival *rival)
{
	pthread_cancel(rival->thread);
	pthread_join(rival->thread, NULL);
}
