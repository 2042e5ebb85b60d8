// SPDX-License-Identifier: GPL-2.0-only
/*
 * Problem state always runs with address translation: an rfid that sets PR
 * sets EE, IR and DR with it. So this program's pages are mapped where they
 * are, 4 KiB each, for both privileges.
 */
#include "privileged.h"

#define HPTE_VALID	1ull
#define HPTE_ALL_MAY_WRITE	2ull

uint64_t group_of(uint64_t vsid, uint64_t page)
{
	return (vsid ^ page) & ((1ull << (page_table_log2 - 7)) - 1);
}

uint64_t virtual_page(uint64_t vsid, uint64_t page)
{
	return (vsid << 28 | page << 12) >> 23 << 7;
}

bool map_in(uint64_t vsid, uint64_t page, uint64_t address, uint64_t flags)
{
	return enter_translation(group_of(vsid, page), virtual_page(vsid, page) | HPTE_VALID,
				 address | flags | HPTE_ALL_MAY_WRITE);
}

bool map(uint64_t page, uint64_t address, uint64_t flags)
{
	return map_in(VSID, page, address, flags);
}

_Static_assert(SLB_VSID_WORD == VSID << 12, "privileged.h");

bool map_pages(void)
{
	extern char image_end[];
	uint64_t page;

	if (!page_table_log2)
		return false;
	for (page = 0; page < ((uintptr_t)image_end + 0xfff) >> 12; page++)
		if (!map(page, page << 12, HPTE_COHERENT | HPTE_REFERENCED | HPTE_CHANGED))
			return false;
	asm volatile("slbmte %0, %1; isync" : : "r" (SLB_VSID_WORD), "r" (SLB_ESID_WORD));
	return true;
}

bool map_device(void)
{
	return map(DEVICE >> 12, device_address, HPTE_INHIBITED | HPTE_REFERENCED | HPTE_CHANGED);
}
