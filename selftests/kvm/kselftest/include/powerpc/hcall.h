/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTEST_KVM_HCALL_H
#define SELFTEST_KVM_HCALL_H

/*
 * A hypercall that neither KVM nor PAPR knows: KVM leaves it to user space,
 * with KVM_EXIT_PAPR_HCALL.
 */
#define H_UCALL		0xfff0

/*
 * What PR KVM takes for "sc 1". That itself would go to the hypervisor that
 * the host runs under, if there is one.
 */
#define FAKE_SC1	.long 0x7c000268

#ifndef __ASSEMBLER__

#include <linux/types.h>

/*
 * By a system call to the guest's vector (see handlers.S), so that problem
 * state has hypercalls as well.
 */
static inline long hcall1(unsigned long nr, u64 arg)
{
	register unsigned long r3 asm("r3") = nr;
	register u64 r4 asm("r4") = arg;

	asm volatile("sc"
		     : "+r"(r3), "+r"(r4)
		     : : "r0", "r5", "r6", "r7", "r8", "r9", "r10", "r11",
			 "r12", "ctr", "xer", "cr0", "cr1", "cr5", "cr6", "cr7",
			 "memory");
	return r3;
}

#endif /* !__ASSEMBLER__ */

#endif
