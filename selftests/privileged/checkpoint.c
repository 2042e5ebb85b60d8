// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a checkpoint holds, seen from privileged state: a register gets one
 * value, trechkpt. takes it, the register gets another, which must be there in
 * Suspended state, and treclaim. must bring the first one back.
 */
#include "encodings.h"
#include "privileged.h"

/* Operands: r7 the first value or its address, r8 the second, r22 memory. */
#define FIRST		7
#define SECOND		8
#define SEEN		9
#define FOUND		3
#define MEMORY		22

#define CR		-1

static const struct {
	const char *name;
	int spr;
	uint64_t first, second;
	uint64_t mask;
} registers[] = {
	{ "CR1 to CR7", CR, 0x12345678, 0xfedcba98, 0x0fffffff },
	{ "LR", 8, 0x1111111122222220, 0x3333333344444444, ~0ull },
	{ "CTR", 9, 0x5555555566666666, 0x7777777788888888, ~0ull },
	{ "XER", 1, 0xa0000015, 0x4000006a, 0xe000007f },
	{ "TAR", 815, 0x99999999aaaaaaa8, 0xbbbbbbbbccccccc0, ~0ull },
	{ "VRSAVE", 256, 0xdddddddd, 0x12121212, 0xffffffff },
	{ "DSCR", 17, 0x155, 0x0aa, 0x1ff },
	{ "PPR", 896, 2ull << 50, 3ull << 50, 7ull << 50 },
	{ "AMR", 29, 0x0c00000000000000, 0x0030000000000000, 0x0c30000000000000 },
};

static uint32_t write_register(int spr, unsigned int from)
{
	return spr == CR ? MTCR(from) : MTSPR((unsigned int)spr, from);
}

static uint32_t read_register(unsigned int to, int spr)
{
	return spr == CR ? MFCR(to) : MFSPR(to, (unsigned int)spr);
}

/* Runs the code; the operands of @t are set. */
static const char *run_code(struct test *t)
{
	emit_end(t);
	t->rule = "trechkpt. takes, treclaim. brings back";
	t->tm = true;
	t->texasr = EARLIER_FAILURE;
	t->may[0] = (struct outcome){
		.vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = ELSEWHERE,
		.ts = N, .tm = 1, .cr0 = ANY,
	};
	return examine(t);
}

/* Does the register keep a value at all, with no transaction? */
static bool is_kept(unsigned int i)
{
	struct test t = { .name = registers[i].name, .r7 = { registers[i].first } };

	start_code();
	emit(write_register(registers[i].spr, FIRST));
	emit(read_register(FOUND, registers[i].spr));
	return !run_code(&t) && !((lowcore.gpr[FOUND] ^ registers[i].first) & registers[i].mask);
}

static void test_register(unsigned int i)
{
	struct test t = {
		.name = registers[i].name,
		.r7 = { registers[i].first, registers[i].second },
	};
	const char *difference;

	if (!wanted(t.name))
		return;
	if (!is_kept(i)) {
		result(SKIP, t.name, "not kept outside transactions either");
		return;
	}
	start_code();
	emit(write_register(registers[i].spr, FIRST));
	emit(TRECHKPT);
	emit(write_register(registers[i].spr, SECOND));
	emit(read_register(SEEN, registers[i].spr));
	emit(STD(SEEN, MEMORY));
	emit(TRECLAIM(0));
	emit(read_register(FOUND, registers[i].spr));
	difference = run_code(&t);
	if (!difference && ((memory[0] ^ registers[i].second) & registers[i].mask))
		difference = "the live value in Suspended state";
	if (!difference && ((lowcore.gpr[FOUND] ^ registers[i].first) & registers[i].mask))
		difference = "the checkpointed value after treclaim.";
	result(difference ? FAIL : PASS, t.name, 0);
	if (difference) {
		print("#   first %x, second %x, in Suspended state %x, after treclaim. %x\n",
		      registers[i].first, registers[i].second, memory[0], lowcore.gpr[FOUND]);
		explain(&t, difference);
	}
}

static bool equal(const volatile uint64_t *a, const uint64_t *b)
{
	return a[0] == b[0] && a[1] == b[1];
}

static void test_vsrs(const char *name, unsigned int first, unsigned int last)
{
	static const uint64_t one[2] __attribute__((aligned(16))) = {
		0x0102030405060708, 0x1112131415161718,
	};
	static const uint64_t two[2] __attribute__((aligned(16))) = {
		0xf1f2f3f4f5f6f7f8, 0xe1e2e3e4e5e6e7e8,
	};
	unsigned int vsr;

	if (!wanted(name))
		return;
	for (vsr = first; vsr <= last; vsr++) {
		struct test t = {
			.name = name,
			.r7 = { (uintptr_t)one, (uintptr_t)two, (uintptr_t)&memory[2] },
		};
		const char *difference;

		start_code();
		emit(LXVD2X(vsr, FIRST));
		emit(TRECHKPT);
		emit(LXVD2X(vsr, SECOND));
		emit(STXVD2X(vsr, MEMORY));
		emit(TRECLAIM(0));
		emit(STXVD2X(vsr, SEEN));
		difference = run_code(&t);
		if (!difference && !equal(&memory[0], two))
			difference = "the live value in Suspended state";
		if (!difference && !equal(&memory[2], one))
			difference = "the checkpointed value after treclaim.";
		if (!difference)
			continue;
		result(FAIL, name, 0);
		print("#   VSR%u: in Suspended state %x %x, after treclaim. %x %x\n", vsr,
		      memory[0], memory[1], memory[2], memory[3]);
		explain(&t, difference);
		return;
	}
	result(PASS, name, 0);
}

void test_checkpoint(void)
{
	unsigned int i;

	if (!lowcore.has_tm)
		return;
	print("# a checkpoint holds:\n");
	for (i = 0; i < ARRAY_SIZE(registers); i++)
		test_register(i);
	test_vsrs("VSR0 to VSR31", 0, 31);
	test_vsrs("VSR32 to VSR63", 32, 63);
}
