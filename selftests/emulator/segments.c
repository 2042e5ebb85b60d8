// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments that go and come back: what the processor has looked up by way of
 * one must not be used without it (Power ISA 2.07B, Book III-S 5.7.6, 5.9.3.1).
 */
#include "sequence.h"

#define SEGMENT		0x20000000ull
#define ESID_WORD	(SEGMENT | 0x8000002ull)	/* valid, entry 2 */
#define VSID_WORD(vsid)	((uint64_t)(vsid) << 12)

#define H_AVPN		(1ull << 31)

#define VECTOR_DATA		0x300
#define VECTOR_DATA_SEGMENT	0x380

enum { NOTHING, FIRST, SECOND };
static const uint64_t vsids[] = { [FIRST] = 0x2345, [SECOND] = 0x6789 };

/* A routine that says which one it is in r10, and a number next to it. */
static volatile uint64_t routines[3][512] __attribute__((aligned(4096)));

static bool map_routine(unsigned int which, unsigned int routine)
{
	return map_in(vsids[which], 0, (uintptr_t)routines[routine],
		      HPTE_COHERENT | HPTE_REFERENCED | HPTE_CHANGED);
}

static bool unmap_routine(unsigned int which)
{
	const uint64_t first = group_of(vsids[which], 0) * 8;
	uint64_t entry;

	for (entry = first; entry < first + 8; entry++)
		if (!hypercall(H_REMOVE, H_AVPN, entry, virtual_page(vsids[which], 0), 0))
			return true;
	return false;
}

static void enter_segment(unsigned int which, bool all)
{
	if (all)
		asm volatile("slbia; slbmte %0, %1"
			     : : "r" (SLB_VSID_WORD), "r" (SLB_ESID_WORD));
	else
		asm volatile("slbie %0" : : "r" (SEGMENT));
	if (which)
		asm volatile("slbmte %0, %1" : : "r" (VSID_WORD(vsids[which])), "r" (ESID_WORD));
	asm volatile("isync" : : : "memory");
}

static const char *call(bool user, unsigned int routine)
{
	const char *difference;
	struct sequence s;

	begin_sequence(&s, user, SEGMENT);
	s.test.msr = MSR_IR | MSR_DR;
	emit(LD_AT(12, OTHER, 8));
	emit(MTSPR(SPR_CTR, OTHER));
	emit(BCTRL);
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (lowcore.gpr[12] != routine)
		return "what was loaded";
	if (lowcore.gpr[10] != routine)
		return "what was executed";
	return 0;
}

/* Writes a routine by its effective address, and executes it. */
static const char *write_and_call(bool user, unsigned int number)
{
	const char *difference;
	struct sequence s;

	begin_sequence(&s, user, SEGMENT);
	s.test.msr = MSR_IR | MSR_DR;
	s.test.r4 = (uint64_t)LI(10, number) << 32 | BLR;
	emit(STD(VALUE, OTHER));
	emit(DCBST(OTHER));
	emit(SYNC);
	emit(ICBI(OTHER));
	emit(ISYNC);
	emit(MTSPR(SPR_CTR, OTHER));
	emit(BCTRL);
	difference = run_sequence(&s);
	if (difference)
		return difference;
	return lowcore.gpr[10] == number ? 0 : "what was executed";
}

static const char *denied(bool user, unsigned int vector)
{
	struct sequence s;

	begin_sequence(&s, user, SEGMENT);
	s.test.msr = MSR_IR | MSR_DR;
	emit(LD(12, OTHER));
	emit_end(&s.test);
	run_test(&s.test);
	return lowcore.vector == vector ? 0 : "another interrupt";
}

static const char *exchange(bool user, bool all)
{
	const char *difference = 0;
	unsigned int turn;

	for (turn = 0; turn < 6 && !difference; turn++) {
		enter_segment(turn & 1 ? SECOND : FIRST, all);
		difference = call(user, turn & 1 ? SECOND : FIRST);
	}
	return difference;
}

static const char *take_away(bool user, bool all)
{
	const char *difference = 0;
	unsigned int turn;

	for (turn = 0; turn < 3 && !difference; turn++) {
		enter_segment(FIRST, all);
		difference = call(user, FIRST);
		enter_segment(NOTHING, all);
		if (!difference)
			difference = denied(user, VECTOR_DATA_SEGMENT);
	}
	return difference;
}

/*
 * A segment goes while the transaction that is suspended redirects accesses,
 * and instructions are fetched in real mode.
 */
static const char *take_away_suspended(void)
{
	struct sequence s;
	uint64_t at;

	reset_window();
	enter_segment(FIRST, false);
	begin_sequence(&s, false, SEGMENT);
	s.test.msr = MSR_DR;
	emit(LD(12, OTHER));
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(TSUSPEND);
	emit(SLBIE(OTHER));
	emit(ISYNC);
	emit(TRESUME);
	emit(TEND(0));
	at = code_end();
	emit(LD(12, OTHER));
	emit_end(&s.test);
	run_test(&s.test);
	if (lowcore.vector != VECTOR_DATA_SEGMENT || lowcore.srr0 != at)
		return "another interrupt";
	return window[0] == VALUE_R4 ? 0 : "memory";
}

/* The page table changes while the segment is not there. */
static const char *remap(bool user, bool all)
{
	const char *difference = exchange(user, all);

	enter_segment(SECOND, all);
	if (!unmap_routine(FIRST))
		return "the page table";
	enter_segment(FIRST, all);
	if (!difference)
		difference = denied(user, VECTOR_DATA);
	enter_segment(SECOND, all);
	if (!difference)
		difference = call(user, SECOND);
	map_routine(FIRST, SECOND);
	enter_segment(FIRST, all);
	if (!difference)
		difference = call(user, SECOND);
	enter_segment(SECOND, all);
	if (!unmap_routine(FIRST) || !map_routine(FIRST, FIRST))
		return "the page table";
	return difference;
}

/* Code of two segments, at the same address, is written anew in turns. */
static const char *rewrite(bool user, bool all)
{
	const char *difference = 0;
	unsigned int turn;

	for (turn = 0; turn < 6 && !difference; turn++) {
		enter_segment(turn & 1 ? SECOND : FIRST, all);
		difference = write_and_call(user, 100 + turn);
	}
	return difference;
}

void test_segments(void)
{
	static const char *const variants[2][2] = {
		{ "slbie, privileged", "slbia, privileged" },
		{ "slbie, problem state", "slbia, problem state" },
	};
	struct row row = { .rule = "translation is by what the SLB has" };
	unsigned int user, all;

	for (all = FIRST; all <= SECOND; all++) {
		routines[all][0] = (uint64_t)LI(10, all) << 32 | BLR;
		routines[all][1] = all;
		map_routine(all, all);
	}
	for (user = 0; user < 2; user++) {
		for (all = 0; all < 2; all++) {
			row.name = "another virtual segment";
			sequence_result(&row, variants[user][all], exchange(user, all));
			row.name = "no segment";
			sequence_result(&row, variants[user][all], take_away(user, all));
			row.name = "a page that went while its segment was away";
			if (!is_hypervisor())
				sequence_result(&row, variants[user][all], remap(user, all));
		}
	}
	row.name = "code of another virtual segment, written anew";
	for (user = 0; user < 2; user++)
		for (all = 0; all < 2; all++)
			sequence_result(&row, variants[user][all], rewrite(user, all));
	row.name = "no segment";
	sequence_result(&row, "slbie, in Suspended state, DR = 1 and IR = 0",
			take_away_suspended());
	enter_segment(NOTHING, false);
}
