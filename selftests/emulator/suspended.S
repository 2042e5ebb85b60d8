/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accesses in Suspended state, to a transaction that has stored r4 to 0(r7)
 * and loaded from 128(r7). r9 is another effective address of r7's storage,
 * r8 is a line of nobody's, r23 a value; where a row stores, it is this. The
 * last instruction is that which conflicts. a is the cause of failure, b the
 * offset of what has been stored, plus one.
 *
 * Power ISA 2.07B, Book II 5.2: accesses in Suspended state are performed
 * non-transactionally, and loads return what the transaction has stored.
 * 5.3.1: a store to what the transaction has accessed makes it fail, with a
 * self-induced conflict; so does the removal of such a block. 5.1.1: the
 * granularity is a cache block.
 */
#include "causes.h"
#include "row.h"

#define AT(offset)	((offset) + 1)

	.machine power8
	table	suspended_rows

	row	suspended_rows, "nothing", "II 5.2"
	nop
	row	suspended_rows, "ld of what was stored", "II 5.2", ROW_SEES_NEW
	ld	10, 0(7)
	row	suspended_rows, "ld of what was stored, at another address", "II 5.2", ROW_SEES_NEW
	ld	10, 0(9)
	row	suspended_rows, "ld of the rest of the line", "II 5.2"
	ld	10, 8(7)
	row	suspended_rows, "ld of what was loaded", "II 5.2"
	ld	10, 128(7)
	row	suspended_rows, "ld of something else", "II 5.2"
	ld	10, 256(7)
	row	suspended_rows, "lxvd2x across both lines", "II 5.2"
	li	11, 120
	lxvd2x	40, 7, 11
	row	suspended_rows, "std to what was stored", "II 5.3.1", 0, SELF_INDUCED, AT(0)
	std	23, 0(7)
	row	suspended_rows, "std to the rest of the line", "II 5.3.1", 0, SELF_INDUCED, AT(120)
	std	23, 120(7)
	row	suspended_rows, "std to the line, at another address", "II 5.3.1", 0, SELF_INDUCED, AT(64)
	std	23, 64(9)
	row	suspended_rows, "std to what was loaded", "II 5.3.1", 0, SELF_INDUCED, AT(128)
	std	23, 128(7)
	row	suspended_rows, "std to the line of what was loaded", "II 5.3.1", 0, SELF_INDUCED, AT(248)
	std	23, 248(7)
	row	suspended_rows, "std to the next line", "II 5.1.1", 0, 0, AT(256)
	std	23, 256(7)
	row	suspended_rows, "std to the next line, at another address", "II 5.1.1", 0, 0, AT(264)
	std	23, 264(9)
	row	suspended_rows, "std across pages into a line that was loaded", "II 5.3.1", 0, SELF_INDUCED, AT(252)
	std	23, 252(7)
	row	suspended_rows, "a store of the same value", "II 5.3.1", 0, SELF_INDUCED
	ld	11, 128(7)
	std	11, 128(7)
	row	suspended_rows, "stb", "II 5.3.1", 0, SELF_INDUCED
	stb	23, 200(7)
	row	suspended_rows, "stdu", "II 5.3.1", 0, SELF_INDUCED, AT(16)
	mr	11, 7
	stdu	23, 16(11)
	row	suspended_rows, "stwbrx", "II 5.3.1", 0, SELF_INDUCED
	li	11, 20
	stwbrx	23, 7, 11
	row	suspended_rows, "stmw", "II 5.3.1", 0, SELF_INDUCED
	stmw	26, 8(7)
	row	suspended_rows, "stswi", "II 5.3.1", 0, SELF_INDUCED
	addi	11, 7, 250
	stswi	26, 11, 13
	row	suspended_rows, "stq", "II 5.3.1", 0, SELF_INDUCED
	stq	26, 32(7)
	row	suspended_rows, "stfd", "II 5.3.1", 0, SELF_INDUCED
	stfd	1, 40(7)
	row	suspended_rows, "stvx", "II 5.3.1", 0, SELF_INDUCED
	li	11, 48
	stvx	1, 7, 11
	row	suspended_rows, "stvewx", "II 5.3.1", 0, SELF_INDUCED
	li	11, 132
	stvewx	1, 7, 11
	row	suspended_rows, "stxvd2x", "II 5.3.1", 0, SELF_INDUCED
	li	11, 248
	stxvd2x	40, 7, 11
	row	suspended_rows, "stwcx.", "II 5.3.1", 0, SELF_INDUCED
	addi	11, 7, 136
	lwarx	12, 0, 11
	stwcx.	23, 0, 11
	row	suspended_rows, "stdcx. to what was stored", "II 5.3.1", 0, SELF_INDUCED, AT(0)
	ldarx	12, 0, 7
	stdcx.	23, 0, 7
	row	suspended_rows, "stdcx. to something else", "II 4.4.2", 0, 0, AT(384)
	addi	11, 7, 384
	ldarx	12, 0, 11
	stdcx.	23, 0, 11
	row	suspended_rows, "dcbz of what was stored", "II 5.3.1", 0, SELF_INDUCED
	dcbz	0, 7
	row	suspended_rows, "dcbz of something else", "II 5.1.1"
	addi	11, 7, 256
	dcbz	0, 11
	row	suspended_rows, "dcbf of what was stored", "II 5.3.1", 0, SELF_INDUCED
	dcbf	0, 7
	row	suspended_rows, "dcbf of what was loaded", "II 5.3.1", 0, SELF_INDUCED
	addi	11, 7, 130
	dcbf	0, 11
	row	suspended_rows, "dcbf at another address", "II 5.3.1", 0, SELF_INDUCED
	dcbf	0, 9
	row	suspended_rows, "dcbf of something else", "II 5.3.1"
	addi	11, 7, 256
	dcbf	0, 11
	row	suspended_rows, "icbi of what was stored", "II 5.3.1", 0, SELF_INDUCED
	icbi	0, 7
	row	suspended_rows, "icbi at another address", "II 5.3.1", 0, SELF_INDUCED
	icbi	0, 9
	row	suspended_rows, "icbi of something else", "II 5.3.1"
	addi	11, 7, 256
	icbi	0, 11
	row	suspended_rows, "dcbi of what was stored", "II 5.3.1", ROW_PRIVILEGED, SELF_INDUCED
	.long	0x7c003bac	/* dcbi 0, 7 */
	row	suspended_rows, "dcbst of what was stored: a choice of the implementation", "II 5.3.1", ROW_MAY_FAIL
	dcbst	0, 7
	row	suspended_rows, "dcbst of something else", "II 5.3.1"
	addi	11, 7, 256
	dcbst	0, 11
	row	suspended_rows, "dcbtst of what was stored", "II 4.3.2"
	dcbtst	0, 7
	row	suspended_rows, "dcbt of what was stored", "II 4.3.2"
	dcbt	0, 7
	row	suspended_rows, "std to a device", "II 5.2", ROW_DEVICE | ROW_USER
	lis	11, 0x0f00
	std	23, 0(11)
	row	suspended_rows, "ld from a device", "II 5.2", ROW_DEVICE | ROW_USER
	lis	11, 0x0f00
	ld	12, 0(11)
	row	suspended_rows, "sync, isync", "II 4.4.3"
	sync
	isync
	row	suspended_rows, "mtctr, mttar, mtvrsave", "II 5.2"
	mtspr	9, 23
	mtspr	815, 23
	mtspr	256, 23
	row	suspended_rows, "slbie of another segment", "III-S 5.9.3.1", ROW_PRIVILEGED
	lis	11, 0x5000
	slbie	11

	end_table suspended_rows
