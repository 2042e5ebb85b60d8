// SPDX-License-Identifier: GPL-2.0-only
/* Devices: one reads memory that a transaction has stored to, or writes to it. */
#include "causes.h"
#include "copier.h"

static volatile uint64_t other_memory[WINDOW_DWORDS] __attribute__((aligned(LINE)));

/* A copy of or to the window, in the middle of a transaction that has stored. */
static const char *copy_suspended(struct sequence *s, enum direction direction, bool commit)
{
	begin_sequence(s, false, prepare_copy(direction, window));
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(STD_AT(VALUE, WINDOW, 2 * LINE));
	emit(LD_AT(10, WINDOW, LINE));
	emit(TSUSPEND);
	emit_copy(direction);
	emit(TRESUME);
	emit(commit ? TEND(0) : TABORT(0));
	return run_sequence(s);
}

static const char *device_reads(bool commit)
{
	const char *difference;
	struct sequence s;
	unsigned int i;

	reset_window();
	difference = copy_suspended(&s, TO_DEVICE, commit);
	if (!difference && lowcore.gpr[RESULT] != (commit ? FINISHED : FAILED))
		difference = "success";
	if (!difference && window[0] != (commit ? VALUE_R4 : window_before(0)))
		difference = "memory";
	if (!difference && !copied())
		difference = "the answer of the device";
	if (!difference && !copy(TO_MEMORY, other_memory))
		difference = "the answer of the device, later";
	for (i = 0; i < WINDOW_DWORDS && !difference; i++)
		if (other_memory[i] != window_before(i))
			difference = "what the device has seen";
	return difference;
}

static const char *device_writes(void)
{
	const char *difference = 0;
	struct sequence s;
	unsigned int i;

	for (i = 0; i < WINDOW_DWORDS; i++)
		other_memory[i] = ~window_before(i);
	if (!copy(TO_DEVICE, other_memory))
		difference = "the answer of the device, earlier";
	reset_window();
	if (!difference)
		difference = copy_suspended(&s, TO_MEMORY, true);
	if (!difference && (lowcore.gpr[RESULT] != FAILED ||
			    lowcore.texasr >> 32 != NON_TRANSACTIONAL))
		difference = "the failure";
	for (i = 0; i < WINDOW_DWORDS && !difference; i++)
		if (window[i] != ~window_before(i))
			difference = "what the device has written";
	return difference;
}

void test_device(void)
{
	struct row row = { .name = "a device reads what was stored",
			   .rule = "it sees memory as it was" };

	if (!find_copier()) {
		sequence_result(&row, "there is one", "its absence");
		return;
	}
	sequence_result(&row, "aborts", device_reads(false));
	sequence_result(&row, "commits", device_reads(true));
	row.name = "a device writes to the footprint";
	row.rule = "conflict with a non-transactional access";
	sequence_result(&row, "found at the return to T", device_writes());
}
