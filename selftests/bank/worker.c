// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each process of the bank does: transactions of several kinds, the lock
 * when they do not succeed, system calls in between, and a close look at every
 * register after each attempt.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bank.h"
#include "texasr.h"

#define MAX_TRIES	6

const struct kind kinds[KIND_COUNT] = {
	[KIND_PLAIN] = { "plain", 650, transfer_move, .flags = 0 },
	[KIND_NESTED] = { "nested", 80, transfer_move, .flags = ATTEMPT_F_NESTED },
	[KIND_DEEP] = { "deep", 5, transfer_deep, .flags = 0 },
	[KIND_WIDE] = { "wide", 5, transfer_wide, .flags = 0 },
	[KIND_AUDIT] = { "audit", 60, transfer_audit, .flags = 0 },
	[KIND_LONG] = { "long", 60, transfer_move, .is_long = true },
	[KIND_ABORT] = { "explicit-abort", 50, transfer_move,
			 .flags = ATTEMPT_F_ABORT, .once = true },
	[KIND_SUSPEND] = { "suspend", 40, transfer_move, .flags = ATTEMPT_F_SUSPEND },
	[KIND_SUSPEND_LONG] = { "suspend-long", 15, transfer_move,
				.flags = ATTEMPT_F_SUSPEND, .is_long = true },
	[KIND_SUSPEND_SYSCALL] = { "suspend-syscall", 15, transfer_move,
				   .flags = ATTEMPT_F_SUSPEND | ATTEMPT_F_SYSCALL_S,
				   .once = true, .system_call = SYS_getppid },
	[KIND_SUSPEND_YIELD] = { "suspend-yield", 8, transfer_move,
				 .flags = ATTEMPT_F_SUSPEND | ATTEMPT_F_SYSCALL_S,
				 .once = true, .system_call = SYS_sched_yield },
	[KIND_SUSPEND_SLEEP] = { "suspend-sleep", 7, transfer_move,
				 .flags = ATTEMPT_F_SUSPEND | ATTEMPT_F_SYSCALL_S,
				 .once = true, .system_call = SYS_nanosleep },
	[KIND_SYSCALL] = { "syscall", 5, transfer_move,
			   .flags = ATTEMPT_F_SYSCALL_T,
			   .once = true, .system_call = SYS_getppid },
};

static const struct timespec nap = { .tv_nsec = 20000 };

/* xorshift64*: the same seed gives the same transfers. */
static uint64_t random_below(uint64_t *state, uint64_t limit)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return ((*state * 0x2545f4914f6cdd1dull) >> 32) % limit;
}

static enum kind_index choose_kind(uint64_t *random, unsigned int allowed)
{
	unsigned int kind, sum = 0, pick;

	for (kind = 0; kind < KIND_COUNT; kind++)
		if (allowed & (1u << kind))
			sum += kinds[kind].permille;
	pick = random_below(random, sum);
	for (kind = 0; kind < KIND_COUNT; kind++) {
		if (!(allowed & (1u << kind)))
			continue;
		if (pick < kinds[kind].permille)
			break;
		pick -= kinds[kind].permille;
	}
	return kind;
}

/* Either all of a wide transaction's stores have been made or none. */
static bool scratch_is(const struct transfer *t, int64_t stamp)
{
	unsigned int i;

	for (i = 0; i < WIDE_LINES; i++)
		if (t->scratch[i].balance != stamp)
			return false;
	return true;
}

static void check_scratch(struct worker *w, struct transfer *t, bool committed, int64_t before)
{
	unsigned int i;

	if (scratch_is(t, committed ? t->stamp : before))
		return;
	w->wrong_scratch++;
	for (i = 0; i < WIDE_LINES; i++)
		t->scratch[i].balance = t->stamp;
}

static void take_lock(struct bank *bank)
{
	while (__atomic_exchange_n(&bank->lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void release_lock(struct bank *bank)
{
	__atomic_store_n(&bank->lock, 0, __ATOMIC_RELEASE);
}

static void set_up(struct attempt *a, const struct bank *bank,
		   const struct options *options, enum kind_index kind, uint64_t *random)
{
	const struct kind *k = &kinds[kind];
	uint64_t turns = k->is_long ? bank->turns_per_us * options->long_us :
				      random_below(random, 200);

	a->body = k->body;
	a->flags = k->flags;
	a->code = random_below(random, 4) ? CODE_EXPLICIT : CODE_EXPLICIT_PERSISTENT;
	a->spin_active = k->flags & ATTEMPT_F_SUSPEND ? random_below(random, 200) : turns;
	a->spin_suspended = turns;
	a->syscall[0] = k->system_call;
	a->syscall[1] = (uint64_t)&nap;
	a->syscall[2] = 0;
	a->syscall[3] = 0;
}

/* What TEXASR, TFHAR and TFIAR must say after a failure. */
static void check_record(struct worker *w, const struct attempt *a)
{
	const char *wrong = NULL;
	const uint8_t code = TEXASR_CODE(a->texasr);
	const unsigned int levels = a->body == transfer_deep ? DEEP_LEVELS + 1 : 2;
	const bool ours = (a->flags & ATTEMPT_F_ABORT) && (a->texasr & TEXASR_ABORT) &&
			  code == a->code;

	if (!(a->texasr & TEXASR_SUMMARY))
		wrong = "no failure summary";
	else if (a->tfhar != (uint64_t)attempt_failed)
		wrong = "TFHAR is not the failure handler";
	else if (TEXASR_LEVEL(a->texasr) < 1 || TEXASR_LEVEL(a->texasr) > levels)
		wrong = "transaction level";
	else if (ours && (a->tfiar & ~3ull) != (uint64_t)attempt_tabort)
		wrong = "TFIAR is not the tabort.";
	else if (ours && !(a->texasr & TEXASR_EXACT))
		wrong = "not exact after a tabort.";
	else if (ours && !(a->texasr & TEXASR_PR))
		wrong = "privilege is not problem state";
	else if (ours && (a->texasr & TEXASR_SUSPENDED))
		wrong = "suspended, though it was not";
	if (!wrong)
		return;
	if (!w->bad_records++)
		snprintf(w->bad_record, sizeof(w->bad_record),
			 "%s (TEXASR %016lx TFIAR %016lx TFHAR %016lx)", wrong,
			 (unsigned long)a->texasr, (unsigned long)a->tfiar,
			 (unsigned long)a->tfhar);
}

static bool in_program(uint64_t address)
{
	extern const char __executable_start[], etext[];

	return address >= (uint64_t)__executable_start && address < (uint64_t)etext;
}

static void count_failure(struct worker *w, const struct attempt *a)
{
	w->causes[texasr_cause(a->texasr)]++;
	if (a->texasr & TEXASR_PERSISTENT)
		w->persistent++;
	if (!in_program(a->tfiar))
		w->foreign_tfiar++;
	if (texasr_is_system_call(a->texasr) && !(a->flags & ATTEMPT_F_SYSCALL_T))
		w->false_system_calls++;
	if (texasr_is_unknown(a->texasr) && !w->unknown_texasr)
		w->unknown_texasr = a->texasr;
	check_record(w, a);
}

static void check_registers(struct worker *w, const struct attempt *a, uint64_t number)
{
	struct attempt_mismatch m;

	if (attempt_verify(a, &m))
		return;
	if (!w->differing++) {
		w->mismatch = m;
		w->mismatch_number = number;
		w->mismatch_texasr = a->committed ? 0 : a->texasr;
	}
	w->differs[m.reg]++;
}

/*
 * Different in its lowest bits for each attempt of each process: Linux writes
 * VRSAVE, TAR and DSCR at a context switch only where they differ between the
 * two processes, though a recheckpoint in between has changed them, so equal
 * ones would show that, which is no matter of a hypervisor's.
 */
static uint64_t pattern_seed(uint64_t process, uint64_t number, unsigned int try)
{
	return (number * MAX_PROCESSES + process) * MAX_TRIES + try;
}

/* True once the transaction has committed; false: to be done under the lock. */
static bool try_transactions(struct bank *bank, const struct options *options,
			     struct worker *w, struct attempt *a,
			     enum kind_index kind, uint64_t number, uint64_t *random)
{
	struct transfer *t = a->subject;
	int64_t scratch;
	unsigned int try;

	for (try = 0; try < MAX_TRIES; try++) {
		set_up(a, bank, options, kind, random);
		attempt_prepare(a, pattern_seed(w - bank->workers, number, try));
		w->attempts[kind]++;
		scratch = t->scratch[0].balance;
		t->stamp++;
		attempt_run(a);
		if (kind == KIND_WIDE)
			check_scratch(w, t, a->committed, scratch);
		check_registers(w, a, number);
		if (a->reached && (a->tcheck & 0x80000000))
			w->doomed_suspended++;
		if (a->committed) {
			w->commits[kind]++;
			if (a->flags & ATTEMPT_F_SYSCALL_T)
				w->active_system_calls++;
			return true;
		}
		count_failure(w, a);
		if (texasr_causes[texasr_cause(a->texasr)].value ==
		    (TEXASR_ABORT | (uint64_t)CODE_LOCK_HELD << 56))
			while (bank->lock)
				sched_yield();
		if (kinds[kind].once)
			kind = KIND_PLAIN;
		else if (a->texasr & TEXASR_PERSISTENT)
			break;
	}
	return false;
}

static void under_lock(struct bank *bank, struct worker *w, struct transfer *t,
		       enum kind_index kind)
{
	uint64_t i;

	take_lock(bank);
	if (kind == KIND_AUDIT) {
		t->sum = 0;
		for (i = 0; i < t->count; i++)
			t->sum += t->accounts[i].balance;
	} else {
		t->from->balance -= t->amount;
		/* Let others find the lock held now and then. */
		if (w->locked % 4 == 0)
			sched_yield();
		t->to->balance += t->amount;
	}
	release_lock(bank);
}

static void live_between(uint64_t *random)
{
	unsigned int pick = random_below(random, 1000);

	if (pick < 250)
		getppid();
	else if (pick < 270)
		sched_yield();
	else if (pick < 275)
		nanosleep(&nap, NULL);
}

static void *private_pages(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

static uint64_t commits(const struct bank *bank, const struct options *options)
{
	uint64_t sum = 0;
	unsigned int i, kind;

	for (i = 0; i < options->processes; i++)
		for (kind = 0; kind < KIND_COUNT; kind++)
			sum += bank->workers[i].commits[kind];
	return sum;
}

/* On a slow machine it goes on until there have been enough commits. */
static bool is_open(const struct bank *bank, const struct options *options, double start)
{
	const double open = now() - start;

	return open < options->seconds ||
	       (bank->has_tm && open < 10.0 * options->seconds &&
		commits(bank, options) < options->min_commits);
}

void worker_run(struct bank *bank, const struct options *options, unsigned int number)
{
	struct worker *w = &bank->workers[number];
	struct attempt *a = private_pages(sizeof(*a));
	struct transfer *t = private_pages(sizeof(*t));
	uint64_t random = (options->seed + 1) * 0x9e3779b97f4a7c15ull + number;
	unsigned int i, share = options->transfers / options->processes;
	const double start = now();
	struct rusage usage;

	if (bank->has_tm)
		attempt_init(a);
	if (number == 0)
		memcpy(bank->writable, registers_writable, sizeof(bank->writable));
	a->subject = t;
	t->lock = &bank->lock;
	t->accounts = bank->accounts;
	t->count = options->accounts;
	t->scratch = private_pages(WIDE_LINES * sizeof(*t->scratch));
	while (!bank->open)
		sched_yield();

	for (i = 0; i < share && is_open(bank, options, start); i++) {
		enum kind_index kind = choose_kind(&random, options->kinds);
		unsigned int from = random_below(&random, options->accounts);
		unsigned int to = (from + 1 + random_below(&random, options->accounts - 1)) %
				  options->accounts;

		t->from = &bank->accounts[from];
		t->to = &bank->accounts[to];
		t->amount = random_below(&random, 100);
		if (!bank->has_tm ||
		    !try_transactions(bank, options, w, a, kind,
				      i, &random)) {
			w->locked++;
			under_lock(bank, w, t, kind);
		}
		if (kind == KIND_AUDIT) {
			if (t->sum != (int64_t)options->accounts * OPENING_BALANCE)
				w->wrong_audits++;
		} else {
			w->ledger[from] -= t->amount;
			w->ledger[to] += t->amount;
		}
		live_between(&random);
	}

	getrusage(RUSAGE_SELF, &usage);
	w->voluntary = usage.ru_nvcsw;
	w->involuntary = usage.ru_nivcsw;
	w->done = true;
}
