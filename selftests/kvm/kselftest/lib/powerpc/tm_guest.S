/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest code that fills all checkpointed registers before a transaction, and
 * again with other values in it, and collects them after its failure.
 *
 * r1 points to the struct tm_guest before and after, r31 in the transaction.
 */
#include "hcall.h"
#include "processor.h"
#include "tm.h"

	.machine power8


	.macro	LOAD_SPR spr, base, offset
	ld	%r0, \offset(\base)
	mtspr	\spr, %r0
	.endm

	.macro	STORE_SPR spr, base, offset
	mfspr	%r0, \spr
	std	%r0, \offset(\base)
	.endm

	/* The register set at \set behind \base; not r1 and r31. */
	.macro	LOAD_SET base, set
	addi	%r3, \base, \set
	addi	%r4, %r3, SET_VSCR
	lvx	%v0, 0, %r4
	mtvscr	%v0
	lfd	%f0, SET_FPSCR(%r3)
	mtfsf	0xff, %f0, 1, 0
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	addi	%r4, %r3, SET_VSR(\n)
	lxvd2x	\n, 0, %r4
	.endr
	LOAD_SPR SPRN_LR, %r3, SET_LR
	LOAD_SPR SPRN_CTR, %r3, SET_CTR
	LOAD_SPR SPRN_XER, %r3, SET_XER
	LOAD_SPR SPRN_VRSAVE, %r3, SET_VRSAVE
	LOAD_SPR SPRN_TAR, %r3, SET_TAR
	LOAD_SPR SPRN_DSCR, %r3, SET_DSCR
	LOAD_SPR SPRN_PPR, %r3, SET_PPR
	ld	%r0, SET_CR(%r3)
	mtcr	%r0
	.irp	n, 0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	ld	%r\n, SET_GPR(\n)(%r3)
	.endr
	ld	%r3, SET_GPR(3)(%r3)
	.endm

	/* All registers but r3 and r4, which are in the set already. */
	.macro	STORE_SET base
	.irp	n, 0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	std	%r\n, SET_GPR(\n)(\base)
	.endr
	mfcr	%r0
	std	%r0, SET_CR(\base)
	STORE_SPR SPRN_LR, \base, SET_LR
	STORE_SPR SPRN_CTR, \base, SET_CTR
	STORE_SPR SPRN_XER, \base, SET_XER
	STORE_SPR SPRN_VRSAVE, \base, SET_VRSAVE
	STORE_SPR SPRN_TAR, \base, SET_TAR
	STORE_SPR SPRN_DSCR, \base, SET_DSCR
	STORE_SPR SPRN_PPR, \base, SET_PPR
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	addi	%r4, \base, SET_VSR(\n)
	stxvd2x	\n, 0, %r4
	.endr
	mffs	%f0
	stfd	%f0, SET_FPSCR(\base)
	mfvscr	%v0
	addi	%r4, \base, SET_VSCR
	stvx	%v0, 0, %r4
	.endm

	/* r1: struct tm_guest, again when the transaction has failed. */
	.macro	GUEST_FUNCTION name
	.global	\name
	.type	\name, @function
\name:
	mr	%r1, %r3
.L\name\()_again:
	LOAD_SET %r1, GUEST_BEFORE
	ld	%r31, (GUEST_BEFORE + SET_GPR(31))(%r1)
	tbegin.
	beq	.L\name\()_failed
	mr	%r31, %r1
	LOAD_SET %r31, GUEST_INSIDE
	ld	%r1, (GUEST_INSIDE + SET_GPR(1))(%r31)
	b	.L\name\()_inside

	/* Registers first. A failure before the test is ready is for nothing. */
.L\name\()_failed:
	std	%r3, (GUEST_AFTER + SET_GPR(3))(%r1)
	std	%r4, (GUEST_AFTER + SET_GPR(4))(%r1)
	addi	%r3, %r1, GUEST_AFTER
	STORE_SET %r3
	STORE_SPR SPRN_TFHAR, %r1, GUEST_TFHAR
	STORE_SPR SPRN_TFIAR, %r1, GUEST_TFIAR
	STORE_SPR SPRN_TEXASR, %r1, GUEST_TEXASR
	ld	%r3, GUEST_FAILURES(%r1)
	addi	%r3, %r3, 1
	std	%r3, GUEST_FAILURES(%r1)
	ld	%r3, GUEST_GO(%r1)
	cmpdi	%r3, 0
	beq	.L\name\()_again
	li	%r3, (H_TM_DONE - 0x10000)
	clrldi	%r3, %r3, 48
	sc
	b	.

.L\name\()_inside:
	.endm

	.text

	GUEST_FUNCTION tm_guest_spin_suspended
	tsuspend.
	std	%r31, GUEST_SUSPENDED(%r31)
1:	ld	%r30, GUEST_GO(%r31)
	cmpdi	%cr7, %r30, 0
	beq	%cr7, 1b
	tresume.
	b	.

	GUEST_FUNCTION tm_guest_stop_suspended
	tsuspend.
	std	%r31, GUEST_SUSPENDED(%r31)
	li	%r3, (H_TM_STOP - 0x10000)
	clrldi	%r3, %r3, 48
	sc
	tresume.
	b	.

	GUEST_FUNCTION tm_guest_spin_transactional
	b	.

	.global	tm_guest_stop
tm_guest_stop:
	li	%r3, (H_TM_STOP - 0x10000)
	clrldi	%r3, %r3, 48
	sc
	b	.

	.global	tm_guest_linger
tm_guest_linger:
	lis	%r3, 0x100
	mtctr	%r3
	bdnz	.
	b	tm_guest_stop

	.global	tm_guest_spin
tm_guest_spin:
	b	.

	.section .note.GNU-stack, "", @progbits
