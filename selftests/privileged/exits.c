// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest must not lose when it leaves the processor for its hypervisor.
 */
#include "encodings.h"
#include "privileged.h"

/* QEMU, not the kernel, answers this one. */
#define H_PUT_TERM_CHAR	0x58

/* Operands. */
#define FIRST		7
#define SECOND		8
#define FOUND		3
#define MEMORY		22

/* Long enough for the host to schedule in between. */
#define LONG		20000000
#define TRIES		30

/*
 * A register is written after an exit to user space: the next exit, which is
 * one that the kernel deals with, must find that value and not the older one.
 */
static void test_vsx(unsigned int vsr, const char *name)
{
	static const uint64_t one[2] __attribute__((aligned(16))) = { 0x1111, 0x2222 };
	static const uint64_t two[2] __attribute__((aligned(16))) = { 0x3333, 0x4444 };
	struct test t = {
		.name = name, .rule = "the newer value stays", .tm = true, .r3 = H_PUT_TERM_CHAR,
		.r7 = { (uintptr_t)one, (uintptr_t)two },
		.may = { { .vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = ELSEWHERE,
			   .ts = N, .tm = 1, .cr0 = ANY } },
	};
	const char *difference;

	if (!wanted(name))
		return;
	start_code();
	emit(LXVD2X(vsr, FIRST));
	emit(hypercall_instruction[0]);
	emit(LXVD2X(vsr, SECOND));
	emit(MFMSR(FOUND));
	emit(STXVD2X(vsr, MEMORY));
	emit_end(&t);
	difference = examine(&t);
	if (!difference && (memory[0] != two[0] || memory[1] != two[1]))
		difference = "the register's value";
	result(difference ? FAIL : PASS, name, 0);
	if (difference) {
		print("#   value %x %x\n", memory[0], memory[1]);
		explain(&t, difference);
	}
}

/*
 * Below the guest's hypervisor there may be another one, which fails transactions
 * as well and returns into the guest: what it recorded, nobody can hide.
 */
static bool recorded_below(void)
{
	return contains(boot_arguments, "two-hypervisors") && lowcore.texasr & TEXASR_HYPERVISOR;
}

/* Whether one of some transactions failed, and TAR after it. */
static bool fails_once(struct test *t, uint64_t first, uint64_t *tar)
{
	unsigned int try;

	for (try = 0; try < TRIES; try++) {
		asm volatile("mtspr 815, %0" : : "r" (first));
		run_test(t);
		asm volatile("mfspr %0, 815" : "=r" (*tar));
		if (lowcore.vector == VECTOR_PROGRAM && !MSR_TS_OF(lowcore.srr1) &&
		    !recorded_below())
			return true;
	}
	return false;
}

/*
 * The hypervisor takes the processor away in the middle of a transaction: TAR
 * goes back, and TFIAR is where the transaction was.
 */
static void test_failure(void)
{
	static const char *const names[] = { "TAR after a failure", "TFIAR after a failure" };
	const uint64_t first = 0x1110, second = 0x2220;
	struct test t = {
		.from = FROM_T, .user = true, .tm = true, .turns = LONG, .r7 = { second },
	};
	uint64_t tar, start;
	bool good;
	unsigned int i;

	if (!wanted(names[0]) && !wanted(names[1]))
		return;
	start_code();
	emit(MTSPR(SPR_TAR, FIRST));
	emit(BDNZ_SELF);
	start = emit_end(&t);
	if (!fails_once(&t, first, &tar)) {
		result(SKIP, names[0], "no transaction failed");
		result(SKIP, names[1], "no transaction failed");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!wanted(names[i]))
			continue;
		good = i ? lowcore.tfiar - start < 12 : tar == first;
		result(good ? PASS : FAIL, names[i], 0);
		if (!good)
			print("#   TAR %x, was %x; TEXASR %x TFIAR %x, code at %x\n", tar, first,
			      lowcore.texasr, lowcore.tfiar, start);
	}
}

void test_exits(void)
{
	if (!lowcore.has_tm)
		return;
	test_vsx(0, "a floating-point register over exits");
	test_vsx(32, "a vector register over exits");
	test_failure();
}
