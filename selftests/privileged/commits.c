// SPDX-License-Identifier: GPL-2.0-only
/*
 * What transactions in privileged state come to: each of many stores one
 * doubleword, its number, behind that of the last one that committed.
 */
#include "encodings.h"
#include "privileged.h"

#define COUNT		1000
#define NOT_STORED	~0ull

/* PR KVM's TM_CAUSE_KVM_FAC_UNAV, persistent (asm/tm.h). */
#define NOT_RUN_HERE	(TEXASR_CODE(0xe3) | TEXASR_ABORT | TEXASR_SUMMARY)
#define CAUSE		(0xffull << 56 | TEXASR_ABORT | TEXASR_SUMMARY)

/* Operands. All but COMMITTED and SLOT are the failure handler's. */
#define COMMITTED	3
#define ANY_RECORD	4	/* the TEXASRs of all failures: OR */
#define ALL_RECORDS	7	/* AND */
#define SLOT		8
#define RECORD		9

static uint64_t stored[COUNT] __attribute__((aligned(128)));

/* Returns the address of tbegin. */
static uint64_t write_code(struct test *t)
{
	start_code();
	emit(TBEGIN);
	emit(BEQ(6));
	emit(STDU(COMMITTED, SLOT, 8));
	emit(TEND(0));
	emit(ADDI(COMMITTED, COMMITTED, 1));
	emit(BDNZ(-5));
	emit(TRAP);
	/* It failed: all registers but CR0 are what they were before tbegin. */
	emit(MFSPR(RECORD, SPR_TEXASR));
	emit(OR(ANY_RECORD, ANY_RECORD, RECORD));
	emit(AND(ALL_RECORDS, ALL_RECORDS, RECORD));
	emit(BDNZ(-10));
	return emit_end(t);
}

static const char *wrong_memory(uint64_t committed)
{
	unsigned int i;

	for (i = 0; i < COUNT; i++)
		if (stored[i] != (i < committed ? i : NOT_STORED))
			return "memory";
	return 0;
}

/* None commits: each of them fails at its tbegin., all for the same reason. */
static const char *wrong_failures(uint64_t committed, uint64_t tbegin)
{
	if (committed)
		return "the number of commits";
	if (lowcore.gpr[ANY_RECORD] != lowcore.gpr[ALL_RECORDS])
		return "TEXASR, which is not always the same,";
	if ((lowcore.texasr ^ NOT_RUN_HERE) & CAUSE)
		return "TEXASR";
	return (lowcore.tfiar & ~3ull) == tbegin ? 0 : "TFIAR";
}

static const char *difference(uint64_t tbegin)
{
	const uint64_t committed = lowcore.gpr[COMMITTED];
	const char *d;

	if (lowcore.vector != VECTOR_PROGRAM || !(lowcore.srr1 & SRR1_TRAP))
		return "another interrupt";
	d = wrong_memory(committed);
	if (d)
		return d;
	if (!privileged_transactions)
		return wrong_failures(committed, tbegin);
	/* Any may fail, as each does that is under way when the hypervisor schedules. */
	return committed > COUNT / 2 ? 0 : "the number of commits";
}

void test_commits(void)
{
	struct test t = {
		.name = "transactions in privileged state, and what they store",
		.rule = "most commit, or all fail at tbegin.", .tm = true, .turns = COUNT,
		.r7 = { ~0ull, (uintptr_t)stored - 8 },
	};
	const uint64_t tbegin = write_code(&t);
	const char *d;
	unsigned int i;

	if (!lowcore.has_tm || !wanted(t.name))
		return;
	for (i = 0; i < COUNT; i++)
		stored[i] = NOT_STORED;
	run_test(&t);
	d = difference(tbegin);
	print("# transactions in privileged state: %u begun, %u committed\n", COUNT,
	      (unsigned int)lowcore.gpr[COMMITTED]);
	result(d ? FAIL : PASS, t.name, 0);
	if (d) {
		print("#   failures: TEXASR OR %x AND %x\n", lowcore.gpr[ANY_RECORD],
		      lowcore.gpr[ALL_RECORDS]);
		explain(&t, d);
	}
}
