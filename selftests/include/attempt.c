// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each register must hold after an attempt; see attempt.h.
 */
#include <string.h>

#include "attempt.h"

_Static_assert(offsetof(struct attempt, body) == ATTEMPT_BODY, "attempt.h");
_Static_assert(offsetof(struct attempt, subject) == ATTEMPT_SUBJECT, "attempt.h");
_Static_assert(offsetof(struct attempt, flags) == ATTEMPT_FLAGS, "attempt.h");
_Static_assert(offsetof(struct attempt, code) == ATTEMPT_CODE, "attempt.h");
_Static_assert(offsetof(struct attempt, spin_active) == ATTEMPT_SPIN_ACTIVE, "attempt.h");
_Static_assert(offsetof(struct attempt, spin_suspended) == ATTEMPT_SPIN_SUSPENDED, "attempt.h");
_Static_assert(offsetof(struct attempt, syscall) == ATTEMPT_SYSCALL, "attempt.h");
_Static_assert(offsetof(struct attempt, committed) == ATTEMPT_COMMITTED, "attempt.h");
_Static_assert(offsetof(struct attempt, texasr) == ATTEMPT_TEXASR, "attempt.h");
_Static_assert(offsetof(struct attempt, tfiar) == ATTEMPT_TFIAR, "attempt.h");
_Static_assert(offsetof(struct attempt, tfhar) == ATTEMPT_TFHAR, "attempt.h");
_Static_assert(offsetof(struct attempt, tcheck) == ATTEMPT_TCHECK, "attempt.h");
_Static_assert(offsetof(struct attempt, reached) == ATTEMPT_REACHED, "attempt.h");
_Static_assert(offsetof(struct attempt, before) == ATTEMPT_BEFORE, "attempt.h");
_Static_assert(offsetof(struct attempt, inside) == ATTEMPT_INSIDE, "attempt.h");
_Static_assert(offsetof(struct attempt, after) == ATTEMPT_AFTER, "attempt.h");
_Static_assert(offsetof(struct attempt, suspended) == ATTEMPT_SUSPENDED, "attempt.h");
_Static_assert(offsetof(struct attempt, caller) == ATTEMPT_CALLER, "attempt.h");

#define CR0_MASK	0xf0000000ull
#define CR0_FAILED	0xa0000000ull	/* 0b1010 */
#define CR0_ENDED	0x40000000ull	/* 0b0100: tend. in Transactional state */

/*
 * Bits worth trying in registers of which not every bit is a program's own:
 * no exception enables (FPSCR), a priority that never stops a thread (PPR: low
 * or medium-low), and only keys that nothing uses (AMR).
 */
static const struct {
	unsigned int reg;
	uint64_t bits;
	uint64_t always;
} partial[] = {
	{ REG_CR,	0xffffffff, 0 },
	{ REG_XER,	0xe000007f, 0 },
	{ REG_VRSAVE,	0xffffffff, 0 },
	{ REG_FPSCR,	0x700000000 | 0x9e07f003, 0 },
	{ REG_DSCR,	0x01ffffff, 0 },
	{ REG_PPR,	1ull << 50, 1ull << 51 },
	{ REG_AMR,	0x0000fffffffffff0, 0 },
	{ REG_VSCR,	0, 0 },
	{ REG_VSCR + 1,	0x00010001, 0 },
};

/* Found by trying: others are fully a program's own, or the machine is broken. */
static bool is_tried(unsigned int reg)
{
	return reg == REG_XER || reg == REG_FPSCR || reg == REG_DSCR ||
	       reg == REG_PPR || reg == REG_AMR || reg == REG_VSCR + 1;
}

/* What no pattern decides: the base register, and bits that are always one. */
static void fix_registers(struct attempt *a)
{
	unsigned int i;

	a->before.reg[1] = (uint64_t)a;
	a->inside.reg[31] = (uint64_t)a;
	for (i = 0; i < sizeof(partial) / sizeof(partial[0]); i++) {
		a->before.reg[partial[i].reg] |= partial[i].always;
		a->inside.reg[partial[i].reg] |= partial[i].always;
	}
}

void attempt_prepare(struct attempt *a, uint64_t seed)
{
	registers_pattern(&a->before, 2 * seed);
	registers_pattern(&a->inside, 2 * seed + 1);
	fix_registers(a);
}

void attempt_init(struct attempt *a)
{
	uint64_t stuck[REG_COUNT] = { 0 };
	unsigned int i, reg;

	/* Also brings the block's pages in: a page fault ends a transaction. */
	memset(a, 0, sizeof(*a));
	a->body = attempt_no_body;

	memset(registers_writable, 0xff, sizeof(registers_writable));
	for (i = 0; i < sizeof(partial) / sizeof(partial[0]); i++)
		registers_writable[partial[i].reg] = partial[i].bits;

	/* Each pattern and its complement: a bit that never moves differs once. */
	for (i = 0; i < 16; i++) {
		registers_pattern(&a->before, i / 2);
		for (reg = 0; reg < REG_COUNT; reg++)
			if (is_tried(reg) && (i & 1))
				a->before.reg[reg] ^= registers_writable[reg];
		fix_registers(a);
		attempt_roundtrip(a);
		for (reg = 0; reg < REG_COUNT; reg++)
			stuck[reg] |= a->before.reg[reg] ^ a->after.reg[reg];
	}
	for (reg = 0; reg < REG_COUNT; reg++)
		if (is_tried(reg))
			registers_writable[reg] &= ~stuck[reg];
}

static const char *whose(const struct attempt *a, int reg, uint64_t found)
{
	const uint64_t mask = registers_writable[reg];
	unsigned int other;

	if (!((found ^ a->before.reg[reg]) & mask))
		return "its value before tbegin.";
	if (!((found ^ a->inside.reg[reg]) & mask))
		return "its value inside the transaction";
	for (other = 0; other < REG_COUNT; other++) {
		if (found && found == a->before.reg[other])
			return "another register's value before tbegin.";
		if (found && found == a->inside.reg[other])
			return "another register's value inside the transaction";
	}
	return found ? "a value from elsewhere" : "zero";
}

/* CR0 is the instructions' own in Suspended state, CR1-7 are not. */
void attempt_expect_suspended(const struct attempt *a, struct registers *expected)
{
	*expected = a->inside;
	expected->reg[REG_CR] &= ~CR0_MASK;
	expected->reg[REG_CR] |= a->suspended.reg[REG_CR] & CR0_MASK;
}

void attempt_expect_after(const struct attempt *a, struct registers *expected)
{
	*expected = a->committed ? a->inside : a->before;
	expected->reg[REG_CR] &= ~CR0_MASK;
	expected->reg[REG_CR] |= a->committed ? CR0_ENDED : CR0_FAILED;
}

bool (*attempt_ignored(const struct attempt *a))(unsigned int reg)
{
	return a->flags & ATTEMPT_F_SYSCALL_S ? registers_syscall_clobbers : NULL;
}

static bool held(const struct attempt *a, const char *where, struct registers *expected,
		 const struct registers *found, bool (*ignore)(unsigned int),
		 struct attempt_mismatch *m)
{
	int reg = registers_compare(expected, found, ignore);

	if (reg < 0)
		return true;
	m->where = where;
	m->reg = reg;
	m->expected = expected->reg[reg] & registers_writable[reg];
	m->found = found->reg[reg] & registers_writable[reg];
	m->hint = whose(a, reg, found->reg[reg]);
	return false;
}

bool attempt_verify(const struct attempt *a, struct attempt_mismatch *m)
{
	struct registers expected;

	if (a->reached) {
		attempt_expect_suspended(a, &expected);
		if (!held(a, "in Suspended state", &expected, &a->suspended,
			  attempt_ignored(a), m))
			return false;
	}
	attempt_expect_after(a, &expected);
	return held(a, a->committed ? "after commit" : "after failure", &expected,
		    &a->after, NULL, m);
}
