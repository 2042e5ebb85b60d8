// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSR[TS,TM] from Transactional state to every other by rfid, hrfid and mtmsrd:
 * only T1 is legal, all else is a TM Bad Thing at the instruction, in the same
 * state (Power ISA 2.07B, Book III-S 3.2.2). ../privileged/transitions.c has all
 * other states; a guest kernel of PR KVM is not in this one.
 */
#include "emulator.h"

#define STATES	8

static const struct {
	uint32_t instruction;
	bool hypervisor;
	uint8_t where;
	const char *names[STATES];
} moves[] = {
	{ RFID, false, TARGET, {
		"rfid, T1 to N0", "rfid, T1 to N1", "rfid, T1 to S0", "rfid, T1 to S1",
		"rfid, T1 to T0", "rfid, T1 to T1", "rfid, T1 to 30", "rfid, T1 to 31" } },
	{ HRFID, true, TARGET, {
		"hrfid, T1 to N0", "hrfid, T1 to N1", "hrfid, T1 to S0", "hrfid, T1 to S1",
		"hrfid, T1 to T0", "hrfid, T1 to T1", "hrfid, T1 to 30", "hrfid, T1 to 31" } },
	{ MTMSRD(3), false, NEXT, {
		"mtmsrd, T1 to N0", "mtmsrd, T1 to N1", "mtmsrd, T1 to S0", "mtmsrd, T1 to S1",
		"mtmsrd, T1 to T0", "mtmsrd, T1 to T1", "mtmsrd, T1 to 30", "mtmsrd, T1 to 31" } },
};

static void test_transition(unsigned int move, unsigned int to)
{
	const bool legal = to == T * 2 + 1;
	const uint64_t msr = (lowcore.base_msr & ~(MSR_TM | MSR_TS(3))) | MSR_TS(to / 2) |
			     (to % 2 ? MSR_TM : 0);
	const struct test t = {
		.name = moves[move].names[to], .rule = legal ? "takes effect" : "TM Bad Thing",
		.instruction = moves[move].instruction, .from = FROM_T, .tm = true,
		.r3 = msr, .srr1 = msr,
		.may = { {
			.vector = VECTOR_PROGRAM, .reason = legal ? SRR1_TRAP : SRR1_BAD_THING,
			.where = legal ? moves[move].where : AT, .ts = T, .tm = 1, .cr0 = 0xf,
		} },
	};

	judge(&t);
}

void test_from_transactional(void)
{
	unsigned int i, to;

	for (i = 0; i < ARRAY_SIZE(moves); i++)
		for (to = 0; to < STATES; to++)
			if (!moves[i].hypervisor || is_hypervisor())
				test_transition(i, to);
}
