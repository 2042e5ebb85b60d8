// SPDX-License-Identifier: GPL-2.0-only
/*
 * A transaction that waits in its middle while somebody outside looks at the
 * machine, moves it, or takes its memory away: see ./stop. The boot arguments
 * say where it waits, and what becomes of it.
 */
#include "causes.h"
#include "sequence.h"

#define FIRST_TAR	0x1110
#define SECOND_TAR	0x2220

/* Of 256 MiB that a machine with 1 GiB has more, where it is put and where it is seen. */
#define DIMM_ADDRESS	0x40000000ull
#define DIMM		0x09000000ull

static volatile uint64_t flag[LINE / 8] __attribute__((aligned(LINE)));
static const uint64_t vectors[2][2] __attribute__((aligned(16))) = {
	{ 0x1111, 0x2222 }, { 0x3333, 0x4444 },
};

static void load_vectors(const uint64_t *value)
{
	asm volatile("lxvd2x 1, 0, %0; lxvd2x 34, 0, %0" : : "r" (value));
}

static bool vectors_are(const uint64_t *value)
{
	uint64_t found[4] __attribute__((aligned(16)));

	asm volatile("stxvd2x 1, 0, %0; stxvd2x 34, 0, %1" : : "b" (found), "b" (found + 2)
		     : "memory");
	return found[0] == value[0] && found[1] == value[1] && found[2] == value[0] &&
	       found[3] == value[1];
}

static const char *check(bool suspended, uint64_t cause, bool elsewhere)
{
	uint64_t tar;
	unsigned int i;

	if (MSR_TS_OF(lowcore.srr1) != N)
		return "TS";
	if (lowcore.gpr[RESULT] != (cause ? FAILED : FINISHED))
		return "success";
	if (cause && lowcore.texasr >> 32 != cause)
		return "the cause in TEXASR";
	if (cause && !!(lowcore.texasr & TEXASR_SUSPENDED) != suspended)
		return "the state in TEXASR";
	if (window[0] != (cause || elsewhere ? window_before(0) : VALUE_R4))
		return "memory";
	if (elsewhere && window[WINDOW_DWORDS / 2] != VALUE_R4)
		return "memory elsewhere";
	asm volatile("mfspr %0, 815" : "=r" (tar));
	if (tar != (cause ? FIRST_TAR : SECOND_TAR))
		return "TAR";
	if (!vectors_are(vectors[!cause]))
		return "vector registers";
	for (i = 0; i < 32 && cause; i++)
		if (i != RESULT && lowcore.gpr[i] != lowcore.operands[i])
			return "a register";
	return 0;
}

void test_stop(void)
{
	const bool suspended = contains(boot_arguments, "suspended");
	const uint64_t cause = contains(boot_arguments, "commits") ? 0 :
			       contains(boot_arguments, "saved") ? IMPLEMENTATION :
			       contains(boot_arguments, "unplugged") ? TRANSLATION :
			       NON_TRANSACTIONAL;
	struct row row = { .name = "a transaction from outside", .rule = boot_arguments };
	const char *difference;
	struct sequence s;

	reset_window();
	load_vectors(vectors[0]);
	asm volatile("mtspr 815, %0" : : "r" ((uint64_t)FIRST_TAR));
	print("# window %x flag %x\n", (uint64_t)(uintptr_t)window, (uint64_t)(uintptr_t)flag);
	begin_sequence(&s, false, (uintptr_t)flag);
	if (contains(boot_arguments, "unplugged")) {
		map(DIMM >> 12, DIMM_ADDRESS, HPTE_COHERENT);
		s.test.msr = MSR_IR | MSR_DR;
		s.test.r7[0] = DIMM;
	}
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(STD_AT(VALUE, WINDOW, LINE));
	emit(LI(10, SECOND_TAR));
	emit(MTSPR(SPR_TAR, 10));
	emit(MTSPR(SPR_CTR, 10));
	emit(MR(20, 10));
	emit(MR(31, 10));
	s.test.r7[1] = (uintptr_t)vectors[1];	/* SEEN is not used here */
	emit(LXVD2X(1, SEEN));
	emit(LXVD2X(34, SEEN));
	if (suspended)
		emit(TSUSPEND);
	if (suspended) {
		emit(LD(11, OTHER));
		emit(CMPDI(11, 0));
		emit(BEQ(-2));
		emit(TRESUME);
	} else {
		emit(BRANCH(0));
	}
	emit(TEND(0));
	difference = run_sequence(&s);
	if (!difference)
		difference = check(suspended, cause, contains(boot_arguments, "elsewhere"));
	sequence_result(&row, suspended ? "S" : "T", difference);
}
