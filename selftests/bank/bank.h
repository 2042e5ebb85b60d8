/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bank whose processes move money between accounts in transactions.
 */
#ifndef _BANK_BANK_H
#define _BANK_BANK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "attempt.h"
#include "transfer.h"

#define MAX_PROCESSES	64
#define MAX_ACCOUNTS	256
#define MAX_CAUSES	32
#define OPENING_BALANCE	1000

/* What a transaction does beside moving money; see kinds[] in worker.c. */
enum kind_index {
	KIND_PLAIN, KIND_NESTED, KIND_DEEP, KIND_WIDE, KIND_AUDIT, KIND_LONG, KIND_ABORT,
	KIND_SUSPEND, KIND_SUSPEND_LONG, KIND_SUSPEND_SYSCALL, KIND_SUSPEND_YIELD,
	KIND_SUSPEND_SLEEP, KIND_SYSCALL, KIND_COUNT
};

struct kind {
	const char *name;
	unsigned int permille;		/* how often, of 1000 transactions */
	void (*body)(void);
	uint64_t flags;			/* ATTEMPT_F_* */
	bool is_long;			/* spins where it can be interrupted */
	bool once;			/* after a failure try a plain one instead */
	long system_call;
};

extern const struct kind kinds[KIND_COUNT];

struct options {
	unsigned int processes, accounts, transfers, min_commits, long_us;
	double seconds;
	uint64_t seed;
	unsigned int kinds;		/* set of 1 << enum kind_index */
	bool expect_no_tm;
};

/* One process's own counts: nobody else writes them. */
struct worker {
	uint64_t attempts[KIND_COUNT], commits[KIND_COUNT];
	uint64_t causes[MAX_CAUSES], persistent, doomed_suspended;
	uint64_t locked;		/* transfers and audits done under the lock */
	uint64_t foreign_tfiar;		/* failures recorded outside the program */
	uint64_t unknown_texasr;	/* the first one */
	uint64_t active_system_calls;	/* committed with a system call inside */
	uint64_t false_system_calls;	/* failed for a system call that it had not made */
	uint64_t wrong_audits, wrong_scratch;
	uint64_t bad_records;
	char bad_record[160];		/* the first one */
	uint64_t differing;		/* attempts in which a register did not hold */
	uint64_t differs[REG_COUNT];	/* by the first such register */
	struct attempt_mismatch mismatch;	/* the first one */
	uint64_t mismatch_number, mismatch_texasr;
	uint64_t voluntary, involuntary;	/* context switches */
	int64_t ledger[MAX_ACCOUNTS];	/* what its transfers did to each account */
	int status;			/* as from wait(), by the parent */
	bool done;
} __attribute__((aligned(128)));

struct bank {
	volatile uint32_t lock __attribute__((aligned(128)));
	volatile uint32_t open __attribute__((aligned(128)));
	bool has_tm;
	uint64_t turns_per_us;		/* of the attempt's empty loop */
	uint64_t writable[REG_COUNT];	/* registers_writable, as a worker learned it */
	struct account accounts[MAX_ACCOUNTS];
	struct worker workers[MAX_PROCESSES];
};

/* A worker process's life; @number is its place in @bank->workers. */
void worker_run(struct bank *bank, const struct options *options, unsigned int number);

/* Prints results; the return value is the program's exit status. */
int report(const struct bank *bank, const struct options *options, double seconds);

double now(void);

#endif
