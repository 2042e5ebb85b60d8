// SPDX-License-Identifier: GPL-2.0-only
/*
 * Problem state always runs with address translation: an rfid that sets PR
 * sets EE, IR and DR with it. So this program's pages are mapped where they
 * are, 4 KiB each, for both privileges.
 */
#include "privileged.h"

#define VSID		0x1234ull
#define SLB_VALID	BIT(27)
#define HPTE_VALID	1ull
#define HPTE_REFERENCED	BIT(8)
#define HPTE_CHANGED	BIT(7)
#define HPTE_INHIBITED	BIT(5)
#define HPTE_COHERENT	BIT(4)
#define HPTE_ALL_MAY_WRITE	2ull

bool map(uint64_t page, uint64_t address, uint64_t flags)
{
	const uint64_t groups = 1ull << (page_table_log2 - 7);
	const uint64_t hash = (VSID ^ page) & (groups - 1);

	return enter_translation(hash, (VSID << 28 | page << 12) >> 23 << 7 | HPTE_VALID,
				 address | HPTE_REFERENCED | HPTE_CHANGED | flags |
				 HPTE_ALL_MAY_WRITE);
}

bool map_pages(void)
{
	extern char image_end[];
	uint64_t page;

	if (!page_table_log2)
		return false;
	for (page = 0; page < ((uintptr_t)image_end + 0xfff) >> 12; page++)
		if (!map(page, page << 12, HPTE_COHERENT))
			return false;
	asm volatile("slbmte %0, %1; isync" : : "r" (VSID << 12), "r" (SLB_VALID | 1));
	return true;
}

bool map_device(void)
{
	return map(DEVICE >> 12, device_address, HPTE_INHIBITED);
}
