/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See transfer.h. r31 is the attempt; every other register may be used.
 */
#include "attempt.h"
#include "texasr.h"
#include "transfer.h"

	.abiversion 2
	.text

	/*
	 * Reading the lock puts it into the transaction's read set: who takes
	 * it later makes this transaction fail, who has it already must be
	 * waited for.
	 */
	.macro elide_lock
	ld	3, ATTEMPT_SUBJECT(31)
	ld	4, TRANSFER_LOCK(3)
	lwz	5, 0(4)
	cmpwi	5, 0
	beq	777f
	li	5, CODE_LOCK_HELD
	tabort.	5
777:
	.endm

	.globl	transfer_move
	.type	transfer_move, @function
transfer_move:
	elide_lock
	ld	4, TRANSFER_FROM(3)
	ld	5, TRANSFER_TO(3)
	ld	6, TRANSFER_AMOUNT(3)
	ld	7, 0(4)
	subf	7, 6, 7
	std	7, 0(4)
	ld	7, 0(5)
	add	7, 7, 6
	std	7, 0(5)
	blr
	.size	transfer_move, . - transfer_move

	.globl	transfer_deep
	.type	transfer_deep, @function
transfer_deep:
	mflr	10
	li	8, DEEP_LEVELS
	mtctr	8
1:	tbegin.
	bdnz	1b
	bl	transfer_move
	mtctr	8
2:	tend.
	bdnz	2b
	mtlr	10
	blr
	.size	transfer_deep, . - transfer_deep

	.globl	transfer_wide
	.type	transfer_wide, @function
transfer_wide:
	ld	3, ATTEMPT_SUBJECT(31)
	ld	8, TRANSFER_SCRATCH(3)
	ld	9, TRANSFER_STAMP(3)
	li	10, WIDE_LINES
	mtctr	10
1:	std	9, 0(8)
	addi	8, 8, ACCOUNT_SIZE
	bdnz	1b
	b	transfer_move
	.size	transfer_wide, . - transfer_wide

	.globl	transfer_audit
	.type	transfer_audit, @function
transfer_audit:
	elide_lock
	ld	4, TRANSFER_ACCOUNTS(3)
	ld	5, TRANSFER_COUNT(3)
	li	6, 0
1:	ld	7, 0(4)
	add	6, 6, 7
	addi	4, 4, ACCOUNT_SIZE
	addi	5, 5, -1
	cmpdi	5, 0
	bne	1b
	std	6, TRANSFER_SUM(3)
	blr
	.size	transfer_audit, . - transfer_audit

	.section .note.GNU-stack, "", @progbits
