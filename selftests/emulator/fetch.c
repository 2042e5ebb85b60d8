// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instruction fetches. The ISA has a conflict for a fetch from what the
 * transaction has stored to (TEXASR bit 16; Power ISA 2.07B, Book II 5.3.1).
 * The emulated machine has not: a fetch gets what memory has, so that it is the
 * commit that changes a program, for everybody and all of it.
 */
#include "sequence.h"

/* A routine that says which one it is in r10. */
static volatile uint64_t routine[LINE / 8] __attribute__((aligned(LINE)));

static uint64_t number(unsigned int n)
{
	return (uint64_t)LI(10, n) << 32 | BLR;
}

static void emit_call(void)
{
	emit(MTSPR(SPR_CTR, OTHER));
	emit(BCTRL);
}

static void emit_synchronize(void)
{
	emit(SYNC);
	emit(ICBI(OTHER));
	emit(ISYNC);
}

static void begin(struct sequence *s, bool user)
{
	begin_sequence(s, user, (uintptr_t)routine);
	s->test.r4 = number(2);
}

/* Which one memory has, with no transaction. */
static uint64_t call(bool user)
{
	struct sequence s;

	begin(&s, user);
	emit_synchronize();
	emit_call();
	return run_sequence(&s) ? 0 : lowcore.gpr[10];
}

static const char *stored(bool user, bool commit)
{
	const char *difference;
	struct sequence s;

	routine[0] = number(1);
	if (call(user) != 1)
		return "the routine before";
	begin(&s, user);
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, OTHER));
	emit(LD(12, OTHER));
	emit_call();
	emit(TSUSPEND);
	/* Which outlives a failure. */
	emit(STD(12, SEEN));
	emit(STD_AT(10, SEEN, 8));
	emit(TRESUME);
	emit(commit ? TEND(0) : TABORT(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (lowcore.gpr[RESULT] != (commit ? FINISHED : FAILED))
		return "success";
	if (seen[0] != number(2))
		return "what was loaded";
	if (seen[1] != 1)
		return "what was executed in the transaction";
	if (call(user) != (commit ? 2 : 1))
		return "what is executed after it";
	return 0;
}

/* Of what was fetched nothing is known, so that a store to it is no conflict. */
static const char *fetched(bool user)
{
	const char *difference;
	struct sequence s;

	routine[0] = number(1);
	begin(&s, user);
	emit_tbegin(TBEGIN);
	emit_call();
	emit(MR(11, 10));
	emit(TSUSPEND);
	emit(STD(VALUE, OTHER));
	emit_synchronize();
	emit(TRESUME);
	emit_call();
	emit(TEND(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (lowcore.gpr[RESULT] != FINISHED)
		return "success";
	if (lowcore.gpr[11] != 1)
		return "what was executed before the store";
	if (lowcore.gpr[10] != 2)
		return "what was executed after it";
	return 0;
}

void test_fetch(void)
{
	static const char *const variants[2][3] = {
		{ "commits, privileged", "aborts, privileged", "privileged" },
		{ "commits, problem state", "aborts, problem state", "problem state" },
	};
	struct row row = { .rule = "no conflict; a commit changes the program" };
	unsigned int user;

	for (user = 0; user < 2; user++) {
		row.name = "a fetch of what was stored";
		sequence_result(&row, variants[user][0], stored(user, true));
		sequence_result(&row, variants[user][1], stored(user, false));
		row.name = "a suspended store to what was fetched";
		sequence_result(&row, variants[user][2], fetched(user));
	}
}
