/* SPDX-License-Identifier: GPL-2.0-only */
/* A whole state of the CPU, as interrupt.S saves it and the model reads it. */
#ifndef _DIFFERENTIAL_REGISTERS_H
#define _DIFFERENTIAL_REGISTERS_H

#define R_GPR		0x000
#define R_CR		0x100
#define R_LR		0x108
#define R_CTR		0x110
#define R_XER		0x118
#define R_SRR0		0x120
#define R_SRR1		0x128
#define R_MSR		0x130	/* the interrupt handler's */
#define R_VECTOR	0x138
#define R_TFHAR		0x140
#define R_TFIAR		0x148
#define R_TEXASR	0x150
#define R_VRSAVE	0x158
#define R_TAR		0x160
#define R_DSCR		0x168
#define R_FPSCR		0x170
#define R_VSR		0x180
#define R_SIZE		0x580

/* What interrupted() wants next. */
#define RESUME		0
#define FINISH		1
#define RECLAIM		2	/* and recheckpoint, as a context switch does */

#ifndef __ASSEMBLER__

#include <stdint.h>

struct registers {
	uint64_t gpr[32];
	uint64_t cr, lr, ctr, xer, srr0, srr1, msr, vector;
	uint64_t tfhar, tfiar, texasr, vrsave, tar, dscr, fpscr, unused;
	uint64_t vsr[64][2];
};

/* interrupt.S */
extern volatile struct registers live, checkpoint;
extern volatile uint64_t reclaim_code;	/* for treclaim. */
extern volatile uint64_t decrementer;	/* its next value; 0: leave it */
void interrupt_taken(void);
void enter(void);	/* runs live until interrupted() says FINISH */
void store_byte(volatile uint8_t *to, uint8_t value);
extern char store_instruction[], reclaim_instruction[], finish_instruction[];

/* runner.c, called by interrupt.S */
int interrupted(void);
void reclaimed(void);

#endif
#endif
