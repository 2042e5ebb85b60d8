// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bank's closing balance: a table for people and TAP lines for runners, both
 * from one sum over the workers.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "bank.h"
#include "tap.h"
#include "texasr.h"

struct total {
	struct worker sum;
	uint64_t attempts, commits, aborts, unknown;
	uint64_t finished;
	int64_t expected, found;
	unsigned int wrong_accounts, first_wrong_account;
	int first_mismatch, first_bad_record;	/* a worker, or -1 */
};

static void add_worker(struct total *t, const struct worker *w, int number)
{
	struct worker *s = &t->sum;
	unsigned int i;

	for (i = 0; i < KIND_COUNT; i++) {
		s->attempts[i] += w->attempts[i];
		s->commits[i] += w->commits[i];
		t->attempts += w->attempts[i];
		t->commits += w->commits[i];
	}
	for (i = 0; i < texasr_cause_count; i++) {
		s->causes[i] += w->causes[i];
		t->aborts += w->causes[i];
	}
	for (i = 0; i < REG_COUNT; i++)
		s->differs[i] += w->differs[i];
	for (i = 0; i < MAX_ACCOUNTS; i++)
		s->ledger[i] += w->ledger[i];
	s->persistent += w->persistent;
	s->doomed_suspended += w->doomed_suspended;
	s->locked += w->locked;
	s->foreign_tfiar += w->foreign_tfiar;
	s->active_system_calls += w->active_system_calls;
	s->false_system_calls += w->false_system_calls;
	s->wrong_audits += w->wrong_audits;
	s->wrong_scratch += w->wrong_scratch;
	s->bad_records += w->bad_records;
	s->differing += w->differing;
	s->voluntary += w->voluntary;
	s->involuntary += w->involuntary;
	t->finished += w->done;
	if (w->unknown_texasr && !s->unknown_texasr)
		s->unknown_texasr = w->unknown_texasr;
	if (w->differing && t->first_mismatch < 0)
		t->first_mismatch = number;
	if (w->bad_records && t->first_bad_record < 0)
		t->first_bad_record = number;
}

static void add_up(struct total *t, const struct bank *bank, const struct options *options)
{
	unsigned int i;

	memset(t, 0, sizeof(*t));
	t->first_mismatch = -1;
	t->first_bad_record = -1;
	for (i = 0; i < options->processes; i++)
		add_worker(t, &bank->workers[i], i);
	t->unknown = t->sum.causes[texasr_cause_count - 1];
	for (i = 0; i < options->accounts; i++) {
		t->expected += OPENING_BALANCE;
		t->found += bank->accounts[i].balance;
		if (bank->accounts[i].balance == OPENING_BALANCE + t->sum.ledger[i])
			continue;
		if (!t->wrong_accounts++)
			t->first_wrong_account = i;
	}
}

/* The register that failed first in time of the first worker that saw one. */
static void print_mismatch(FILE *out, const struct bank *bank, const struct total *t)
{
	const struct worker *w = &bank->workers[t->first_mismatch];
	const struct attempt_mismatch *m = &w->mismatch;

	fprintf(out, "%s %s: expected %016lx, found %016lx, %s",
		register_name(m->reg, m->expected ^ m->found), m->where,
		(unsigned long)m->expected, (unsigned long)m->found, m->hint);
	fprintf(out, " (process %d, transaction %lu", t->first_mismatch,
		(unsigned long)w->mismatch_number);
	if (w->mismatch_texasr)
		fprintf(out, ", TEXASR %016lx: %s", (unsigned long)w->mismatch_texasr,
			texasr_causes[texasr_cause(w->mismatch_texasr)].name);
	fprintf(out, ")");
}

static void print_table(const struct bank *bank, const struct options *options,
			const struct total *t, double seconds)
{
	unsigned int i;

	printf("\nbank: %u processes, %u accounts, %.1f s\n", options->processes,
	       options->accounts, seconds);
	if (bank->has_tm) {
		printf("\n  %-40s %10s %10s\n", "transactions", "attempts", "commits");
		for (i = 0; i < KIND_COUNT; i++)
			if (t->sum.attempts[i])
				printf("  %-40s %10lu %10lu\n", kinds[i].name,
				       (unsigned long)t->sum.attempts[i],
				       (unsigned long)t->sum.commits[i]);
		printf("  %-40s %10lu %10lu\n", "all", (unsigned long)t->attempts,
		       (unsigned long)t->commits);
		printf("\n  %-40s %10lu\n", "aborts", (unsigned long)t->aborts);
		for (i = 0; i < texasr_cause_count; i++)
			if (t->sum.causes[i])
				printf("    %-38s %10lu\n", texasr_causes[i].name,
				       (unsigned long)t->sum.causes[i]);
		printf("    %-38s %10lu\n", "of these: persistent",
		       (unsigned long)t->sum.persistent);
		printf("    %-38s %10lu\n", "of these: doomed while suspended",
		       (unsigned long)t->sum.doomed_suspended);
		printf("    %-38s %10lu\n", "of these: TFIAR outside the program",
		       (unsigned long)t->sum.foreign_tfiar);
	}
	printf("\n  %-40s %10lu\n", "done under the lock", (unsigned long)t->sum.locked);
	printf("  %-40s %10lu\n", "context switches, voluntary",
	       (unsigned long)t->sum.voluntary);
	printf("  %-40s %10lu\n", "context switches, involuntary",
	       (unsigned long)t->sum.involuntary);
	printf("  %-40s %10ld of %ld\n", "money", (long)t->found, (long)t->expected);
	if (!bank->has_tm)
		return;

	printf("  %-40s %10lu of %lu begins\n", "registers held",
	       (unsigned long)(t->attempts - t->sum.differing), (unsigned long)t->attempts);
	for (i = 0; i < REG_COUNT; i++)
		if (t->sum.differs[i])
			printf("    %-38s %10lu first to differ\n", register_name(i, 0),
			       (unsigned long)t->sum.differs[i]);
	for (i = REG_CR; i < REG_VSCR; i++)
		if (t->attempts && !bank->writable[i])
			printf("    %-38s not writable here, not checked\n",
			       register_name(i, 0));
	printf("\n");
}

static bool all_good(const struct bank *bank, const struct options *options,
		     const struct total *t)
{
	const struct worker *s = &t->sum;

	return t->finished == options->processes && t->found == t->expected &&
	       !t->wrong_accounts && !s->wrong_audits && !s->wrong_scratch && !s->differing && !t->unknown &&
	       !s->bad_records && !s->active_system_calls && !s->false_system_calls &&
	       (!bank->has_tm || t->commits >= options->min_commits);
}

static void print_tap_money(const struct bank *bank, const struct options *options,
			    const struct total *t)
{
	unsigned int i;

	tap_result(t->finished == options->processes, "processes: %lu of %u ended well",
		   (unsigned long)t->finished, options->processes);
	for (i = 0; i < options->processes; i++)
		if (WIFSIGNALED(bank->workers[i].status))
			printf("# process %u was ended by signal %d\n", i,
			       WTERMSIG(bank->workers[i].status));
	tap_result(t->found == t->expected, "money: total %ld of %ld conserved",
		   (long)t->found, (long)t->expected);
	if (t->wrong_accounts)
		tap_result(false, "accounts: %u differ from what was moved, the first is %u",
			   t->wrong_accounts, t->first_wrong_account);
	else
		tap_result(true, "accounts: each of %u is what was moved", options->accounts);
	tap_result(!t->sum.wrong_audits, "audits: %lu saw a wrong total",
		   (unsigned long)t->sum.wrong_audits);
}

static void print_tap_tm(const struct bank *bank, const struct options *options,
			 const struct total *t)
{
	tap_result(!t->sum.wrong_scratch, "memory: %lu wide transactions done by halves",
		   (unsigned long)t->sum.wrong_scratch);
	tap_result(t->commits >= options->min_commits, "commits: %lu, at least %u wanted",
		   (unsigned long)t->commits, options->min_commits);
	if (t->sum.differing) {
		tap_result(false, "registers: %lu of %lu begins spoiled one",
			   (unsigned long)t->sum.differing, (unsigned long)t->attempts);
		printf("# register ");
		print_mismatch(stdout, bank, t);
		printf("\n");
	} else {
		tap_result(true, "registers: held across all of %lu begins",
			   (unsigned long)t->attempts);
	}
	if (t->unknown)
		tap_result(false, "causes: %lu of %lu aborts unknown, the first TEXASR %016lx",
			   (unsigned long)t->unknown, (unsigned long)t->aborts,
			   (unsigned long)t->sum.unknown_texasr);
	else
		tap_result(true, "causes: all of %lu aborts known", (unsigned long)t->aborts);
	tap_result(!t->sum.bad_records, "records: %s",
		   t->sum.bad_records ? bank->workers[t->first_bad_record].bad_record :
		   "TEXASR, TFHAR and TFIAR fit each failure");
	tap_result(!t->sum.active_system_calls,
		   "system calls: %lu made in a transaction that committed",
		   (unsigned long)t->sum.active_system_calls);
	tap_result(!t->sum.false_system_calls,
		   "system calls: %lu aborts for one that was not made",
		   (unsigned long)t->sum.false_system_calls);
}

int report(const struct bank *bank, const struct options *options, double seconds)
{
	struct total t;
	bool good;

	add_up(&t, bank, options);
	good = all_good(bank, options, &t);
	print_table(bank, options, &t, seconds);
	tap_plan(bank->has_tm ? 11 : 4);
	print_tap_money(bank, options, &t);
	if (bank->has_tm)
		print_tap_tm(bank, options, &t);
	tap_finish();
	if (!good || (bank->has_tm && options->expect_no_tm))
		return KSFT_FAIL;
	return bank->has_tm || options->expect_no_tm ? KSFT_PASS : KSFT_SKIP;
}
