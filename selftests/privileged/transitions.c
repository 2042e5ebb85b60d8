// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every MSR[TS,TM] to every other by rfid, mtmsrd and mtmsr (Power ISA 2.07B,
 * Book III-S 3.2.2 and the descriptions of the instructions).
 *
 * rfid and mtmsrd with L = 0: an illegal transition is a TM Bad Thing at the
 * instruction and changes nothing; from S0 to N0 the three bits are left alone.
 * mtmsr never touches the upper half of the MSR, L = 1 only EE and RI.
 *
 * Without the facility the three bits are 0, whatever is written to them.
 */
#include "encodings.h"
#include "privileged.h"

enum rule {
	TAKEN,		/* the new value takes effect */
	BAD,		/* TM Bad Thing */
	KEPT,		/* TS and TM stay, the rest takes effect */
	RESUMED,	/* as TAKEN; if the transaction has failed, its handler runs */
};

#define TS_TM(ts, tm)	((ts) * 2 + (tm))
#define STATES		8

/* [from][to], both TS_TM(). The reserved TS is never legal. */
static const uint8_t rules[4][STATES] = {
	/*	  N0     N1     S0     S1     T0   T1       30   31 */
	/* N0 */ { TAKEN, TAKEN, BAD,   BAD,   BAD, BAD,     BAD, BAD },
	/* N1 */ { TAKEN, TAKEN, BAD,   BAD,   BAD, BAD,     BAD, BAD },
	/* S0 */ { KEPT,  BAD,   TAKEN, TAKEN, BAD, RESUMED, BAD, BAD },
	/* S1 */ { BAD,   BAD,   TAKEN, TAKEN, BAD, RESUMED, BAD, BAD },
};

static const struct {
	const char *name;
	uint32_t instruction;
	bool moves_ts;
} instructions[] = {
	{ "mtmsrd", MTMSRD(3), true },
	{ "mtmsr", MTMSR(3), false },
	{ "mtmsrd with L", MTMSRD_L(3), false },
	{ "mtmsr with L", MTMSR_L(3), false },
};

static uint64_t msr_value(unsigned int to, bool user)
{
	return (lowcore.base_msr & ~(MSR_TM | MSR_TS(3))) | MSR_TS(to / 2) |
	       (to % 2 ? MSR_TM : 0) | (user ? MSR_PR : 0);
}

static void make_name(char *name, const char *instruction, enum from from, bool tm,
		      unsigned int to, const char *more)
{
	const char *const parts[] = {
		instruction, from == FROM_USER ? ", live S" : from == FROM_FAILED ? ", S" : ", N",
		tm ? "1" : "0", " to ", &"N\0S\0T\0" "3"[to / 2 * 2], to % 2 ? "1" : "0",
		more,
	};
	unsigned int part;
	const char *p;

	for (part = 0; part < ARRAY_SIZE(parts); part++)
		for (p = parts[part]; *p; )
			*name++ = *p++;
	*name = 0;
}

/* @where is where the next instruction is. */
void expect_transition(struct test *t, unsigned int to, enum where where)
{
	const unsigned int before = TS_TM(t->from == FROM_N ? N : S, t->tm);
	const struct outcome goes_on = {
		.vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = where, .cr0 = 0xf,
	};
	enum rule rule = rules[before][to];

	t->may[0] = goes_on;
	if (!lowcore.has_tm) {
		t->rule = "no facility: TS and TM stay 0";
		return;
	}
	t->may[0].ts = to / 2;
	t->may[0].tm = to % 2;
	switch (rule) {
	case TAKEN:
		t->rule = "takes effect";
		break;
	case KEPT:
		t->rule = "S with TM = 0 stays S";
		t->may[0].ts = S;
		t->may[0].tm = 0;
		break;
	case BAD:
		t->rule = "TM Bad Thing";
		t->may[0].where = AT;
		t->may[0].reason = SRR1_BAD_THING;
		t->may[0].ts = before / 2;
		t->may[0].tm = before % 2;
		break;
	case RESUMED:
		t->rule = "resumes, or fails if failure is recorded";
		t->may[1] = (struct outcome){
			.vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = HANDLER,
			.ts = N, .tm = 1, .cr0 = 0xa, .back = true,
			.texasr_mask = TEXASR_SUMMARY, .texasr = TEXASR_SUMMARY,
		};
		if (t->from == FROM_FAILED) {
			t->may[0] = t->may[1];
			t->may[1].vector = 0;
		}
		break;
	}
}

static void test_return(uint32_t instruction, enum from from, bool tm, unsigned int to, bool user,
			bool guest)
{
	static const char *const more[] = {
		"", " in problem state", " of a guest", " in problem state of a guest",
	};
	char name[80];
	struct test t = {
		.name = name, .instruction = instruction, .from = from, .tm = tm,
		.srr1 = msr_value(to, user) & ~(guest ? MSR_HV : 0),
	};

	make_name(name, instruction == HRFID ? "hrfid" : "rfid", from, tm, to,
		  more[user + 2 * guest]);
	expect_transition(&t, to, TARGET);
	judge(&t);
}

static void test_move(unsigned int i, enum from from, bool tm, unsigned int to)
{
	char name[64];
	struct test t = {
		.name = name, .instruction = instructions[i].instruction, .from = from, .tm = tm,
		.r3 = msr_value(to, false),
	};

	make_name(name, instructions[i].name, from, tm, to, "");
	if (instructions[i].moves_ts) {
		expect_transition(&t, to, NEXT);
	} else {
		expect_transition(&t, TS_TM(from == FROM_N ? N : S, tm), NEXT);
		t.rule = "leaves TS and TM alone";
	}
	judge(&t);
}

void test_transitions(void)
{
	const unsigned int last = lowcore.has_tm ? FROM_USER : FROM_N;
	unsigned int from, tm, to, i;

	for (from = FROM_N; from <= last; from++) {
		for (tm = 0; tm <= lowcore.has_tm; tm++) {
			for (to = 0; to < STATES; to++) {
				test_return(RFID, from, tm, to, false, false);
				test_return(RFID, from, tm, to, true, false);
				for (i = 0; i < ARRAY_SIZE(instructions); i++)
					test_move(i, from, tm, to);
			}
		}
	}
}

/* For a hypervisor, to its own states and to those of a guest. */
void test_hrfid(void)
{
	unsigned int from, tm, to, i;

	for (from = FROM_N; from <= FROM_USER; from++)
		for (tm = 0; tm < 2; tm++)
			for (to = 0; to < STATES; to++)
				for (i = 0; i < 4; i++)
					test_return(HRFID, from, tm, to, i & 1, i & 2);
}
