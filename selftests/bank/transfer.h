/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bank does inside a transaction: bodies for attempt.h, whose
 * subject is a struct transfer.
 */
#ifndef _BANK_TRANSFER_H
#define _BANK_TRANSFER_H

#define TRANSFER_LOCK		0
#define TRANSFER_FROM		8
#define TRANSFER_TO		16
#define TRANSFER_AMOUNT		24
#define TRANSFER_ACCOUNTS	32
#define TRANSFER_COUNT		40
#define TRANSFER_SCRATCH	48
#define TRANSFER_STAMP		56
#define TRANSFER_SUM		128

/* One account to a 128-byte line, the grain of conflict detection. */
#define ACCOUNT_SIZE		128

/* More levels and more lines than POWER8 has room for. */
#define DEEP_LEVELS		70
#define WIDE_LINES		256

#ifndef __ASSEMBLER__

#include <stdint.h>

struct account {
	int64_t balance;
} __attribute__((aligned(ACCOUNT_SIZE)));

struct transfer {
	const volatile uint32_t *lock;	/* elided: non-zero while somebody holds it */
	struct account *from, *to;
	int64_t amount;
	struct account *accounts;	/* for an audit */
	uint64_t count;
	struct account *scratch;	/* WIDE_LINES lines of this process's own */
	int64_t stamp;			/* for each of them */

	int64_t sum __attribute__((aligned(128)));	/* an audit's result */
};

/* Moves the amount. Aborts with CODE_LOCK_HELD if the lock is held. */
void transfer_move(void);

/* Moves the amount in a transaction nested many levels deep. */
void transfer_deep(void);

/* Stamps all of the scratch memory, then moves the amount. */
void transfer_wide(void);

/* Adds up all accounts; the sum is seen only if the transaction commits. */
void transfer_audit(void);

#endif
#endif
