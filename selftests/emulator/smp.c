// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other vCPUs: they never see what a transaction has stored before it commits,
 * then all of it, and what they store to its footprint makes it fail (Power ISA
 * 2.07B, Book II 5.2 and 5.3.1).
 *
 * All vCPUs share a thread, and a no-op that lowers the priority gives the
 * next one its turn, also in the middle of a transaction: each test knows that
 * the others have run. What an interrupt or an invalidation has in it does not.
 */
#include "causes.h"
#include "sequence.h"

#define MAX_CPUS	4
#define YIELD		0x7c210b78	/* or 1, 1, 1 */
#define YIELDS		6
#define ROUNDS		300

/* What the others do, all the time or once when told to. */
enum job {
	WAIT, LOOK, LOOK_IN_TRANSACTION, LOAD, STORE, STORE_SAME, STORE_ELSEWHERE, CLEAR,
	CONDITIONAL, COMMIT, ABORT, INVALIDATE,
};

static volatile struct {
	uint64_t job, go, finish;
	uint64_t unused[13];
} order __attribute__((aligned(LINE)));

static volatile struct report {
	uint64_t running, looks, wrong, mixed, done, loaded;
	uint64_t unused[10];
} reports[MAX_CPUS] __attribute__((aligned(LINE)));

uint8_t secondary_stacks[MAX_CPUS][4096] __attribute__((aligned(4096)));
extern char secondary_start[];

static unsigned int others;

static void yield(void)
{
	asm volatile("or 1, 1, 1" : : : "memory");
}

static void look(volatile struct report *report)
{
	unsigned int i;

	for (i = 0; i < WINDOW_DWORDS; i++)
		if (window[i] != window_before(i))
			report->wrong++;
	report->looks++;
}

/* The first doublewords of all lines, read together: all old or all new. */
static void look_in_transaction(volatile struct report *report)
{
	uint64_t a, b, c, d, committed;

	asm volatile(
		"li %0, 0\n"
		"tbegin.\n"
		"beq 1f\n"
		"ld %1, 0(%5); ld %2, 128(%5)\n"
		"or 1, 1, 1\n"
		"ld %3, 256(%5); ld %4, 384(%5)\n"
		"tend.\n"
		"li %0, 1\n"
		"1:"
		: "=&b" (committed), "=&b" (a), "=&b" (b), "=&b" (c), "=&b" (d)
		: "b" (window) : "cr0", "memory");
	if (!committed)
		return;
	report->looks++;
	if (a != b || b != c || c != d)
		report->mixed++;
}

static void store_in_transaction(uint64_t value, bool commit)
{
	asm volatile(
		"tbegin.\n"
		"beq 1f\n"
		"std %1, 64(%0)\n"
		"cmpdi %2, 0\n"
		"bne 2f\n"
		"tabort. 0\n"
		"2: tend.\n"
		"1:"
		: : "b" (window), "r" (value), "r" ((uint64_t)commit) : "cr0", "memory");
}

static void tlbie(void)
{
	asm volatile("tlbie %0, %1" : : "r" ((uintptr_t)window & ~0xfffull), "r" (0) : "memory");
}

static void tlbsync(void)
{
	asm volatile("eieio; tlbsync; ptesync" : : : "memory");
}

/* tlbie, which is not complete before tlbsync. */
static void invalidate(void)
{
	tlbie();
	while (!order.finish)
		yield();
	tlbsync();
}

static void act(unsigned int job, volatile struct report *report)
{
	const uint64_t value = 0x7777;
	uint64_t scratch;

	switch (job) {
	case LOAD:
		report->loaded = window[0];
		break;
	case STORE:
		window[8] = value;
		break;
	case STORE_SAME:
		window[8] = window_before(8);
		break;
	case STORE_ELSEWHERE:
		window[32] = value;
		break;
	case CLEAR:
		asm volatile("dcbz 0, %0" : : "r" (window) : "memory");
		break;
	case CONDITIONAL:
		asm volatile("ldarx %0, 0, %1; stdcx. %2, 0, %1" : "=&r" (scratch)
			     : "r" (&window[8]), "r" (value) : "cr0", "memory");
		break;
	case COMMIT:
	case ABORT:
		store_in_transaction(value, job == COMMIT);
		break;
	case INVALIDATE:
		invalidate();
		break;
	}
}

void secondary(unsigned int cpu)
{
	volatile struct report *report = &reports[cpu];

	asm volatile("mtmsrd %0" : : "r" (lowcore.base_msr));
	report->running = 1;
	for (;;) {
		const unsigned int job = order.job;

		if (job == LOOK) {
			look(report);
		} else if (job == LOOK_IN_TRANSACTION) {
			look_in_transaction(report);
		} else if (order.go && !report->done && job != WAIT) {
			/* One is enough; the others just run. */
			if (cpu == 0)
				act(job, report);
			report->done = 1;
		}
		yield();
	}
}

static void start_others(void)
{
	unsigned int id, i;

	for (id = 1; id < 64 && others < MAX_CPUS; id++) {
		if (!start_cpu(id, (uintptr_t)secondary_start, others))
			continue;
		for (i = 0; i < 1000 && !reports[others].running; i++)
			yield();
		others++;
	}
}

static void give(unsigned int job)
{
	unsigned int i;

	order.job = WAIT;
	for (i = 0; i < YIELDS; i++)
		yield();
	for (i = 0; i < others; i++) {
		volatile struct report *r = &reports[i];

		r->looks = r->wrong = r->mixed = r->done = r->loaded = 0;
	}
	order.go = order.finish = 0;
	order.job = job;
}

static void emit_yields(void)
{
	unsigned int i;

	for (i = 0; i < YIELDS; i++)
		emit(YIELD);
}

static void emit_stores(void)
{
	unsigned int i;

	for (i = 0; i < WINDOW_SIZE; i += LINE)
		emit(STD_AT(VALUE, WINDOW, i));
}

/* Stores, others' turns, and it aborts: nobody has seen anything. */
static const char *never_seen(bool suspended, bool user)
{
	const char *difference = 0;
	unsigned int round, i;
	struct sequence s;

	reset_window();
	give(LOOK);
	begin_sequence(&s, user, 0);
	emit_tbegin(TBEGIN);
	emit_stores();
	if (suspended)
		emit(TSUSPEND);
	emit_yields();
	if (suspended)
		emit(TRESUME);
	emit(TABORT(0));
	for (round = 0; round < ROUNDS && !difference; round++) {
		difference = run_sequence(&s);
		if (!difference && (lowcore.gpr[RESULT] != FAILED ||
				    lowcore.texasr >> 32 != ABORT_CODE(0)))
			difference = "the failure";
	}
	for (i = 0; i < others && !difference; i++) {
		if (reports[i].looks < ROUNDS)
			difference = "the others' turns";
		if (reports[i].wrong)
			difference = "what others have seen";
	}
	give(WAIT);
	return difference;
}

/* It commits: others see all of it or nothing. */
static const char *seen_at_once(void)
{
	const char *difference = 0;
	unsigned int round, i, commits = 0;
	struct sequence s;

	for (i = 0; i < WINDOW_DWORDS; i++)
		window[i] = 0;
	give(LOOK_IN_TRANSACTION);
	for (round = 0; round < ROUNDS && !difference; round++) {
		begin_sequence(&s, true, 0);
		s.test.r4 = round;
		emit_tbegin(TBEGIN);
		for (i = 0; i < WINDOW_SIZE; i += LINE) {
			emit(STD_AT(VALUE, WINDOW, i));
			emit(YIELD);
		}
		emit(TEND(0));
		difference = run_sequence(&s);
		if (lowcore.gpr[RESULT] == FINISHED)
			commits++;
		yield();
	}
	if (!difference && !commits)
		difference = "success";
	for (i = 0; i < others && !difference; i++) {
		if (!reports[i].looks)
			difference = "the others' turns";
		if (reports[i].mixed)
			difference = "what others have seen together";
	}
	give(WAIT);
	return difference;
}

static const struct {
	const char *name, *rule;
	uint8_t job;
	uint64_t cause;
	uint8_t dword;		/* of the window, and what it has then, */
	uint64_t then;		/* if not 0 */
} actions[] = {
	{ "another loads", "it is as if it came before", LOAD, 0, 0, VALUE_R4 },
	{ "another stores", "conflict with a non-transactional access", STORE,
	  NON_TRANSACTIONAL, 8, 0x7777 },
	{ "another stores the same value", "no conflict, by value", STORE_SAME, 0, 0, VALUE_R4 },
	{ "another stores to another line", "no conflict", STORE_ELSEWHERE, 0, 32, 0x7777 },
	{ "another clears the line by dcbz", "conflict with a non-transactional access", CLEAR,
	  NON_TRANSACTIONAL, 0, 0 },
	{ "another stores by stdcx.", "conflict with a non-transactional access", CONDITIONAL,
	  NON_TRANSACTIONAL, 8, 0x7777 },
	{ "another commits a store", "conflict with a transaction", COMMIT, TRANSACTIONAL, 8, 0x7777 },
	{ "another aborts after a store", "no conflict", ABORT, 0, 0, VALUE_R4 },
};

/* Runs it; the other has done its job when it ends. */
static const char *run_with_other(struct sequence *s)
{
	const char *difference = run_sequence(s);

	if (!difference && !reports[0].done)
		difference = "the other's turn";
	return difference;
}

static const char *conflict(unsigned int i, bool suspended, bool only_loads)
{
	const char *difference;
	struct sequence s;

	reset_window();
	give(actions[i].job);
	begin_sequence(&s, true, (uintptr_t)&order.go);
	emit_tbegin(TBEGIN);
	emit(only_loads ? LD(10, WINDOW) : STD(VALUE, WINDOW));
	emit(TSUSPEND);
	emit(STD(VALUE, OTHER));
	if (!suspended)
		emit(TRESUME);
	emit_yields();
	if (suspended)
		emit(TRESUME);
	emit(TEND(0));
	difference = run_with_other(&s);
	if (difference)
		return difference;
	if (lowcore.gpr[RESULT] != (actions[i].cause ? FAILED : FINISHED))
		return "success";
	if (actions[i].cause && lowcore.texasr >> 32 != actions[i].cause)
		return "the cause in TEXASR";
	if (actions[i].cause && lowcore.texasr & TEXASR_EXACT)
		return "the exactness of TFIAR";
	if (actions[i].then && !(only_loads && actions[i].then == VALUE_R4) &&
	    window[actions[i].dword] != actions[i].then)
		return "memory";
	if (actions[i].job == LOAD && reports[0].loaded != window_before(0))
		return "what the other has loaded";
	return 0;
}

/* The transaction touches the page when another's tlbie is under way, or has completed. */
static const char *touch_after_tlbie(bool complete)
{
	const char *difference;
	struct sequence s;

	reset_window();
	give(INVALIDATE);
	begin_sequence(&s, false, (uintptr_t)&order.go);
	emit(STD(VALUE, OTHER));
	if (complete)
		emit(STD_AT(VALUE, OTHER, 8));
	emit_yields();
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(TSUSPEND);
	emit(STD_AT(VALUE, OTHER, 8));
	emit_yields();
	emit(TRESUME);
	emit(TEND(0));
	difference = run_with_other(&s);
	if (difference)
		return difference;
	if (lowcore.gpr[RESULT] != (complete ? FINISHED : FAILED))
		return "success";
	if (!complete && lowcore.texasr >> 32 != TRANSLATION)
		return "the cause in TEXASR";
	return window[0] == (complete ? VALUE_R4 : window_before(0)) ? 0 : "memory";
}

static void raise_priority(void)
{
	asm volatile("or 2, 2, 2" : : : "memory");
}

static void set_default_priority(void)
{
	asm volatile("or 6, 6, 6" : : : "memory");
}

static void flush(void)
{
	tlbie();
	tlbsync();
}

/* Does it again and again, and the others get no turns, but for a few when their time has come. */
static const char *keeps_its_turn(void (*function)(void))
{
	uint64_t looks, before;
	unsigned int i;

	reset_window();
	give(LOOK);
	yield();
	before = reports[0].looks;
	for (i = 0; i < ROUNDS; i++)
		function();
	looks = reports[0].looks - before;
	give(WAIT);
	if (!before)
		return "the other's turn";
	return looks < ROUNDS / 2 ? 0 : "the number of the other's turns";
}

static void test_turns(void)
{
	struct row row = { .name = "a turn", .rule = "it ends by a low priority or a timer" };

	sequence_result(&row, "with or 2, 2, 2 in it", keeps_its_turn(raise_priority));
	sequence_result(&row, "with or 6, 6, 6 in it", keeps_its_turn(set_default_priority));
	if (is_hypervisor())
		sequence_result(&row, "with tlbsync in it", keeps_its_turn(flush));
}

void test_smp(void)
{
	static const char *const variants[] = {
		"T, after a store", "S, after a store", "T, after a load", "S, after a load",
	};
	struct row row = { .rule = "nobody sees stores before the commit" };
	unsigned int i, variant;

	start_others();
	if (!others)
		return;
	print("# %u more vCPUs\n", others);
	row.name = "stores in Transactional state";
	sequence_result(&row, "T, privileged", never_seen(false, false));
	sequence_result(&row, "T, problem state", never_seen(false, true));
	sequence_result(&row, "S, privileged", never_seen(true, false));
	sequence_result(&row, "S, problem state", never_seen(true, true));
	row.name = "stores that are committed";
	sequence_result(&row, "read by others in transactions", seen_at_once());
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		row.name = actions[i].name;
		row.rule = actions[i].rule;
		for (variant = 0; variant < 4; variant++)
			sequence_result(&row, variants[variant],
					conflict(i, variant & 1, variant & 2));
	}
	test_turns();
	if (!is_hypervisor())
		return;
	row.name = "another executes tlbie";
	row.rule = "translation invalidation conflict until tlbsync";
	sequence_result(&row, "before the store, tlbsync after it", touch_after_tlbie(false));
	sequence_result(&row, "and tlbsync before the store", touch_after_tlbie(true));
}
