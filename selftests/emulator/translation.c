// SPDX-License-Identifier: GPL-2.0-only
/*
 * Translations of the footprint that are invalidated in Suspended state make a
 * transaction fail (Power ISA 2.07B, Book II 5.3.1); what it does to the R and
 * C bits of the page table stays (Book III-S 5.7.8).
 */
#include "causes.h"
#include "sequence.h"

#define H_READ		0x0c
#define H_PROTECT	0x18
#define PP_ALL_MAY_WRITE	2

/* A page of its own for the window, whose R and C bits nobody has set. */
#define UNTOUCHED	0x0a000000ull

static void read_translation(uint64_t index, uint64_t entry[2])
{
	register uint64_t r3 asm("r3") = H_READ;
	register uint64_t r4 asm("r4") = 0;
	register uint64_t r5 asm("r5") = index;

	asm volatile("bl hypercall" : "+r" (r3), "+r" (r4), "+r" (r5)
		     : : "r0", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "ctr", "cr0",
		     "cr1", "cr5", "cr6", "cr7", "memory");
	entry[0] = r3 ? 0 : r4;
	entry[1] = r5;
}

/* Where the table has the page that is mapped there. */
static uint64_t find_translation(uint64_t address)
{
	const uint64_t first = group_of(VSID, address >> 12) * 8;
	uint64_t index, entry[2];

	for (index = first; index < first + 8; index++) {
		read_translation(index, entry);
		if (entry[0] >> 7 << 7 == virtual_page(VSID, address >> 12) >> 7 << 7)
			return index;
	}
	return ~0ull;
}

static bool touched(uint64_t index, uint64_t bits)
{
	uint64_t entry[2];

	read_translation(index, entry);
	return (entry[1] & (HPTE_REFERENCED | HPTE_CHANGED)) == bits;
}

/* A hypercall for the page at @address, with the window's in the footprint. */
static const char *call_suspended(unsigned int number, uint64_t address, bool fails)
{
	const uint64_t index = find_translation(address);
	const char *difference;
	struct sequence s;

	if (index == ~0ull)
		return "the page table";
	reset_window();
	begin_sequence(&s, false, index);
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(TSUSPEND);
	emit(LI(3, number));
	emit(LI(4, number == H_PROTECT ? PP_ALL_MAY_WRITE : 0));
	emit(MR(5, OTHER));
	emit(LI(6, 0));
	emit(hypercall_instruction[0]);
	emit(STD_AT(3, SEEN, 8));
	emit(LI(RESULT, FINISHED));
	emit(LI(VALUE, 0));
	emit(TRESUME);
	emit(TEND(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (seen[1])
		return "the answer of the hypervisor";
	if (lowcore.gpr[RESULT] != (fails ? FAILED : FINISHED))
		return "success";
	if (window[0] != (fails ? window_before(0) : VALUE_R4))
		return "memory";
	return fails ? check_record(false, TRANSLATION, TEXASR_SUSPENDED, 0) : 0;
}

static const char *page_table_bits(bool store, bool commit)
{
	const uint64_t page = UNTOUCHED + ((uintptr_t)window & ~0xfffull);
	const char *difference;
	struct sequence s;
	uint64_t index;

	if (!map(page >> 12, (uintptr_t)window & ~0xfffull, HPTE_COHERENT))
		return "the page table";
	index = find_translation(page);
	if (!touched(index, 0))
		return "R and C before";
	reset_window();
	begin_sequence(&s, true, page | ((uintptr_t)window & 0xfff));
	s.test.msr = MSR_IR | MSR_DR;
	emit_tbegin(TBEGIN);
	emit(store ? STD(VALUE, OTHER) : LD(10, OTHER));
	emit(commit ? TEND(0) : TABORT(0));
	difference = run_sequence(&s);
	if (!difference && lowcore.gpr[RESULT] != (commit ? FINISHED : FAILED))
		difference = "success";
	if (!difference && window[0] != (store && commit ? VALUE_R4 : window_before(0)))
		difference = "memory";
	if (!difference && !touched(index, HPTE_REFERENCED | (store ? HPTE_CHANGED : 0)))
		difference = "R and C after";
	hypercall(H_REMOVE, 0, index, 0, 0);
	return difference;
}

static const char *invalidate(uint64_t operand, bool fails)
{
	const char *difference;
	struct sequence s;

	reset_window();
	begin_sequence(&s, false, operand);
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(TSUSPEND);
	emit(LI(10, 0));
	emit(TLBIE(OTHER, 10));
	emit(TRESUME);
	emit(TEND(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (lowcore.gpr[RESULT] != (fails ? FAILED : FINISHED))
		return "success";
	return fails ? check_record(false, TRANSLATION, TEXASR_SUSPENDED, 0) : 0;
}

/* The segment that everything is in goes, and is entered again at once. */
static const char *invalidate_segment(uint32_t instruction, bool fails)
{
	const char *difference;
	struct sequence s;

	reset_window();
	begin_sequence(&s, false, 0);
	emit_tbegin(TBEGIN);
	emit(STD(VALUE, WINDOW));
	emit(TSUSPEND);
	emit(instruction);
	emit(LIS(10, SLB_VSID_WORD >> 16));
	emit(ORI(10, 10, SLB_VSID_WORD & 0xffff));
	emit(LIS(11, SLB_ESID_WORD >> 16));
	emit(ORI(11, 11, SLB_ESID_WORD & 0xffff));
	emit(SLBMTE(10, 11));
	emit(TRESUME);
	emit(TEND(0));
	difference = run_sequence(&s);
	if (difference)
		return difference;
	if (lowcore.gpr[RESULT] != (fails ? FAILED : FINISHED))
		return "success";
	if (window[0] != (fails ? window_before(0) : VALUE_R4))
		return "memory";
	return fails ? check_record(false, TRANSLATION, TEXASR_SUSPENDED, 0) : 0;
}

void test_translation(void)
{
	struct row row = { .rule = "translation invalidation conflict" };
	const uint64_t page = (uintptr_t)window & ~0xfffull;

	row.name = "slbie";
	sequence_result(&row, "of the footprint", invalidate_segment(SLBIE(OTHER), true));
	row.name = "slbia";
	row.rule = "no failure, for hypervisors whose guests are in problem state";
	sequence_result(&row, "of the footprint", invalidate_segment(SLBIA, false));
	row.rule = "translation invalidation conflict";
	if (is_hypervisor()) {
		row.name = "tlbie";
		sequence_result(&row, "of the footprint", invalidate(page, true));
		sequence_result(&row, "of another page", invalidate(page + 0x200000, false));
		/* L = 1, and LP. The page of 16 GiB is larger than the segment. */
		sequence_result(&row, "of a page of 64 KiB with the footprint",
				invalidate((page & ~0xffffull) | 0x1001, true));
		sequence_result(&row, "of another page of 64 KiB",
				invalidate(((page & ~0xffffull) + 0x200000) | 0x1001, false));
		sequence_result(&row, "of a page of 16 MiB with the footprint",
				invalidate(((page & ~0xffffffull) + 0x800000) | 0x8001, true));
		sequence_result(&row, "of a page of 16 GiB",
				invalidate(((page & ~0xffffffull) + 0x1000000) | 0x3001, true));
		return;
	}
	row.name = "H_PROTECT";
	sequence_result(&row, "of the footprint", call_suspended(H_PROTECT, (uintptr_t)window, true));
	sequence_result(&row, "of another page",
			call_suspended(H_PROTECT, (uintptr_t)window + 8192, false));
	row.name = "H_REMOVE";
	sequence_result(&row, "of the footprint", call_suspended(H_REMOVE, (uintptr_t)window, true));
	map((uintptr_t)window >> 12, (uintptr_t)window & ~0xfffull, HPTE_COHERENT);
	row.name = "R and C in the page table";
	row.rule = "are not part of the transaction";
	sequence_result(&row, "a load, commits", page_table_bits(false, true));
	sequence_result(&row, "a load, aborts", page_table_bits(false, false));
	sequence_result(&row, "a store, commits", page_table_bits(true, true));
	sequence_result(&row, "a store, aborts", page_table_bits(true, false));
}
