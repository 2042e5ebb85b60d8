// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: the NVRAM of a pseries machine copies from memory and to it, by a
 * call of the firmware in Suspended state, which is an instruction like others.
 */
#include "causes.h"
#include "sequence.h"

#define H_RTAS	0xf000

static uint32_t call[8] __attribute__((aligned(LINE)));
static volatile uint64_t copy[WINDOW_DWORDS] __attribute__((aligned(LINE)));

static void prepare(uint32_t token, volatile uint64_t *buffer)
{
	call[0] = token;
	call[1] = 3;
	call[2] = 2;
	call[3] = 0;
	call[4] = (uintptr_t)buffer;
	call[5] = WINDOW_SIZE;
	call[6] = call[7] = ~0u;
}

/* The prepared call, in the middle of a transaction that has stored. */
static const char *call_suspended(struct sequence *s, bool commit)
{
	begin_sequence(s, false, (uintptr_t)call);
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(STD_AT(VALUE, WINDOW, 2 * LINE));
	emit(LD_AT(10, WINDOW, LINE));
	emit(TSUSPEND);
	emit(LI(3, 0));
	emit(ORI(3, 3, H_RTAS));
	emit(MR(4, OTHER));
	emit(hypercall_instruction[0]);
	emit(LI(RESULT, FINISHED));
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
	prepare(store_nvram_token, window);
	difference = call_suspended(&s, commit);
	if (!difference && lowcore.gpr[RESULT] != (commit ? FINISHED : FAILED))
		difference = "success";
	if (!difference && window[0] != (commit ? VALUE_R4 : window_before(0)))
		difference = "memory";
	if (!difference && call[6])
		difference = "the answer of the firmware";
	prepare(fetch_nvram_token, copy);
	if (!difference && !call_rtas(call))
		difference = "the answer of the firmware, later";
	for (i = 0; i < WINDOW_DWORDS && !difference; i++)
		if (copy[i] != window_before(i))
			difference = "what the device has seen";
	return difference;
}

static const char *device_writes(void)
{
	const char *difference = 0;
	struct sequence s;
	unsigned int i;

	for (i = 0; i < WINDOW_DWORDS; i++)
		copy[i] = ~window_before(i);
	prepare(store_nvram_token, copy);
	if (!call_rtas(call))
		difference = "the answer of the firmware, earlier";
	reset_window();
	prepare(fetch_nvram_token, window);
	if (!difference)
		difference = call_suspended(&s, true);
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

	if (!store_nvram_token)
		return;
	sequence_result(&row, "aborts", device_reads(false));
	sequence_result(&row, "commits", device_reads(true));
	row.name = "a device writes to the footprint";
	row.rule = "conflict with a non-transactional access";
	sequence_result(&row, "found at the return to T", device_writes());
}
