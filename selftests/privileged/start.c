// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes before the first test and after the last one. TAP on the console,
 * the last line is "# end".
 */
#include <stddef.h>

#include "privileged.h"

#define PLACED(member, offset) \
	_Static_assert(LOWCORE + offsetof(struct lowcore, member) == (offset), "lowcore.h")

PLACED(gpr, LC_GPR);
PLACED(vector, LC_VECTOR);
PLACED(srr0, LC_SRR0);
PLACED(srr1, LC_SRR1);
PLACED(msr, LC_MSR);
PLACED(cr, LC_CR);
PLACED(tfhar, LC_TFHAR);
PLACED(tfiar, LC_TFIAR);
PLACED(texasr, LC_TEXASR);
PLACED(fscr, LC_FSCR);
PLACED(reclaimed, LC_RECLAIMED);
PLACED(sc_srr1, LC_SC_SRR1);
PLACED(sc_msr, LC_SC_MSR);
PLACED(has_tm, LC_HAS_TM);
PLACED(recheckpoint, LC_RECHECKPOINT);
PLACED(expect_sc, LC_EXPECT_SC);
PLACED(pc, LC_PC);
PLACED(pc_msr, LC_PC_MSR);
PLACED(pc2, LC_PC2);
PLACED(pc2_msr, LC_PC2_MSR);
PLACED(base_msr, LC_BASE_MSR);
PLACED(checkpoint, LC_CHECKPOINT);
PLACED(operands, LC_OPERANDS);
PLACED(save3, LC_SAVE3);
PLACED(stack, LC_STACK);
PLACED(running, LC_RUNNING);
PLACED(save_cr, LC_SAVE_CR);

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

/* From head.S. */
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

void start(void)
{
	find_hypercall();
	lowcore.base_msr = MSR_SF | MSR_ME | MSR_RI | MSR_FP | MSR_VEC | MSR_VSX |
			   (mfmsr() & MSR_HV);
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
	if (!map_device())
		print("# no device is mapped\n");
	privileged_transactions = lowcore.has_tm && transactions_start();
	print("# tbegin. in privileged state %s\n", !lowcore.has_tm ? "is unavailable" :
	      privileged_transactions ? "starts transactions" : "always fails");
}

void finish(void)
{
	print("1..%u\n", passed + failed + skipped);
	print("# Totals: pass:%u fail:%u skip:%u\n", passed, failed, skipped);
	print("# end\n");
	power_off();
}
