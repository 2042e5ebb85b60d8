// SPDX-License-Identifier: GPL-2.0-only
/*
 * The causes of a failed transaction, as data: the first row that fits wins.
 */
#include "texasr.h"

#define CODE_OF_SYSTEM(code) \
	TEXASR_ABORT | (0xfeull << 56), TEXASR_ABORT | ((uint64_t)(code) << 56)
#define CODE_OF_PROGRAM(code) \
	TEXASR_ABORT | (0xffull << 56), TEXASR_ABORT | ((uint64_t)(code) << 56)
#define FLAG(n)	TEXASR_ABORT | TEXASR_BIT(n), TEXASR_BIT(n)

const struct texasr_cause texasr_causes[] = {
	/* tabort. or treclaim. gave a code. This program's own: */
	{ "abort: lock held", CODE_OF_PROGRAM(CODE_LOCK_HELD) },
	{ "abort: explicit", CODE_OF_PROGRAM(CODE_EXPLICIT) },
	{ "abort: explicit, persistent", CODE_OF_PROGRAM(CODE_EXPLICIT_PERSISTENT) },
	/* The kernel's (asm/tm.h); bit 7 may be set in any of them. */
	{ "abort: emulated instruction (0xd0)", CODE_OF_SYSTEM(0xd0) },
	{ "abort: alignment (0xd2)", CODE_OF_SYSTEM(0xd2) },
	{ "abort: signal (0xd4)", CODE_OF_SYSTEM(0xd4) },
	{ "abort: other kernel reason (0xd6)", CODE_OF_SYSTEM(0xd6) },
	{ "abort: system call (0xd8)", CODE_OF_SYSTEM(0xd8) },
	{ "abort: facility unavailable (0xda)", CODE_OF_SYSTEM(0xda) },
	{ "abort: TLB invalidation (0xdc)", CODE_OF_SYSTEM(0xdc) },
	{ "abort: reschedule (0xde)", CODE_OF_SYSTEM(0xde) },
	/* The hypervisor's. */
	{ "abort: KVM reschedule (0xe0)", CODE_OF_SYSTEM(0xe0) },
	{ "abort: KVM facility unavailable (0xe2)", CODE_OF_SYSTEM(0xe2) },
	/* The machine's. */
	{ "disallowed", FLAG(8) },
	{ "nesting overflow", FLAG(9) },
	{ "footprint overflow", FLAG(10) },
	{ "self-induced conflict", FLAG(11) },
	{ "non-transactional conflict", FLAG(12) },
	{ "transaction conflict", FLAG(13) },
	{ "translation invalidation conflict", FLAG(14) },
	{ "implementation specific", FLAG(15) },
	{ "instruction fetch conflict", FLAG(16) },
	{ "unknown", 0, 0 },
};

const unsigned int texasr_cause_count = sizeof(texasr_causes) / sizeof(texasr_causes[0]);

unsigned int texasr_cause(uint64_t texasr)
{
	unsigned int i = 0;

	while ((texasr & texasr_causes[i].mask) != texasr_causes[i].value)
		i++;
	return i;
}

bool texasr_is_unknown(uint64_t texasr)
{
	return texasr_cause(texasr) == texasr_cause_count - 1;
}

bool texasr_is_system_call(uint64_t texasr)
{
	return (texasr & TEXASR_ABORT) && (TEXASR_CODE(texasr) & 0xfe) == 0xd8;
}
