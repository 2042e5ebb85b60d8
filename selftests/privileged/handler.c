// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a transaction goes on that fails: at what TFHAR has then, which is not
 * what tbegin. left there if it was written in Suspended state.
 */
#include "encodings.h"
#include "privileged.h"

#define NEW_HANDLER	7

static const struct {
	const char *name;
	enum from from;
	bool user;
} resumed[] = {
	{ "a new TFHAR is gone to, S, failed already, privileged", FROM_FAILED, false },
	{ "a new TFHAR is gone to, S, failed already, problem state", FROM_FAILED, true },
	{ "a new TFHAR is gone to, S of a live transaction, privileged", FROM_USER, false },
	{ "a new TFHAR is gone to, S of a live transaction, problem state", FROM_USER, true },
};

/*
 * In a guest of PR KVM a transaction that is resumed in privileged state fails by that
 * already. Returns the address of the handler, to which nothing else leads.
 */
static uint64_t write_code(struct test *t)
{
	uint64_t handler;

	start_code();
	emit(MTSPR(SPR_TFHAR, NEW_HANDLER));
	emit(TRESUME);
	emit(TABORT(0));
	emit(TRAP);
	handler = code_end();
	emit_end(t);
	return handler;
}

static void test_resumed(unsigned int i)
{
	struct test t = {
		.name = resumed[i].name, .rule = "the handler is where TFHAR says",
		.from = resumed[i].from, .user = resumed[i].user, .tm = true,
		.may = { { .vector = VECTOR_PROGRAM, .reason = SRR1_TRAP, .where = ELSEWHERE,
			   .ts = N, .tm = 1, .cr0 = 0xa, .back = true } },
	};
	const uint64_t handler = write_code(&t);
	const char *difference;

	if (!wanted(t.name))
		return;
	/* Bits 62 and 63 are no part of the address. */
	t.r7[0] = handler | 3;
	t.may[0].tfhar_is = handler;
	difference = examine(&t);
	if (!difference && lowcore.srr0 != handler)
		difference = "SRR0";
	result(difference ? FAIL : PASS, t.name, 0);
	if (difference) {
		print("#   the handler is at %x\n", handler);
		explain(&t, difference);
	}
}

void test_handler(void)
{
	unsigned int i;

	if (!lowcore.has_tm)
		return;
	for (i = 0; i < ARRAY_SIZE(resumed); i++)
		test_resumed(i);
}
