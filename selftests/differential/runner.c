// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs programs that a host has put into memory, and leaves there what each of
 * them did: a record of the CPU's state at every interrupt, of the checkpoint
 * whenever it is reclaimed, and of the memory that a program has changed.
 * record.rs and program.rs have the other side of the formats.
 */
#include <stddef.h>

#include "lowcore.h"
#include "privileged.h"
#include "registers.h"

#define PLACED(member, offset) \
	_Static_assert(offsetof(struct registers, member) == (offset), "registers.h")

PLACED(cr, R_CR);
PLACED(srr0, R_SRR0);
PLACED(vector, R_VECTOR);
PLACED(texasr, R_TEXASR);
PLACED(fpscr, R_FPSCR);
PLACED(vsr, R_VSR);
_Static_assert(sizeof(struct registers) == R_SIZE, "registers.h");

#define INPUT		0x04000000ull
#define OUTPUT		0x08000000ull
#define OUTPUT_END	0x20000000ull
#define SPACE_PER_PROGRAM	0x40000

#define MAX_WORDS	512
#define MAX_INTERVALS	8
#define MAX_ACTIONS	8
#define MAX_RECORDS	96
#define SLOTS		128
#define MEMORY_SIZE	0x8000
#define MEMORY_BASE	0x2000	/* what r30 points to */
#define LINE		128
/* Ticks until a program is stopped. */
#define WATCHDOG	4000

struct program {
	uint64_t seed;
	uint32_t flags, nr_words, nr_intervals, nr_actions, tfhar, unused;
	uint32_t intervals[MAX_INTERVALS];
	uint32_t actions[MAX_ACTIONS];
	uint32_t words[];
};

struct input {
	uint64_t count;
	struct program first;
};

#define USER		1
#define TRANSLATED	2
#define WITHOUT_TM	4
#define FAILED_BEFORE	8

/* What to do at an interrupt in a transaction: kind in the upper half. */
#define DO_NOTHING	0
#define DO_STORE	1	/* a byte at this offset in memory */
#define DO_RECLAIM	2	/* with this code, and recheckpoint */

enum kind { START = 1, INTERRUPT, RECLAIMED, CHANGED_LINE, END };

struct record {
	uint64_t kind, number;
	uint64_t data[];
};

struct output {
	uint64_t length;	/* of all that follows; 0 until it is there */
	uint64_t programs;	/* so many were run */
	uint64_t store_address, reclaim_address, finish_address;
	uint64_t memory_address;
	uint64_t unused[2];
	struct record first;
};

static uint32_t arena[SLOTS][MAX_WORDS] __attribute__((aligned(4096)));
static uint64_t area[MEMORY_SIZE / 8] __attribute__((aligned(4096)));

static struct record *record;
static const struct program *program;
static uint64_t number;
static unsigned int records, intervals;

/* The output of splitmix64 for a state: random.rs has it, too. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static void copy(volatile uint64_t *to, const volatile uint64_t *from, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < bytes / 8; i++)
		to[i] = from[i];
}

static void add_record(enum kind kind, uint64_t n, const volatile void *data, unsigned int bytes)
{
	record->kind = kind;
	record->number = n;
	copy(record->data, data, bytes);
	record = (struct record *)((char *)record->data + bytes);
}

static int act(void)
{
	uint32_t action;

	if (!program->nr_actions || !MSR_TS_OF(live.srr1))
		return RESUME;
	action = program->actions[(records - 1) % program->nr_actions];
	switch (action >> 16) {
	case DO_STORE:
		store_byte((uint8_t *)area + (action & 0xffff) % MEMORY_SIZE, action);
		return RESUME;
	case DO_RECLAIM:
		reclaim_code = action & 0xff;
		return RECLAIM;
	}
	return RESUME;
}

int interrupted(void)
{
	add_record(INTERRUPT, live.vector, &live, sizeof(live));
	decrementer = 0;
	if (++records == MAX_RECORDS)
		return FINISH;
	switch (live.vector) {
	case VECTOR_DECREMENTER:
		if (intervals > program->nr_intervals)
			return FINISH;
		decrementer = intervals == program->nr_intervals ? WATCHDOG :
			      program->intervals[intervals];
		intervals++;
		break;
	case VECTOR_SYSTEM_CALL:
		break;
	case VECTOR_PROGRAM:
		if (live.srr1 & SRR1_TRAP)
			return FINISH;
		live.srr0 += 4;
		break;
	case VECTOR_FACILITY:
		live.srr0 += 4;
		break;
	default:
		return FINISH;
	}
	return act();
}

void reclaimed(void)
{
	add_record(RECLAIMED, 0, &checkpoint, sizeof(checkpoint));
}

static void start_state(uint64_t code)
{
	const uint64_t seed = program->seed;
	uint64_t msr = MSR_SF | MSR_ME | MSR_RI | MSR_EE | MSR_FP | MSR_VEC | MSR_VSX;
	unsigned int i;

	for (i = 0; i < 32; i++) {
		live.gpr[i] = mix(seed + i);
		if (live.gpr[i] >> 62 == 0)
			live.gpr[i] &= 0xff;
	}
	for (i = 0; i < 128; i++)
		live.vsr[i / 2][i % 2] = mix(seed + 32 + i);
	live.gpr[31] = code;
	live.gpr[30] = (uintptr_t)area + MEMORY_BASE;
	live.gpr[29] = mix(seed + 200) & 0x3ff;
	live.gpr[28] = live.gpr[30] + (mix(seed + 201) & 0x3f8);
	live.cr = mix(seed + 202) & 0xffffffff;
	live.lr = mix(seed + 203);
	live.ctr = mix(seed + 204) & 7;
	live.xer = mix(seed + 205) & 0xe000007f;
	live.vrsave = mix(seed + 206) & 0xffffffff;
	live.tar = mix(seed + 207);
	live.dscr = mix(seed + 208) & 0x1ff;
	live.fpscr = mix(seed + 209) & 3;
	live.tfhar = code + 4 * program->tfhar;
	live.tfiar = mix(seed + 210) & ~2ull;
	live.texasr = 0;
	if (program->flags & FAILED_BEFORE)
		live.texasr = TEXASR_CODE(0x5a) | TEXASR_ABORT | TEXASR_SUMMARY | 1;
	if (program->flags & USER)
		msr |= MSR_PR;
	if (program->flags & (USER | TRANSLATED))
		msr |= MSR_IR | MSR_DR;
	if (!(program->flags & WITHOUT_TM))
		msr |= MSR_TM;
	live.srr0 = code;
	live.srr1 = msr;
	for (i = 0; i < MEMORY_SIZE / 8; i++)
		area[i] = mix(seed + 0x1000 + i);
}

static void end_state(void)
{
	unsigned int line, i;

	for (line = 0; line < MEMORY_SIZE / LINE; line++) {
		const uint64_t *p = area + line * LINE / 8;

		for (i = 0; i < LINE / 8; i++)
			if (p[i] != mix(program->seed + 0x1000 + line * LINE / 8 + i))
				break;
		if (i < LINE / 8)
			add_record(CHANGED_LINE, line, p, LINE);
	}
}

static void run_program(void)
{
	uint32_t *code = arena[number % SLOTS];
	unsigned int i;

	for (i = 0; i < program->nr_words; i++)
		code[i] = program->words[i];
	write_instructions(code, program->nr_words);
	records = 0;
	intervals = 0;
	decrementer = WATCHDOG;
	if (program->nr_intervals)
		decrementer = program->intervals[intervals++];
	else
		intervals = 1;
	start_state((uintptr_t)code);
	add_record(START, number, &live, sizeof(live));
	enter();
	end_state();
	add_record(END, number, NULL, 0);
}

void write_instructions(const uint32_t *first, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		asm volatile("dcbst 0, %0; sync; icbi 0, %0" : : "r" (&first[i]) : "memory");
	asm volatile("isync" : : : "memory");
}

/* head.S's vectors put r3 away; what follows is of its own: load the vector's number, branch. */
static void take_vectors(void)
{
	static const uint16_t vectors[] = { 0x300, 0x380, 0x400, 0x480, 0x500, 0x600, 0x700, 0x800,
					    0x900, 0xc00, 0xd00, 0xf20, 0xf40, 0xf60 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		uint32_t *code = (uint32_t *)(uintptr_t)vectors[i] + 1;

		/* Not to be taken for an access by a null pointer. */
		asm volatile("" : "+r" (code));
		code[0] = 0x38600000 | vectors[i];
		code[1] = 0x48000000 | (((uintptr_t)interrupt_taken - (uintptr_t)&code[1]) & 0x3fffffc);
		write_instructions(code, 2);
	}
}

/* From head.S. */
void unexpected_interrupt(void)
{
	print("\nunexpected interrupt %x at %x, MSR %x\n", lowcore.vector, lowcore.srr0,
	      lowcore.srr1);
	power_off();
}

int main(void)
{
	const struct input *input = (const struct input *)INPUT;
	struct output *output = (struct output *)OUTPUT;

	find_hypercall();
	lowcore.base_msr = MSR_SF | MSR_ME | MSR_RI | MSR_FP | MSR_VEC | MSR_VSX | MSR_TM;
	asm volatile("mtmsrd %0" : : "r" (lowcore.base_msr) : "memory");
	asm volatile("mtspr 153, %0" : : "r" (FSCR_TAR | BIT(2)));
	if (!map_pages()) {
		print("no page table\n");
		power_off();
	}
	take_vectors();

	output->store_address = (uintptr_t)store_instruction;
	output->reclaim_address = (uintptr_t)reclaim_instruction;
	output->finish_address = (uintptr_t)finish_instruction;
	output->memory_address = (uintptr_t)area;
	record = &output->first;
	program = &input->first;
	for (number = 0; number < input->count; number++) {
		if ((uintptr_t)record + SPACE_PER_PROGRAM > OUTPUT_END) {
			print("no more space after %x programs\n", number);
			break;
		}
		run_program();
		program = (const struct program *)
			(program->words + ((program->nr_words + 1) & ~1u));
	}
	output->programs = number;
	output->length = (char *)record - (char *)&output->programs;
	print("%x programs\n", number);
	power_off();
}
