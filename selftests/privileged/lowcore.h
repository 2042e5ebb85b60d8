/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory below 32 KiB, which an interrupt handler reaches with no base
 * register: what to run, and what was found when an interrupt ended it.
 */
#ifndef _PRIVILEGED_LOWCORE_H
#define _PRIVILEGED_LOWCORE_H

#define LOWCORE		0x2000

/* Found. GPRs and what follows are as the interrupt left them. */
#define LC_GPR		(LOWCORE + 0x000)
#define LC_VECTOR	(LOWCORE + 0x100)
#define LC_SRR0		(LOWCORE + 0x108)
#define LC_SRR1		(LOWCORE + 0x110)
#define LC_MSR		(LOWCORE + 0x118)	/* the handler's */
#define LC_CR		(LOWCORE + 0x120)
#define LC_TFHAR	(LOWCORE + 0x128)
#define LC_TFIAR	(LOWCORE + 0x130)
#define LC_TEXASR	(LOWCORE + 0x138)
#define LC_FSCR		(LOWCORE + 0x140)	/* after vector 0xf60, HFSCR after 0xf80 */
#define LC_RECLAIMED	(LOWCORE + 0x148)	/* r20 after the handler's treclaim. */
#define LC_SC_SRR1	(LOWCORE + 0x150)	/* at the expected system call */
#define LC_SC_MSR	(LOWCORE + 0x158)

/* To run. */
#define LC_HAS_TM	(LOWCORE + 0x180)
#define LC_RECHECKPOINT	(LOWCORE + 0x188)	/* trechkpt. first */
#define LC_EXPECT_SC	(LOWCORE + 0x190)	/* a system call goes on at the second pair */
#define LC_PC		(LOWCORE + 0x198)
#define LC_PC_MSR	(LOWCORE + 0x1a0)
#define LC_PC2		(LOWCORE + 0x1a8)
#define LC_PC2_MSR	(LOWCORE + 0x1b0)
#define LC_BASE_MSR	(LOWCORE + 0x1b8)	/* this program's own */
#define LC_CHECKPOINT	(LOWCORE + 0x1c0)	/* r20 for trechkpt. */
#define LC_OPERANDS	(LOWCORE + 0x200)	/* GPRs to start with */

/* The handler's own. */
#define LC_SAVE3	(LOWCORE + 0x300)
#define LC_STACK	(LOWCORE + 0x308)
#define LC_RUNNING	(LOWCORE + 0x310)	/* an interrupt now ends a run */
#define LC_SAVE_CR	(LOWCORE + 0x318)
#define LC_SIZE		0x400

/*
 * Where all vCPUs start together: how many have, and for each but the first one
 * the address to go to and the r3 to have there. It is beyond the program.
 */
#define START_TICKETS	0x2000000
#define START_ORDER_LG	4

#ifndef __ASSEMBLER__

#include <stdint.h>

struct lowcore {
	uint64_t gpr[32];
	uint64_t vector, srr0, srr1, msr, cr, tfhar, tfiar, texasr, fscr, reclaimed;
	uint64_t sc_srr1, sc_msr;
	uint64_t unused1[4];
	uint64_t has_tm, recheckpoint, expect_sc, pc, pc_msr, pc2, pc2_msr, base_msr;
	uint64_t checkpoint;
	uint64_t unused2[7];
	uint64_t operands[32];
	uint64_t save3, stack, running, save_cr;
};

extern volatile struct lowcore lowcore;

/*
 * Runs lowcore.pc in the state of lowcore.pc_msr until an interrupt comes; the
 * CPU is in Non-transactional state before and after.
 */
void run(void);

#endif
#endif
