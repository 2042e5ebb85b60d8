// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot arguments: a loop's name and, in hexadecimal, how often it is to run.
 * "compare" runs all that are there in turns, and prints the ticks of each.
 */
#include "lowcore.h"
#include "privileged.h"

#define ROUNDS 21

uint64_t stores(uint64_t count, volatile uint64_t *to);
uint64_t transactions(uint64_t count, volatile uint64_t *to);
uint64_t empty_transactions(uint64_t count, volatile uint64_t *to);

static uint64_t line[16] __attribute__((aligned(128)));
static uint32_t table[1024];

static uint64_t ticks(void)
{
	uint64_t now;

	asm volatile("mfspr %0, 268" : "=r" (now));
	return now;
}

static void __attribute__((noinline)) sort(uint32_t *first, unsigned int length)
{
	unsigned int gap, i, j;

	for (gap = length / 2; gap; gap /= 2) {
		for (i = gap; i < length; i++) {
			const uint32_t value = first[i];

			for (j = i; j >= gap && first[j - gap] > value; j -= gap)
				first[j] = first[j - gap];
			first[j] = value;
		}
	}
}

/* Arithmetic, loads, stores and branches, as programs have them. */
static uint64_t work(uint64_t count, volatile uint64_t *to)
{
	uint32_t x = 1;
	unsigned int i, j;

	while (count--) {
		for (i = 0; i < ARRAY_SIZE(table); i++) {
			for (j = 0; j < 8; j++)
				x = x >> 1 ^ (x & 1 ? 0xedb88320 : 0);
			table[i] = x;
		}
		sort(table, ARRAY_SIZE(table));
		*to += table[x % ARRAY_SIZE(table)];
	}
	return 0;
}

static const struct loop {
	const char *name;
	uint64_t (*run)(uint64_t count, volatile uint64_t *to);
} loops[] = {
	{ "work", work },
	{ "stores", stores },
	{ "empty", empty_transactions },
	{ "transactions", transactions },
};

static uint64_t number(const char *text)
{
	uint64_t n = 0;

	while (*text && *text != ' ')
		text++;
	for (text++; *text; text++)
		n = n << 4 | (*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return n;
}

static void compare(uint64_t count)
{
	unsigned int i, round;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 1; i < ARRAY_SIZE(loops); i++) {
			const uint64_t before = ticks();
			const uint64_t failed = loops[i].run(count, line);

			print("%s %x ticks, %x failed\n", loops[i].name, ticks() - before, failed);
		}
	}
}

void write_instructions(const uint32_t *first, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		asm volatile("dcbst 0, %0; sync; icbi 0, %0" : : "r" (&first[i]) : "memory");
	asm volatile("isync" : : : "memory");
}

/* From head.S. */
void unexpected_interrupt(void)
{
	print("\nunexpected interrupt %x at %x\n", lowcore.vector, lowcore.srr0);
	power_off();
}

int main(void)
{
	uint64_t msr = MSR_SF | MSR_ME | MSR_RI;
	unsigned int i;

	find_hypercall();
	if (!contains(boot_arguments, "work"))
		msr |= MSR_TM;
	asm volatile("mtmsrd %0" : : "r" (msr) : "memory");
	if (contains(boot_arguments, "compare"))
		compare(number(boot_arguments));
	for (i = ARRAY_SIZE(loops); i-- > 0;) {
		if (contains(boot_arguments, loops[i].name)) {
			print("%s %x failed\n", loops[i].name,
			      loops[i].run(number(boot_arguments), line));
			break;
		}
	}
	print("end\n");
	power_off();
}
