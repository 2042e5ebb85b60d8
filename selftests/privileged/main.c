// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot arguments: "hostile" runs what a hostile guest kernel would do as well.
 * TAP on the console, the last line is "# end".
 */
#include "privileged.h"

bool privileged_transactions;

static uint64_t mfmsr(void)
{
	uint64_t msr;

	asm volatile("mfmsr %0" : "=r" (msr));
	return msr;
}

static void mtmsrd(uint64_t msr)
{
	asm volatile("mtmsrd %0" : : "r" (msr) : "memory");
}

void unexpected_interrupt(void)
{
	static bool again;

	if (!again) {
		again = true;
		print("\nBail out! interrupt %x at %x, MSR %x -> %x, outside any test\n",
		      lowcore.vector, lowcore.srr0, lowcore.srr1, lowcore.msr);
		print("# end\n");
	}
	power_off();
}

int main(void)
{
	find_hypercall();
	lowcore.base_msr = MSR_SF | MSR_ME | MSR_RI | MSR_FP | MSR_VEC | MSR_VSX;
	mtmsrd(lowcore.base_msr | MSR_TM);
	lowcore.has_tm = !!(mfmsr() & MSR_TM);
	if (lowcore.has_tm)
		lowcore.base_msr |= MSR_TM;
	mtmsrd(lowcore.base_msr);

	print("\nTAP version 13\n");
	print("# boot arguments: '%s', MSR %x\n", boot_arguments, mfmsr());
	if (!map_pages()) {
		print("Bail out! no page table (2^%u bytes)\n# end\n", page_table_log2);
		power_off();
	}
	privileged_transactions = lowcore.has_tm && transactions_start();
	print("# tbegin. in privileged state %s\n", !lowcore.has_tm ? "is unavailable" :
	      privileged_transactions ? "starts transactions" : "always fails");
	test_instructions();
	test_transitions();
	asm volatile("mtspr 153, %0" : : "r" (FSCR_TAR));
	test_checkpoint();
	if (contains(boot_arguments, "hostile"))
		test_hostile();
	print("1..%u\n", passed + failed + skipped);
	print("# Totals: pass:%u fail:%u skip:%u\n", passed, failed, skipped);
	print("# end\n");
	power_off();
}
