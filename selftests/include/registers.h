/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers that a transaction's checkpoint holds, as problem state sees
 * them (Power ISA 2.07B, Book II chapter 5: all problem state registers but
 * CR0, the EBB, performance monitor and transactional memory SPRs).
 *
 * A register is a number, and that number is also its doubleword's place in
 * struct registers, so C walks them as an array and assembly finds them by
 * 8 * number.
 */
#ifndef _SELFTESTS_REGISTERS_H
#define _SELFTESTS_REGISTERS_H

#define REG_GPR		0		/* GPR0-31 */
#define REG_VSR		32		/* VSR0-63, two doublewords each */
#define REG_CR		160
#define REG_LR		161
#define REG_CTR		162
#define REG_XER		163
#define REG_TAR		164
#define REG_VRSAVE	165
#define REG_FPSCR	166
#define REG_DSCR	167
#define REG_PPR		168
#define REG_AMR		169
#define REG_VSCR	170		/* a quadword, VSCR in its last word */
#define REG_COUNT	172
#define REG_SLOTS	176		/* whole 128-byte lines */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct registers {
	uint64_t reg[REG_SLOTS];
} __attribute__((aligned(128)));

/*
 * Which bits of each register a problem state program can write here. Bits
 * outside are neither set by patterns nor compared.
 */
extern uint64_t registers_writable[REG_COUNT];

/* "GPR3", "FPR0", "VSR0 (doubleword 1)", "CR4", "TAR" ...; @diff names the CR field. */
const char *register_name(unsigned int reg, uint64_t diff);

/* Fills @r with values that tell registers and seeds apart. */
void registers_pattern(struct registers *r, uint64_t seed);

/*
 * The first register in which @found is not @expected, or -1. Registers for
 * which @ignore (may be NULL) says true are passed over.
 */
int registers_compare(const struct registers *expected,
		      const struct registers *found,
		      bool (*ignore)(unsigned int reg));

/* Registers that Linux does not preserve over a system call, and CR0. */
bool registers_syscall_clobbers(unsigned int reg);

#endif /* !__ASSEMBLER__ */
#endif
