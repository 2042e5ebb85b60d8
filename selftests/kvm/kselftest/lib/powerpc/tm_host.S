/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * u64 call_checked(u64 a, u64 b, u64 c, void *function)
 *
 * Calls function(a, b, c), with a value of its own in each FPR and VR that a
 * function preserves. Returns those VSRs that have changed, as 1 << number.
 */
	.machine power8

#define FRAME	(96 + 18 * 8 + 12 * 16)

	.text
	.balign	16
	.global	call_checked
	.type	call_checked, @function
call_checked:
	mflr	%r0
	std	%r0, 16(%r1)
	std	%r31, -8(%r1)
	stdu	%r1, -(FRAME + 16)(%r1)
	.irp	n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	stfd	\n, (96 + (\n - 14) * 8)(%r1)
	.endr
	li	%r31, 96 + 18 * 8
	.irp	n, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	stxvd2x	\n, %r31, %r1
	addi	%r31, %r31, 16
	.endr

	.irp	n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	li	%r31, 0x1000 + \n
	mtvsrd	\n, %r31
	.endr
	mr	%r12, %r6
	mtctr	%r12
	bctrl
	li	%r3, 0
	.irp	n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	mfvsrd	%r31, \n
	cmpdi	%r31, 0x1000 + \n
	beq	1f
	li	%r31, 1
	sldi	%r31, %r31, \n
	or	%r3, %r3, %r31
1:
	.endr

	li	%r31, 96 + 18 * 8
	.irp	n, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	lxvd2x	\n, %r31, %r1
	addi	%r31, %r31, 16
	.endr
	.irp	n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	lfd	\n, (96 + (\n - 14) * 8)(%r1)
	.endr
	addi	%r1, %r1, FRAME + 16
	ld	%r0, 16(%r1)
	ld	%r31, -8(%r1)
	mtlr	%r0
	blr

	.section .note.GNU-stack, "", @progbits
