// SPDX-License-Identifier: GPL-2.0-only
#include "sequence.h"

#define PAGE	4096

static volatile uint8_t pages[2 * PAGE] __attribute__((aligned(PAGE)));
volatile uint64_t *const window = (volatile uint64_t *)(pages + PAGE - WINDOW_SIZE / 2);
volatile uint64_t seen[WINDOW_DWORDS] __attribute__((aligned(LINE)));

uint64_t window_before(unsigned int dword)
{
	return 0x0101010101010101ull * (dword * 3 + 1) + 0x0001020304050607ull;
}

void reset_window(void)
{
	unsigned int i;

	for (i = 0; i < WINDOW_DWORDS; i++) {
		window[i] = window_before(i);
		seen[i] = 0;
	}
}

void begin_sequence(struct sequence *s, bool user, uint64_t other)
{
	memset(s, 0, sizeof(*s));
	s->test.from = FROM_N;
	s->test.tm = true;
	s->test.user = user;
	s->test.r3 = FINISHED;
	s->test.r4 = VALUE_R4;
	s->test.r7[0] = (uintptr_t)window;
	s->test.r7[1] = (uintptr_t)seen;
	s->test.r7[2] = other;
	start_code();
}

void emit_tbegin(uint32_t tbegin)
{
	if (!tbegin)
		return;
	emit(BRANCH(3 * 4));
	emit(LI(RESULT, FAILED));
	emit(TRAP);
	emit(tbegin);
	emit(BEQ(-3));
}

void emit_row(const struct row *row)
{
	const uint32_t *code;

	for (code = row->code; code < row[1].code; code++)
		emit(*code);
}

void emit_look(void)
{
	emit(LI(10, WINDOW_DWORDS));
	emit(MTSPR(SPR_CTR, 10));
	emit(ADDI(12, WINDOW, -8));
	emit(ADDI(13, SEEN, -8));
	emit(LDU(14, 12, 8));
	emit(STDU(14, 13, 8));
	emit(BDNZ(-2));
}

const char *run_sequence(struct sequence *s)
{
	if (!s->complete)
		emit_end(&s->test);
	s->complete = true;
	run_test(&s->test);
	if (lowcore.vector != VECTOR_PROGRAM || (lowcore.srr1 & SRR1_REASONS) != SRR1_TRAP)
		return "another interrupt";
	return 0;
}

#define ALIAS		0x08000000ull
#define REAL_ALIAS	BIT(60)		/* which real mode ignores */

uint64_t alias(bool user)
{
	static bool mapped;
	const uint64_t first = (uintptr_t)pages / PAGE;
	unsigned int i;

	for (i = 0; i < 2 && !mapped; i++)
		map((ALIAS >> 12) + first + i, (first + i) * PAGE, HPTE_COHERENT);
	mapped = true;
	return (uintptr_t)window + (user ? ALIAS : REAL_ALIAS);
}

const char *check_record(bool user, uint64_t cause, uint64_t more, uint64_t at)
{
	const uint64_t privilege = (is_hypervisor() ? 2 : 0) | user;

	if (lowcore.texasr >> 32 != cause)
		return "the cause in TEXASR";
	if ((lowcore.texasr & (TEXASR_SUSPENDED | TEXASR_PRIVILEGE | TEXASR_SUMMARY |
			       TEXASR_EXACT)) !=
	    (more | privilege << 28 | TEXASR_SUMMARY | (at ? TEXASR_EXACT : 0)))
		return "TEXASR";
	if (at && lowcore.tfiar != (at | privilege))
		return "TFIAR";
	return 0;
}

static bool is_power9(void)
{
	uint32_t version;

	asm volatile("mfspr %0, 287" : "=r" (version));
	return version >> 16 == 0x4e;
}

bool can_run(const struct row *row, bool user)
{
	if (row->flags & ROW_POWER9 && !is_power9())
		return false;
	if (row->flags & ROW_PRIVILEGED && user)
		return false;
	if (row->flags & ROW_USER && !user)
		return false;
	if (row->flags & ROW_DEVICE && !is_hypervisor())
		return false;
	if (row->flags & ROW_HYPERVISOR && (user || !is_hypervisor()))
		return false;
	return true;
}

void sequence_result(const struct row *row, const char *variant, const char *difference)
{
	static char name[128];
	const char *const parts[] = { row->name, ", ", variant };
	char *to = name;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		for (const char *from = parts[i]; *from; )
			*to++ = *from++;
	*to = 0;
	if (!wanted(name))
		return;
	result(difference ? FAIL : PASS, name, 0);
	if (!difference)
		return;
	print("#   differs in %s; rule: %s\n", difference, row->rule);
	print_registers();
}

void print_registers(void)
{
	unsigned int i;

	print("#   vector %x SRR0 %x SRR1 %x CR %x TEXASR %x TFIAR %x TFHAR %x\n", lowcore.vector,
	      lowcore.srr0, lowcore.srr1, lowcore.cr, lowcore.texasr, lowcore.tfiar,
	      lowcore.tfhar);
	for (i = 0; i < 32; i++)
		print("%sr%u %x%s", i % 8 ? " " : "#   ", i, lowcore.gpr[i], i % 8 == 7 ? "\n" : "");
}
