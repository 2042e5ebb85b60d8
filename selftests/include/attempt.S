/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See attempt.h. Inside the transaction r31 is the block and r30 is scratch:
 * its pattern is loaded again wherever all registers are looked at.
 */
#include "attempt.h"
#include "registers-asm.h"

	.abiversion 2
	.text

	/* An empty loop: \turns counts in r30, CR0 changes, nothing else does. */
	.macro spin turns
	ld	30, \turns(31)
	cmpdi	30, 0
	beq	779f
778:	addi	30, 30, -1
	cmpdi	30, 0
	bne	778b
779:
	.endm

	.macro branch_unless flag, to
	ld	30, ATTEMPT_FLAGS(31)
	andi.	30, 30, \flag
	beq	\to
	.endm

	.macro system_call
	ld	0, ATTEMPT_SYSCALL(31)
	ld	3, ATTEMPT_SYSCALL + 8(31)
	ld	4, ATTEMPT_SYSCALL + 16(31)
	ld	5, ATTEMPT_SYSCALL + 24(31)
	sc
	.endm

	.globl	attempt_run
	.type	attempt_run, @function
	.balign	128
attempt_run:
	store_registers 3, ATTEMPT_CALLER
	li	0, 0
	std	0, ATTEMPT_COMMITTED(3)
	std	0, ATTEMPT_REACHED(3)
	load_registers 3, ATTEMPT_BEFORE

	tbegin.
	.globl	attempt_failed
attempt_failed:
	beq	.Lfailed

	mr	31, 1
	ld	12, ATTEMPT_BODY(31)
	mtctr	12
	branch_unless ATTEMPT_F_NESTED, .Lflat
	/* A nested failure is the outer one's: control never comes back here. */
	tbegin.
	bctrl
	tend.
	b	.Lbody_done
.Lflat:
	bctrl
.Lbody_done:
	load_registers 31, ATTEMPT_INSIDE
	spin	ATTEMPT_SPIN_ACTIVE

	branch_unless ATTEMPT_F_SUSPEND, .Lactive
	ld	30, ATTEMPT_INSIDE + 8 * 30(31)
	tsuspend.
	spin	ATTEMPT_SPIN_SUSPENDED
	branch_unless ATTEMPT_F_SYSCALL_S, .Lno_syscall
	system_call
.Lno_syscall:
	/* These stores are not part of the transaction: they survive a failure. */
	tcheck	0
	mfcr	30
	std	30, ATTEMPT_TCHECK(31)
	li	30, 1
	std	30, ATTEMPT_REACHED(31)
	ld	30, ATTEMPT_INSIDE + 8 * 30(31)
	store_registers 31, ATTEMPT_SUSPENDED
	load_registers 31, ATTEMPT_INSIDE
	tresume.
.Lactive:

	branch_unless ATTEMPT_F_SYSCALL_T, .Lno_active_syscall
	system_call
	load_registers 31, ATTEMPT_INSIDE
.Lno_active_syscall:

	branch_unless ATTEMPT_F_ABORT, .Lcommit
	ld	30, ATTEMPT_CODE(31)
	.globl	attempt_tabort
attempt_tabort:
	tabort.	30

.Lcommit:
	ld	30, ATTEMPT_INSIDE + 8 * 30(31)
	tend.
	store_registers 31, ATTEMPT_AFTER
	li	0, 1
	std	0, ATTEMPT_COMMITTED(31)
	mr	3, 31
	b	.Lreturn

.Lfailed:
	store_registers 1, ATTEMPT_AFTER
	mfspr	0, 128
	std	0, ATTEMPT_TFHAR(1)
	mfspr	0, 129
	std	0, ATTEMPT_TFIAR(1)
	mfspr	0, 130
	std	0, ATTEMPT_TEXASR(1)
	mr	3, 1
.Lreturn:
	load_registers 3, ATTEMPT_CALLER
	blr
	.size	attempt_run, . - attempt_run

	.globl	attempt_roundtrip
	.type	attempt_roundtrip, @function
	.balign	128
attempt_roundtrip:
	store_registers 3, ATTEMPT_CALLER
	load_registers 3, ATTEMPT_BEFORE
	store_registers 1, ATTEMPT_AFTER
	mr	3, 1
	load_registers 3, ATTEMPT_CALLER
	blr
	.size	attempt_roundtrip, . - attempt_roundtrip

	.globl	attempt_no_body
	.type	attempt_no_body, @function
attempt_no_body:
	blr
	.size	attempt_no_body, . - attempt_no_body

	.section .note.GNU-stack, "", @progbits
