/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt vectors, copied to the guest's address 0 and executed there, and
 * the code that they lead to, executed where it is linked.
 */
#include "hcall.h"
#include "processor.h"

	.machine power8

#define LOAD_ADDRESS(reg, symbol)	\
	lis	reg, (symbol)@ha;	\
	addi	reg, reg, (symbol)@l

	.macro	VECTOR number
	.org	exception_vectors + \number
	mtspr	SPRN_SPRG0, %r1
	mtspr	SPRN_SPRG1, %r3
	li	%r3, \number
	b	enter_virtual
	.endm

	.text
	.balign	256
	.global	exception_vectors
exception_vectors:
	VECTOR	0x100
	VECTOR	0x200
	VECTOR	0x300
	VECTOR	0x380
	VECTOR	0x400
	VECTOR	0x480
	VECTOR	0x500
	VECTOR	0x600
	VECTOR	0x700
	VECTOR	0x800
	VECTOR	0x900
	VECTOR	0x980
	VECTOR	0xa00

	/* A system call is a hypercall. */
	.org	exception_vectors + 0xc00
	FAKE_SC1
	rfid

	VECTOR	0xd00
	VECTOR	0xe40
	VECTOR	0xf00
	VECTOR	0xf20
	VECTOR	0xf40
	VECTOR	0xf60

	/*
	 * This page is mapped at its real address, so that translation can be
	 * turned on here. MSR[TS] stays what it is: an interrupt may have come
	 * in a transaction.
	 */
	.org	exception_vectors + 0x1000
enter_virtual:
	mfmsr	%r1
	oris	%r1, %r1, (MSR_VEC | MSR_VSX)@h
	ori	%r1, %r1, MSR_FP | MSR_IR | MSR_DR
	mtmsrd	%r1
	isync
	mfspr	%r1, SPRN_SPRG2
	addi	%r1, %r1, -EX_SIZE
	std	%r12, EX_GPR(12)(%r1)
	LOAD_ADDRESS(%r12, save_registers)
	std	%r0, EX_GPR(0)(%r1)
	mfctr	%r0
	std	%r0, EX_CTR(%r1)
	mtctr	%r12
	bctr

	.global	exception_vectors_end
exception_vectors_end:

	/* r1: struct ex_regs; r3: vector; r0, r12 and CTR are saved. */
save_registers:
	std	%r3, EX_VECTOR(%r1)
	.irp	n, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	std	%r\n, EX_GPR(\n)(%r1)
	.endr
	mfspr	%r0, SPRN_SPRG0
	std	%r0, EX_GPR(1)(%r1)
	mfspr	%r0, SPRN_SPRG1
	std	%r0, EX_GPR(3)(%r1)
	mfspr	%r0, SPRN_SRR0
	std	%r0, EX_NIP(%r1)
	mfspr	%r0, SPRN_SRR1
	std	%r0, EX_MSR(%r1)
	mflr	%r0
	std	%r0, EX_LR(%r1)
	mfxer	%r0
	std	%r0, EX_XER(%r1)
	mfcr	%r0
	std	%r0, EX_CR(%r1)
	mfspr	%r0, SPRN_DAR
	std	%r0, EX_DAR(%r1)
	mfspr	%r0, SPRN_DSISR
	std	%r0, EX_DSISR(%r1)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	li	%r4, EX_VSR(\n)
	stxvd2x	\n, %r1, %r4
	.endr
	mffs	%f0
	stfd	%f0, EX_FPSCR(%r1)
	mfvscr	%v0
	li	%r4, EX_VSCR
	stxvd2x	32, %r1, %r4

	mr	%r3, %r1
	li	%r0, 0
	stdu	%r0, -128(%r1)
	LOAD_ADDRESS(%r12, route_exception)
	mtctr	%r12
	bctrl
	addi	%r1, %r1, 128

	li	%r4, EX_VSCR
	lxvd2x	32, %r1, %r4
	mtvscr	%v0
	lfd	%f0, EX_FPSCR(%r1)
	mtfsf	0xff, %f0, 1, 0
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
	li	%r4, EX_VSR(\n)
	lxvd2x	\n, %r1, %r4
	.endr
	ld	%r0, EX_LR(%r1)
	mtlr	%r0
	ld	%r0, EX_CTR(%r1)
	mtctr	%r0
	ld	%r0, EX_XER(%r1)
	mtxer	%r0
	ld	%r0, EX_CR(%r1)
	mtcr	%r0
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld	%r\n, EX_GPR(\n)(%r1)
	.endr
	ld	%r0, EX_NIP(%r1)
	mtspr	SPRN_SRR0, %r0
	ld	%r0, EX_MSR(%r1)
	mtspr	SPRN_SRR1, %r0
	ld	%r0, EX_GPR(0)(%r1)
	ld	%r1, EX_GPR(1)(%r1)
	rfid

	.section .note.GNU-stack, "", @progbits
