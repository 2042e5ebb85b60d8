// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest kernel that means harm would do. The right interrupts come, and
 * after each of them this program can go on: that the host below lives is for
 * the host's log to show.
 */
#include "encodings.h"
#include "privileged.h"

#define H_CEDE			0xe0
#define H_PUT_TERM_CHAR		0x58

static uint64_t random_state;

static uint64_t random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dull;
}

static unsigned int random_below(unsigned int limit)
{
	return (random() >> 33) % limit;
}

/* The number after "@word=" in the boot arguments. */
static uint64_t argument(const char *word, uint64_t otherwise)
{
	const char *p = boot_arguments, *q;
	unsigned int i;
	uint64_t n = 0;

	for (; *p; p++) {
		for (i = 0; word[i] && p[i] == word[i]; i++)
			;
		if (word[i] || p[i] != '=')
			continue;
		for (q = p + i + 1; *q >= '0' && *q <= '9'; q++)
			n = 10 * n + *q - '0';
		return n;
	}
	return otherwise;
}

/*
 * Any MSR that leaves this program able to run: 64-bit, big endian, real mode
 * or translated as it likes, interrupts off in privileged state.
 */
static uint64_t random_msr(bool user)
{
	const uint64_t free = MSR_TS(3) | MSR_TM | MSR_FP | MSR_VEC | MSR_VSX | MSR_FE0 | MSR_FE1;

	return (lowcore.base_msr & ~(MSR_TM | MSR_TS(3))) | (random() & free) |
	       (user ? MSR_PR : 0);
}

/* Without the facility there is no other state than N. */
static enum from random_from(unsigned int limit)
{
	return lowcore.has_tm ? random_below(limit) : FROM_N;
}

static unsigned int ts_tm(uint64_t msr)
{
	return MSR_TS_OF(msr) * 2 + MSR_TM_OF(msr);
}

static void test_random_transitions(const char *name, bool rfid, unsigned int count)
{
	unsigned int i;

	if (!wanted(name))
		return;
	for (i = 0; i < count; i++) {
		struct test t = {
			.name = name, .instruction = rfid ? RFID : MTMSRD(3),
			.from = random_from(3), .tm = random_below(2),
		};
		const char *difference;

		t.srr1 = t.r3 = random_msr(rfid && random_below(2));
		expect_transition(&t, ts_tm(t.r3), rfid ? TARGET : NEXT);
		difference = examine(&t);
		if (!difference)
			continue;
		result(FAIL, name, 0);
		print("#   from state %u, TM %u, to MSR %x\n", t.from, t.tm, t.r3);
		explain(&t, difference);
		return;
	}
	result(PASS, name, 0);
}

#define STAYS(ts_, ...) { .vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = NEXT, \
	.ts = ts_, .tm = ANY, .cr0 = ANY, __VA_ARGS__ }
#define FAILS { .vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = HANDLER, .ts = N, \
	.tm = 1, .cr0 = 0xa, .back = true }
#define WAKES(ts_) { .vector = VECTOR_DECREMENTER, .where = NEXT, .ts = ts_, .tm = ANY, .cr0 = ANY }

/* Long enough for the host to schedule in between. */
#define LONG		20000000

static const struct test stays[] = {
	{ "time passes in S, TM off, privileged", "S stays", BDNZ_SELF, FROM_FAILED,
	  .turns = LONG, .may = { STAYS(S) } },
	{ "time passes in S, TM on, privileged", "S stays", BDNZ_SELF, FROM_FAILED, .tm = true,
	  .turns = LONG, .may = { STAYS(S) } },
	{ "time passes in S, TM off, problem state", "S stays", BDNZ_SELF, FROM_FAILED,
	  .user = true, .turns = LONG, .may = { STAYS(S) } },
	{ "time passes in S, TM on, problem state", "S stays", BDNZ_SELF, FROM_FAILED,
	  .user = true, .tm = true, .turns = LONG, .may = { STAYS(S) } },
	{ "time passes in a live S, TM off, privileged", "S stays", BDNZ_SELF, FROM_USER,
	  .turns = LONG, .may = { STAYS(S) } },
	{ "time passes in a live S, TM on, problem state", "S stays", BDNZ_SELF, FROM_USER,
	  .user = true, .tm = true, .turns = LONG, .may = { STAYS(S) } },
	{ "time passes in T, problem state", "T stays, or fails", BDNZ_SELF, FROM_T,
	  .user = true, .tm = true, .turns = LONG, .may = { STAYS(T), FAILS } },
	{ "time passes in T, privileged", "T stays, or fails", BDNZ_SELF, FROM_T,
	  .tm = true, .turns = LONG, .may = { STAYS(T), FAILS } },

	{ "H_CEDE in S, TM off", "sleeps and wakes in S", SC_1, FROM_FAILED,
	  .r3 = H_CEDE, .decrementer = 100000, .may = { WAKES(S) } },
	{ "H_CEDE in S, TM on", "sleeps and wakes in S", SC_1, FROM_FAILED, .tm = true,
	  .r3 = H_CEDE, .decrementer = 100000, .may = { WAKES(S) } },
	{ "H_CEDE in a live S, TM off", "sleeps and wakes in S", SC_1, FROM_USER,
	  .r3 = H_CEDE, .decrementer = 1000000, .may = { WAKES(S) } },
	{ "H_CEDE in a live S, TM on", "sleeps and wakes in S", SC_1, FROM_USER, .tm = true,
	  .r3 = H_CEDE, .decrementer = 1000000, .may = { WAKES(S) } },
	{ "H_PUT_TERM_CHAR in S, TM off", "S stays", SC_1, FROM_FAILED,
	  .r3 = H_PUT_TERM_CHAR, .may = { STAYS(S) } },
	{ "H_PUT_TERM_CHAR in a live S, TM on", "S stays", SC_1, FROM_USER, .tm = true,
	  .r3 = H_PUT_TERM_CHAR, .may = { STAYS(S) } },
	{ "an unknown hypercall in S, TM on", "S stays", SC_1, FROM_FAILED, .tm = true,
	  .r3 = 0xfffc, .may = { STAYS(S) } },
};

static void test_stays(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stays); i++) {
		struct test t = stays[i];

		if (t.instruction == SC_1)
			t.instruction = hypercall_instruction[0];
		judge(&t);
	}
}

/* TEXASR can be anything when trechkpt. makes it a failure. */
static void test_random_records(unsigned int count)
{
	static const char name[] = "trechkpt. with random TEXASR";
	unsigned int i;

	if (!wanted(name))
		return;
	for (i = 0; i < count; i++) {
		struct test t = {
			.name = name, .rule = "S if a failure is recorded, else TM Bad Thing",
			.instruction = TRECHKPT, .from = FROM_N, .tm = true, .texasr = random(),
		};
		const bool recorded = t.texasr & TEXASR_SUMMARY;
		const char *difference;

		t.may[0] = (struct outcome)STAYS(recorded ? S : N);
		if (!recorded) {
			t.may[0].where = AT;
			t.may[0].reason = SRR1_BAD_THING;
		}
		difference = examine(&t);
		if (!difference)
			continue;
		result(FAIL, name, 0);
		explain(&t, difference);
		return;
	}
	result(PASS, name, 0);
}

/*
 * KVM's magic page is memory that guest and hypervisor share; the guest's MSR
 * is in it, and nothing keeps a guest from storing whatever it likes there.
 */
#define KVM_MAGIC_R0		0x4b564d21
#define KVM_MAP_MAGIC_PAGE	(42 << 16 | 4)
#define NOT_MAPPED_NX		1
#define MAGIC_MSR		88	/* offset in struct kvm_vcpu_arch_shared */

extern char magic_page[4096];

static bool map_magic_page(void)
{
	static uint32_t code[] __attribute__((aligned(128))) = { SC, TRAP };
	struct test t = { .name = "", .rule = "", .from = FROM_N };
	unsigned int i;

	branch_to(&t, code);
	write_instructions(code, ARRAY_SIZE(code));
	for (i = 0; i < 32; i++)
		lowcore.operands[i] = 0;
	lowcore.operands[0] = KVM_MAGIC_R0;
	lowcore.operands[3] = (uintptr_t)magic_page;
	lowcore.operands[4] = (uintptr_t)magic_page | NOT_MAPPED_NX;
	lowcore.operands[11] = KVM_MAP_MAGIC_PAGE;
	lowcore.recheckpoint = lowcore.expect_sc = 0;
	lowcore.pc = (uintptr_t)code;
	lowcore.pc_msr = lowcore.base_msr;
	run();
	return lowcore.vector == VECTOR_PROGRAM && lowcore.gpr[3] == 0;
}

static void test_magic_page(unsigned int count)
{
	static const char name[] = "junk in the magic page's MSR";
	const uint64_t junk_bits = MSR_TS(3) | MSR_TM | MSR_FP | MSR_VEC | MSR_VSX | MSR_PR |
				   MSR_FE0 | MSR_FE1;
	unsigned int i;

	if (!wanted(name))
		return;
	if (!map_magic_page()) {
		result(SKIP, name, "not KVM");
		return;
	}
	for (i = 0; i < count; i++) {
		struct test t = {
			.name = name, .rule = "TS stays what it is",
			.instruction = STD(3, 4), .from = random_from(3), .tm = random_below(2),
			.r3 = lowcore.base_msr ^ (random() & junk_bits),
			.r4 = (uintptr_t)magic_page + MAGIC_MSR,
		};
		const char *difference;

		t.may[0] = (struct outcome)STAYS(t.from == FROM_N ? N : S, .any_srr1 = true);
		difference = examine(&t);
		if (!difference)
			continue;
		result(FAIL, name, 0);
		print("#   from state %u, TM %u, junk %x\n", t.from, t.tm, t.r3);
		explain(&t, difference);
		return;
	}
	result(PASS, name, 0);
}

/*
 * Random short programs of everything that touches the state. There is nothing
 * to expect but that an interrupt ends each of them: at the latest the
 * decrementer, for a failure handler can lead back to what fails.
 */
#define FUZZ_LENGTH	12

/* SC_1 stands for hypercall_instruction here. */
static const uint32_t fuzz_instructions[] = {
	TBEGIN, TBEGIN_ROT, TEND(0), TEND(1), TSUSPEND, TRESUME, TABORT(0), TABORT(3),
	TABORTWC(TO_EQUAL, 3, 4), TABORTDC(TO_LESS, 3, 4),
	TABORTWCI(TO_EQUAL, 3, 0), TABORTDCI(TO_LESS, 3, 0), TCHECK(0),
	TRECLAIM(0), TRECLAIM(3), TRECHKPT, TRECHKPT, TRECHKPT,
	MTSPR(SPR_TEXASR, 3), MTSPR(SPR_TEXASR, 4), MTSPR(SPR_TEXASRU, 3), MTSPR(SPR_TFIAR, 3),
	MFSPR(3, SPR_TEXASR), MFSPR(3, SPR_TEXASRU), MFSPR(3, SPR_TFIAR),
	MTMSRD(7), MTMSRD(8), MTMSRD(9), MTMSR(7), MTMSRD_L(10), MFMSR(3), RFID, SC, SC_1,
	STD(21, 22), LD(21, 22), LWARX(19, 5), STWCX(19, 5), NOP, SYNC,
};

static uint32_t random_instruction(void)
{
	uint32_t instruction = fuzz_instructions[random_below(ARRAY_SIZE(fuzz_instructions))];

	return instruction == SC_1 ? hypercall_instruction[0] : instruction;
}

static void test_fuzz(uint64_t seed, unsigned int programs)
{
	static uint32_t code[FUZZ_LENGTH + 1] __attribute__((aligned(128)));
	unsigned int i, j;

	if (!wanted("random programs"))
		return;
	for (i = 0; i < programs; i++) {
		/* Each from its own number, so that one that hangs can be had alone. */
		random_state = (seed + i) * 0x9e3779b97f4a7c15ull + 1;
		if (i % 1000 == 0)
			print("# random programs from seed %u\n", (unsigned int)(seed + i));

		struct test t = {
			.from = random_from(4), .tm = random_below(2), .user = random_below(4) == 0,
			.texasr = random(), .r3 = random(), .r4 = EARLIER_FAILURE, .turns = 1,
			.srr1 = random_msr(random_below(2)) | MSR_EE, .msr = MSR_EE,
			.decrementer = 1000000,
		};

		if (t.from == FROM_FAILED)
			t.texasr |= TEXASR_SUMMARY;
		for (j = 0; j < FUZZ_LENGTH; j++)
			code[j] = random_instruction();
		code[FUZZ_LENGTH] = TRAP;
		write_instructions(code, ARRAY_SIZE(code));
		t.instruction = 0;
		branch_to(&t, code);
		for (j = 0; j < ARRAY_SIZE(t.r7); j++)
			t.r7[j] = random_msr(false) | MSR_EE;
		run_test(&t);
		if (lowcore.vector == 0x200)
			break;
	}
	result(i == programs ? PASS : FAIL, "random programs", 0);
	if (i < programs)
		print("#   machine check at %x after %u programs\n", lowcore.srr0, i);
}

void test_hostile(void)
{
	const uint64_t seed = argument("seed", 1);
	const unsigned int count = argument("count", 300);

	random_state = seed * 0x9e3779b97f4a7c15ull + 1;
	print("# hostile: seed=%u count=%u\n", (unsigned int)seed, count);
	test_random_transitions("rfid to random MSR values", true, count);
	test_random_transitions("mtmsrd of random MSR values", false, count);
	if (lowcore.has_tm) {
		test_random_records(count);
		test_stays();
	}
	test_fuzz(seed, argument("programs", count * 10));
	test_magic_page(count);
}
