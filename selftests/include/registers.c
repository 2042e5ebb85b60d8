// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patterns, names and comparison of the registers in a checkpoint.
 */
#include <stdio.h>

#include "registers.h"

static const char *const special_names[REG_COUNT - REG_CR] = {
	"CR", "LR", "CTR", "XER", "TAR", "VRSAVE", "FPSCR", "DSCR", "PPR",
	"AMR", "VSCR", "VSCR",
};

uint64_t registers_writable[REG_COUNT];

const char *register_name(unsigned int reg, uint64_t diff)
{
	static char name[32];
	unsigned int vsr = (reg - REG_VSR) / 2, doubleword = (reg - REG_VSR) % 2;

	if (reg < REG_VSR)
		snprintf(name, sizeof(name), "GPR%u", reg);
	else if (reg < REG_CR && vsr < 32 && doubleword == 0)
		snprintf(name, sizeof(name), "FPR%u", vsr);
	else if (reg < REG_CR && vsr < 32)
		snprintf(name, sizeof(name), "VSR%u (doubleword 1)", vsr);
	else if (reg < REG_CR)
		snprintf(name, sizeof(name), "VR%u (VSR%u, doubleword %u)",
			 vsr - 32, vsr, doubleword);
	else if (reg == REG_CR && (uint32_t)diff)
		snprintf(name, sizeof(name), "CR%u", __builtin_clz((uint32_t)diff) / 4);
	else
		return special_names[reg - REG_CR];
	return name;
}

void registers_pattern(struct registers *r, uint64_t seed)
{
	unsigned int reg;

	/* An odd multiplier: no two registers of one seed have equal values. */
	for (reg = 0; reg < REG_COUNT; reg++)
		r->reg[reg] = ((seed * REG_SLOTS + reg) * 0x9e3779b97f4a7c15ull) &
			      registers_writable[reg];
}

int registers_compare(const struct registers *expected,
		      const struct registers *found,
		      bool (*ignore)(unsigned int reg))
{
	unsigned int reg;

	for (reg = 0; reg < REG_COUNT; reg++) {
		if (!((expected->reg[reg] ^ found->reg[reg]) & registers_writable[reg]))
			continue;
		if (!ignore || !ignore(reg))
			return reg;
	}
	return -1;
}

bool registers_syscall_clobbers(unsigned int reg)
{
	switch (reg) {
	case 0:
	case 3 ... 12:
	case REG_CR:
	case REG_CTR:
	case REG_XER:
	case REG_PPR:		/* the kernel sets a priority of its own */
		return true;
	default:
		return false;
	}
}
