/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest executes. Little endian, real mode; copied to GUEST_BASE, which
 * is its interrupts' base too, and so it finds nothing but by branches.
 *
 * Each program does one thing r3 times, between marks, and ends by a store to r6,
 * which is no memory. At entry:
 *
 *   r3  how often		r4  PAGES pages, none of them mapped yet
 *   r5  an address without memory	r6  the like, to end
 *   r8  how long to spin		r9  a word that changes while we spin
 *
 * CTR is lost in a system call under PR KVM.
 */
#include "guest.h"
#include "mark.h"

#define SPRN_SRR0	26
#define SPRN_SRR1	27
#define SPRN_DEC	22
#define SPRN_SPRG0	272
#define SPRN_TFHAR	128
#define SPRN_TEXASR	130

	.section .guest, "ax", @progbits
	.balign	0x10000
	.globl	guest_start
guest_start:
	.macro	mark number
	twi	0, 0, \number
	.endm

	/* An interrupt that no program expects ends it, with the vector. */
	.macro	vector address
	. = \address
	li	3, \address
	b	unexpected
	.endm
	.irp	address, 0x100, 0x200, 0x300, 0x380, 0x400, 0x480, 0x500, 0x600, 0x700, 0x800
	vector	\address
	.endr

	/* A timer interrupt, which the bank asks for, comes again. */
	. = 0x900
	mtspr	SPRN_SPRG0, 31
	lis	31, GUEST_DATA >> 16
	ld	31, BANK_TIMER(31)
	mtspr	SPRN_DEC, 31
	mfspr	31, SPRN_SPRG0
	rfid

	vector	0xa00

	/* A system call returns at once. */
	. = 0xc00
	mark	MARK_END
	mark	MARK_BACK
	rfid

	.irp	address, 0xd00, 0xf00, 0xf20, 0xf40, 0xf60
	vector	\address
	.endr

	. = 0x1000
unexpected:
	std	3, 8(6)
	b	.

	.macro	program name
	.balign	32
	.globl	guest_\name
guest_\name:
	.endm

	.macro	end
	std	3, 0(6)
	b	.
	.endm

	/* Without a transaction: \what between marks, \after outside of them. */
	.macro	plain name, what:vararg
	program	\name
	mr	15, 3
1:	addis	4, 4, 1
	mark	MARK_BEGIN
	\what
	mark	MARK_END
	addic.	15, 15, -1
	bne	1b
	end
	.endm

	/* The same for a guest that has had a transaction before. */
	.macro	used name, what:vararg
	program	\name
	tbegin.
	beq	guest_\name
	tend.
	mr	15, 3
1:	addis	4, 4, 1
	mark	MARK_BEGIN
	\what
	mark	MARK_END
	addic.	15, 15, -1
	bne	1b
	end
	.endm

	/* In Transactional state. A transaction that fails is the next turn. */
	.macro	transactional name, what:vararg
	program	\name
	mr	15, 3
1:	addis	4, 4, 1
	tbegin.
	beq	2f
	mark	MARK_BEGIN
	\what
	mark	MARK_END
	tend.
2:	addic.	15, 15, -1
	bne	1b
	end
	.endm

	.macro	suspended name, what:vararg
	program	\name
	mr	15, 3
1:	addis	4, 4, 1
	tbegin.
	beq	2f
	tsuspend.
	mark	MARK_BEGIN
	\what
	mark	MARK_END
	tresume.
	tend.
2:	addic.	15, 15, -1
	bne	1b
	end
	.endm

	.macro	in_each_state name, what:vararg
	plain	\name, \what
	used	\name\()_used, \what
	transactional \name\()_t, \what
	suspended \name\()_s, \what
	.endm

	/* Until the host has run something else; time enough for that in a transaction. */
	.macro	wait_for_change
	ld	7, 0(9)
3:	ld	10, 0(9)
	cmpd	7, 10
	beq	3b
	.endm

	.macro	spin
	mr	10, 8
3:	addic.	10, 10, -1
	bne	3b
	.endm

	/* Exits of a program. A system call comes back by the vector above. */
	in_each_state fault, ld 7, 0(4)
	in_each_state mmio, lwz 7, 0(5)
	in_each_state call, sc
	in_each_state tick, spin
	plain	preempt, wait_for_change
	used	preempt_used, wait_for_change
	suspended preempt_s, wait_for_change
	transactional preempt_t, spin

	/* Exits of a guest kernel. r0 = 'KVM!', and r11 a number that nobody knows. */
	plain	hypercall, sc
	plain	mfsrr0, mfspr 7, SPRN_SRR0

	/* A guest kernel's instructions of the facility, with no transaction. */
	plain	tbegin, tbegin.
	plain	tend, tend.
	plain	tsr, tsuspend.
	plain	tcheck, tcheck 0
	plain	tabort, tabort. 0
	plain	mftfhar, mfspr 7, SPRN_TFHAR
	plain	mttfhar, mtspr SPRN_TFHAR, 7
	plain	mftexasr, mfspr 7, SPRN_TEXASR
	plain	mttexasr, mtspr SPRN_TEXASR, 12

	/* And those that come in pairs: r12 is a TEXASR with FS. */
	program	trechkpt
	mtspr	SPRN_TEXASR, 12
	mr	15, 3
1:	mark	MARK_BEGIN
	trechkpt.
	mark	MARK_END
	treclaim. 0
	addic.	15, 15, -1
	bne	1b
	end

	program	treclaim
	mtspr	SPRN_TEXASR, 12
	mr	15, 3
1:	trechkpt.
	mark	MARK_BEGIN
	treclaim. 0
	mark	MARK_END
	addic.	15, 15, -1
	bne	1b
	end

	/*
	 * Transactions between two accounts, one after the other: the same code for
	 * the guest and, as bank(), for a program of the host. struct bank is at r9.
	 */
	.macro	transfers
	mr	31, 9
	ld	30, BANK_ATTEMPTS(31)
	ld	26, BANK_SPIN(31)
	ld	25, BANK_CALL_EVERY(31)
	mr	24, 25
	ld	23, BANK_FAULT_EVERY(31)
	mr	22, 23
	li	29, 0
	li	28, 0
	addis	27, 31, 1
	mr	21, 27
1:	li	20, 0
	cmpdi	25, 0
	beq	2f
	addic.	24, 24, -1
	bne	2f
	mr	24, 25
	ori	20, 20, 1
2:	cmpdi	23, 0
	beq	3f
	addic.	22, 22, -1
	bne	3f
	mr	22, 23
	ori	20, 20, 2
	addis	21, 21, 1
3:	tbegin.
	beq	8f
	ld	10, 0(27)
	ld	11, 128(27)
	addi	10, 10, -1
	addi	11, 11, 1
	std	10, 0(27)
	mr	12, 26
4:	addic.	12, 12, -1
	bne	4b
	std	11, 128(27)
	andi.	10, 20, 1
	beq	5f
	tsuspend.
	li	0, 20	/* getpid, where there is a kernel */
	sc
	tresume.
5:	andi.	10, 20, 2
	beq	6f
	ld	10, 0(21)
6:	tend.
	addi	29, 29, 1
	b	9f
8:	addi	28, 28, 1
	mfspr	10, SPRN_TEXASR
	srdi	10, 10, 56
	sldi	10, 10, 3
	addi	11, 31, BANK_CAUSES
	ldx	12, 11, 10
	addi	12, 12, 1
	stdx	12, 11, 10
9:	addic.	30, 30, -1
	bne	1b
	std	29, BANK_COMMITS(31)
	std	28, BANK_FAILURES(31)
	.endm

	program	bank
	transfers
	end

	/* In privileged state: the first timer interrupt, then the bank with MSR r14. */
	program	bank_timer
	ld	7, BANK_TIMER(9)
	mtspr	SPRN_DEC, 7
	bcl	20, 31, 1f
1:	mflr	7
	addi	7, 7, guest_bank - 1b
	mtspr	SPRN_SRR0, 7
	mtspr	SPRN_SRR1, 14
	rfid

	.globl	guest_end
guest_end:

	/* void bank(struct bank *): in the host, without KVM. */
	.text
	.globl	bank
	.type	bank, @function
bank:
	.set	reg, 14
	.rept	18
	std	reg, -(32 - reg) * 8(1)
	.set	reg, reg + 1
	.endr
	stdu	1, -192(1)
	mr	9, 3
	transfers
	addi	1, 1, 192
	.set	reg, 14
	.rept	18
	ld	reg, -(32 - reg) * 8(1)
	.set	reg, reg + 1
	.endr
	blr
	.size	bank, . - bank
	.section .note.GNU-stack, "", @progbits
