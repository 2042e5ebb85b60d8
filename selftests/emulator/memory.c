// SPDX-License-Identifier: GPL-2.0-only
/*
 * All stores and loads, first with no transaction: that is what a transaction
 * has to show of itself, to its thread in Suspended state, and, if it commits,
 * to everybody. If it doesn't, nothing has changed but what is not part of
 * transactions (Power ISA 2.07B, Book II 5.2 and 5.3).
 */
#include "sequence.h"

extern const struct row store_rows[];

static const uint64_t data[8] __attribute__((aligned(LINE))) = {
	0x400921fb54442d18, 0xc005bf0a8b145769, 0x3ff0000000000000, 0x4000000000000000,
	0x0102030405060708, 0x1112131415161718, 0x2122232425262728, 0x3132333435363738,
};

static uint64_t memory_after[WINDOW_DWORDS], registers_after[32];

static bool window_is(const uint64_t *wanted_values)
{
	unsigned int i;

	for (i = 0; i < WINDOW_DWORDS; i++)
		if (window[i] != (wanted_values ? wanted_values[i] : window_before(i)))
			return false;
	return true;
}

static bool seen_is(const uint64_t *wanted_values)
{
	unsigned int i;

	for (i = 0; i < WINDOW_DWORDS; i++)
		if (seen[i] != wanted_values[i])
			return false;
	return true;
}

/* With no transaction, so that it is known what has to come. */
static const char *run_plain(const struct row *row, bool user)
{
	const char *difference;
	struct sequence s;
	unsigned int i;

	reset_window();
	begin_sequence(&s, user, (uintptr_t)data);
	emit_row(row);
	difference = run_sequence(&s);
	for (i = 0; i < WINDOW_DWORDS; i++)
		memory_after[i] = window[i];
	for (i = 0; i < 32; i++)
		registers_after[i] = lowcore.gpr[i];
	if (!difference && window_is(0) != !!(row->flags & ROW_NO_STORE))
		return "what it does outside of transactions";
	return difference;
}

static const char *run_transaction(const struct row *row, bool user, uint32_t tbegin, bool commit)
{
	const char *difference;
	struct sequence s;
	unsigned int i;

	reset_window();
	begin_sequence(&s, user, (uintptr_t)data);
	emit_tbegin(tbegin);
	emit_row(row);
	/* Registers that looking needs are kept, in Suspended state, out of its way. */
	emit(TSUSPEND);
	emit(MTSPR(SPR_TAR, 10));
	for (i = 11; i < 15; i++)
		emit(MR(4 + i, i));
	emit_look();
	for (i = 11; i < 15; i++)
		emit(MR(i, 4 + i));
	emit(MFSPR(10, SPR_TAR));
	emit(TRESUME);
	emit(commit ? TEND(0) : TABORT(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (MSR_TS_OF(lowcore.srr1) != N)
		return "TS";
	if (lowcore.gpr[RESULT] != (commit ? FINISHED : FAILED))
		return "success";
	if (!seen_is(memory_after))
		return "what Suspended state sees";
	if (!window_is(commit ? memory_after : 0))
		return "memory";
	for (i = 0; i < 32; i++) {
		/* Written on the way by the test, not by the row. */
		if (i == RESULT || (i >= 15 && i < 19))
			continue;
		if (lowcore.gpr[i] != (commit ? registers_after[i] : lowcore.operands[i]))
			return "a register";
	}
	return 0;
}

void test_memory(void)
{
	static const char *const variants[2][4] = {
		{ "commits, privileged", "aborts, privileged", "rollback-only, commits, privileged",
		  "rollback-only, aborts, privileged" },
		{ "commits, problem state", "aborts, problem state",
		  "rollback-only, commits, problem state", "rollback-only, aborts, problem state" },
	};
	const struct row *row;
	unsigned int user, variant;
	const char *difference;

	for (row = store_rows; row->name; row++) {
		for (user = 0; user < 2; user++) {
			if (!can_run(row, user))
				continue;
			difference = run_plain(row, user);
			if (difference) {
				sequence_result(row, "no transaction", difference);
				continue;
			}
			for (variant = 0; variant < 4; variant++)
				sequence_result(row, variants[user][variant],
						run_transaction(row, user,
								variant & 2 ? TBEGIN_ROT : TBEGIN,
								!(variant & 1)));
		}
	}
}
