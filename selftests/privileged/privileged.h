/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transactional memory as a guest kernel meets it: what each instruction does
 * in each state, as tables that hold for a hypervisor and for an emulated
 * machine alike.
 */
#ifndef _PRIVILEGED_PRIVILEGED_H
#define _PRIVILEGED_PRIVILEGED_H

#include <stdbool.h>
#include <stdint.h>

#include "lowcore.h"
#include "msr.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* firmware.c */
extern char boot_arguments[256];
void ask_firmware(uint64_t entry);
void put_char(char c);
void __attribute__((noreturn)) power_off(void);
void find_hypercall(void);
bool call_rtas(uint32_t *call);	/* token, number of arguments and results, these */
extern uint32_t store_nvram_token, fetch_nvram_token;
/* Another vCPU goes to @entry in real mode; false if there is none with this number. */
bool start_cpu(unsigned int number, uint64_t entry, uint64_t r3);
bool enter_translation(uint64_t group, uint64_t virtual, uint64_t real);
extern const uint64_t device_address;
extern uint32_t hypercall_instruction[];
uint64_t hypercall(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
int64_t call_firmware(uint64_t entry, uint32_t *arguments);

/* mmu.c */
extern uint32_t page_table_log2;	/* from the firmware */
/* Its group in the table, and the first doubleword of its entry there. */
uint64_t group_of(uint64_t vsid, uint64_t page);
uint64_t virtual_page(uint64_t vsid, uint64_t page);
bool map_in(uint64_t vsid, uint64_t page, uint64_t address, uint64_t flags);
#define VSID		0x1234ull	/* of the first segment */
bool map(uint64_t page, uint64_t address, uint64_t flags);
/* For slbmte: the first segment, which has everything. */
#define SLB_VSID_WORD	0x1234000ull
#define SLB_ESID_WORD	0x8000001ull
#define HPTE_REFERENCED	BIT(8)
#define HPTE_CHANGED	BIT(7)
#define HPTE_INHIBITED	BIT(5)
#define HPTE_COHERENT	BIT(4)
bool map_pages(void);
bool map_device(void);
#define DEVICE	0x0f000000ull	/* where a page is mapped that is not memory */

/* start.c */
void start(void);
void __attribute__((noreturn)) finish(void);

/* print.c */
/* %s, %x (uint64_t, hexadecimal), %u (unsigned int), %c */
void print(const char *format, ...);
bool contains(const char *text, const char *word);
void *memset(void *to, int value, unsigned long length);

/* How a state is reached. */
enum from {
	FROM_N,		/* Non-transactional */
	FROM_FAILED,	/* Suspended by trechkpt., so failure is recorded already */
	FROM_USER,	/* Suspended by a system call in problem state's transaction */
	FROM_T,		/* Transactional by tbegin. just before, same privilege */
};

/* Where the machine went, seen from the instruction. */
enum where { AT, NEXT, HANDLER, TARGET, ELSEWHERE };

#define ANY	-1

/* One way in which it may end. The first interrupt after it tells. */
struct outcome {
	uint16_t vector;
	uint8_t where;
	uint8_t ts;		/* as in SRR1 */
	int8_t tm;		/* as in SRR1, or ANY */
	int8_t cr0;		/* or ANY */
	uint32_t reason;	/* SRR1_* */
	uint64_t texasr_mask, texasr;
	bool tfhar_next;	/* TFHAR is the next instruction's address */
	uint64_t tfhar_is, tfiar_is;	/* what was written there; 0: nothing was */
	bool tfiar;		/* TFIAR must be the instruction's address */
	bool back;		/* registers and memory are those before the transaction */
	bool committed;		/* memory is that of the transaction */
	bool any_srr1;		/* TS, TM and PR in SRR1 may be anything; ts is the real one */
};

#define MAX_OUTCOMES	3

struct test {
	const char *name;
	const char *rule;	/* where it comes from */
	uint32_t instruction;
	enum from from;
	bool tm;		/* MSR[TM] when the instruction executes */
	bool user;		/* in problem state */
	bool guest;		/* with MSR[HV] = 0, if this program is a hypervisor */
	uint64_t r3, r4;	/* operands */
	uint64_t r7[3];		/* r7 to r9 */
	uint64_t srr1;		/* for rfid, with SRR0 = TARGET; 0: this program's MSR */
	uint64_t texasr;	/* before; for FROM_FAILED 0 means EARLIER_FAILURE */
	uint64_t msr;		/* more bits of MSR to start with */
	uint64_t turns;		/* in CTR */
	uint32_t decrementer;	/* ticks until an interrupt; 0: not for a long time */
	struct outcome may[MAX_OUTCOMES];	/* unused ones have vector 0 */
	int8_t cr_field;	/* the CR field that cr0 above is about */
	uint8_t check_r3;	/* r3 must be r3_after */
	uint64_t r3_after;
};

/* judge.c */
enum verdict { PASS, FAIL, SKIP };
extern volatile uint64_t memory[16];	/* r22 is its address */
extern unsigned int passed, failed, skipped;
enum verdict judge(const struct test *test);
const char *examine(const struct test *test);
void explain(const struct test *test, const char *difference);
void run_test(const struct test *test);	/* once, and nothing is judged */
void write_instructions(const uint32_t *first, unsigned int count);
void branch_to(struct test *test, const uint32_t *code);
bool wanted(const char *name);	/* by the boot arguments */
/* Code of more than one instruction, which ends with a trap. */
void start_code(void);
void emit(uint32_t instruction);
uint64_t code_end(void);	/* the address of what would be next */
uint64_t emit_end(struct test *test);	/* returns its address */
void result(enum verdict verdict, const char *name, const char *why);

/* What a failure leaves in TEXASR before FROM_FAILED tests. */
#define EARLIER_FAILURE	(TEXASR_CODE(0x5a) | TEXASR_ABORT | TEXASR_SUMMARY | 1)

/* Does tbegin. start a transaction in privileged state, now and then? */
bool transactions_start(void);

/* Fills in @t->may for a transition to TS * 2 + TM = @to; see transitions.c. */
void expect_transition(struct test *t, unsigned int to, enum where where);

/* The tables. */
void test_instructions(void);
void test_facility(unsigned int vector, bool tm);
void test_transitions(void);
void test_hrfid(void);
void test_handler(void);
void test_commits(void);
void test_checkpoint(void);
void test_exits(void);
void test_hostile(void);

extern bool privileged_transactions;	/* tbegin. can succeed in privileged state */

#endif
