/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions in Transactional state, after r4 was stored to 0(r7). a is the
 * cause of failure, by the last instruction of the row, or 0 if it is allowed.
 * r8 is a line of nobody's, which is not in the footprint.
 *
 * Power ISA 2.07B, Book II 5.3.1 and the notes of the instructions themselves
 * in Book III-S: what cannot be undone, or changes how storage is accessed,
 * is disallowed. Any transaction may fail; that of this emulator do by rows.
 */
#include "causes.h"
#include "row.h"

	.machine power8
	table	transactional_rows

	row	transactional_rows, "dcbf", "II 5.3.1", 0, DISALLOWED
	dcbf	0, 8
	row	transactional_rows, "dcbf of what was stored", "II 5.3.1", 0, DISALLOWED
	dcbf	0, 7
	row	transactional_rows, "dcbst: conservative", "II 5.3.1", 0, DISALLOWED
	dcbst	0, 8
	row	transactional_rows, "icbi", "II 5.3.1", 0, DISALLOWED
	icbi	0, 8
	row	transactional_rows, "dcbi", "II 5.3.1", ROW_PRIVILEGED, DISALLOWED
	.long	0x7c0043ac	/* dcbi 0, 8 */
	row	transactional_rows, "ld from a device", "II 5.3.1", ROW_USER, DISALLOWED
	lis	11, 0x0f00
	ld	12, 0(11)
	row	transactional_rows, "std to a device", "II 5.3.1", ROW_USER, DISALLOWED
	lis	11, 0x0f00
	std	12, 0(11)
	row	transactional_rows, "stmw to a device", "II 5.3.1", ROW_USER, DISALLOWED
	lis	11, 0x0f00
	stmw	26, 0(11)
	row	transactional_rows, "stvx to a device", "II 5.3.1", ROW_USER, DISALLOWED
	lis	11, 0x0f00
	stvx	1, 0, 11
	row	transactional_rows, "dcbz of a device", "II 5.3.1", ROW_USER, DISALLOWED
	lis	11, 0x0f00
	dcbz	0, 11
	row	transactional_rows, "lwarx from a device", "II 5.3.1", ROW_USER, DISALLOWED
	lis	11, 0x0f00
	lwarx	12, 0, 11
	row	transactional_rows, "slbmte", "III-S 5.9.3.1", ROW_PRIVILEGED, DISALLOWED
	slbmte	12, 13
	row	transactional_rows, "slbie", "III-S 5.9.3.1", ROW_PRIVILEGED, DISALLOWED
	slbie	12
	row	transactional_rows, "slbia", "III-S 5.9.3.1", ROW_PRIVILEGED, DISALLOWED
	slbia
	row	transactional_rows, "slbfee.", "III-S 5.9.3.1", ROW_PRIVILEGED, DISALLOWED
	slbfee.	12, 13
	row	transactional_rows, "tlbie", "III-S 5.9.3.3", ROW_HYPERVISOR, DISALLOWED
	tlbie	12, 13
	row	transactional_rows, "tlbiel", "III-S 5.9.3.3", ROW_HYPERVISOR, DISALLOWED
	tlbiel	12
	row	transactional_rows, "msgsnd", "III-S 11.3", ROW_HYPERVISOR, DISALLOWED
	msgsnd	12
	row	transactional_rows, "msgclr", "III-S 11.3", ROW_HYPERVISOR, DISALLOWED
	msgclr	12
	row	transactional_rows, "nap", "III-S 3.3.2", ROW_HYPERVISOR, DISALLOWED
	nap
	row	transactional_rows, "sleep", "III-S 3.3.2", ROW_HYPERVISOR, DISALLOWED
	.long	0x4c0003a4	/* sleep */
	row	transactional_rows, "mtspr SDR1", "III-S 5.7.7.2", ROW_HYPERVISOR, DISALLOWED
	mtspr	25, 12
	row	transactional_rows, "mtspr LPCR", "III-S 2.2", ROW_HYPERVISOR, DISALLOWED
	mtspr	318, 12
	row	transactional_rows, "mtspr LPIDR", "III-S 2.3", ROW_HYPERVISOR, DISALLOWED
	mtspr	319, 12

	row	transactional_rows, "nop", "II 5.2"
	nop
	row	transactional_rows, "dcbt, dcbtst, dcbz", "II 4.3.2"
	dcbt	0, 8
	dcbtst	0, 8
	dcbz	0, 8
	row	transactional_rows, "sync, lwsync, eieio, isync", "II 4.4.3"
	sync
	lwsync
	eieio
	isync
	row	transactional_rows, "mtctr, mttar, mtvrsave, mtxer, mtlr", "II 5.2"
	mtctr	4
	mtspr	815, 4
	mtspr	256, 4
	mtxer	4
	row	transactional_rows, "mfspr TFHAR, TFIAR, TEXASR, TEXASRU", "II 5.4"
	mfspr	11, 128
	mfspr	11, 129
	mfspr	11, 130
	mfspr	11, 131
	row	transactional_rows, "mftb", "II 6.1"
	mftb	11
	row	transactional_rows, "mtmsrd of EE and RI", "III-S 4.3.4", ROW_PRIVILEGED
	li	11, 2
	mtmsrd	11, 1
	row	transactional_rows, "mtspr SRR0", "III-S 4.4.4", ROW_PRIVILEGED
	mtspr	26, 11
	row	transactional_rows, "ldarx, stdcx.", "II 4.4.2"
	ldarx	11, 0, 8
	stdcx.	11, 0, 8
	row	transactional_rows, "tbegin., tend.: nested", "II 5.5"
	tbegin.
	tend.
	row	transactional_rows, "tsuspend., tresume.", "II 5.5"
	tsuspend.
	tresume.
	row	transactional_rows, "tcheck", "II 5.5"
	tcheck	3

	end_table transactional_rows
