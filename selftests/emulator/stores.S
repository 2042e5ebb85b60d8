/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every way to store and to load. r7 is the address of 512 bytes with the end
 * of a line at 128 and that of a page at 256, r9 that of 64 bytes of data, r4
 * is a value; r10 and above are free, and so are all other registers.
 *
 * The sections are those of Power ISA 2.07B, Book I, if they say no other
 * book; v3.0 has them in the same chapters. Chapter 5 of Book II has that all
 * of them are transactional in Transactional state.
 */
#include "row.h"

	.machine power9
	table	store_rows

	row	store_rows, "stb", "3.3.3"
	stb	4, 1(7)
	row	store_rows, "sth", "3.3.3"
	sth	4, 2(7)
	row	store_rows, "stw", "3.3.3"
	stw	4, 4(7)
	row	store_rows, "std", "3.3.3"
	std	4, 8(7)
	row	store_rows, "stbu", "3.3.3"
	addi	10, 7, 3
	stbu	4, 20(10)
	row	store_rows, "sthu", "3.3.3"
	mr	10, 7
	sthu	4, 22(10)
	row	store_rows, "stwu", "3.3.3"
	mr	10, 7
	stwu	4, 24(10)
	row	store_rows, "stdu", "3.3.3"
	mr	10, 7
	stdu	4, 32(10)
	row	store_rows, "stbx", "3.3.3"
	li	10, 255
	stbx	4, 7, 10
	row	store_rows, "sthx", "3.3.3"
	li	10, 200
	sthx	4, 7, 10
	row	store_rows, "stwx", "3.3.3"
	li	10, 204
	stwx	4, 7, 10
	row	store_rows, "stdx", "3.3.3"
	li	10, 208
	stdx	4, 7, 10
	row	store_rows, "stbux", "3.3.3"
	li	10, 256
	stbux	4, 10, 7
	row	store_rows, "sthux", "3.3.3"
	li	10, 258
	sthux	4, 10, 7
	row	store_rows, "stwux", "3.3.3"
	li	10, 260
	stwux	4, 10, 7
	row	store_rows, "stdux", "3.3.3"
	li	10, 264
	stdux	4, 10, 7
	row	store_rows, "sth across lines", "3.3.3; II 1.4"
	sth	4, 127(7)
	row	store_rows, "stw across lines", "3.3.3; II 1.4"
	stw	4, 126(7)
	row	store_rows, "std across lines", "3.3.3; II 1.4"
	std	4, 124(7)
	row	store_rows, "sth across pages", "3.3.3; II 1.4"
	sth	4, 255(7)
	row	store_rows, "stw across pages", "3.3.3; II 1.4"
	stw	4, 253(7)
	row	store_rows, "std across pages", "3.3.3; II 1.4"
	std	4, 252(7)
	row	store_rows, "sthbrx across lines", "3.3.5"
	li	10, 127
	sthbrx	4, 7, 10
	row	store_rows, "stwbrx across pages", "3.3.5"
	li	10, 254
	stwbrx	4, 7, 10
	row	store_rows, "stdbrx", "3.3.5"
	li	10, 64
	stdbrx	4, 7, 10
	row	store_rows, "stdbrx across pages", "3.3.5"
	li	10, 249
	stdbrx	4, 7, 10
	row	store_rows, "stmw across lines", "3.3.6"
	stmw	26, 116(7)
	row	store_rows, "stmw across pages", "3.3.6"
	stmw	24, 240(7)
	row	store_rows, "stswi across lines", "3.3.7"
	addi	10, 7, 123
	stswi	26, 10, 19
	row	store_rows, "stswx across pages", "3.3.7"
	li	11, 13
	mtxer	11
	li	10, 250
	stswx	26, 7, 10
	row	store_rows, "stq", "3.3.4"
	stq	26, 112(7)
	row	store_rows, "stbcx.", "II 4.4.2"
	li	10, 65
	lbarx	11, 7, 10
	stbcx.	4, 7, 10
	mfcr	12
	srwi	12, 12, 28
	row	store_rows, "sthcx.", "II 4.4.2"
	li	10, 66
	lharx	11, 7, 10
	sthcx.	4, 7, 10
	mfcr	12
	srwi	12, 12, 28
	row	store_rows, "stwcx.", "II 4.4.2"
	li	10, 68
	lwarx	11, 7, 10
	stwcx.	4, 7, 10
	mfcr	12
	srwi	12, 12, 28
	row	store_rows, "stdcx.", "II 4.4.2"
	li	10, 72
	ldarx	11, 7, 10
	stdcx.	4, 7, 10
	mfcr	12
	srwi	12, 12, 28
	row	store_rows, "stqcx.", "II 4.4.2"
	li	10, 80
	lqarx	28, 7, 10
	stqcx.	26, 7, 10
	mfcr	12
	srwi	12, 12, 28
	row	store_rows, "stwcx. of a value just stored", "II 4.4.2"
	li	10, 68
	stwx	9, 7, 10
	lwarx	11, 7, 10
	stwcx.	4, 7, 10
	mfcr	12
	srwi	12, 12, 28
	row	store_rows, "stwcx. with no reservation", "II 4.4.2", ROW_NO_STORE
	li	10, 68
	lwarx	11, 7, 10
	li	11, 384
	stwcx.	4, 7, 11
	stwcx.	4, 7, 10
	mfcr	12
	srwi	12, 12, 28
	row	store_rows, "stfs", "4.6.3"
	lfd	1, 0(9)
	stfs	1, 4(7)
	row	store_rows, "stfd across pages", "4.6.3"
	lfd	1, 8(9)
	stfd	1, 251(7)
	row	store_rows, "stfsu", "4.6.3"
	lfs	1, 0(9)
	mr	10, 7
	stfsu	1, 128(10)
	row	store_rows, "stfdu", "4.6.3"
	lfd	1, 0(9)
	mr	10, 7
	stfdu	1, 136(10)
	row	store_rows, "stfsx", "4.6.3"
	lfs	1, 0(9)
	li	10, 140
	stfsx	1, 7, 10
	row	store_rows, "stfdx across lines", "4.6.3"
	lfd	1, 0(9)
	li	10, 125
	stfdx	1, 7, 10
	row	store_rows, "stfsux", "4.6.3"
	lfs	1, 0(9)
	li	10, 156
	stfsux	1, 10, 7
	row	store_rows, "stfdux", "4.6.3"
	lfd	1, 0(9)
	li	10, 160
	stfdux	1, 10, 7
	row	store_rows, "stfiwx", "4.6.3"
	lfd	1, 0(9)
	li	10, 168
	stfiwx	1, 7, 10
	row	store_rows, "stfdp", "4.6.4"
	lfd	2, 0(9)
	lfd	3, 8(9)
	stfdp	2, 176(7)
	row	store_rows, "stvebx", "6.7.3"
	lvx	1, 0, 9
	li	10, 131
	stvebx	1, 7, 10
	row	store_rows, "stvehx", "6.7.3"
	lvx	1, 0, 9
	li	10, 134
	stvehx	1, 7, 10
	row	store_rows, "stvewx", "6.7.3"
	lvx	1, 0, 9
	li	10, 252
	stvewx	1, 7, 10
	row	store_rows, "stvx", "6.7.3"
	lvx	1, 0, 9
	li	10, 240
	stvx	1, 7, 10
	row	store_rows, "stvxl", "6.7.3"
	lvx	1, 0, 9
	li	10, 256
	stvxl	1, 7, 10
	row	store_rows, "stxsdx across lines", "7.6.1"
	lxvd2x	34, 0, 9
	li	10, 122
	stxsdx	34, 7, 10
	row	store_rows, "stxsspx", "7.6.1"
	lxvd2x	2, 0, 9
	li	10, 120
	stxsspx	2, 7, 10
	row	store_rows, "stxsiwx", "7.6.1"
	lxvd2x	35, 0, 9
	li	10, 124
	stxsiwx	35, 7, 10
	row	store_rows, "stxvd2x across lines", "7.6.1"
	lxvd2x	40, 0, 9
	li	10, 120
	stxvd2x	40, 7, 10
	row	store_rows, "stxvd2x across pages, unaligned", "7.6.1"
	lxvd2x	4, 0, 9
	li	10, 251
	stxvd2x	4, 7, 10
	row	store_rows, "stxvw4x across pages", "7.6.1"
	lxvd2x	40, 0, 9
	li	10, 244
	stxvw4x	40, 7, 10
	row	store_rows, "dcbz", "II 4.3.2"
	addi	10, 7, 130
	dcbz	0, 10
	row	store_rows, "dcbz of a page's first line", "II 4.3.2"
	addi	10, 7, 256
	dcbz	0, 10
	row	store_rows, "dcbtst changes nothing", "II 4.3.2", ROW_NO_STORE
	dcbtst	0, 7
	row	store_rows, "dcbt changes nothing", "II 4.3.2", ROW_NO_STORE
	dcbt	0, 7
	row	store_rows, "many stores to a line", "II 5.2"
	std	4, 0(7)
	stb	9, 3(7)
	sth	7, 5(7)
	std	9, 56(7)
	row	store_rows, "stores to four lines in two pages", "II 5.2"
	std	4, 0(7)
	std	9, 128(7)
	std	4, 256(7)
	std	9, 384(7)

	/* What was stored before in the transaction is loaded in every way. */
	row	store_rows, "lbz", "3.3.2"
	std	4, 0(7)
	lbz	10, 1(7)
	lbzx	11, 7, 10
	row	store_rows, "lhz, lha", "3.3.2"
	std	4, 124(7)
	lhz	10, 127(7)
	lha	11, 125(7)
	row	store_rows, "lwz, lwa", "3.3.2"
	std	4, 252(7)
	lwz	10, 254(7)
	lwa	11, 252(7)
	row	store_rows, "ld, ldu, ldx", "3.3.2"
	std	4, 120(7)
	ld	10, 120(7)
	li	11, 121
	ldx	12, 7, 11
	mr	13, 7
	ldu	14, 120(13)
	row	store_rows, "lhbrx, lwbrx, ldbrx", "3.3.5"
	std	4, 252(7)
	li	10, 253
	lhbrx	11, 7, 10
	lwbrx	12, 7, 10
	ldbrx	13, 7, 10
	row	store_rows, "lmw", "3.3.6"
	std	4, 252(7)
	lmw	26, 244(7)
	row	store_rows, "lswi, lswx", "3.3.7"
	std	4, 252(7)
	addi	10, 7, 245
	lswi	26, 10, 15
	li	11, 9
	mtxer	11
	lswx	12, 0, 10
	row	store_rows, "lq", "3.3.4"
	std	4, 16(7)
	lq	28, 16(7)
	row	store_rows, "lbarx, lharx, lwarx, ldarx", "II 4.4.2"
	std	4, 16(7)
	addi	10, 7, 16
	lbarx	11, 0, 10
	lharx	12, 0, 10
	lwarx	13, 0, 10
	ldarx	14, 0, 10
	row	store_rows, "lqarx", "II 4.4.2"
	std	4, 24(7)
	addi	10, 7, 16
	lqarx	28, 0, 10
	row	store_rows, "lfd, lfs", "4.6.2"
	std	4, 124(7)
	lfd	1, 124(7)
	stfd	1, 16(7)
	lfs	1, 126(7)
	stfd	1, 24(7)
	row	store_rows, "lfiwax, lfiwzx", "4.6.2"
	std	4, 124(7)
	addi	10, 7, 124
	lfiwax	1, 0, 10
	stfd	1, 16(7)
	lfiwzx	1, 0, 10
	stfd	1, 24(7)
	row	store_rows, "lfdp", "4.6.4"
	std	4, 24(7)
	lfdp	2, 16(7)
	stfd	2, 32(7)
	stfd	3, 40(7)
	row	store_rows, "lvx, lvewx", "6.7.2"
	std	4, 240(7)
	li	10, 240
	lvx	1, 7, 10
	stvx	1, 0, 7
	vspltisw 1, 0
	lvewx	1, 7, 10
	li	10, 16
	stvx	1, 7, 10
	row	store_rows, "lxvd2x, lxvw4x, lxvdsx across pages", "7.6.1"
	std	4, 252(7)
	li	10, 252
	lxvd2x	1, 7, 10
	stxvd2x	1, 0, 7
	lxvw4x	34, 7, 10
	li	11, 16
	stxvd2x	34, 7, 11
	lxvdsx	2, 7, 10
	li	11, 32
	stxvd2x	2, 7, 11
	row	store_rows, "lxsdx, lxsspx, lxsiwax", "7.6.1"
	std	4, 124(7)
	addi	10, 7, 124
	lxsdx	34, 0, 10
	stxsdx	34, 0, 7
	lxsiwax	34, 0, 10
	addi	11, 7, 8
	stxsdx	34, 0, 11

	/* v3.0 */
	row	store_rows, "stxv", "v3.0 7.6.1", ROW_POWER9
	lxv	40, 0(9)
	stxv	40, 240(7)
	row	store_rows, "stxvx across pages", "v3.0 7.6.1", ROW_POWER9
	lxv	4, 0(9)
	li	10, 243
	stxvx	4, 7, 10
	row	store_rows, "stxvl across lines", "v3.0 7.6.1", ROW_POWER9
	lxv	4, 0(9)
	li	11, 11
	sldi	11, 11, 56
	addi	10, 7, 123
	stxvl	4, 10, 11
	row	store_rows, "stxvll across pages", "v3.0 7.6.1", ROW_POWER9
	lxv	4, 0(9)
	li	11, 13
	sldi	11, 11, 56
	addi	10, 7, 247
	stxvll	4, 10, 11
	row	store_rows, "stxvh8x", "v3.0 7.6.1", ROW_POWER9
	lxv	40, 0(9)
	li	10, 120
	stxvh8x	40, 7, 10
	row	store_rows, "stxvb16x", "v3.0 7.6.1", ROW_POWER9
	lxv	40, 0(9)
	li	10, 248
	stxvb16x 40, 7, 10
	row	store_rows, "stxsd, stxssp", "v3.0 7.6.1", ROW_POWER9
	lxv	40, 0(9)
	stxsd	8, 124(7)
	stxssp	8, 16(7)
	row	store_rows, "stxsibx, stxsihx", "v3.0 7.6.1", ROW_POWER9
	lxv	40, 0(9)
	stxsibx	40, 0, 7
	li	10, 127
	stxsihx	40, 7, 10
	row	store_rows, "lxv, lxvx, lxvl", "v3.0 7.6.1", ROW_POWER9
	std	4, 124(7)
	lxv	40, 112(7)
	stxv	40, 0(7)
	li	10, 122
	lxvx	40, 7, 10
	stxv	40, 16(7)
	li	11, 9
	sldi	11, 11, 56
	addi	10, 7, 119
	lxvl	40, 10, 11
	stxv	40, 32(7)
	row	store_rows, "lwat, ldat", "v3.0 II 4.5.1", ROW_POWER9
	addi	10, 7, 16
	lwat	12, 10, 0
	addi	10, 7, 24
	ldat	14, 10, 0
	row	store_rows, "stwat, stdat", "v3.0 II 4.5.2", ROW_POWER9
	addi	10, 7, 16
	stwat	4, 10, 0
	addi	10, 7, 24
	stdat	4, 10, 0

	end_table store_rows
