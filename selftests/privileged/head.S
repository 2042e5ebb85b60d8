/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry, interrupt vectors, calls of the firmware, and run(): state is set up,
 * code is entered by rfid, and whatever interrupt comes first ends it.
 */
#include "lowcore.h"
#include "msr.h"

	.abiversion 2

	.section .vectors, "ax"
	.globl	_start
_start:
	/* Big endian; 32-bit mode; anywhere in memory; r5 = client interface. */
	b	start_here

	/* The same for a powernv machine's firmware; all of its vCPUs start here. */
	. = 0x10
	b	elect

	.macro vector address
	. = \address
	std	3, LC_SAVE3(0)
	li	3, \address
	b	interrupt
	.endm

	vector	0x100
	vector	0x200
	vector	0x300
	vector	0x380
	vector	0x400
	vector	0x480
	vector	0x500
	vector	0x600
	vector	0x700
	vector	0x800
	vector	0x900
	vector	0x980
	vector	0xa00
	vector	0xb00

	/* A system call, or the end of the handler below: see there. */
	. = VECTOR_SYSTEM_CALL
	std	3, LC_SAVE3(0)
	mfcr	3
	std	3, LC_SAVE_CR(0)
	ld	3, LC_RUNNING(0)
	cmpdi	3, 0
	beq	to_base_state
	ld	3, LC_SAVE_CR(0)
	mtcr	3
	li	3, VECTOR_SYSTEM_CALL
	b	interrupt

	vector	0xd00
	vector	0xe00
	vector	0xe20
	vector	0xe40
	vector	0xe60
	vector	0xe80
	vector	0xf00
	vector	0xf20
	vector	0xf40
	vector	0xf60
	vector	0xf80
	vector	0x1500

	. = 0x1600
	/* One goes on. The others wait until they are told where, and for what r3. */
elect:
	lis	4, START_TICKETS@h
1:	lwarx	6, 0, 4
	addi	7, 6, 1
	stwcx.	7, 0, 4
	bne-	1b
	cmpdi	6, 0
	beq	start_here
	sldi	6, 6, START_ORDER_LG
	add	4, 4, 6
2:	or	1, 1, 1
	ld	5, 0(4)
	cmpdi	5, 0
	beq	2b
	mtctr	5
	ld	3, 8(4)
	bctr

start_here:
	/* 64-bit mode, and find out where this was loaded. */
	mfmsr	6
	li	7, 1
	rldicr	7, 7, MSR_SF_LG, 63 - MSR_SF_LG
	or	6, 6, 7
	mtmsrd	6
	bcl	20, 31, 1f
1:	mflr	31
	addi	31, 31, _start - 1b
	clrldi	5, 5, 32
	mr	30, 5

	/* A stack and TOC there, to ask the firmware while it is still there. */
	lis	1, stack_top@ha
	addi	1, 1, stack_top@l
	add	1, 1, 31
	addi	1, 1, -128
	lis	2, .TOC.@ha
	addi	2, 2, .TOC.@l
	add	2, 2, 31
	mr	3, 30
	bl	ask_firmware

	/* Down to 0, where the vectors work. */
	lis	3, image_end@ha
	addi	3, 3, image_end@l
	li	4, 0
2:	ldx	5, 31, 4
	stdx	5, 0, 4
	dcbst	0, 4
	sync
	icbi	0, 4
	addi	4, 4, 8
	cmpd	4, 3
	blt	2b
	isync
	lis	1, stack_top@ha
	addi	1, 1, stack_top@l
	addi	1, 1, -128
	lis	2, .TOC.@ha
	addi	2, 2, .TOC.@l
	lis	3, main@ha
	addi	3, 3, main@l
	mr	12, 3
	mtctr	3
	bctr

	.text

	.macro gprs how, first, last, at
	.set	.Lgpr, \first
	.rept	\last - \first + 1
	\how	.Lgpr, \at + 8 * .Lgpr(0)
	.set	.Lgpr, .Lgpr + 1
	.endr
	.endm

	/* Ends run(), or goes on after the one system call that was asked for. */
interrupt:
	std	3, LC_VECTOR(0)
	ld	3, LC_SAVE3(0)
	gprs	std, 0, 31, LC_GPR
	mfcr	4
	std	4, LC_CR(0)
	mfspr	4, 26
	mfspr	5, 27
	ld	3, LC_VECTOR(0)
	cmpdi	3, VECTOR_HV_DECREMENTER
	beq	1f
	cmpdi	3, VECTOR_EMULATION
	beq	1f
	cmpdi	3, VECTOR_HV_FACILITY
	bne	2f
1:	mfspr	4, SPR_HSRR0
	mfspr	5, SPR_HSRR1
2:	std	4, LC_SRR0(0)
	std	5, LC_SRR1(0)
	mfmsr	5
	std	5, LC_MSR(0)

	ld	6, LC_RUNNING(0)
	cmpdi	6, 0
	beq	unexpected
	ld	6, LC_EXPECT_SC(0)
	cmpdi	6, 0
	beq	1f
	cmpdi	3, VECTOR_SYSTEM_CALL
	beq	after_system_call
1:	li	6, 0
	std	6, LC_RUNNING(0)

	ld	6, LC_HAS_TM(0)
	cmpdi	6, 0
	beq	3f
	li	6, 1
	rldicr	6, 6, MSR_TM_LG, 63 - MSR_TM_LG
	or	5, 5, 6
	mtmsrd	5
	mfspr	4, SPR_TFHAR
	std	4, LC_TFHAR(0)
	mfspr	4, SPR_TFIAR
	std	4, LC_TFIAR(0)
	mfspr	4, SPR_TEXASR
	std	4, LC_TEXASR(0)
	rldicl	6, 5, 64 - MSR_TS_LG, 62
	cmpdi	6, 0
	beq	3f
	/* All registers are the checkpoint's after this. */
	treclaim. 0
	std	20, LC_RECLAIMED(0)
3:
	ld	3, LC_VECTOR(0)
	cmpdi	3, VECTOR_FACILITY
	bne	4f
	mfspr	4, SPR_FSCR
	std	4, LC_FSCR(0)
4:	cmpdi	3, VECTOR_HV_FACILITY
	bne	5f
	mfspr	4, SPR_HFSCR
	std	4, LC_FSCR(0)
5:	/* This program is a hypervisor and was interrupted as its guest: a hypercall. */
	ld	4, LC_BASE_MSR(0)
	mfmsr	5
	xor	5, 5, 4
	rldicl.	5, 5, 64 - MSR_HV_LG, 63
	beq	to_base_state
	sc	1
to_base_state:
	ld	4, LC_BASE_MSR(0)
	mtmsrd	4
	ld	1, LC_STACK(0)
	b	run_return

after_system_call:
	li	6, 0
	std	6, LC_EXPECT_SC(0)
	ld	4, LC_SRR1(0)
	std	4, LC_SC_SRR1(0)
	std	5, LC_SC_MSR(0)
	ld	4, LC_PC2(0)
	mtspr	26, 4
	ld	4, LC_PC2_MSR(0)
	mtspr	27, 4
	gprs	ld, 0, 31, LC_GPR
	rfid

	/* Nothing was running: say so and stop. */
unexpected:
	lis	1, stack_top@ha
	addi	1, 1, stack_top@l
	addi	1, 1, -0x4000
	lis	2, .TOC.@ha
	addi	2, 2, .TOC.@l
	bl	unexpected_interrupt
6:	b	6b

	.globl	run
	.type	run, @function
run:
	mflr	0
	std	0, 16(1)
	mfcr	0
	std	0, 8(1)
	stdu	1, -208(1)
	.set	.Lgpr, 14
	.rept	18
	std	.Lgpr, 32 + 8 * (.Lgpr - 14)(1)
	.set	.Lgpr, .Lgpr + 1
	.endr
	std	2, 24(1)
	std	1, LC_STACK(0)

	ld	3, LC_RECHECKPOINT(0)
	cmpdi	3, 0
	beq	1f
	/* The operands, so that a treclaim. in the test brings them back; but for r20. */
	gprs	ld, 0, 31, LC_OPERANDS
	ld	20, LC_CHECKPOINT(0)
	trechkpt.
1:	li	3, 1
	std	3, LC_RUNNING(0)
	ld	3, LC_PC(0)
	mtspr	26, 3
	ld	3, LC_PC_MSR(0)
	mtspr	27, 3
	gprs	ld, 0, 31, LC_OPERANDS
	rfid

run_return:
	ld	2, 24(1)
	.set	.Lgpr, 14
	.rept	18
	ld	.Lgpr, 32 + 8 * (.Lgpr - 14)(1)
	.set	.Lgpr, .Lgpr + 1
	.endr
	addi	1, 1, 208
	ld	0, 8(1)
	mtcr	0
	ld	0, 16(1)
	mtlr	0
	blr
	.size	run, . - run

	/* hypercall(number, a, b, c, d) */
	.globl	hypercall, hypercall_instruction
	.type	hypercall, @function
hypercall:
hypercall_instruction:
	sc	1
	blr
	.size	hypercall, . - hypercall

	/*
	 * call_firmware(entry, arguments): the client interface, in 32-bit mode,
	 * which keeps only the lower half of any register.
	 */
	.globl	call_firmware
	.type	call_firmware, @function
call_firmware:
	mflr	0
	std	0, 16(1)
	mfcr	0
	std	0, 8(1)
	stdu	1, -208(1)
	.set	.Lgpr, 14
	.rept	18
	std	.Lgpr, 32 + 8 * (.Lgpr - 14)(1)
	.set	.Lgpr, .Lgpr + 1
	.endr
	std	2, 24(1)
	mtctr	3
	mr	3, 4
	mfmsr	5
	std	5, 176(1)
	clrldi	5, 5, 1
	mtmsrd	5
	isync
	bctrl
	mfmsr	5
	li	6, 1
	rldicr	6, 6, MSR_SF_LG, 63 - MSR_SF_LG
	or	5, 5, 6
	mtmsrd	5
	isync
	clrldi	1, 1, 32
	ld	2, 24(1)
	.set	.Lgpr, 14
	.rept	18
	ld	.Lgpr, 32 + 8 * (.Lgpr - 14)(1)
	.set	.Lgpr, .Lgpr + 1
	.endr
	addi	1, 1, 208
	ld	0, 8(1)
	mtcr	0
	ld	0, 16(1)
	mtlr	0
	extsw	3, 3
	blr
	.size	call_firmware, . - call_firmware

	.section .lowcore, "aw"
	.globl	lowcore
lowcore:
	.space	LC_SIZE
	.section .note.GNU-stack, "", @progbits
