// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs one row of a table and says whether what came is one of what may come.
 *
 * The instruction stands in a small program that is written for each test:
 *
 *	begin:		tbegin.			FROM_USER, FROM_T
 *	begun:		beq	handler		(TFHAR is here)
 *			mr	r20, r23	live, not the checkpoint's
 *			std	r21, 0(r22)	into memory
 *			sc			FROM_USER: the kernel goes on below
 *	start:		mtsrr0	r5		before rfid; HSRR0, HSRR1 before hrfid
 *			mtsrr1	r6
 *	mark:		mtctr	r25		for an instruction that branches to itself
 *			mtcrf	0x80, r24	CR0 = 0b1111, which nothing sets
 *	instruction:	...
 *	next:		trap
 *	handler:	trap
 *	target:		trap			where an rfid goes
 *
 * Whatever it does, an interrupt follows, and SRR0 and SRR1 tell where the
 * machine was and in which state.
 */
#include "encodings.h"
#include "privileged.h"

enum place {
	BEGIN, BEGUN, LIVE, STORE, CALL, START, START2, MARK, MARK2, INSTRUCTION, AFTER,
	FAILED, RFID_TARGET, PROGRAM_SIZE
};

#define CHECKPOINT_R20	0xc0c0c0c0c0c0c0c0ull
#define LIVE_R20	0x1111222233334444ull
#define OLD_MEMORY	0x01d01d01d01d01d0ull
#define NEW_MEMORY	0x2222222222222222ull

/* How often a transaction may fail for reasons that are nobody's business here. */
#define MAX_TRIES	200

static uint32_t program[PROGRAM_SIZE] __attribute__((aligned(128)));
volatile uint64_t memory[16] __attribute__((aligned(128)));

unsigned int passed, failed, skipped;

void write_instructions(const uint32_t *first, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		asm volatile("dcbst 0, %0; sync; icbi 0, %0" : : "r" (&first[i]) : "memory");
	asm volatile("isync" : : : "memory");
}

/* A branch to @code instead of one instruction; @code ends with a trap. */
void branch_to(struct test *t, const uint32_t *code)
{
	t->instruction = BRANCH((uintptr_t)code - (uintptr_t)&program[INSTRUCTION]);
}

#define MAX_CODE	192

static uint32_t code[MAX_CODE] __attribute__((aligned(128)));
static unsigned int code_length;

void start_code(void)
{
	code_length = 0;
}

void emit(uint32_t instruction)
{
	if (code_length == MAX_CODE) {
		print("Bail out! too much code for a test\n# end\n");
		power_off();
	}
	code[code_length++] = instruction;
}

uint64_t code_end(void)
{
	return (uintptr_t)&code[code_length];
}

uint64_t emit_end(struct test *t)
{
	emit(TRAP);
	write_instructions(code, code_length);
	branch_to(t, code);
	return (uintptr_t)code;
}

static void write_program(const struct test *t)
{
	const bool begins = t->from == FROM_USER || t->from == FROM_T;

	program[BEGIN] = begins ? TBEGIN : NOP;
	program[BEGUN] = BEQ(FAILED - BEGUN);
	program[LIVE] = MR(20, 23);
	program[STORE] = STD(21, 22);
	program[CALL] = t->from == FROM_USER ? SC : NOP;
	/* Only where needed: a privileged instruction may make a transaction fail. */
	program[START] = t->instruction == RFID ? MTSPR(SPR_SRR0, 5) :
			 t->instruction == HRFID ? MTSPR(SPR_HSRR0, 5) : NOP;
	program[START2] = t->instruction == RFID ? MTSPR(SPR_SRR1, 6) :
			  t->instruction == HRFID ? MTSPR(SPR_HSRR1, 6) : NOP;
	program[MARK] = MTSPR(SPR_CTR, 25);
	program[MARK2] = MTCR0(24);
	program[INSTRUCTION] = t->instruction;
	program[AFTER] = TRAP;
	program[FAILED] = TRAP;
	program[RFID_TARGET] = TRAP;
	write_instructions(program, PROGRAM_SIZE);
}

static void set_spr_tm(uint64_t tfhar, uint64_t tfiar, uint64_t texasr)
{
	asm volatile("mtspr 128, %0; mtspr 129, %1; mtspr 130, %2"
		     : : "r" (tfhar), "r" (tfiar), "r" (texasr));
}

static uint64_t state(const struct test *t, unsigned int ts, bool tm, bool user)
{
	return (lowcore.base_msr & ~(MSR_TM | MSR_TS(3) | (t->guest ? MSR_HV : 0))) |
	       MSR_TS(ts) | (tm ? MSR_TM : 0) | (user ? MSR_PR : 0);
}

static void run_once(const struct test *t)
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		lowcore.operands[i] = 0x9000 + i;
	lowcore.operands[3] = t->r3;
	lowcore.operands[4] = t->r4;
	lowcore.operands[5] = (uintptr_t)&program[RFID_TARGET];
	lowcore.operands[6] = t->srr1 ? t->srr1 : lowcore.base_msr;
	for (i = 0; i < ARRAY_SIZE(t->r7); i++)
		lowcore.operands[7 + i] = t->r7[i];
	lowcore.operands[20] = LIVE_R20;
	lowcore.operands[21] = NEW_MEMORY;
	lowcore.operands[22] = (uintptr_t)memory;
	lowcore.operands[23] = LIVE_R20;
	lowcore.operands[24] = 0xf0000000;
	lowcore.operands[25] = t->turns ? t->turns : 1;
	lowcore.checkpoint = CHECKPOINT_R20;
	lowcore.recheckpoint = 0;
	lowcore.expect_sc = 0;
	lowcore.sc_srr1 = lowcore.sc_msr = 0;
	lowcore.pc = (uintptr_t)&program[t->user ? MARK : START];
	lowcore.pc_msr = state(t, N, t->tm, t->user);
	lowcore.pc2_msr = 0;
	memory[0] = OLD_MEMORY;

	switch (t->from) {
	case FROM_N:
		break;
	case FROM_FAILED:
		lowcore.recheckpoint = 1;
		lowcore.pc_msr = state(t, S, t->tm, t->user);
		break;
	case FROM_USER:
		lowcore.operands[20] = CHECKPOINT_R20;
		lowcore.pc = (uintptr_t)&program[BEGIN];
		lowcore.pc_msr = state(t, N, true, true);
		lowcore.expect_sc = 1;
		lowcore.pc2 = (uintptr_t)&program[t->user ? MARK : START];
		lowcore.pc2_msr = state(t, S, t->tm, t->user);
		break;
	case FROM_T:
		lowcore.operands[20] = CHECKPOINT_R20;
		lowcore.pc = (uintptr_t)&program[BEGIN];
		break;
	}
	lowcore.pc_msr |= t->msr;
	lowcore.pc2_msr |= t->msr;
	if (lowcore.has_tm)
		set_spr_tm((uintptr_t)&program[BEGUN], 0,
			   t->from == FROM_FAILED && !t->texasr ? EARLIER_FAILURE : t->texasr);
	/* Problem state cannot run with interrupts off: none for a while. */
	asm volatile("mtdec %0" : : "r" (t->decrementer ? t->decrementer : 0x7fffffff));
	run();
}

static enum where where_is(uint64_t address)
{
	if (address == (uintptr_t)&program[INSTRUCTION])
		return AT;
	if (address == (uintptr_t)&program[AFTER])
		return NEXT;
	if (address == (uintptr_t)&program[FAILED])
		return HANDLER;
	if (address == (uintptr_t)&program[RFID_TARGET])
		return TARGET;
	return ELSEWHERE;
}

static unsigned int cr_field(const struct test *t)
{
	return lowcore.cr >> (28 - 4 * t->cr_field) & 0xf;
}

static bool problem_state(const struct test *t, const struct outcome *o)
{
	return o->where == TARGET ? !!(t->srr1 & MSR_PR) : t->user;
}

/*
 * What cannot be told of MSR[HV] || MSR[PR] by a failure that the processor
 * recorded: all if the guest's hypervisor runs privileged state in problem state,
 * with transactions; HV, always set, if that hypervisor's host has no other below.
 */
static unsigned int hidden_privilege(void)
{
	if (contains(boot_arguments, "recorded-as-problem-state"))
		return 3;
	return contains(boot_arguments, "recorded-with-hv") ? 2 : 0;
}

/* MSR[HV] || MSR[PR] */
static unsigned int privilege(const struct test *t)
{
	return (lowcore.base_msr & MSR_HV && !t->guest) << 1 | t->user;
}

/* The handler that TFHAR has: of the transaction that there is, or was; or another. */
static uint64_t handler(const struct outcome *o)
{
	return o->tfhar_is ? o->tfhar_is : (uintptr_t)&program[o->tfhar_next ? AFTER : BEGUN];
}

/* NULL, or what is wrong with @o as a description of what was found. */
static const char *differs(const struct test *t, const struct outcome *o)
{
	const bool begun = t->from == FROM_USER || t->from == FROM_T;
	const unsigned int ts = MSR_TS_OF(lowcore.srr1);
	const uint64_t here = (uintptr_t)&program[INSTRUCTION];
	const uint64_t recorded = ~((uint64_t)hidden_privilege() << TEXASR_PRIVILEGE_SHIFT);
	/* Tables tell of problem state only; tfiar: of a failure by this instruction. */
	const uint64_t texasr = o->texasr |
		(o->tfiar && privilege(t) & 2 ? TEXASR_HYPERVISOR & o->texasr_mask : 0);

	if (lowcore.vector != o->vector)
		return "another interrupt";
	if (where_is(lowcore.srr0) != o->where)
		return "SRR0";
	if (o->vector == VECTOR_PROGRAM && (lowcore.srr1 & SRR1_REASONS) != o->reason)
		return "the reason in SRR1";
	if ((o->vector == VECTOR_FACILITY || o->vector == VECTOR_HV_FACILITY) &&
	    lowcore.fscr >> 56 != FSCR_CAUSE_TM)
		return "the cause in FSCR";
	if (!o->any_srr1) {
		if (ts != o->ts)
			return "TS in SRR1";
		if (o->tm != ANY && MSR_TM_OF(lowcore.srr1) != (unsigned int)o->tm)
			return "TM in SRR1";
		if (o->where != HANDLER && !!(lowcore.srr1 & MSR_PR) != problem_state(t, o))
			return "PR in SRR1";
	}
	if (o->where == TARGET && (lowcore.srr1 ^ t->srr1) & MSR_HV)
		return "HV in SRR1";
	/* Every interrupt suspends, and turns the facility off. */
	if (MSR_TS_OF(lowcore.msr) != (o->ts == N ? N : S))
		return "TS after the interrupt";
	if (MSR_TM_OF(lowcore.msr))
		return "TM after the interrupt";
	if (t->from == FROM_USER && MSR_TS_OF(lowcore.sc_srr1) != T)
		return "TS in SRR1 at the system call";
	if (t->from == FROM_USER && MSR_TS_OF(lowcore.sc_msr) != S)
		return "TS after the system call";
	if (o->cr0 != ANY && cr_field(t) != (unsigned int)o->cr0)
		return "CR";
	if ((lowcore.texasr ^ texasr) & o->texasr_mask & recorded)
		return "TEXASR";
	if (o->tfiar && (lowcore.tfiar & ~3ull) != here)
		return "TFIAR";
	if (o->tfiar && (lowcore.tfiar ^ privilege(t)) & 3 & ~hidden_privilege())
		return "the privilege in TFIAR";
	if (o->tfiar_is && lowcore.tfiar != o->tfiar_is)
		return "TFIAR, which was written,";
	/* Bits 62 and 63 are reserved. */
	if (lowcore.has_tm && (lowcore.tfhar ^ handler(o)) & ~3ull)
		return "TFHAR";
	/* This program is far below: such an address can only be a hypervisor's. */
	if (lowcore.has_tm && lowcore.tfiar >> 60 == 0xc)
		return "TFIAR, a foreign address,";
	if (lowcore.gpr[20] != (o->back ? CHECKPOINT_R20 : LIVE_R20))
		return "r20";
	if (t->from != FROM_N && o->ts != N && lowcore.reclaimed != CHECKPOINT_R20)
		return "r20 in the checkpoint";
	if (begun && memory[0] != (o->committed ? NEW_MEMORY : OLD_MEMORY))
		return "memory";
	if (t->check_r3 && !o->back && lowcore.gpr[3] != t->r3_after)
		return "r3";
	return 0;
}

/*
 * A transaction that failed for reasons of its own, or of a hypervisor's that
 * has something else to do. Codes from 0xe0 are hypervisors' own.
 */
static bool was_unlucky(const struct test *t)
{
	const bool recorded = lowcore.has_tm && (lowcore.texasr & TEXASR_SUMMARY);
	const bool aborted = lowcore.texasr & TEXASR_ABORT;

	if (lowcore.vector == VECTOR_DECREMENTER || lowcore.vector == VECTOR_EXTERNAL)
		return true;
	if (recorded && aborted && TEXASR_CODE_OF(lowcore.texasr) >= 0xe0)
		return true;
	switch (t->from) {
	case FROM_T:
		return where_is(lowcore.srr0) == HANDLER || (recorded && !aborted);
	case FROM_USER:
		return !lowcore.sc_srr1 || where_is(lowcore.srr0) == HANDLER ||
		       (recorded && !aborted);
	default:
		return false;
	}
}

void run_test(const struct test *t)
{
	write_program(t);
	run_once(t);
}

bool transactions_start(void)
{
	const struct test probe = { .instruction = NOP, .from = FROM_T, .tm = true };
	unsigned int try;

	write_program(&probe);
	for (try = 0; try < 20; try++) {
		run_once(&probe);
		if (where_is(lowcore.srr0) == NEXT && MSR_TS_OF(lowcore.srr1) == T)
			return true;
	}
	return false;
}

void explain(const struct test *t, const char *difference)
{
	static const char *const places[] = { "at", "after", "handler", "target", "elsewhere" };

	print("#   differs in %s; rule: %s\n", difference, t->rule);
	print("#   found vector %x, %s, SRR0 %x SRR1 %x (TS %x TM %x)\n", lowcore.vector,
	      places[where_is(lowcore.srr0)], lowcore.srr0, lowcore.srr1,
	      (uint64_t)MSR_TS_OF(lowcore.srr1), (uint64_t)MSR_TM_OF(lowcore.srr1));
	print("#   handler's MSR %x CR %x r3 %x r20 %x, reclaimed %x, memory %x\n",
	      lowcore.msr, lowcore.cr, lowcore.gpr[3], lowcore.gpr[20], lowcore.reclaimed,
	      memory[0]);
	print("#   TEXASR %x TFIAR %x TFHAR %x FSCR %x\n", lowcore.texasr, lowcore.tfiar,
	      lowcore.tfhar, lowcore.vector == VECTOR_FACILITY ? lowcore.fscr : 0);
	print("#   wanted vector %x, %s, TS %x, CR %x, TEXASR %x of %x; instruction at %x\n",
	      (uint64_t)t->may[0].vector, places[t->may[0].where], (uint64_t)t->may[0].ts,
	      (uint64_t)(uint8_t)t->may[0].cr0, t->may[0].texasr, t->may[0].texasr_mask,
	      (uint64_t)(uintptr_t)&program[INSTRUCTION]);
}

void result(enum verdict verdict, const char *name, const char *why)
{
	static unsigned int number;

	if (verdict == PASS)
		passed++;
	else if (verdict == FAIL)
		failed++;
	else
		skipped++;
	print("%s %u %s", verdict == FAIL ? "not ok" : "ok", ++number, name);
	if (verdict == SKIP)
		print(" # SKIP %s", why);
	print("\n");
}

/* NULL if @t ended in a way that it may, else in what it differed. */
const char *examine(const struct test *t)
{
	const char *difference = 0;
	unsigned int try, i;

	write_program(t);
	for (try = 0; try < MAX_TRIES; try++) {
		run_once(t);
		for (i = 0; i < MAX_OUTCOMES && t->may[i].vector; i++) {
			const char *d = differs(t, &t->may[i]);

			if (!d)
				return 0;
			if (!i)
				difference = d;
		}
		if (!was_unlucky(t))
			break;
	}
	return difference;
}

/* All tests, or after "only=", which is the last argument, those with this in their names. */
bool wanted(const char *name)
{
	const char *p;

	for (p = boot_arguments; *p; p++)
		if (p[0] == 'o' && p[1] == 'n' && p[2] == 'l' && p[3] == 'y' && p[4] == '=')
			return contains(name, p + 5);
	return true;
}

enum verdict judge(const struct test *t)
{
	const char *difference;

	if (!wanted(t->name))
		return SKIP;
	if (t->from == FROM_T && !t->user && !privileged_transactions) {
		result(SKIP, t->name, "no transaction starts in privileged state");
		return SKIP;
	}
	difference = examine(t);
	result(difference ? FAIL : PASS, t->name, 0);
	if (difference)
		explain(t, difference);
	return difference ? FAIL : PASS;
}
