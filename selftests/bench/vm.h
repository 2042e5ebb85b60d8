/* SPDX-License-Identifier: GPL-2.0-only */
/* A virtual machine of PR KVM with one vcpu, as little as can be. */
#ifndef _BENCH_VM_H
#define _BENCH_VM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/kvm.h>

#include "guest.h"

#define MSR_SF	(1ull << 63)
#define MSR_TM	(1ull << 32)
#define MSR_VEC	(1ull << 25)
#define MSR_VSX	(1ull << 23)
#define MSR_EE	(1ull << 15)
#define MSR_PR	(1ull << 14)
#define MSR_FP	(1ull << 13)
#define MSR_ME	(1ull << 12)
#define MSR_RI	(1ull << 1)
#define MSR_LE	(1ull << 0)
#define MSR_EXT	(MSR_FP | MSR_VEC | MSR_VSX)
#define MSR_GUEST	(MSR_SF | MSR_LE | MSR_ME | MSR_RI)	/* always on */

struct vm {
	int kvm, vm, vcpu;
	struct kvm_run *run;
	char *code;		/* at GUEST_BASE */
	struct bank *bank;	/* at GUEST_DATA */
};

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...);

/* A page for struct bank and others behind it, all there. */
struct bank *bank_create(void);
void bank_destroy(struct bank *bank);

void vm_create(struct vm *vm);
void vm_destroy(struct vm *vm);
/* Registers for one of the programs of guest.S. */
void vm_start(struct vm *vm, const char *program, uint64_t msr, uint64_t times);
/* Until the program ends: 0, or the vector of an interrupt that it did not expect. */
uint64_t vm_run(struct vm *vm);
/* Moves one register; fails silently if there is none. */
bool vm_one_reg(struct vm *vm, unsigned long ioctl_number, uint64_t id, void *value);

/* Another thread that takes the CPU away every so often, and says so in the bank. */
struct rival {
	pthread_t thread;
	struct bank *bank;
	long period_ns;
};

void rival_start(struct rival *rival);
void rival_stop(struct rival *rival);

extern const char guest_start[], guest_end[];

#endif
