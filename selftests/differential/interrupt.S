/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program's state comes from and goes to `live`; that of its transaction's
 * checkpoint, by treclaim. and trechkpt., to and from `checkpoint`. Both are in
 * the memory that needs no base register.
 */
#include "lowcore.h"
#include "msr.h"
#include "registers.h"

#define SPR_DSCR	3
#define SPR_DEC		22
#define SPR_VRSAVE	256
#define SPR_TAR		815

#define FRAME		208
#define FRAME_GPR	32

	.abiversion 2
	.text

	.macro gprs how, area
	.set	.Lr, 0
	.rept	32
	\how	.Lr, \area + R_GPR + 8 * .Lr(0)
	.set	.Lr, .Lr + 1
	.endr
	.endm

	.macro vsrs how, area
	li	4, \area + R_VSR
	.set	.Lr, 0
	.rept	64
	\how	.Lr, 0, 4
	addi	4, 4, 16
	.set	.Lr, .Lr + 1
	.endr
	.endm

	/* What a checkpoint holds beside the GPRs; changes r4. */
	.macro save_others area
	mfcr	4
	std	4, \area + R_CR(0)
	mflr	4
	std	4, \area + R_LR(0)
	mfctr	4
	std	4, \area + R_CTR(0)
	mfxer	4
	std	4, \area + R_XER(0)
	mfspr	4, SPR_VRSAVE
	std	4, \area + R_VRSAVE(0)
	mfspr	4, SPR_TAR
	std	4, \area + R_TAR(0)
	mfspr	4, SPR_DSCR
	std	4, \area + R_DSCR(0)
	vsrs	stxvd2x, \area
	mffs	0
	stfd	0, \area + R_FPSCR(0)
	.endm

	.macro load_others area
	lfd	0, \area + R_FPSCR(0)
	mtfsf	0xff, 0, 1, 0
	vsrs	lxvd2x, \area
	ld	4, \area + R_DSCR(0)
	mtspr	SPR_DSCR, 4
	ld	4, \area + R_TAR(0)
	mtspr	SPR_TAR, 4
	ld	4, \area + R_VRSAVE(0)
	mtspr	SPR_VRSAVE, 4
	ld	4, \area + R_XER(0)
	mtxer	4
	ld	4, \area + R_CTR(0)
	mtctr	4
	ld	4, \area + R_LR(0)
	mtlr	4
	ld	4, \area + R_CR(0)
	mtcr	4
	.endm

	.macro c_environment
	ld	1, stack(0)
	lis	2, .TOC.@ha
	addi	2, 2, .TOC.@l
	.endm

	/* r3 is the vector, head.S has put the program's r3 away. */
	.globl	interrupt_taken
interrupt_taken:
	std	3, live + R_VECTOR(0)
	ld	3, LC_SAVE3(0)
	gprs	std, live
	mfspr	4, 26
	std	4, live + R_SRR0(0)
	mfspr	4, 27
	std	4, live + R_SRR1(0)
	mfmsr	4
	std	4, live + R_MSR(0)
	ld	5, LC_BASE_MSR(0)
	or	4, 4, 5
	mtmsrd	4
	mfspr	4, SPR_TFHAR
	std	4, live + R_TFHAR(0)
	mfspr	4, SPR_TFIAR
	std	4, live + R_TFIAR(0)
	mfspr	4, SPR_TEXASR
	std	4, live + R_TEXASR(0)
	save_others live
	c_environment
	bl	interrupted
	cmpdi	3, RESUME
	beq	resume
	std	3, next(0)
	mfmsr	4
	rldicl	4, 4, 64 - MSR_TS_LG, 62
	cmpdi	4, 0
	beq	finish

	/* All registers are the checkpoint's after this. */
	cmpdi	3, FINISH
	li	4, 0
	.globl	finish_instruction
	beq	finish_instruction
	ld	4, reclaim_code(0)
	.globl	reclaim_instruction
reclaim_instruction:
	treclaim. 4
	b	1f
finish_instruction:
	treclaim. 4
1:	gprs	std, checkpoint
	save_others checkpoint
	mfspr	4, SPR_TFIAR
	std	4, checkpoint + R_TFIAR(0)
	mfspr	4, SPR_TEXASR
	std	4, checkpoint + R_TEXASR(0)
	c_environment
	bl	reclaimed
	ld	3, next(0)
	cmpdi	3, FINISH
	beq	finish
	load_others checkpoint
	gprs	ld, checkpoint
	trechkpt.

resume:
	ld	4, decrementer(0)
	cmpdi	4, 0
	beq	2f
	mtspr	SPR_DEC, 4
2:	/* Whoever is interrupted loses the reservation. */
	li	4, scratch
	stwcx.	4, 0, 4
	load_others live
	ld	4, live + R_SRR0(0)
	mtspr	26, 4
	ld	4, live + R_SRR1(0)
	mtspr	27, 4
	gprs	ld, live
	rfid

finish:
	ld	4, LC_BASE_MSR(0)
	mtmsrd	4
	ld	1, stack(0)
	.set	.Lr, 14
	.rept	18
	ld	.Lr, FRAME_GPR + 8 * (.Lr - 14)(1)
	.set	.Lr, .Lr + 1
	.endr
	ld	2, 24(1)
	addi	1, 1, FRAME
	ld	0, 8(1)
	mtcr	0
	ld	0, 16(1)
	mtlr	0
	blr

	.globl	enter
	.type	enter, @function
enter:
	mflr	0
	std	0, 16(1)
	mfcr	0
	std	0, 8(1)
	stdu	1, -FRAME(1)
	.set	.Lr, 14
	.rept	18
	std	.Lr, FRAME_GPR + 8 * (.Lr - 14)(1)
	.set	.Lr, .Lr + 1
	.endr
	std	2, 24(1)
	std	1, stack(0)
	ld	4, live + R_TFHAR(0)
	mtspr	SPR_TFHAR, 4
	ld	4, live + R_TFIAR(0)
	mtspr	SPR_TFIAR, 4
	ld	4, live + R_TEXASR(0)
	mtspr	SPR_TEXASR, 4
	b	resume
	.size	enter, . - enter

	/* A store whose address is known; the model has to. */
	.globl	store_byte, store_instruction
	.type	store_byte, @function
store_byte:
store_instruction:
	stb	4, 0(3)
	blr
	.size	store_byte, . - store_byte

	.section .lowcore, "aw"
	.balign	16
	.globl	live, checkpoint, decrementer, reclaim_code
live:
	.space	R_SIZE
checkpoint:
	.space	R_SIZE
decrementer:
	.quad	0
reclaim_code:
	.quad	0
next:
	.quad	0
stack:
	.quad	0
scratch:
	.quad	0
	.section .note.GNU-stack, "", @progbits
