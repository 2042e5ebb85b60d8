/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same loop twice: eight stores, as they are and as a transaction.
 * r3: how often; r4: where to. Returns how many transactions failed.
 */
	.abiversion 2
	.text

	.macro eight_stores
	std	5, 0(4)
	std	5, 8(4)
	std	5, 16(4)
	std	5, 24(4)
	std	5, 32(4)
	std	5, 40(4)
	std	5, 48(4)
	std	5, 56(4)
	.endm

	.globl	stores
	.type	stores, @function
stores:
	mtctr	3
	li	3, 0
1:	addi	5, 5, 1
	eight_stores
	bdnz	1b
	blr
	.size	stores, . - stores

	.globl	transactions
	.type	transactions, @function
transactions:
	mtctr	3
	li	3, 0
1:	addi	5, 5, 1
	tbegin.
	beq	2f
	eight_stores
	tend.
	bdnz	1b
	blr
2:	addi	3, 3, 1
	bdnz	1b
	blr
	.size	transactions, . - transactions

	/* What a transaction costs with nothing in it. */
	.globl	empty_transactions
	.type	empty_transactions, @function
empty_transactions:
	mtctr	3
	li	3, 0
1:	addi	5, 5, 1
	tbegin.
	beq	2f
	tend.
	bdnz	1b
	blr
2:	addi	3, 3, 1
	bdnz	1b
	blr
	.size	empty_transactions, . - empty_transactions
	.section .note.GNU-stack, "", @progbits
