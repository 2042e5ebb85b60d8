// SPDX-License-Identifier: GPL-2.0-only
/*
 * The NVRAM of a pseries machine, by a call of the firmware, which is an
 * instruction like others.
 */
#include "copier.h"

#define H_RTAS	0xf000
#define ANSWER	6

static uint32_t call[8] __attribute__((aligned(LINE)));

bool find_copier(void)
{
	return store_nvram_token;
}

uint64_t prepare_copy(enum direction direction, volatile uint64_t *memory)
{
	call[0] = direction == TO_DEVICE ? store_nvram_token : fetch_nvram_token;
	call[1] = 3;
	call[2] = 2;
	call[3] = 0;
	call[4] = (uintptr_t)memory;
	call[5] = WINDOW_SIZE;
	call[ANSWER] = call[7] = ~0u;
	return (uintptr_t)call;
}

void emit_copy(enum direction direction)
{
	(void)direction;
	emit(LI(3, 0));
	emit(ORI(3, 3, H_RTAS));
	emit(MR(4, OTHER));
	emit(hypercall_instruction[0]);
	emit(LI(RESULT, FINISHED));
}

bool copied(void)
{
	return !call[ANSWER];
}

bool copy(enum direction direction, volatile uint64_t *memory)
{
	prepare_copy(direction, memory);
	return call_rtas(call);
}
