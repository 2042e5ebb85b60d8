/* SPDX-License-Identifier: GPL-2.0-only */
/* Where other vCPUs start, in real mode; r3 is the number that C gave. */

	.abiversion 2
	.text
	.globl	secondary_start
secondary_start:
	lis	1, secondary_stacks@ha
	addi	1, 1, secondary_stacks@l
	addi	4, 3, 1
	sldi	4, 4, 12
	add	1, 1, 4
	addi	1, 1, -128
	lis	2, .TOC.@ha
	addi	2, 2, .TOC.@l
	lis	12, secondary@ha
	addi	12, 12, secondary@l
	mtctr	12
	bctr
	.section .note.GNU-stack, "", @progbits
