// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypervisor state: what HFSCR[TM] denies to a guest, hrfid, and interrupts
 * that use HSRR0 and HSRR1 (Power ISA 2.07B, Book III-S 3.3.2, 6.2.11, 6.5).
 */
#include "emulator.h"

#define HFSCR_TM	BIT(5)

static void set_hfscr(bool tm)
{
	uint64_t hfscr;

	asm volatile("mfspr %0, %1" : "=r" (hfscr) : "i" (SPR_HFSCR));
	hfscr = (hfscr & ~HFSCR_TM) | (tm ? HFSCR_TM : 0);
	asm volatile("mtspr %0, %1" : : "i" (SPR_HFSCR), "r" (hfscr));
}

#define EMULATION(ts_) \
	{ .vector = VECTOR_EMULATION, .where = AT, .ts = ts_, .tm = 1, .cr0 = 0xf }

/* An interrupt to the hypervisor suspends a transaction, and HSRR1 tells. */
static const struct test interrupts[] = {
	{ "illegal instruction, N, a guest's problem state", "HSRR1[TS] = N",
	  ILLEGAL, FROM_N, .user = true, .guest = true, .tm = true, .may = { EMULATION(N) } },
	{ "illegal instruction, T, a guest's problem state", "HSRR1[TS] = T, MSR[TS] = S",
	  ILLEGAL, FROM_T, .user = true, .guest = true, .tm = true, .may = { EMULATION(T) } },
	{ "illegal instruction, T, a guest's privileged state", "HSRR1[TS] = T, MSR[TS] = S",
	  ILLEGAL, FROM_T, .guest = true, .tm = true, .may = { EMULATION(T) } },
	{ "illegal instruction, S, a guest's problem state", "HSRR1[TS] = S",
	  ILLEGAL, FROM_FAILED, .user = true, .guest = true, .tm = true, .may = { EMULATION(S) } },
	{ "illegal instruction, live S, a guest's privileged state", "HSRR1[TS] = S",
	  ILLEGAL, FROM_USER, .guest = true, .tm = true, .may = { EMULATION(S) } },
};

void test_hypervisor(void)
{
	unsigned int i;

	set_hfscr(false);
	test_facility(VECTOR_HV_FACILITY, false);
	test_facility(VECTOR_HV_FACILITY, true);
	set_hfscr(true);

	test_hrfid();
	for (i = 0; i < ARRAY_SIZE(interrupts); i++)
		judge(&interrupts[i]);
}
