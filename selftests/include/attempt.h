/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One attempt at one transaction, with a pattern in every register before
 * tbegin. and another in every register inside.
 *
 *   before ---> tbegin. ---> body ---> inside, spin ---> tend. ---> after = inside
 *                  |                     |      ^
 *                  |               tsuspend.  tresume.
 *                  |                     v      |
 *                  |                   spin, system call,
 *                  |                   live registers -> suspended
 *                  |
 *                  `--- failure, whenever ------------------------> after = before
 *
 * The block is the only memory whose address a register is sure to hold, so
 * r1 is its address before the transaction and r31 inside it; r1, r2 and r13
 * are patterned inside too. A signal handler would find no stack there: a
 * program that uses this has none.
 */
#ifndef _SELFTESTS_ATTEMPT_H
#define _SELFTESTS_ATTEMPT_H

#include "registers.h"

/* struct attempt: what the transaction reads, on a line of its own. */
#define ATTEMPT_BODY		0
#define ATTEMPT_SUBJECT		8
#define ATTEMPT_FLAGS		16
#define ATTEMPT_CODE		24
#define ATTEMPT_SPIN_ACTIVE	32
#define ATTEMPT_SPIN_SUSPENDED	40
#define ATTEMPT_SYSCALL		48	/* number and three arguments */
/* What it writes, which it never reads: a store in Suspended state to a line
 * that the transaction has accessed would be a self-induced conflict. */
#define ATTEMPT_COMMITTED	128
#define ATTEMPT_TEXASR		136
#define ATTEMPT_TFIAR		144
#define ATTEMPT_TFHAR		152
#define ATTEMPT_TCHECK		160
#define ATTEMPT_REACHED		168
#define ATTEMPT_BEFORE		256
#define ATTEMPT_INSIDE		(ATTEMPT_BEFORE + 8 * REG_SLOTS)
#define ATTEMPT_AFTER		(ATTEMPT_INSIDE + 8 * REG_SLOTS)
#define ATTEMPT_SUSPENDED	(ATTEMPT_AFTER + 8 * REG_SLOTS)
#define ATTEMPT_CALLER		(ATTEMPT_SUSPENDED + 8 * REG_SLOTS)

#define ATTEMPT_F_NESTED	0x01	/* the body in a transaction of its own */
#define ATTEMPT_F_SUSPEND	0x02	/* a suspended region */
#define ATTEMPT_F_SYSCALL_S	0x04	/* a system call in it */
#define ATTEMPT_F_SYSCALL_T	0x08	/* a system call in the active transaction */
#define ATTEMPT_F_ABORT		0x10	/* tabort. with the code */

#ifndef __ASSEMBLER__

struct attempt {
	/*
	 * Runs inside the transaction with r31 = this block, may change every
	 * register but r31, and returns by blr. It has no stack.
	 */
	void (*body)(void);
	void *subject;			/* the body's own */
	uint64_t flags;
	uint64_t code;			/* for tabort. */
	uint64_t spin_active;		/* turns of an empty loop */
	uint64_t spin_suspended;
	uint64_t syscall[4];

	uint64_t committed __attribute__((aligned(128)));
	uint64_t texasr, tfiar, tfhar;	/* after a failure */
	uint64_t tcheck;		/* CR0 field as tcheck left it in Suspended state */
	uint64_t reached;		/* the suspended region was run through */

	struct registers before, inside, after, suspended, caller;
};

/* The addresses that TFHAR and, after an explicit abort, TFIAR must hold. */
extern const char attempt_failed[], attempt_tabort[];

/* attempt_run() in assembly: @a->after and, if reached, @a->suspended are results. */
void attempt_run(struct attempt *a);

/* The same loads and stores with no transaction: what registers keep here. */
void attempt_roundtrip(struct attempt *a);

/* A body that does nothing. */
void attempt_no_body(void);

/* Once per process, before the first attempt: learns registers_writable. */
void attempt_init(struct attempt *a);

/* Fresh patterns in @a->before and @a->inside. */
void attempt_prepare(struct attempt *a, uint64_t seed);

struct attempt_mismatch {
	const char *where;		/* "after failure", "after commit", "in Suspended state" */
	int reg;
	uint64_t expected, found;
	const char *hint;		/* whose value @found is, if it is known */
};

/*
 * What @a->suspended and @a->after must hold after a run, CR0 included;
 * attempt_ignored() tells which registers of @a->suspended are nobody's.
 */
void attempt_expect_suspended(const struct attempt *a, struct registers *expected);
void attempt_expect_after(const struct attempt *a, struct registers *expected);
bool (*attempt_ignored(const struct attempt *a))(unsigned int reg);

/* True if every register held; else the first that did not is in @m. */
bool attempt_verify(const struct attempt *a, struct attempt_mismatch *m);

#endif /* !__ASSEMBLER__ */
#endif
