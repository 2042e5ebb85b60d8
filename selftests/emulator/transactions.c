// SPDX-License-Identifier: GPL-2.0-only
/*
 * What takes more than one instruction: nesting, rollback-only transactions,
 * the footprint's limit, all conditions of tabortwc. and its kin, reservations
 * (Power ISA 2.07B, Book II 4.4.2, 5.2, 5.3.1, 5.4.2, 5.5).
 */
#include "causes.h"
#include "sequence.h"

#define TEXASR_ROT	BIT(25)

/* POWER8's, by this emulator: the ISA names none. */
#define MAX_LEVEL	62
#define MAX_LINES	64

static volatile uint8_t lines[256][LINE] __attribute__((aligned(4096)));

static void verdict(const char *name, const char *rule, const char *difference)
{
	const struct row row = { .name = name, .rule = rule };

	sequence_result(&row, "transactions", difference);
}

/* Keeps TEXASR, and goes on in Transactional state. */
static void emit_keep_texasr(unsigned int dword)
{
	emit(TSUSPEND);
	emit(MFSPR(11, SPR_TEXASR));
	emit(STD_AT(11, SEEN, 8 * dword));
	emit(TRESUME);
}

/* NULL if the transaction ended as it should, with a cause of failure or 0. */
static const char *ended(bool user, uint64_t cause, uint64_t more, uint64_t at)
{
	if (MSR_TS_OF(lowcore.srr1) != N)
		return "TS";
	if (lowcore.gpr[RESULT] != (cause ? FAILED : FINISHED))
		return "success";
	return cause ? check_record(user, cause, more, at) : 0;
}

static const char *nest(unsigned int levels, unsigned int ends, bool all)
{
	const bool overflow = levels > MAX_LEVEL;
	const char *difference;
	struct sequence s;
	uint64_t last;
	unsigned int i;

	reset_window();
	begin_sequence(&s, true, 0);
	emit_tbegin(TBEGIN);
	for (i = 1; i < levels; i++)
		emit(TBEGIN);
	last = code_end() - 4;
	emit_keep_texasr(0);
	emit(STD(VALUE, WINDOW));
	for (i = 0; i < ends; i++)
		emit(TEND(0));
	if (ends < levels)
		emit_keep_texasr(1);
	if (all)
		emit(TEND(1));
	difference = run_sequence(&s);
	if (!difference)
		difference = ended(true, overflow ? NESTING_OVERFLOW : 0, 0, last);
	if (!difference && overflow && (lowcore.texasr & TEXASR_LEVEL) != MAX_LEVEL)
		difference = "the level of the failure";
	if (!difference && !overflow && (seen[0] & TEXASR_LEVEL) != levels)
		difference = "the level";
	if (!difference && !overflow && ends < levels && (seen[1] & TEXASR_LEVEL) != levels - ends)
		difference = "the level after tend.";
	if (!difference && window[0] != (overflow ? window_before(0) : VALUE_R4))
		difference = "memory";
	return difference;
}

static void test_nesting(void)
{
	verdict("tbegin. 3 times, tend. 3 times", "the last commits", nest(3, 3, false));
	verdict("tbegin. 3 times, tend., tend. with A", "A commits all", nest(3, 1, true));
	verdict("tbegin. 62 times, tend. 62 times", "the limit", nest(62, 62, false));
	verdict("tbegin. 62 times, tend. with A", "the limit", nest(62, 0, true));
	verdict("tbegin. 63 times", "nesting overflow", nest(63, 0, true));
}

/* Accesses to so many lines of their own, by r10 to r12. */
static void emit_lines(unsigned int from, unsigned int count, bool store)
{
	if (!count)
		return;
	emit(LI(10, count));
	emit(MTSPR(SPR_CTR, 10));
	emit(ADDI(12, OTHER, from * LINE));
	emit(store ? STD(VALUE, 12) : LD(11, 12));
	emit(ADDI(12, 12, LINE));
	emit(BDNZ(-2));
}

static const char *footprint(uint32_t tbegin, unsigned int loads, unsigned int stores)
{
	const bool overflow = (tbegin == TBEGIN ? loads : 0) + stores > MAX_LINES;
	const char *difference;
	struct sequence s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		*(volatile uint64_t *)lines[i] = i;
	begin_sequence(&s, true, (uintptr_t)lines);
	emit_tbegin(tbegin);
	emit_lines(0, loads, false);
	emit_lines(loads, stores, true);
	emit(TEND(0));
	difference = run_sequence(&s);
	if (!difference)
		difference = ended(true, overflow ? FOOTPRINT_OVERFLOW : 0, 0,
				   overflow ? lowcore.tfiar & ~3ull : 0);
	for (i = 0; i < ARRAY_SIZE(lines) && !difference; i++) {
		const bool stored = !overflow && i >= loads && i < loads + stores;

		if (*(volatile uint64_t *)lines[i] != (stored ? VALUE_R4 : i))
			difference = "memory";
	}
	return difference;
}

static void test_footprint(void)
{
	static const char rule[] = "64 lines, read and written together";

	verdict("64 lines stored to", rule, footprint(TBEGIN, 0, 64));
	verdict("65 lines stored to", rule, footprint(TBEGIN, 0, 65));
	verdict("64 lines loaded from", rule, footprint(TBEGIN, 64, 0));
	verdict("65 lines loaded from", rule, footprint(TBEGIN, 65, 0));
	verdict("40 lines loaded from, 24 stored to", rule, footprint(TBEGIN, 40, 24));
	verdict("40 lines loaded from, 25 stored to", rule, footprint(TBEGIN, 40, 25));
	verdict("rollback-only, 180 lines loaded from, 64 stored to", "loads are not tracked",
		footprint(TBEGIN_ROT, 180, 64));
	verdict("rollback-only, 65 lines stored to", rule, footprint(TBEGIN_ROT, 0, 65));
}

/* A load or store, then a suspended store to the same line. */
static const char *conflict(uint32_t outer, uint32_t inner, bool store, uint64_t cause, bool rot)
{
	const char *difference;
	struct sequence s;
	uint64_t last;

	reset_window();
	begin_sequence(&s, true, 0);
	emit_tbegin(outer);
	if (inner)
		emit(inner);
	emit_keep_texasr(0);
	emit(store ? STD(VALUE, WINDOW) : LD(10, WINDOW));
	emit(TSUSPEND);
	last = code_end();
	emit(STD_AT(MARKED, WINDOW, 8));
	emit(TRESUME);
	emit(TEND(1));
	difference = run_sequence(&s);
	if (!difference && !!(seen[0] & TEXASR_ROT) != rot)
		difference = "ROT in TEXASR";
	if (!difference)
		difference = ended(true, cause, TEXASR_SUSPENDED, last);
	if (!difference && window[1] != lowcore.operands[MARKED])
		difference = "the suspended store";
	return difference;
}

static void test_rollback_only(void)
{
	verdict("rollback-only, a store to what was loaded", "loads are not tracked",
		conflict(TBEGIN_ROT, 0, false, 0, true));
	verdict("rollback-only, a store to what was stored", "self-induced conflict",
		conflict(TBEGIN_ROT, 0, true, SELF_INDUCED, true));
	verdict("rollback-only in another one", "stays so", conflict(TBEGIN_ROT, TBEGIN_ROT, false, 0, true));
	verdict("a normal one in a rollback-only one", "becomes normal",
		conflict(TBEGIN_ROT, TBEGIN, false, SELF_INDUCED, false));
	verdict("rollback-only in a normal one", "stays normal",
		conflict(TBEGIN, TBEGIN_ROT, false, SELF_INDUCED, false));
}

/* The first failure is what stays recorded. */
static void test_first_failure(void)
{
	const char *difference;
	struct sequence s;
	uint64_t last;

	reset_window();
	begin_sequence(&s, true, 0);
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(TSUSPEND);
	last = code_end();
	emit(TABORT(SEEN));
	emit(STD(MARKED, WINDOW));
	emit(TABORT(WINDOW));
	emit(TRESUME);
	difference = run_sequence(&s);
	if (!difference)
		difference = ended(true, ABORT_CODE((uintptr_t)seen & 0xff), TEXASR_SUSPENDED, last);
	verdict("tabort., a conflict, and tabort. in Suspended state", "the first one is recorded",
		difference);
}

static bool aborts(unsigned int to, int64_t a, int64_t b)
{
	return (to & 16 && a < b) || (to & 8 && a > b) || (to & 4 && a == b) ||
	       (to & 2 && (uint64_t)a < (uint64_t)b) || (to & 1 && (uint64_t)a > (uint64_t)b);
}

enum { WC, DC, WCI, DCI };

static const char *condition(unsigned int kind, unsigned int to, uint64_t a, uint64_t b,
			     bool suspended)
{
	const uint32_t instructions[] = {
		TABORTWC(to, VALUE, OTHER), TABORTDC(to, VALUE, OTHER),
		TABORTWCI(to, VALUE, (uint32_t)b), TABORTDCI(to, VALUE, (uint32_t)b),
	};
	const bool words = kind == WC || kind == WCI;
	const bool fails = words ? aborts(to, (int32_t)a, (int32_t)b) : aborts(to, a, b);
	const char *difference;
	struct sequence s;
	uint64_t last;

	begin_sequence(&s, true, b);
	s.test.r4 = a;
	emit_tbegin(TBEGIN);
	if (suspended)
		emit(TSUSPEND);
	last = code_end();
	emit(instructions[kind]);
	if (suspended)
		emit(TRESUME);
	emit(TEND(0));
	difference = run_sequence(&s);
	return difference ? difference :
	       ended(true, fails ? ABORTED : 0, suspended ? TEXASR_SUSPENDED : 0, last);
}

static void test_conditions(void)
{
	static const uint64_t values[] = {
		0, 1, 15, -1ull, 0x80000000, 0xffffffff, 0x100000001, 0x8000000000000000,
	};
	static const int64_t immediates[] = { 0, 1, 15, -1, -16 };
	static const char *const names[] = { "tabortwc.", "tabortdc.", "tabortwci.", "tabortdci." };
	unsigned int kind, to, i, j, suspended;
	const char *difference;

	for (kind = 0; kind < ARRAY_SIZE(names); kind++) {
		difference = 0;
		if (!wanted(names[kind]))
			continue;
		for (suspended = 0; suspended < 2; suspended++)
			for (to = 0; to < 32; to++)
				for (i = 0; i < ARRAY_SIZE(values); i++)
					for (j = 0; j < (kind < WCI ? ARRAY_SIZE(values) :
							 ARRAY_SIZE(immediates)) && !difference; j++) {
						const uint64_t b = kind < WCI ? values[j] :
								   (uint64_t)immediates[j];

						difference = condition(kind, to, values[i], b,
								       suspended);
						if (difference)
							print("# %s TO %u of %x and %x\n",
							      names[kind], to, values[i], b);
					}
		verdict(names[kind], "all conditions, all TO, T and S", difference);
	}
}

/* A reservation that is made before the first of these and used after it. */
static const char *reservation(uint32_t before, uint32_t change, bool kept)
{
	const char *difference;
	struct sequence s;

	reset_window();
	begin_sequence(&s, true, 0);
	emit(ADDI(12, WINDOW, 2 * LINE));
	if (change != TBEGIN)
		emit_tbegin(TBEGIN);
	if (before)
		emit(before);
	emit(LDARX(10, 12));
	emit(change);
	emit(STDCX(MARKED, 12));
	emit(MFCR(13));
	emit(STD(13, SEEN));
	if (change == TBEGIN || before == TBEGIN)
		emit(TEND(0));
	difference = run_sequence(&s);
	if (!difference && (window[2 * LINE / 8] == lowcore.operands[MARKED]) != kept &&
	    change != TSUSPEND)
		difference = "memory";
	if (!difference && !!(seen[0] & BIT(29)) != kept)
		difference = "success of stdcx.";
	return difference;
}

static void test_reservations(void)
{
	static const char rule[] = "lost, as each change of state may do";

	verdict("ldarx, tbegin., stdcx.", rule, reservation(0, TBEGIN, false));
	verdict("ldarx, tsuspend., stdcx.", rule, reservation(0, TSUSPEND, false));
	verdict("ldarx, tresume., stdcx.", rule, reservation(TSUSPEND, TRESUME, false));
	verdict("ldarx, tend., stdcx.", rule, reservation(0, TEND(0), false));
	verdict("ldarx, nested tend., stdcx.", "no change of state", reservation(TBEGIN, TEND(0), true));
}

void test_transactions(void)
{
	test_nesting();
	test_footprint();
	test_rollback_only();
	test_first_failure();
	test_conditions();
	test_reservations();
}
