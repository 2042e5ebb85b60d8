// SPDX-License-Identifier: GPL-2.0-only
/* What a transaction allows, in both of its states: the tables say it. */
#include "causes.h"
#include "sequence.h"

extern const struct row suspended_rows[], transactional_rows[];

/* Doublewords of seen[]. */
enum { FOUND, CHECKED, TEXASR_THEN };

static const char *run_suspended(const struct row *row, bool user)
{
	const char *difference;
	struct sequence s;
	uint64_t last;
	bool failed;

	reset_window();
	begin_sequence(&s, user, alias(user));
	s.test.msr = user ? MSR_IR | MSR_DR : 0;
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(LD_AT(10, WINDOW, LINE));
	emit(TSUSPEND);
	emit_row(row);
	last = code_end() - 4;
	emit(STD_AT(10, SEEN, 8 * FOUND));
	emit(TCHECK(5));
	emit(MFCR(11));
	emit(STD_AT(11, SEEN, 8 * CHECKED));
	emit(MFSPR(11, SPR_TEXASR));
	emit(STD_AT(11, SEEN, 8 * TEXASR_THEN));
	emit(TRESUME);
	emit(TEND(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	failed = lowcore.gpr[RESULT] == FAILED;
	if (MSR_TS_OF(lowcore.srr1) != N)
		return "TS";
	if (row->b && window[(row->b - 1) / 8] != lowcore.operands[MARKED] && (row->b - 1) % 8 == 0)
		return "what it stored";
	if (row->flags & ROW_SEES_NEW && seen[FOUND] != VALUE_R4)
		return "what it loaded";
	if (failed && lowcore.cr >> 28 != 0xa)
		return "CR0";
	if (failed && row->b != 1 && window[0] != window_before(0) && row->code[0] != DCBZ(WINDOW))
		return "memory after a failure";
	if (!failed && window[0] != VALUE_R4)
		return "memory after a commit";
	if (row->flags & ROW_MAY_FAIL)
		return 0;
	if (failed != !!row->a)
		return "success";
	/* TDOOMED || TS || 0, at once */
	if ((seen[CHECKED] >> 8 & 0xf) != (failed ? 8 | S << 1 : S << 1))
		return "tcheck";
	if (!!(seen[TEXASR_THEN] & TEXASR_SUMMARY) != failed)
		return "TEXASR in Suspended state";
	return failed ? check_record(user, row->a, TEXASR_SUSPENDED, last) : 0;
}

/* dcbi in problem state is an interrupt, and nothing else. */
static const char *dcbi_denied(void)
{
	struct sequence s;
	uint64_t at;

	reset_window();
	begin_sequence(&s, true, 0);
	s.test.msr = MSR_IR | MSR_DR;
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(TSUSPEND);
	at = code_end();
	emit(DCBI(WINDOW));
	emit_end(&s.test);
	run_test(&s.test);
	if (lowcore.vector != VECTOR_PROGRAM || lowcore.srr0 != at ||
	    (lowcore.srr1 & SRR1_REASONS) != SRR1_PRIVILEGED)
		return "another interrupt";
	if (MSR_TS_OF(lowcore.srr1) != S)
		return "TS";
	return lowcore.texasr & TEXASR_SUMMARY ? "TEXASR" : 0;
}

static const char *run_transactional(const struct row *row, bool user)
{
	const char *difference;
	struct sequence s;
	uint64_t last;

	reset_window();
	begin_sequence(&s, user, 0);
	s.test.msr = user ? MSR_IR | MSR_DR : 0;
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit_row(row);
	last = code_end() - 4;
	emit(TEND(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (MSR_TS_OF(lowcore.srr1) != N)
		return "TS";
	if (lowcore.gpr[RESULT] != (row->a ? FAILED : FINISHED))
		return "success";
	if (window[0] != (row->a ? window_before(0) : VALUE_R4))
		return "memory";
	return row->a ? check_record(user, row->a, 0, last) : 0;
}

void test_accesses(void)
{
	static const char *const privileges[2][2] = {
		{ "S, privileged", "S, problem state" }, { "T, privileged", "T, problem state" },
	};
	const struct row dcbi = { .name = "dcbi of what was stored", .rule = "III-S 4.4.1" };
	const struct row *row;
	unsigned int user;

	for (row = suspended_rows; row->name; row++)
		for (user = 0; user < 2; user++)
			if (can_run(row, user))
				sequence_result(row, privileges[0][user], run_suspended(row, user));
	sequence_result(&dcbi, privileges[0][true], dcbi_denied());
	for (row = transactional_rows; row->name; row++)
		for (user = 0; user < 2; user++)
			if (can_run(row, user))
				sequence_result(row, privileges[1][user],
						run_transactional(row, user));
}
