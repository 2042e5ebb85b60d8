/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions as numbers: tests write them into memory to run them. */
#ifndef _PRIVILEGED_ENCODINGS_H
#define _PRIVILEGED_ENCODINGS_H

/* Transactional memory. */
#define TBEGIN			0x7c00051d
#define TBEGIN_ROT		0x7c20051d	/* rollback-only */
#define TEND(a)			(0x7c00055d | (a) << 25)
#define TCHECK(bf)		(0x7c00059c | (bf) << 23)
#define TSUSPEND		0x7c0005dd
#define TRESUME			0x7c2005dd
#define TABORT(ra)		(0x7c00071d | (ra) << 16)
#define TABORTWC(to, ra, rb)	(0x7c00061d | (to) << 21 | (ra) << 16 | (rb) << 11)
#define TABORTDC(to, ra, rb)	(0x7c00065d | (to) << 21 | (ra) << 16 | (rb) << 11)
#define TABORTWCI(to, ra, si)	(0x7c00069d | (to) << 21 | (ra) << 16 | ((si) & 0x1f) << 11)
#define TABORTDCI(to, ra, si)	(0x7c0006dd | (to) << 21 | (ra) << 16 | ((si) & 0x1f) << 11)
#define TRECLAIM(ra)		(0x7c00075d | (ra) << 16)
#define TRECHKPT		0x7c0007dd
#define TO_EQUAL		4
#define TO_LESS			16

/* System. */
#define SC			0x44000002
#define SC_1			0x44000022
#define SC_1_OF_PR_KVM		0x7c000268	/* no machine has it; see firmware.c */
#define TLBIE(rb, rs)		(0x7c000264 | (rs) << 21 | (rb) << 11)
#define BCTRL			0x4e800421u
#define BLR			0x4e800020u
#define SLBIE(rb)		(0x7c000364 | (rb) << 11)
#define SLBIA			0x7c0003e4
#define SLBMTE(rs, rb)		(0x7c000324 | (rs) << 21 | (rb) << 11)
#define RFID			0x4c000024
#define HRFID			0x4c000224
#define TRAP			0x7fe00008
#define MFMSR(rt)		(0x7c0000a6 | (rt) << 21)
#define MTMSR(rs)		(0x7c000124 | (rs) << 21)
#define MTMSR_L(rs)		(0x7c010124 | (rs) << 21)
#define MTMSRD(rs)		(0x7c000164 | (rs) << 21)
#define MTMSRD_L(rs)		(0x7c010164 | (rs) << 21)
#define SPR_FIELD(spr)		(((spr) & 0x1f) << 16 | ((spr) >> 5) << 11)
#define MTSPR(spr, rs)		(0x7c0003a6 | SPR_FIELD(spr) | (rs) << 21)
#define MFSPR(rt, spr)		(0x7c0002a6 | SPR_FIELD(spr) | (rt) << 21)
#define SPR_CTR			9
#define SPR_TAR			815
#define SPR_SRR0		26
#define SPR_SRR1		27

/* Others. */
#define ILLEGAL			0x00000000
#define NOP			0x60000000
#define SYNC			0x7c0004ac
#define ISYNC			0x4c00012cu
#define DCBST(rb)		(0x7c00006c | (rb) << 11)
#define ICBI(rb)		(0x7c0007ac | (rb) << 11)
#define BRANCH(bytes)		(0x48000000 | ((bytes) & 0x3fffffc))
#define BEQ(words)		(0x41820000 | ((words) * 4 & 0xfffc))
#define BDNZ(words)		(0x42000000 | ((words) * 4 & 0xfffc))
#define BDNZ_SELF		BDNZ(0)
#define AND(ra, rs, rb)		(0x7c000038 | (rs) << 21 | (ra) << 16 | (rb) << 11)
#define OR(ra, rs, rb)		(0x7c000378 | (rs) << 21 | (ra) << 16 | (rb) << 11)
#define MR(ra, rs)		OR(ra, rs, rs)
#define ADDI(rt, ra, si)	(0x38000000 | (rt) << 21 | (ra) << 16 | ((si) & 0xffff))
#define ORI(ra, rs, ui)		(0x60000000 | (rs) << 21 | (ra) << 16 | (ui))
#define CMPDI(ra, si)		(0x2c200000 | (ra) << 16 | ((si) & 0xffff))
#define LIS(rt, si)		(0x3c000000 | (rt) << 21 | ((si) & 0xffff))
#define LI(rt, si)		ADDI(rt, 0, si)
#define LDU(rt, ra, ds)		(0xe8000001 | (rt) << 21 | (ra) << 16 | ((ds) & 0xfffc))
#define STDU(rs, ra, ds)	(0xf8000001 | (rs) << 21 | (ra) << 16 | ((ds) & 0xfffc))
#define LD_AT(rt, ra, ds)	(0xe8000000 | (rt) << 21 | (ra) << 16 | ((ds) & 0xfffc))
#define LD(rt, ra)		LD_AT(rt, ra, 0)
#define STD_AT(rs, ra, ds)	(0xf8000000 | (rs) << 21 | (ra) << 16 | ((ds) & 0xfffc))
#define STD(rs, ra)		STD_AT(rs, ra, 0)
#define DCBZ(rb)		(0x7c0007ec | (rb) << 11)
#define DCBI(rb)		(0x7c0003ac | (rb) << 11)
#define LWARX(rt, rb)		(0x7c000028 | (rt) << 21 | (rb) << 11)
#define STWCX(rs, rb)		(0x7c00012d | (rs) << 21 | (rb) << 11)
#define LDARX(rt, rb)		(0x7c0000a8 | (rt) << 21 | (rb) << 11)
#define STDCX(rs, rb)		(0x7c0001ad | (rs) << 21 | (rb) << 11)
#define MFCR(rt)		(0x7c000026 | (rt) << 21)
#define MTCR(rs)		(0x7c0ff120 | (rs) << 21)
#define MTCR0(rs)		(0x7c080120 | (rs) << 21)
#define VSR_FIELD(n)		(((n) & 31) << 21 | (n) >> 5)
#define LXVD2X(n, rb)		(0x7c000698 | VSR_FIELD(n) | (rb) << 11)
#define STXVD2X(n, rb)		(0x7c000798 | VSR_FIELD(n) | (rb) << 11)

#endif
