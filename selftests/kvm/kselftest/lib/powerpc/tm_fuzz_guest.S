/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel of tm_guest_fuzz's guest: it starts sequences of instructions one
 * after the other, goes on after whatever interrupt comes of them, and checks
 * what must hold in between.
 *
 * What holds: outside of a transaction, each register that transactions
 * checkpoint is a function of r16, the epoch, and so are two doublewords in
 * memory. Only fuzz_epoch changes any of them, and it is only called in
 * Transactional state. So a new epoch comes with a commit or not at all: a
 * register or a store that is lost, or not rolled back, is seen. fuzz_clobber
 * changes them in a transaction that has failed already, whose checkpoint is all
 * there is of them.
 *
 * Not among them: r0, r3 to r12, CR fields 0, 1, 5 to 7 (free for all), and r13,
 * which is constant.
 *
 * SRR0, SRR1 and MSR are read in the magic page: no exit to the host for these.
 */
#include "hcall.h"
#include "processor.h"
#include "tm_fuzz.h"

	.machine power8

/* As in asm/kvm_para.h, which is no header for assembly */
#define KVM_SC_MAGIC_R0			0x4b564d21
#define KVM_HC_TOKEN			(42 << 16 | 4)	/* KVM_HC_PPC_MAP_MAGIC_PAGE */
#define MAGIC_PAGE_FLAG_NOT_MAPPED_NX	1

#define ADDRESS(symbol)	((symbol) - fuzz_kernel)

#define EPOCH		%r16
#define FACILITIES	(MSR_FP | MSR_VEC | MSR_VSX)
#define KEPT_GPRS	1, 2, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
#define VSRS		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63

/* What is added to the epoch's base, for a register. CTR is r18. */
#define OF_GPR(n)	((n) * 0x123)
#define OF_VSR(n)	(0x3000 + (n) * 0x11)
#define OF_LR		0x4abc
#define OF_VRSAVE	0x4cde
#define OF_TAR		0x4f10

	/* r12: the epoch's base */
	.macro	BASE
	ld	%r12, DATA_SALT(%r13)
	lis	%r11, EPOCH_FACTOR@h
	ori	%r11, %r11, EPOCH_FACTOR@l
	mulld	%r11, %r11, EPOCH
	add	%r12, %r12, %r11
	rotldi	%r11, %r12, 32
	xor	%r12, %r12, %r11
	.endm

	/* To r11: of the registers that cannot hold everything */
	.macro	EXPECTED_XER
	rlwinm	%r11, EPOCH, 29, 0, 2		/* SO, OV, CA */
	.endm
	.macro	EXPECTED_CR
	rlwinm	%r11, EPOCH, 12, 8, 19		/* fields 2 to 4 */
	.endm
	.macro	EXPECTED_FPSCR
	rlwinm	%r11, EPOCH, 0, 30, 31		/* RN */
	.endm
	.macro	EXPECTED_VSCR
	rlwinm	%r11, EPOCH, 14, 15, 15		/* NJ */
	.endm
	.macro	EXPECTED_DSCR
	rlwinm	%r11, EPOCH, 0, 29, 31		/* DPFD */
	.endm
	.macro	EXPECTED_PPR
	rldicl	%r11, EPOCH, 0, 63
	addi	%r11, %r11, 2			/* low, medium low */
	sldi	%r11, %r11, 50
	.endm

	/* r11, twice */
	.macro	SET_VSR n
	mtvsrd	\n, %r11
	xxpermdi \n, \n, \n, 0
	.endm

	/* r11 is what r10 must be. */
	.macro	COMPARE number, wrong
	cmpd	%r10, %r11
	li	%r3, \number
	bne	\wrong
	.endm

	/*
	 * Goes to @wrong with r3: register, r10: found, r11: expected. CTR is
	 * expected in r9.
	 */
	.macro	CHECK wrong
	BASE
	.irp	n, KEPT_GPRS
	mr	%r10, %r\n
	addi	%r11, %r12, OF_GPR(\n)
	COMPARE	\n, \wrong
	.endr
	mr	%r10, %r9
	mr	%r11, %r18
	COMPARE	WRONG_CTR, \wrong
	mflr	%r10
	addi	%r11, %r12, OF_LR
	COMPARE	WRONG_LR, \wrong
	mfxer	%r10
	rlwinm	%r10, %r10, 0, 0, 2
	EXPECTED_XER
	COMPARE	WRONG_XER, \wrong
	mfcr	%r10
	rlwinm	%r10, %r10, 0, 8, 19
	EXPECTED_CR
	COMPARE	WRONG_CR, \wrong
	ld	%r10, DATA_PAIR0(%r13)
	mr	%r11, EPOCH
	COMPARE	WRONG_PAIR, \wrong
	ld	%r10, DATA_PAIR1(%r13)
	COMPARE	WRONG_PAIR, \wrong
	mfspr	%r10, SPRN_TAR
	addi	%r11, %r12, OF_TAR
	COMPARE	WRONG_TAR, \wrong
	mfspr	%r10, SPRN_DSCR
	EXPECTED_DSCR
	COMPARE	WRONG_DSCR, \wrong
	mfspr	%r10, SPRN_PPR
	rldicr	%r10, %r10, 0, 13
	rldicl	%r10, %r10, 0, 11
	EXPECTED_PPR
	COMPARE	WRONG_PPR, \wrong
	mfspr	%r10, SPRN_VRSAVE
	addi	%r11, %r12, OF_VRSAVE
	clrldi	%r11, %r11, 32
	COMPARE	WRONG_VRSAVE, \wrong
	.irp	n, VSRS
	mfvsrd	%r10, \n
	addi	%r11, %r12, OF_VSR(\n)
	COMPARE	WRONG_VSR + \n, \wrong
	xxpermdi \n, \n, \n, 2
	mfvsrd	%r10, \n
	COMPARE	WRONG_VSR + \n, \wrong
	.endr
	/* These can be read by way of a VSR only, which is then as it was. */
	mffs	%f0
	mfvsrd	%r10, 0
	rlwinm	%r10, %r10, 0, 30, 31
	addi	%r11, %r12, OF_VSR(0)
	SET_VSR	0
	EXPECTED_FPSCR
	COMPARE	WRONG_FPSCR, \wrong
	mfvscr	%v0
	xxpermdi 32, 32, 32, 2
	mfvsrd	%r10, 32
	rlwinm	%r10, %r10, 0, 15, 15
	addi	%r11, %r12, OF_VSR(32)
	SET_VSR	32
	EXPECTED_VSCR
	COMPARE	WRONG_VSCR, \wrong
	.endm

	/* All but CTR; uses r0, r11 and r12. */
	.macro	SET_ALL
	BASE
	std	EPOCH, DATA_PAIR0(%r13)
	EXPECTED_FPSCR
	mtvsrd	0, %r11
	mtfsf	0xff, %f0, 1, 0
	EXPECTED_VSCR
	mtvsrd	32, %r11
	xxpermdi 32, 32, 32, 0
	mtvscr	%v0
	.irp	n, VSRS
	addi	%r11, %r12, OF_VSR(\n)
	SET_VSR	\n
	.endr
	.irp	n, KEPT_GPRS
	addi	%r\n, %r12, OF_GPR(\n)
	.endr
	addi	%r11, %r12, OF_LR
	mtlr	%r11
	addi	%r11, %r12, OF_VRSAVE
	mtspr	SPRN_VRSAVE, %r11
	addi	%r11, %r12, OF_TAR
	mtspr	SPRN_TAR, %r11
	EXPECTED_XER
	mtxer	%r11
	EXPECTED_DSCR
	mtspr	SPRN_DSCR, %r11
	EXPECTED_PPR
	mtspr	SPRN_PPR, %r11
	std	EPOCH, DATA_PAIR1(%r13)
	EXPECTED_CR
	mtcrf	0x38, %r11
	.endm

	.macro	VECTOR number
	.org	fuzz_kernel + \number
	std	%r3, DATA_GPR(3)(%r13)
	li	%r3, \number
	b	interrupt
	.endm

	.section .rodata
	.balign	256
	.global	fuzz_kernel
fuzz_kernel:
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
	VECTOR	0xc00
	VECTOR	0xd00
	VECTOR	0xe00
	VECTOR	0xe20
	VECTOR	0xe40
	VECTOR	0xf00
	VECTOR	0xf20
	VECTOR	0xf40
	VECTOR	0xf60
	.org	fuzz_kernel + 0x1000

	/* r3: vector, r5: SRR0, r6: SRR1 from here on */
interrupt:
	std	%r4, DATA_GPR(4)(%r13)
	std	%r5, DATA_GPR(5)(%r13)
	std	%r6, DATA_GPR(6)(%r13)
	std	%r7, DATA_GPR(7)(%r13)
	mfcr	%r4
	std	%r4, DATA_CR(%r13)
	ld	%r5, MAGIC_SRR0(%r13)
	ld	%r6, MAGIC_SRR1(%r13)
	srdi	%r4, %r3, 2
	add	%r4, %r4, %r13
	ld	%r7, DATA_VECTORS(%r4)
	addi	%r7, %r7, 1
	std	%r7, DATA_VECTORS(%r4)
	rldicl	%r4, %r6, 64 - MSR_TS_LG, 62
	sldi	%r4, %r4, 3
	add	%r4, %r4, %r13
	ld	%r7, DATA_STATES(%r4)
	addi	%r7, %r7, 1
	std	%r7, DATA_STATES(%r4)

	/* MSR[TS] is legal, unless the guest itself said otherwise. */
	ld	%r7, DATA_FLAGS(%r13)
	andi.	%r7, %r7, 1 << FLAG_WILD_LG
	bne	1f
	rldicl	%r4, %r6, 64 - MSR_TS_LG, 62
	cmpdi	%r4, 3
	beq	wrong_ts
	cmpdi	%r4, 2
	bne	1f
	rldicl.	%r4, %r6, 64 - MSR_TM_LG, 63
	beq	wrong_ts
1:
	cmpdi	%r3, VEC_SYSCALL
	beq	system_call
	cmpdi	%r3, VEC_DECREMENTER
	beq	decrementer
	cmpdi	%r3, VEC_EXTERNAL
	beq	return
	cmpdi	%r3, VEC_DATA_STORAGE
	blt	unexpected

	ld	%r4, DATA_TRAPS(%r13)
	addi	%r4, %r4, 1
	std	%r4, DATA_TRAPS(%r13)
	cmpdi	%r3, VEC_TRACE
	beq	trace
	cmpldi	%r5, ADDRESS(fuzz_kernel_end)
	blt	of_kernel
	cmpdi	%r4, MAX_TRAPS
	bgt	abandon
	ld	%r4, DATA_CODE(%r13)
	cmpld	%r5, %r4
	blt	abandon
	ld	%r4, DATA_CODE_END(%r13)
	cmpld	%r5, %r4
	bge	abandon
	cmpdi	%r3, VEC_INST_STORAGE
	beq	abandon
	cmpdi	%r3, VEC_INST_SEGMENT
	beq	abandon
	ld	%r4, DATA_FLAGS(%r13)
	andi.	%r4, %r4, 1 << FLAG_GRANTS_LG
	beq	skip
	cmpdi	%r3, VEC_FAC_UNAVAIL
	beq	grant_facility
	cmpdi	%r3, VEC_FP_UNAVAIL
	beq	grant
	cmpdi	%r3, VEC_VEC_UNAVAIL
	beq	grant
	cmpdi	%r3, VEC_VSX_UNAVAIL
	beq	grant
skip:
	addi	%r5, %r5, 4
	b	return

	/* No guest gets event-based branches. */
grant_facility:
	mfspr	%r4, SPRN_FSCR
	srdi	%r4, %r4, FSCR_IC_LG
	cmpdi	%r4, FSCR_EBB_LG
	beq	skip
	li	%r4, 1
	rldimi	%r6, %r4, MSR_TM_LG, 63 - MSR_TM_LG
grant:
	oris	%r6, %r6, FACILITIES@h
	ori	%r6, %r6, FACILITIES@l
	cmpdi	%r3, VEC_FAC_UNAVAIL
	bne	return
	li	%r4, 1 << FSCR_TAR_LG | 1 << FSCR_DSCR_LG
	mtspr	SPRN_FSCR, %r4
	b	return

trace:
	li	%r4, 0x600			/* MSR[SE,BE] */
	andc	%r6, %r6, %r4
	b	return

decrementer:
	lis	%r4, TICK@h
	ori	%r4, %r4, TICK@l
	mtspr	22, %r4
	ld	%r4, DATA_TICKS(%r13)
	addi	%r4, %r4, 1
	std	%r4, DATA_TICKS(%r13)
	cmpdi	%r4, MAX_TICKS
	ble	return
	cmpldi	%r5, ADDRESS(fuzz_kernel_end)
	blt	abandon_anywhere
	b	abandon

system_call:
	cmpdi	%r0, SYS_END
	beq	end
	cmpdi	%r0, SYS_WRONG
	beq	wrong_register_of_sequence
return:
	std	%r5, MAGIC_SRR0(%r13)
	std	%r6, MAGIC_SRR1(%r13)
	ld	%r4, DATA_CR(%r13)
	mtcr	%r4
	ld	%r3, DATA_GPR(3)(%r13)
	ld	%r4, DATA_GPR(4)(%r13)
	ld	%r5, DATA_GPR(5)(%r13)
	ld	%r6, DATA_GPR(6)(%r13)
	ld	%r7, DATA_GPR(7)(%r13)
return_rfid:
	rfid

	/* In the routines at the end, facilities are missing. */
of_kernel:
	/* One that was pending when user space moved the vCPU */
	cmpldi	%r5, ADDRESS(fuzz_abandon)
	beq	abandon_anywhere
	cmpldi	%r5, ADDRESS(routines)
	blt	1f
	cmpdi	%r4, MAX_TRAPS
	bgt	abandon_anywhere
	cmpdi	%r3, VEC_FP_UNAVAIL
	beq	grant
	cmpdi	%r3, VEC_VEC_UNAVAIL
	beq	grant
	cmpdi	%r3, VEC_VSX_UNAVAIL
	beq	grant
	cmpdi	%r3, VEC_FAC_UNAVAIL
	beq	grant
	b	of_routine_unexpected
1:
	cmpdi	%r3, VEC_PROGRAM
	bne	of_kernel_unexpected
	/* Two ways to get out of a transaction: the other one. */
	cmpldi	%r5, ADDRESS(leave_n)
	beq	leave_by_reclaim
	cmpldi	%r5, ADDRESS(leave_s)
	beq	leave
	cmpldi	%r5, ADDRESS(return_rfid)
	bne	of_kernel_unexpected
	ld	%r4, DATA_FLAGS(%r13)
	andi.	%r4, %r4, 1 << FLAG_WILD_LG
	beq	wrong_return
	b	abandon
of_routine_unexpected:
	ld	%r4, DATA_FLAGS(%r13)
	andi.	%r4, %r4, 1 << FLAG_WILD_LG
	bne	abandon
	b	of_kernel_unexpected

	/*
	 * From user space, to abandon a sequence. It may be in the middle of a
	 * routine, so that registers say nothing: they are set anew.
	 */
	.global	fuzz_abandon
fuzz_abandon:
	ld	%r6, MAGIC_MSR(%r13)
abandon_anywhere:
	li	%r4, 1 << FLAG_WILD_LG
	std	%r4, DATA_FLAGS(%r13)
abandon:
	ld	%r4, DATA_ABANDONED(%r13)
	addi	%r4, %r4, 1
	std	%r4, DATA_ABANDONED(%r13)
	li	%r4, 0
	std	%r4, DATA_EXACT(%r13)
	b	leave_any
end:
	li	%r4, 1
	std	%r4, DATA_EXACT(%r13)
leave_any:
	rldicl.	%r4, %r6, 64 - MSR_TS_LG, 62
	bne	leave_by_reclaim
leave:
	ld	%r4, DATA_MSR(%r13)
leave_n:
	mtmsrd	%r4
	b	left
leave_by_reclaim:
	ld	%r4, DATA_MSR_S(%r13)
leave_s:
	mtmsrd	%r4
	li	%r4, 0xd6
	treclaim. %r4
	mfctr	%r9
left:
	/* A sequence may have turned these off. */
	li	%r4, 1 << FSCR_TAR_LG | 1 << FSCR_DSCR_LG
	mtspr	SPRN_FSCR, %r4
	ld	%r4, DATA_FLAGS(%r13)
	andi.	%r4, %r4, 1 << FLAG_WILD_LG
	bne	restart
	/* sc changes CTR: r9 has it of a sequence that ended in state N. */
	ld	%r4, DATA_EXACT(%r13)
	cmpdi	%r4, 0
	bne	1f
	mr	%r9, %r18
1:
	lis	%r4, ADDRESS(checked)@h
	ori	%r4, %r4, ADDRESS(checked)@l
	mtctr	%r4
	li	%r8, 1
	b	fuzz_check_r9
checked:
	mtctr	%r18
	mfspr	%r5, SPRN_TFIAR
	mfspr	%r6, SPRN_TEXASR
	/* See op_check_tfiar() */
	rldicl.	%r4, %r5, 16, 52
	li	%r4, FAIL_TFIAR
	bne	fail
next:
	ld	%r4, DATA_INDEX(%r13)
	addi	%r4, %r4, 1
	std	%r4, DATA_INDEX(%r13)
	ld	%r5, DATA_NR(%r13)
	cmpd	%r4, %r5
	bge	done
	sldi	%r4, %r4, 5
	add	%r4, %r4, %r13
	ld	%r5, DATA_SEQUENCES + SEQUENCE_ENTRY(%r4)
	ld	%r6, DATA_SEQUENCES + SEQUENCE_MSR(%r4)
	ld	%r7, DATA_SEQUENCES + SEQUENCE_FLAGS(%r4)
	ld	%r8, DATA_SEQUENCES + SEQUENCE_DEC(%r4)
	std	%r7, DATA_FLAGS(%r13)
	/* For a trechkpt. before the first tbegin., not to get into another sequence */
	lis	%r9, ADDRESS(no_tfhar)@h
	ori	%r9, %r9, ADDRESS(no_tfhar)@l
	mtspr	SPRN_TFHAR, %r9
	li	%r9, 0
	std	%r9, DATA_TRAPS(%r13)
	std	%r9, DATA_TICKS(%r13)
	cmpdi	%r8, 0
	beq	1f
	mtspr	22, %r8
1:
	std	%r5, MAGIC_SRR0(%r13)
	std	%r6, MAGIC_SRR1(%r13)
	rfid

	/* First the magic page, at r13, then all registers anew. */
	.global	fuzz_start
fuzz_start:
	lis	%r0, KVM_SC_MAGIC_R0@h
	ori	%r0, %r0, KVM_SC_MAGIC_R0@l
	mr	%r3, %r13
	ori	%r4, %r13, MAGIC_PAGE_FLAG_NOT_MAPPED_NX
	lis	%r11, KVM_HC_TOKEN@h
	ori	%r11, %r11, KVM_HC_TOKEN@l
	sc
restart:
	ld	EPOCH, DATA_PAIR0(%r13)
	ld	%r4, DATA_RESTARTS(%r13)
	addi	%r4, %r4, 1
	std	%r4, DATA_RESTARTS(%r13)
	lis	%r4, ADDRESS(restarted)@h
	ori	%r4, %r4, ADDRESS(restarted)@l
	mtctr	%r4
	b	fuzz_epoch
restarted:
	mtctr	%r18
	b	next

	/* Goes on when user space has prepared new sequences. */
done:
	li	%r3, 0
	ori	%r3, %r3, H_FUZZ_DONE
	FAKE_SC1
	mtctr	%r18
	b	next

wrong_ts:
	li	%r4, FAIL_TS
	mr	%r5, %r6
	b	fail
unexpected:
	li	%r4, FAIL_INTERRUPT
	mr	%r5, %r3
	b	fail
of_kernel_unexpected:
	li	%r4, FAIL_KERNEL
	mr	%r7, %r6
	mr	%r6, %r5
	mr	%r5, %r3
	b	fail
wrong_return:
	li	%r4, FAIL_RETURN
	mr	%r5, %r6
	b	fail
wrong_register_of_sequence:
	ld	%r3, DATA_FLAGS(%r13)
	andi.	%r3, %r3, 1 << FLAG_WILD_LG
	bne	abandon
	ld	%r3, DATA_GPR(3)(%r13)
wrong_register:
	li	%r4, FAIL_REGISTER
	mr	%r5, %r3
	mr	%r6, %r11
	mr	%r7, %r10
fail:
	li	%r3, 0
	ori	%r3, %r3, H_FUZZ_FAIL
	FAKE_SC1
	b	fail

	.balign	128
routines:
	/* CTR: where to go on; r9: what it was. To be called with TS=N. */
	.global	fuzz_check
fuzz_check:
	li	%r8, 0
fuzz_check_r9:
	CHECK	wrong
	bctr
wrong:
	cmpdi	%r8, 0
	bne	wrong_register
	li	%r0, SYS_WRONG
	sc
	b	.

	/* CTR: where to go on, and set it to r18 */
	.global	fuzz_epoch
fuzz_epoch:
	addi	EPOCH, EPOCH, 1
	SET_ALL
	bctr

	/* CTR: where to go on. To be called in a transaction that has failed. */
	.global	fuzz_clobber
fuzz_clobber:
	not	EPOCH, EPOCH
	ld	%r12, DATA_POOL(%r13)
	.irp	n, VSRS
	mtvsrd	\n, %r12
	.endr
	.irp	n, KEPT_GPRS
	mr	%r\n, %r12
	.endr
	mtlr	%r12
	mtspr	SPRN_TAR, %r12
	mtspr	SPRN_VRSAVE, %r12
	mtcr	%r12
	mtxer	%r12
	li	%r12, 0
	mtspr	SPRN_DSCR, %r12
	mtfsf	0xff, %f0, 1, 0
	bctr

	/* Where transactions fail to whose TFHAR the sequence has not set */
no_tfhar:
	mfctr	%r9
	li	%r0, SYS_END
	sc
	b	.

	.global	fuzz_kernel_end
fuzz_kernel_end:

	.section .note.GNU-stack, "", @progbits
