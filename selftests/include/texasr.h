/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TEXASR (Power ISA 2.07B, Book II: Transaction EXception And Summary
 * Register) taken apart: why a transaction failed.
 */
#ifndef _SELFTESTS_TEXASR_H
#define _SELFTESTS_TEXASR_H

/* Codes that programs here give to tabort.; the lowest bit says persistent. */
#define CODE_LOCK_HELD			0x02
#define CODE_EXPLICIT			0x04
#define CODE_EXPLICIT_PERSISTENT	0x05

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* Bit n counted from the left, as the ISA does. */
#define TEXASR_BIT(n)		(1ull << (63 - (n)))
#define TEXASR_CODE(texasr)	((uint8_t)((texasr) >> 56))
#define TEXASR_PERSISTENT	TEXASR_BIT(7)
#define TEXASR_ABORT		TEXASR_BIT(31)
#define TEXASR_SUSPENDED	TEXASR_BIT(32)
#define TEXASR_PR		TEXASR_BIT(35)
#define TEXASR_SUMMARY		TEXASR_BIT(36)
#define TEXASR_EXACT		TEXASR_BIT(37)
#define TEXASR_ROT		TEXASR_BIT(38)
#define TEXASR_LEVEL(texasr)	((unsigned int)((texasr) & 0xfff))

struct texasr_cause {
	const char *name;
	uint64_t mask, value;
};

/* Ends with the entry for "unknown"; a cause is known by its place. */
extern const struct texasr_cause texasr_causes[];
extern const unsigned int texasr_cause_count;

unsigned int texasr_cause(uint64_t texasr);
bool texasr_is_unknown(uint64_t texasr);
bool texasr_is_system_call(uint64_t texasr);

#endif /* !__ASSEMBLER__ */
#endif
