/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of this directory know of transactions. */
#ifndef TX_H
#define TX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <asm/cputable.h>
#include <asm/tm.h>

#define SYSCALL_CAUSE	(TM_CAUSE_SYSCALL | TM_CAUSE_PERSISTENT)

/* How often a transaction may fail for reasons that are not under test. */
#define TRIES		1000

/*
 * For inline assembly. TX_END() sets a general register to how the transaction
 * ended, see below, and uses the labels 2 and 3.
 */
#define TX_BEGIN	"	tbegin.	0\n"	\
			"	beq	2f\n"
#define TX_END(r)	"	tend.	0\n"	\
			"	li	" r ", 0\n" \
			"	b	3f\n"	\
			"2:	mfspr	" r ", 130\n" \
			"3:\n"
#define TSUSPEND	"tsr.		0\n"
#define TRESUME		"tsr.		1\n"

/* How a transaction ended: TEXASR is never 0 after a failure (FS is set). */
#define COMMITTED	0UL

static inline unsigned int failure_cause(unsigned long texasr)
{
	return texasr >> 56;
}

static inline bool failed_by_syscall(unsigned long texasr)
{
	return texasr != COMMITTED &&
	       (failure_cause(texasr) & ~TM_CAUSE_PERSISTENT) == TM_CAUSE_SYSCALL;
}

static inline unsigned long tx_empty(void)
{
	unsigned long result;

	asm volatile(TX_BEGIN
		     TX_END("%[result]")
		     : [result] "=&r" (result)
		     :: "cr0", "memory");
	return result;
}

/* A machine may announce transactions and still fail each of them. */
static inline const char *transactions_lacking(void)
{
	unsigned long hwcap2 = getauxval(AT_HWCAP2);

	if (!(hwcap2 & PPC_FEATURE2_HTM))
		return "the kernel offers no transactions";
	if (hwcap2 & PPC_FEATURE2_HTM_NO_SUSPEND)
		return "transactions can't be suspended";
	for (int i = 0; i < TRIES; i++)
		if (tx_empty() == COMMITTED)
			return NULL;
	return "no transaction commits on this machine";
}

#endif /* TX_H */
