// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event-based branches suspend a transaction and leave its state in BESCR[TS],
 * from where rfebb takes it, by the rules of rfid (Power ISA 2.07B, Book II
 * 7.2; Book III-S 3.2.2 for the transitions).
 */
#include "sequence.h"

#define SPR_EBBHR	804
#define SPR_EBBRR	805
#define SPR_BESCR	806
#define SPR_PMC5	791	/* of instructions */
#define SPR_PMC6	792	/* of cycles */
#define SPR_MMCR0	795

#define BESCR_GE	BIT(63)
#define BESCR_PME	BIT(32)			/* performance monitor's */
#define BESCR_ENABLED	(BESCR_GE | BESCR_PME)
#define BESCR_TS_OF(bescr)	((unsigned int)((bescr) >> 30) & 3)
#define MMCR0_EBE	BIT(20)
#define MMCR0_OVERFLOWS	BIT(14)		/* of all counters but the first */
#define BESCR_TS(ts)	((uint64_t)(ts) << 30)
#define FSCR_EBB_BIT	7
#define FSCR_EBB	BIT(FSCR_EBB_BIT)
#define RFEBB		0x4c000124
#define RFEBB_S(s)	(RFEBB | (s) << 11)
#define BEFORE_OVERFLOW	(0x80000000 - 30000)

static void emit_state(unsigned int ts)
{
	if (ts != N)
		emit_tbegin(TBEGIN);
	if (ts == S)
		emit(TSUSPEND);
}

static const char *rfebb(unsigned int from, unsigned int to)
{
	const bool legal = from == N ? to == N : from == T ? to == T : to == S || to == T;
	struct sequence s;
	uint64_t at;

	reset_window();
	begin_sequence(&s, true, BESCR_TS(to));
	emit(MTSPR(SPR_EBBRR, VALUE));
	emit(MTSPR(SPR_BESCR, OTHER));
	emit_state(from);
	at = code_end();
	emit(RFEBB);
	emit(TRAP);
	s.test.r4 = code_end();
	emit(NOP);
	emit_end(&s.test);
	run_test(&s.test);
	if (lowcore.vector != VECTOR_PROGRAM ||
	    (lowcore.srr1 & SRR1_REASONS) != (legal ? SRR1_TRAP : SRR1_BAD_THING))
		return "another interrupt";
	if (lowcore.srr0 != (legal ? s.test.r4 + 4 : at))
		return "SRR0";
	if (MSR_TS_OF(lowcore.srr1) != (legal ? to : from) || !MSR_TM_OF(lowcore.srr1))
		return "TS and TM";
	if (lowcore.gpr[RESULT] != FINISHED)
		return "success";
	return 0;
}

/* Problem state needs FSCR[EBB] (Power ISA 2.07B, Book III-S 3.2.11). */
static const char *rfebb_denied(unsigned int from)
{
	struct sequence s;
	uint64_t at;

	reset_window();
	begin_sequence(&s, true, 0);
	emit_state(from);
	at = code_end();
	emit(RFEBB);
	emit(NOP);
	emit_end(&s.test);
	run_test(&s.test);
	if (lowcore.vector != VECTOR_FACILITY || lowcore.srr0 != at)
		return "another interrupt";
	if (lowcore.fscr >> 56 != FSCR_EBB_BIT)
		return "the cause in FSCR";
	if (MSR_TS_OF(lowcore.srr1) != from)
		return "TS";
	return 0;
}

static void set_bescr(uint64_t value)
{
	asm volatile("mtspr %0, %1" : : "i" (SPR_BESCR), "r" (value));
}

static const char *run_to_overflow(struct sequence *s, bool instructions)
{
	const uint64_t control = MMCR0_EBE | MMCR0_OVERFLOWS;
	const char *difference;

	asm volatile("mtspr %0, %2; mtspr %1, %3"
		     : : "i" (SPR_PMC5), "i" (SPR_PMC6),
		     "r" (instructions ? BEFORE_OVERFLOW : 0ull),
		     "r" (instructions ? 0ull : BEFORE_OVERFLOW));
	asm volatile("mtspr %0, %1" : : "i" (SPR_MMCR0), "r" (control));
	difference = run_sequence(s);
	asm volatile("mtspr %0, %1" : : "i" (SPR_MMCR0), "r" (0ull));
	return difference;
}

/* The counter of instructions overflows in the middle of a loop. */
static const char *event(unsigned int state)
{
	const char *difference;
	struct sequence s;

	reset_window();
	begin_sequence(&s, true, BESCR_ENABLED);
	emit(MTSPR(SPR_EBBHR, VALUE));
	emit_state(state);
	emit(MTSPR(SPR_BESCR, OTHER));
	emit(BRANCH(0));
	s.test.r4 = code_end();
	emit(MFSPR(10, SPR_BESCR));
	emit(STD(10, SEEN));
	difference = run_to_overflow(&s, true);
	set_bescr(0);
	if (difference)
		return difference;
	if (lowcore.gpr[RESULT] != FINISHED)
		return "success";
	if (MSR_TS_OF(lowcore.srr1) != (state == N ? N : S))
		return "TS";
	if (BESCR_TS_OF(seen[0]) != state)
		return "TS in BESCR";
	return 0;
}

/* Without FSCR[EBB] there is neither a branch nor anything else. */
static const char *event_denied(bool instructions)
{
	const char *difference;
	struct sequence s;
	uint64_t bescr;

	begin_sequence(&s, true, 0);
	s.test.r4 = 3000000;
	emit(MTSPR(SPR_CTR, VALUE));
	emit(BDNZ_SELF);
	set_bescr(BESCR_ENABLED);
	difference = run_to_overflow(&s, instructions);
	asm volatile("mfspr %0, %1" : "=r" (bescr) : "i" (SPR_BESCR));
	set_bescr(0);
	if (!difference && bescr != BESCR_ENABLED)
		return "BESCR";
	return difference;
}

/* S is a part of the instruction, whatever the registers with its numbers have. */
static const char *rfebb_enables(unsigned int enables, unsigned int registers)
{
	const char *difference;
	struct sequence s;

	reset_window();
	begin_sequence(&s, true, enables ? 0 : BESCR_GE);
	emit(MTSPR(SPR_BESCR, OTHER));
	emit(MTSPR(SPR_EBBRR, VALUE));
	emit(LI(0, registers));
	emit(LI(1, registers));
	emit(RFEBB_S(enables));
	emit(TRAP);
	s.test.r4 = code_end();
	emit(MFSPR(10, SPR_BESCR));
	emit(STD(10, SEEN));
	difference = run_sequence(&s);
	set_bescr(0);
	if (!difference && seen[0] != (enables ? BESCR_GE : 0))
		return "BESCR[GE]";
	return difference;
}

void test_branches(void)
{
	static const char *const states[] = { "N", "S", "T", "3" };
	struct row row = { .rule = "N to N; S to S and T; T to T; else TM Bad Thing" };
	char name[] = "rfebb, _ to _";
	unsigned int from, to;

	asm volatile("mtspr 153, %0" : : "r" (FSCR_TAR | FSCR_EBB));
	row.name = name;
	for (from = N; from <= T; from++) {
		for (to = N; to <= RESERVED; to++) {
			name[7] = states[from][0];
			name[12] = states[to][0];
			sequence_result(&row, "problem state", rfebb(from, to));
		}
	}
	row.rule = "S becomes BESCR[GE]";
	for (from = 0; from < 4; from++) {
		row.name = from & 1 ? "rfebb 1" : "rfebb 0";
		sequence_result(&row, from & 2 ? "r0 and r1 are 1" : "r0 and r1 are 0",
				rfebb_enables(from & 1, from >> 1));
	}
	row.rule = "T becomes S, BESCR[TS] tells";
	row.name = "an event-based branch";
	for (from = N; from <= T; from++)
		sequence_result(&row, states[from], event(from));
	asm volatile("mtspr 153, %0" : : "r" (FSCR_TAR));
	row.rule = "facility unavailable";
	row.name = "rfebb, FSCR[EBB] = 0";
	for (from = N; from <= T; from++)
		sequence_result(&row, states[from], rfebb_denied(from));
	row.rule = "nothing happens";
	row.name = "a performance monitor event, FSCR[EBB] = 0";
	sequence_result(&row, "instructions", event_denied(true));
	sequence_result(&row, "cycles", event_denied(false));
}
