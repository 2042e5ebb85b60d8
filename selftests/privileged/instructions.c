// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every transactional memory instruction and SPR in every state. The rules are
 * those of Power ISA 2.07B, Book II chapter 5 and Book III-S chapter 3; where a
 * machine may choose (any transaction may fail), a row has more than one end.
 */
#include "encodings.h"
#include "privileged.h"

#define MTSPR_R3(spr)	MTSPR(spr, 3)
#define MFSPR_R3(spr)	MFSPR(3, spr)

/* CR0 where nothing wrote it. */
#define UNTOUCHED	0xf
/* CR0 = 0 || TS || 0, the state before the instruction. */
#define WAS(ts)		((ts) << 1)
#define FAILED		0xa

#define NO_R0		0

/* Ends. */
#define GOES_ON(ts_, cr0_, ...) { .vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, \
	.where = NEXT, .ts = ts_, .tm = 1, .cr0 = cr0_, __VA_ARGS__ }
#define FAILS(...) { .vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = HANDLER, \
	.ts = N, .tm = 1, .cr0 = FAILED, .back = true, __VA_ARGS__ }
#define INTERRUPT(reason_, ts_, tm_, ...) { .vector = VECTOR_PROGRAM, .reason = reason_, \
	.where = AT, .ts = ts_, .tm = tm_, .cr0 = UNTOUCHED, __VA_ARGS__ }
#define BAD_THING(ts, ...)	INTERRUPT(SRR1_BAD_THING, ts, 1, __VA_ARGS__)
#define PRIVILEGED(ts)	INTERRUPT(SRR1_PRIVILEGED, ts, 1)
#define UNAVAILABLE(vector_, ts_, tm_) { .vector = vector_, .where = AT, .ts = ts_, .tm = tm_, \
	.cr0 = UNTOUCHED }
/* An illegal instruction, for a hypervisor. */
#define EMULATION(ts_) { .vector = VECTOR_EMULATION, .where = AT, .ts = ts_, .tm = 1, \
	.cr0 = UNTOUCHED }
/* A machine check for an address that no device has. */
#define NO_ANSWER { .vector = VECTOR_MACHINE_CHECK, .where = AT, .ts = N, .tm = ANY, \
	.cr0 = UNTOUCHED }

/* What TEXASR has recorded. */
#define TEXASR_IS(mask, value)	.texasr_mask = (mask), .texasr = (value)
#define ALL_OF_RECORD	(0xffull << 56 | TEXASR_ABORT | TEXASR_SUSPENDED | TEXASR_PRIVILEGE | \
			 TEXASR_SUMMARY | TEXASR_EXACT)
#define RECORDED(code, more) TEXASR_IS(ALL_OF_RECORD, TEXASR_CODE(code) | TEXASR_ABORT | \
			 TEXASR_SUMMARY | TEXASR_EXACT | (more)), .tfiar = true
#define STILL(value)	TEXASR_IS(~0ull, value)
#define NOTHING_RECORDED TEXASR_IS(TEXASR_SUMMARY, 0)
#define LEVEL(n)	TEXASR_IS(TEXASR_SUMMARY | TEXASR_LEVEL, n)
/* An access that cannot be transactional: the processor's cause, and KVM's (asm/tm.h). */
#define DISALLOWED	TEXASR_IS(BIT(55) | TEXASR_ABORT, BIT(55))
#define EMULATED	TEXASR_IS(0xffull << 56 | TEXASR_ABORT, TEXASR_CODE(0xd1) | TEXASR_ABORT)

/* A record with only implemented bits, and not a failure. */
#define SOME_TEXASR	(TEXASR_CODE(0x12) | TEXASR_ABORT | TEXASR_EXACT | 3)
/* All but bit 33 and bits 39 to 51, which are reserved. */
#define ALL_OF_TEXASR	(~0ull << 31 | TEXASR_PRIVILEGE | TEXASR_SUMMARY | TEXASR_EXACT | \
			 TEXASR_ROLLBACK_ONLY | TEXASR_LEVEL)

#define SOME_ADDRESS	0x0123456789abcde4ull
/* Bits 62 and 63 of TFIAR are a privilege. */
#define SOME_TFIAR	(SOME_ADDRESS | 1)

#define USER		.user = true, .tm = true
#define KERNEL		.tm = true

static const struct test tests[] = {
	/*
	 * tbegin. starts a transaction in N: CR0 = 0, TL = 1, TFHAR = next. It
	 * may fail at once, as hardware does: CR0 = 0b1010 at the same address,
	 * summary and privilege recorded, TFIAR its own.
	 */
	{ "tbegin., N, privileged", "begins, or fails with CR0 = 1010", TBEGIN, FROM_N, KERNEL,
	  .may = { GOES_ON(T, 0, LEVEL(1), .tfhar_next = true),
		   GOES_ON(N, FAILED, TEXASR_IS(TEXASR_SUMMARY | TEXASR_PRIVILEGE, TEXASR_SUMMARY),
			   .tfiar = true, .tfhar_next = true) } },
	{ "tbegin., N, problem state", "begins", TBEGIN, FROM_N, USER,
	  .may = { GOES_ON(T, 0, LEVEL(1), .tfhar_next = true),
		   GOES_ON(N, FAILED, TEXASR_IS(TEXASR_SUMMARY, TEXASR_SUMMARY),
			   .tfhar_next = true) } },
	{ "tbegin., N, an earlier failure recorded", "TEXASR starts anew", TBEGIN, FROM_N, USER,
	  .texasr = EARLIER_FAILURE,
	  .may = { GOES_ON(T, 0, LEVEL(1), .tfhar_next = true),
		   GOES_ON(N, FAILED, TEXASR_IS(TEXASR_SUMMARY, TEXASR_SUMMARY),
			   .tfhar_next = true) } },
	{ "tbegin., S, privileged", "no operation but CR0", TBEGIN, FROM_FAILED, KERNEL,
	  .may = { GOES_ON(S, WAS(S), STILL(EARLIER_FAILURE)) } },
	{ "tbegin., S, problem state", "no operation but CR0", TBEGIN, FROM_FAILED, USER,
	  .may = { GOES_ON(S, WAS(S), STILL(EARLIER_FAILURE)) } },
	{ "tbegin., S of a live transaction, privileged", "no operation but CR0",
	  TBEGIN, FROM_USER, KERNEL, .may = { GOES_ON(S, WAS(S), LEVEL(1)) } },
	{ "tbegin., T, problem state", "nests: TL = 2", TBEGIN, FROM_T, USER,
	  .may = { GOES_ON(T, WAS(T), LEVEL(2)) } },
	{ "tbegin., T, privileged", "nests: TL = 2", TBEGIN, FROM_T, KERNEL,
	  .may = { GOES_ON(T, WAS(T), LEVEL(2)) } },

	/* tend. */
	{ "tend., N, privileged", "no operation but CR0", TEND(0), FROM_N, KERNEL,
	  .may = { GOES_ON(N, WAS(N)) } },
	{ "tend. with A, N, privileged", "no operation but CR0", TEND(1), FROM_N, KERNEL,
	  .may = { GOES_ON(N, WAS(N)) } },
	{ "tend., N, problem state", "no operation but CR0", TEND(0), FROM_N, USER,
	  .may = { GOES_ON(N, WAS(N)) } },
	{ "tend., S, privileged", "TM Bad Thing", TEND(0), FROM_FAILED, KERNEL,
	  .may = { BAD_THING(S) } },
	{ "tend. with A, S, privileged", "TM Bad Thing", TEND(1), FROM_FAILED, KERNEL,
	  .may = { BAD_THING(S) } },
	{ "tend., S, problem state", "TM Bad Thing", TEND(0), FROM_FAILED, USER,
	  .may = { BAD_THING(S) } },
	{ "tend., T, problem state", "commits", TEND(0), FROM_T, USER,
	  .may = { GOES_ON(N, WAS(T), NOTHING_RECORDED, .committed = true) } },
	{ "tend. with A, T, problem state", "commits", TEND(1), FROM_T, USER,
	  .may = { GOES_ON(N, WAS(T), NOTHING_RECORDED, .committed = true) } },
	{ "tend., T, privileged", "commits", TEND(0), FROM_T, KERNEL,
	  .may = { GOES_ON(N, WAS(T), NOTHING_RECORDED, .committed = true) } },

	/* tabort.: a code from RA56:63; with RA = 0 the code is 0. */
	{ "tabort., N, privileged", "no operation but CR0", TABORT(3), FROM_N, KERNEL,
	  .r3 = 0x44, .texasr = SOME_TEXASR, .may = { GOES_ON(N, WAS(N), STILL(SOME_TEXASR)) } },
	{ "tabort., N, problem state", "no operation but CR0", TABORT(3), FROM_N, USER,
	  .r3 = 0x44, .texasr = SOME_TEXASR, .may = { GOES_ON(N, WAS(N), STILL(SOME_TEXASR)) } },
	{ "tabort., S, failed already, privileged", "the first failure stays recorded",
	  TABORT(3), FROM_FAILED, KERNEL, .r3 = 0x44,
	  .may = { GOES_ON(S, WAS(S), STILL(EARLIER_FAILURE)) } },
	{ "tabort., S, failed already, problem state", "the first failure stays recorded",
	  TABORT(3), FROM_FAILED, USER, .r3 = 0x44,
	  .may = { GOES_ON(S, WAS(S), STILL(EARLIER_FAILURE)) } },
	{ "tabort., S of a live transaction, privileged", "recorded, the handler waits for T",
	  TABORT(3), FROM_USER, KERNEL, .r3 = 0x1244,
	  .may = { GOES_ON(S, WAS(S), RECORDED(0x44, TEXASR_SUSPENDED)) } },
	{ "tabort., S of a live transaction, problem state", "recorded, the handler waits for T",
	  TABORT(3), FROM_USER, USER, .r3 = 0x1244,
	  .may = { GOES_ON(S, WAS(S), RECORDED(0x44, TEXASR_SUSPENDED | TEXASR_PROBLEM_STATE)) } },
	{ "tabort. without RA, S of a live transaction", "code 0",
	  TABORT(NO_R0), FROM_USER, KERNEL,
	  .may = { GOES_ON(S, WAS(S), RECORDED(0, TEXASR_SUSPENDED)) } },
	{ "tabortwc., S of a live transaction", "recorded, without a code",
	  TABORTWC(TO_EQUAL, 3, 4), FROM_USER, KERNEL, .r3 = 7, .r4 = 7,
	  .may = { GOES_ON(S, WAS(S), RECORDED(0, TEXASR_SUSPENDED)) } },
	{ "tabort., T, problem state", "handler, CR0 = 1010, code recorded", TABORT(3), FROM_T, USER,
	  .r3 = 0x44, .may = { FAILS(RECORDED(0x44, TEXASR_PROBLEM_STATE)) } },
	{ "tabort., T, privileged", "handler, CR0 = 1010, code recorded", TABORT(3), FROM_T, KERNEL,
	  .r3 = 0x44, .may = { FAILS(RECORDED(0x44, 0)) } },

	/* tabortwc. and its kind: only if the comparison holds; there is no code. */
	{ "tabortwc., true, T", "fails", TABORTWC(TO_EQUAL, 3, 4), FROM_T, USER,
	  .r3 = 0x100000007, .r4 = 7, .may = { FAILS(RECORDED(0, TEXASR_PROBLEM_STATE)) } },
	{ "tabortwc., false, T", "goes on", TABORTWC(TO_EQUAL, 3, 4), FROM_T, USER,
	  .r3 = 8, .r4 = 7, .may = { GOES_ON(T, WAS(T), LEVEL(1)) } },
	{ "tabortdc., true, T", "fails", TABORTDC(TO_LESS, 3, 4), FROM_T, USER,
	  .r3 = -1ull << 33, .r4 = 7, .may = { FAILS(RECORDED(0, TEXASR_PROBLEM_STATE)) } },
	{ "tabortdc., false, T", "goes on", TABORTDC(TO_EQUAL, 3, 4), FROM_T, USER,
	  .r3 = 0x100000007, .r4 = 7, .may = { GOES_ON(T, WAS(T), LEVEL(1)) } },
	{ "tabortwci., true, T", "fails", TABORTWCI(TO_EQUAL, 3, -3), FROM_T, USER,
	  .r3 = 0xfffffffd, .may = { FAILS(RECORDED(0, TEXASR_PROBLEM_STATE)) } },
	{ "tabortwci., false, T", "goes on", TABORTWCI(TO_EQUAL, 3, -3), FROM_T, USER,
	  .r3 = 3, .may = { GOES_ON(T, WAS(T), LEVEL(1)) } },
	{ "tabortdci., true, T", "fails", TABORTDCI(TO_EQUAL, 3, -3), FROM_T, USER,
	  .r3 = -3ull, .may = { FAILS(RECORDED(0, TEXASR_PROBLEM_STATE)) } },
	{ "tabortdci., false, T", "goes on", TABORTDCI(TO_EQUAL, 3, -3), FROM_T, USER,
	  .r3 = 0xfffffffd, .may = { GOES_ON(T, WAS(T), LEVEL(1)) } },
	{ "tabortwc., true, S, privileged", "CR0, first failure stays",
	  TABORTWC(TO_EQUAL, 3, 4), FROM_FAILED, KERNEL, .r3 = 7, .r4 = 7,
	  .may = { GOES_ON(S, WAS(S), STILL(EARLIER_FAILURE)) } },
	{ "tabortdc., true, S of a live transaction", "recorded",
	  TABORTDC(TO_EQUAL, 3, 4), FROM_USER, KERNEL, .r3 = 7, .r4 = 7,
	  .may = { GOES_ON(S, WAS(S), TEXASR_IS(TEXASR_ABORT | TEXASR_SUMMARY | TEXASR_SUSPENDED,
				TEXASR_ABORT | TEXASR_SUMMARY | TEXASR_SUSPENDED), .tfiar = true) } },
	{ "tabortwci., false, S of a live transaction", "nothing recorded",
	  TABORTWCI(TO_EQUAL, 3, 5), FROM_USER, KERNEL, .r3 = 7,
	  .may = { GOES_ON(S, WAS(S), NOTHING_RECORDED) } },
	{ "tabortdci., true, N, privileged", "no operation but CR0",
	  TABORTDCI(TO_EQUAL, 3, 7), FROM_N, KERNEL, .r3 = 7, .texasr = SOME_TEXASR,
	  .may = { GOES_ON(N, WAS(N), STILL(SOME_TEXASR)) } },
	{ "tabortwci., true, N, privileged", "no operation but CR0",
	  TABORTWCI(TO_EQUAL, 3, 7), FROM_N, KERNEL, .r3 = 7, .texasr = SOME_TEXASR,
	  .may = { GOES_ON(N, WAS(N), STILL(SOME_TEXASR)) } },
	{ "tabortwc., true, N, privileged", "no operation but CR0",
	  TABORTWC(TO_EQUAL, 3, 4), FROM_N, KERNEL, .r3 = 7, .r4 = 7, .texasr = SOME_TEXASR,
	  .may = { GOES_ON(N, WAS(N), STILL(SOME_TEXASR)) } },
	{ "tabortdc., true, N, problem state", "no operation but CR0",
	  TABORTDC(TO_EQUAL, 3, 4), FROM_N, USER, .r3 = 7, .r4 = 7, .texasr = SOME_TEXASR,
	  .may = { GOES_ON(N, WAS(N), STILL(SOME_TEXASR)) } },

	/* tsr. */
	{ "tsuspend., N, privileged", "no operation but CR0", TSUSPEND, FROM_N, KERNEL,
	  .may = { GOES_ON(N, WAS(N)) } },
	{ "tresume., N, privileged", "no operation but CR0", TRESUME, FROM_N, KERNEL,
	  .may = { GOES_ON(N, WAS(N)) } },
	{ "tsuspend., S, privileged", "no operation but CR0", TSUSPEND, FROM_FAILED, KERNEL,
	  .may = { GOES_ON(S, WAS(S), STILL(EARLIER_FAILURE)) } },
	{ "tsuspend., T, problem state", "T to S", TSUSPEND, FROM_T, USER,
	  .may = { GOES_ON(S, WAS(T), LEVEL(1)) } },
	{ "tsuspend., T, privileged", "T to S", TSUSPEND, FROM_T, KERNEL,
	  .may = { GOES_ON(S, WAS(T), LEVEL(1)) } },
	{ "tresume., T, problem state", "no operation but CR0", TRESUME, FROM_T, USER,
	  .may = { GOES_ON(T, WAS(T), LEVEL(1)) } },
	{ "tresume., S, failed already, privileged", "S to T, then the handler",
	  TRESUME, FROM_FAILED, KERNEL, .may = { FAILS(STILL(EARLIER_FAILURE)) } },
	{ "tresume., S, failed already, problem state", "S to T, then the handler",
	  TRESUME, FROM_FAILED, USER, .may = { FAILS(STILL(EARLIER_FAILURE)) } },
	{ "tresume., S of a live transaction, problem state", "S to T",
	  TRESUME, FROM_USER, USER, .may = { GOES_ON(T, WAS(S), LEVEL(1)) } },
	{ "tresume., S of a live transaction, privileged", "S to T; may fail",
	  TRESUME, FROM_USER, KERNEL,
	  .may = { GOES_ON(T, WAS(S), LEVEL(1)),
		   FAILS(TEXASR_IS(TEXASR_SUMMARY, TEXASR_SUMMARY)) } },

	/* tcheck: CR[BF] = TDOOMED || TS || 0. In N TDOOMED tells nothing. */
	{ "tcheck, N, privileged", "TS", TCHECK(0), FROM_N, KERNEL,
	  .may = { GOES_ON(N, 0), GOES_ON(N, 8) } },
	{ "tcheck, N, problem state", "TS", TCHECK(0), FROM_N, USER,
	  .may = { GOES_ON(N, 0), GOES_ON(N, 8) } },
	{ "tcheck, S, failed already, privileged", "doomed", TCHECK(5), FROM_FAILED, KERNEL,
	  .cr_field = 5, .may = { GOES_ON(S, 8 | WAS(S)) } },
	{ "tcheck, S, failed already, problem state", "doomed", TCHECK(0), FROM_FAILED, USER,
	  .may = { GOES_ON(S, 8 | WAS(S)) } },
	{ "tcheck, S of a live transaction, privileged", "not doomed", TCHECK(7), FROM_USER, KERNEL,
	  .cr_field = 7, .may = { GOES_ON(S, WAS(S), NOTHING_RECORDED),
		GOES_ON(S, 8 | WAS(S), TEXASR_IS(TEXASR_SUMMARY, TEXASR_SUMMARY)) } },
	{ "tcheck, T, problem state", "not doomed", TCHECK(2), FROM_T, USER,
	  .cr_field = 2, .may = { GOES_ON(T, WAS(T), NOTHING_RECORDED) } },

	/* treclaim. */
	{ "treclaim., N, privileged", "TM Bad Thing", TRECLAIM(3), FROM_N, KERNEL,
	  .may = { BAD_THING(N) } },
	{ "treclaim., S, failed already", "to N, registers back, the first failure stays",
	  TRECLAIM(3), FROM_FAILED, KERNEL, .r3 = 0x66,
	  .may = { GOES_ON(N, WAS(S), STILL(EARLIER_FAILURE), .back = true) } },
	{ "treclaim., S of a live transaction", "to N, registers and memory back, code recorded",
	  TRECLAIM(3), FROM_USER, KERNEL, .r3 = 0xff66,
	  .may = { GOES_ON(N, WAS(S), RECORDED(0x66, TEXASR_SUSPENDED), .back = true) } },
	{ "treclaim. without RA, S of a live transaction", "code 0",
	  TRECLAIM(NO_R0), FROM_USER, KERNEL,
	  .may = { GOES_ON(N, WAS(S), RECORDED(0, TEXASR_SUSPENDED), .back = true) } },
	{ "treclaim. of a zero, S of a live transaction", "code 0",
	  TRECLAIM(3), FROM_USER, KERNEL, .r3 = 0,
	  .may = { GOES_ON(N, WAS(S), RECORDED(0, TEXASR_SUSPENDED), .back = true) } },
	{ "treclaim., T, privileged", "to N, registers and memory back, code recorded; or fails before",
	  TRECLAIM(3), FROM_T, KERNEL, .r3 = 0x66,
	  .may = { GOES_ON(N, WAS(T), RECORDED(0x66, 0), .back = true), FAILS() } },
	{ "treclaim., N, problem state", "privileged", TRECLAIM(3), FROM_N, USER,
	  .may = { PRIVILEGED(N) } },
	{ "treclaim., S, problem state", "privileged", TRECLAIM(3), FROM_FAILED, USER,
	  .may = { PRIVILEGED(S) } },
	{ "treclaim., T, problem state", "privileged", TRECLAIM(3), FROM_T, USER,
	  .may = { PRIVILEGED(T) } },

	/* trechkpt. needs a recorded failure. */
	{ "trechkpt., N, a failure recorded", "to S, CR0 = 0", TRECHKPT, FROM_N, KERNEL,
	  .texasr = EARLIER_FAILURE, .may = { GOES_ON(S, WAS(N), STILL(EARLIER_FAILURE)) } },
	{ "trechkpt., N, no failure recorded", "TM Bad Thing", TRECHKPT, FROM_N, KERNEL,
	  .texasr = EARLIER_FAILURE & ~TEXASR_SUMMARY, .may = { BAD_THING(N) } },
	{ "trechkpt., S, privileged", "TM Bad Thing", TRECHKPT, FROM_FAILED, KERNEL,
	  .may = { BAD_THING(S) } },
	{ "trechkpt., S of a live transaction", "TM Bad Thing", TRECHKPT, FROM_USER, KERNEL,
	  .may = { BAD_THING(S) } },
	{ "trechkpt., T, privileged", "TM Bad Thing, or fails before", TRECHKPT, FROM_T, KERNEL,
	  .may = { BAD_THING(T), FAILS() } },
	{ "trechkpt., N, problem state", "privileged", TRECHKPT, FROM_N, USER,
	  .may = { PRIVILEGED(N) } },
	{ "trechkpt., S, problem state", "privileged", TRECHKPT, FROM_FAILED, USER,
	  .may = { PRIVILEGED(S) } },

	/* SPRs: TFHAR may be written in N and S, the others in N only. */
	{ "mtspr TFHAR, N, privileged", "written", MTSPR_R3(SPR_TFHAR), FROM_N, KERNEL,
	  .r3 = SOME_ADDRESS, .may = { GOES_ON(N, UNTOUCHED, .tfhar_is = SOME_ADDRESS) } },
	{ "mtspr TFHAR, N, problem state", "written", MTSPR_R3(SPR_TFHAR), FROM_N, USER,
	  .r3 = SOME_ADDRESS, .may = { GOES_ON(N, UNTOUCHED, .tfhar_is = SOME_ADDRESS) } },
	{ "mtspr TFIAR, N, privileged", "written", MTSPR_R3(SPR_TFIAR), FROM_N, KERNEL,
	  .r3 = SOME_TFIAR, .may = { GOES_ON(N, UNTOUCHED, .tfiar_is = SOME_TFIAR) } },
	{ "mtspr TFIAR, N, problem state", "written", MTSPR_R3(SPR_TFIAR), FROM_N, USER,
	  .r3 = SOME_TFIAR, .may = { GOES_ON(N, UNTOUCHED, .tfiar_is = SOME_TFIAR) } },
	{ "mtspr TEXASR, N, privileged", "written", MTSPR_R3(SPR_TEXASR), FROM_N, KERNEL,
	  .r3 = SOME_TEXASR, .may = { GOES_ON(N, UNTOUCHED, STILL(SOME_TEXASR)) } },
	{ "mtspr TEXASR, N, problem state", "written", MTSPR_R3(SPR_TEXASR), FROM_N, USER,
	  .r3 = SOME_TEXASR, .may = { GOES_ON(N, UNTOUCHED, STILL(SOME_TEXASR)) } },
	{ "mtspr TEXASR, all bits, N, privileged", "written",
	  MTSPR_R3(SPR_TEXASR), FROM_N, KERNEL, .r3 = ALL_OF_TEXASR,
	  .may = { GOES_ON(N, UNTOUCHED, STILL(ALL_OF_TEXASR)) } },
	{ "mtspr TEXASR, all bits, N, problem state", "written",
	  MTSPR_R3(SPR_TEXASR), FROM_N, USER, .r3 = ALL_OF_TEXASR,
	  .may = { GOES_ON(N, UNTOUCHED, STILL(ALL_OF_TEXASR)) } },
	{ "mtspr TEXASRU, N, privileged", "the upper half of TEXASR",
	  MTSPR_R3(SPR_TEXASRU), FROM_N, KERNEL, .r3 = 0x22000001, .texasr = SOME_TEXASR,
	  .may = { GOES_ON(N, UNTOUCHED,
			   STILL(TEXASR_CODE(0x22) | TEXASR_ABORT | TEXASR_EXACT | 3)) } },
	{ "mtspr TEXASRU, N, problem state", "the upper half of TEXASR",
	  MTSPR_R3(SPR_TEXASRU), FROM_N, USER, .r3 = 0x22000001, .texasr = SOME_TEXASR,
	  .may = { GOES_ON(N, UNTOUCHED,
			   STILL(TEXASR_CODE(0x22) | TEXASR_ABORT | TEXASR_EXACT | 3)) } },
	{ "mfspr TEXASR, N, privileged", "read", MFSPR_R3(SPR_TEXASR), FROM_N, KERNEL,
	  .texasr = SOME_TEXASR, .check_r3 = true, .r3_after = SOME_TEXASR,
	  .may = { GOES_ON(N, UNTOUCHED) } },
	{ "mfspr TEXASRU, N, privileged", "the upper half of TEXASR",
	  MFSPR_R3(SPR_TEXASRU), FROM_N, KERNEL, .texasr = SOME_TEXASR,
	  .check_r3 = true, .r3_after = SOME_TEXASR >> 32, .may = { GOES_ON(N, UNTOUCHED) } },
	{ "mfspr TEXASRU, N, problem state", "the upper half of TEXASR",
	  MFSPR_R3(SPR_TEXASRU), FROM_N, USER, .texasr = SOME_TEXASR,
	  .check_r3 = true, .r3_after = SOME_TEXASR >> 32, .may = { GOES_ON(N, UNTOUCHED) } },
	{ "mfspr TFIAR, N, privileged", "read", MFSPR_R3(SPR_TFIAR), FROM_N, KERNEL,
	  .check_r3 = true, .r3_after = 0, .may = { GOES_ON(N, UNTOUCHED) } },
	{ "mtspr TFHAR, S, privileged", "written", MTSPR_R3(SPR_TFHAR), FROM_FAILED, KERNEL,
	  .r3 = SOME_ADDRESS, .may = { GOES_ON(S, UNTOUCHED, .tfhar_is = SOME_ADDRESS) } },
	{ "mtspr TFHAR, S, problem state", "written", MTSPR_R3(SPR_TFHAR), FROM_FAILED, USER,
	  .r3 = SOME_ADDRESS, .may = { GOES_ON(S, UNTOUCHED, .tfhar_is = SOME_ADDRESS) } },
	{ "mtspr TFHAR, S of a live transaction, privileged", "written",
	  MTSPR_R3(SPR_TFHAR), FROM_USER, KERNEL, .r3 = SOME_ADDRESS,
	  .may = { GOES_ON(S, UNTOUCHED, .tfhar_is = SOME_ADDRESS) } },
	{ "mtspr TFHAR, S of a live transaction, problem state", "written",
	  MTSPR_R3(SPR_TFHAR), FROM_USER, USER, .r3 = SOME_ADDRESS,
	  .may = { GOES_ON(S, UNTOUCHED, .tfhar_is = SOME_ADDRESS) } },
	{ "mtspr TFIAR, S, privileged", "TM Bad Thing", MTSPR_R3(SPR_TFIAR), FROM_FAILED, KERNEL,
	  .r3 = SOME_TFIAR, .may = { BAD_THING(S, STILL(EARLIER_FAILURE)) } },
	{ "mtspr TFIAR, S, problem state", "TM Bad Thing", MTSPR_R3(SPR_TFIAR), FROM_FAILED, USER,
	  .r3 = SOME_TFIAR, .may = { BAD_THING(S, STILL(EARLIER_FAILURE)) } },
	{ "mtspr TFIAR, S of a live transaction, privileged", "TM Bad Thing",
	  MTSPR_R3(SPR_TFIAR), FROM_USER, KERNEL, .r3 = SOME_TFIAR, .may = { BAD_THING(S) } },
	{ "mtspr TFIAR, S of a live transaction, problem state", "TM Bad Thing",
	  MTSPR_R3(SPR_TFIAR), FROM_USER, USER, .r3 = SOME_TFIAR, .may = { BAD_THING(S) } },
	{ "mtspr TEXASR, S, privileged", "TM Bad Thing", MTSPR_R3(SPR_TEXASR), FROM_FAILED, KERNEL,
	  .r3 = SOME_TEXASR, .may = { BAD_THING(S, STILL(EARLIER_FAILURE)) } },
	{ "mtspr TEXASR, S, problem state", "TM Bad Thing", MTSPR_R3(SPR_TEXASR), FROM_FAILED, USER,
	  .r3 = SOME_TEXASR, .may = { BAD_THING(S, STILL(EARLIER_FAILURE)) } },
	{ "mtspr TEXASR, S of a live transaction, privileged", "TM Bad Thing",
	  MTSPR_R3(SPR_TEXASR), FROM_USER, KERNEL, .r3 = SOME_TEXASR,
	  .may = { BAD_THING(S, NOTHING_RECORDED) } },
	{ "mtspr TEXASR, S of a live transaction, problem state", "TM Bad Thing",
	  MTSPR_R3(SPR_TEXASR), FROM_USER, USER, .r3 = SOME_TEXASR,
	  .may = { BAD_THING(S, NOTHING_RECORDED) } },
	{ "mtspr TEXASRU, S, privileged", "TM Bad Thing", MTSPR_R3(SPR_TEXASRU), FROM_FAILED, KERNEL,
	  .r3 = 1, .may = { BAD_THING(S, STILL(EARLIER_FAILURE)) } },
	{ "mtspr TEXASRU, S of a live transaction, privileged", "TM Bad Thing",
	  MTSPR_R3(SPR_TEXASRU), FROM_USER, KERNEL, .r3 = 0x22000001, .may = { BAD_THING(S) } },
	{ "mfspr TEXASR, S, privileged", "read", MFSPR_R3(SPR_TEXASR), FROM_FAILED, KERNEL,
	  .check_r3 = true, .r3_after = EARLIER_FAILURE, .may = { GOES_ON(S, UNTOUCHED) } },
	{ "mfspr TEXASRU, S, privileged", "read", MFSPR_R3(SPR_TEXASRU), FROM_FAILED, KERNEL,
	  .check_r3 = true, .r3_after = EARLIER_FAILURE >> 32, .may = { GOES_ON(S, UNTOUCHED) } },
	{ "mtspr TFHAR, T, problem state", "TM Bad Thing", MTSPR_R3(SPR_TFHAR), FROM_T, USER,
	  .r3 = SOME_ADDRESS, .may = { BAD_THING(T) } },
	{ "mtspr TFHAR, T, privileged", "TM Bad Thing", MTSPR_R3(SPR_TFHAR), FROM_T, KERNEL,
	  .r3 = SOME_ADDRESS, .may = { BAD_THING(T) } },
	{ "mtspr TEXASR, T, problem state", "TM Bad Thing", MTSPR_R3(SPR_TEXASR), FROM_T, USER,
	  .r3 = SOME_TEXASR, .may = { BAD_THING(T) } },
	{ "mtspr TFIAR, T, problem state", "TM Bad Thing", MTSPR_R3(SPR_TFIAR), FROM_T, USER,
	  .r3 = SOME_TFIAR, .may = { BAD_THING(T) } },

	/* An interrupt from T suspends; SRR1 keeps T. */
	{ "trap, T, problem state", "SRR1[TS] = T, MSR[TS] = S, MSR[TM] = 0",
	  TRAP, FROM_T, USER, .may = { INTERRUPT(SRR1_TRAP, T, 1) } },
	/* PR KVM does not turn translation on where rfid sets PR: .msr does. */
	{ "a store to a device, N, problem state", "takes effect", STD(21, 4), FROM_N, USER,
	  .r4 = DEVICE, .msr = MSR_IR | MSR_DR,
	  .may = { GOES_ON(N, UNTOUCHED), NO_ANSWER } },
	{ "a store to a device, T, problem state", "fails", STD(21, 4), FROM_T, USER,
	  .r4 = DEVICE, .msr = MSR_IR | MSR_DR,
	  .may = { FAILS(DISALLOWED), FAILS(EMULATED) } },
	{ "an illegal instruction, T, problem state", "SRR1[TS] = T",
	  ILLEGAL, FROM_T, USER, .may = { INTERRUPT(SRR1_ILLEGAL, T, 1), EMULATION(T) } },
	{ "mfmsr, T, problem state", "SRR1[TS] = T", MFMSR(3), FROM_T, USER,
	  .may = { INTERRUPT(SRR1_PRIVILEGED, T, 1) } },
	{ "trap, S, problem state", "SRR1[TS] = S", TRAP, FROM_FAILED, USER,
	  .may = { INTERRUPT(SRR1_TRAP, S, 1) } },
};

/* With MSR[TM] or HFSCR[TM] = 0 the facility is unavailable, whatever the state. */
static const struct {
	const char *name;
	uint32_t instruction;
	bool privileged;	/* an interrupt of its own in problem state */
} unavailable[] = {
	{ "tbegin.", TBEGIN, false },
	{ "tend.", TEND(0), false },
	{ "tend. with A", TEND(1), false },
	{ "tabort.", TABORT(3), false },
	{ "tabortwc.", TABORTWC(TO_EQUAL, 3, 4), false },
	{ "tabortdc.", TABORTDC(TO_EQUAL, 3, 4), false },
	{ "tabortwci.", TABORTWCI(TO_EQUAL, 3, 4), false },
	{ "tabortdci.", TABORTDCI(TO_EQUAL, 3, 4), false },
	{ "tsuspend.", TSUSPEND, false },
	{ "tresume.", TRESUME, false },
	{ "tcheck", TCHECK(1), false },
	{ "treclaim.", TRECLAIM(3), true },
	{ "trechkpt.", TRECHKPT, true },
	{ "mtspr TFHAR", MTSPR_R3(SPR_TFHAR), false },
	{ "mtspr TFIAR", MTSPR_R3(SPR_TFIAR), false },
	{ "mtspr TEXASR", MTSPR_R3(SPR_TEXASR), false },
	{ "mtspr TEXASRU", MTSPR_R3(SPR_TEXASRU), false },
	{ "mfspr TFHAR", MFSPR_R3(SPR_TFHAR), false },
	{ "mfspr TFIAR", MFSPR_R3(SPR_TFIAR), false },
	{ "mfspr TEXASR", MFSPR_R3(SPR_TEXASR), false },
	{ "mfspr TEXASRU", MFSPR_R3(SPR_TEXASRU), false },
};

static void test_unavailable(unsigned int i, uint16_t vector, bool tm, enum from from, bool user)
{
	const uint8_t ts = from == FROM_N ? N : S;
	char name[80], *to = name;
	const char *parts[] = { unavailable[i].name,
				vector == VECTOR_HV_FACILITY ? ", HFSCR[TM] = 0" : "",
				tm ? ", MSR[TM] = 1, " : ", MSR[TM] = 0, ", from == FROM_N ? "N" : "S",
				user ? ", problem state" : ", privileged" };
	struct test t = {
		.name = name, .rule = "facility unavailable, cause 5",
		.instruction = unavailable[i].instruction, .from = from, .user = user,
		.tm = tm, .guest = vector == VECTOR_HV_FACILITY,
		.may = { UNAVAILABLE(vector, ts, tm) },
	};
	unsigned int part;

	/* A privileged instruction interrupt: the guest's handler has no facility either. */
	if (t.guest && user && unavailable[i].privileged)
		return;
	for (part = 0; part < ARRAY_SIZE(parts); part++)
		for (const char *from_part = parts[part]; *from_part; )
			*to++ = *from_part++;
	*to = 0;
	/* Which of the two interrupts comes first is the machine's choice. */
	if (user && unavailable[i].privileged)
		t.may[1] = (struct outcome)INTERRUPT(SRR1_PRIVILEGED, ts, tm);
	judge(&t);
}

/* A machine without the facility: MSR[TM] stays 0, and all is unavailable. */
static void test_without_facility(void)
{
	unsigned int i, user;

	for (i = 0; i < ARRAY_SIZE(unavailable); i++) {
		for (user = 0; user < 2; user++) {
			struct test t = {
				.name = unavailable[i].name, .rule = "no facility",
				.instruction = unavailable[i].instruction, .user = user,
				.may = { UNAVAILABLE(VECTOR_FACILITY, N, 0), INTERRUPT(SRR1_ILLEGAL, N, 0),
					 INTERRUPT(SRR1_PRIVILEGED, N, 0) },
			};

			judge(&t);
		}
	}
}

void test_instructions(void)
{
	unsigned int i;

	if (!lowcore.has_tm) {
		test_without_facility();
		return;
	}
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		judge(&tests[i]);
	test_facility(VECTOR_FACILITY, false);
}

void test_facility(unsigned int vector, bool tm)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unavailable); i++) {
		test_unavailable(i, vector, tm, FROM_N, false);
		test_unavailable(i, vector, tm, FROM_N, true);
		test_unavailable(i, vector, tm, FROM_FAILED, false);
		test_unavailable(i, vector, tm, FROM_FAILED, true);
	}
}
