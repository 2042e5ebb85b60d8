// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the programs of guest.S and marks each for the plugin.
 *
 *   paths [--turns N] [NAME]...	run all, or those whose name begins so
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "mark.h"
#include "vm.h"

#define PREEMPT_NS	3000000

#define MARK(n)	asm volatile("twi 0, 0, %0" : : "i" (n) : "memory")

/* Where the guest is: kernel or program, and its MSR besides. */
enum state { KERNEL, KERNEL_TM, USER, USER_TM, USER_TM_EXT };

static const uint64_t msrs[] = {
	[KERNEL] = 0,
	[KERNEL_TM] = MSR_TM,
	[USER] = MSR_PR,
	[USER_TM] = MSR_PR | MSR_TM,
	[USER_TM_EXT] = MSR_PR | MSR_TM | MSR_EXT,
};

#define PROGRAMS(X) \
	X("hypercall/off", hypercall, KERNEL) \
	X("hypercall/on", hypercall, KERNEL_TM) \
	X("mfsrr0/off", mfsrr0, KERNEL) \
	X("mfsrr0/on", mfsrr0, KERNEL_TM) \
	X("fault/off", fault, USER) \
	X("fault/on", fault, USER_TM) \
	X("fault/on-fp", fault, USER_TM_EXT) \
	X("fault/used", fault_used, USER_TM_EXT) \
	X("fault/S", fault_s, USER_TM_EXT) \
	X("fault/T", fault_t, USER_TM_EXT) \
	X("call/off", call, USER) \
	X("call/on", call, USER_TM) \
	X("call/on-fp", call, USER_TM_EXT) \
	X("call/used", call_used, USER_TM_EXT) \
	X("call/S", call_s, USER_TM_EXT) \
	X("call/T", call_t, USER_TM_EXT) \
	X("mmio/off", mmio, USER) \
	X("mmio/on", mmio, USER_TM) \
	X("mmio/on-fp", mmio, USER_TM_EXT) \
	X("mmio/used", mmio_used, USER_TM_EXT) \
	X("mmio/S", mmio_s, USER_TM_EXT) \
	X("preempt/off", preempt, USER) \
	X("preempt/on", preempt, USER_TM) \
	X("preempt/on-fp", preempt, USER_TM_EXT) \
	X("preempt/used", preempt_used, USER_TM_EXT) \
	X("preempt/S", preempt_s, USER_TM_EXT) \
	X("tick/off", tick, USER) \
	X("tick/on", tick, USER_TM) \
	X("tick/on-fp", tick, USER_TM_EXT) \
	X("tick/used", tick_used, USER_TM_EXT) \
	X("tick/S", tick_s, USER_TM_EXT) \
	X("tick/T", tick_t, USER_TM_EXT) \
	X("emulate/tbegin", tbegin, KERNEL_TM) \
	X("emulate/tabort", tabort, KERNEL_TM) \
	X("emulate/tend", tend, KERNEL_TM) \
	X("emulate/tsr", tsr, KERNEL_TM) \
	X("emulate/tcheck", tcheck, KERNEL_TM) \
	X("emulate/mftfhar", mftfhar, KERNEL_TM) \
	X("emulate/mttfhar", mttfhar, KERNEL_TM) \
	X("emulate/mftexasr", mftexasr, KERNEL_TM) \
	X("emulate/mttexasr", mttexasr, KERNEL_TM) \
	X("emulate/trechkpt", trechkpt, KERNEL_TM) \
	X("emulate/treclaim", treclaim, KERNEL_TM)

#define X(name, program, state) extern const char guest_##program[];
PROGRAMS(X)
#undef X

struct path {
	const char *name;
	const char *program;
	enum state state;
};

static const struct path paths[] = {
#define X(name, program, state) { name, guest_##program, state },
	PROGRAMS(X)
#undef X
};

static const uint64_t special_registers[] = {
	KVM_REG_PPC_TFHAR, KVM_REG_PPC_TFIAR, KVM_REG_PPC_TEXASR, KVM_REG_PPC_TM_CR,
	KVM_REG_PPC_TM_LR, KVM_REG_PPC_TM_CTR, KVM_REG_PPC_TM_XER, KVM_REG_PPC_TM_FPSCR,
	KVM_REG_PPC_TM_AMR, KVM_REG_PPC_TM_PPR, KVM_REG_PPC_TM_VRSAVE, KVM_REG_PPC_TM_VSCR,
	KVM_REG_PPC_TM_DSCR, KVM_REG_PPC_TM_TAR,
};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void run_program(const struct path *path, uint64_t turns)
{
	struct vm vm;
	struct rival rival = { .period_ns = PREEMPT_NS };
	bool preempt = begins(path->name, "preempt");
	uint64_t vector;

	vm_create(&vm);
	rival.bank = vm.bank;
	if (preempt)
		rival_start(&rival);
	vm_start(&vm, path->program, msrs[path->state], turns);
	MARK(MARK_START);
	vector = vm_run(&vm);
	MARK(MARK_STOP);
	if (preempt)
		rival_stop(&rival);
	vm_destroy(&vm);
	if (vector)
		printf("path %s ended by interrupt %#llx\n", path->name, (unsigned long long)vector);
	else
		printf("path %s\n", path->name);
}

/* Number i of all registers of transactional memory, or 0. */
static uint64_t register_id(unsigned int i)
{
	if (i < 32)
		return KVM_REG_PPC_TM_GPR0 + i;
	i -= 32;
	if (i < 64)
		return KVM_REG_PPC_TM_VSR0 + i;
	i -= 64;
	return i < sizeof(special_registers) / sizeof(special_registers[0]) ? special_registers[i] : 0;
}

/* Moves the whole state; each register is a turn, since all take longer than a tick. */
static void run_one_reg(const char *name, unsigned long ioctl_number, uint64_t turns)
{
	static uint64_t values[128][2];
	struct vm vm;
	unsigned int i;

	vm_create(&vm);
	for (i = 0; register_id(i); i++)
		vm_one_reg(&vm, KVM_GET_ONE_REG, register_id(i), values[i]);
	MARK(MARK_START);
	while (turns--) {
		for (i = 0; register_id(i); i++) {
			MARK(MARK_BEGIN);
			vm_one_reg(&vm, ioctl_number, register_id(i), values[i]);
			MARK(MARK_END);
		}
	}
	MARK(MARK_STOP);
	vm_destroy(&vm);
	printf("path %s\n", name);
}

/*
 * 100 instructions, among them 21 loads, 20 stores, 5 mfspr and 5 mtspr: what the
 * plugin is tested by.
 */
static void run_known(uint64_t turns)
{
	uint64_t memory = 0;

	MARK(MARK_START);
	while (turns--)
		asm volatile("twi	0, 0, %1\n"
			     "	li	11, 10\n"
			     "	mtctr	11\n"
			     "1:	ld	10, 0(%0)\n"
			     "	std	10, 0(%0)\n"
			     "	addi	10, 10, 1\n"
			     "	bdnz	1b\n"
			     "	.rept	10\n"
			     "	ld	10, 0(%0)\n"
			     "	std	10, 0(%0)\n"
			     "	.endr\n"
			     "	.rept	5\n"
			     "	mfspr	10, 256\n"
			     "	mtspr	256, 10\n"
			     "	.endr\n"
			     "	.rept	27\n"
			     "	nop\n"
			     "	.endr\n"
			     "	lbz	10, 0(%0)\n"
			     "	twi	0, 0, %2\n"
			     : : "b" (&memory), "i" (MARK_BEGIN), "i" (MARK_END)
			     : "r10", "r11", "ctr", "memory");
	MARK(MARK_STOP);
	printf("path known\n");
}

static bool wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (begins(name, *names))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	uint64_t turns = 16;
	char **names = argv + 1;
	size_t i;

	(void)argc;
	if (*names && !strcmp(*names, "--turns")) {
		turns = strtoul(names[1], NULL, 0);
		names += 2;
	}
	setvbuf(stdout, NULL, _IONBF, 0);
	for (i = 0; register_id(i); i++)
		printf("register %#llx\n", (unsigned long long)register_id(i));
	if (wanted("known", names))
		run_known(turns);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (wanted(paths[i].name, names))
			run_program(&paths[i], turns);
	if (wanted("one_reg/get", names))
		run_one_reg("one_reg/get", KVM_GET_ONE_REG, turns);
	if (wanted("one_reg/set", names))
		run_one_reg("one_reg/set", KVM_SET_ONE_REG, turns);
	return 0;
}
