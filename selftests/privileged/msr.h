/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits of MSR, SRR1 and the transactional memory SPRs (Power ISA 2.07B). */
#ifndef _PRIVILEGED_MSR_H
#define _PRIVILEGED_MSR_H

#define MSR_SF_LG	63
#define MSR_HV_LG	60
#define MSR_TS_LG	33
#define MSR_TM_LG	32

#define SPR_TFHAR	128
#define SPR_TFIAR	129
#define SPR_TEXASR	130
#define SPR_TEXASRU	131
#define SPR_FSCR	153
#define SPR_HFSCR	190
#define SPR_HSRR0	314
#define SPR_HSRR1	315

#define VECTOR_MACHINE_CHECK	0x200
#define VECTOR_EXTERNAL		0x500
#define VECTOR_DECREMENTER	0x900
#define VECTOR_PROGRAM		0x700
#define VECTOR_SYSTEM_CALL	0xc00
#define VECTOR_FACILITY		0xf60

/* Taken in hypervisor state, with HSRR0 and HSRR1. */
#define VECTOR_HV_DECREMENTER	0x980
#define VECTOR_EMULATION	0xe40
#define VECTOR_HV_FACILITY	0xf80

#ifndef __ASSEMBLER__

#define BIT(n)		(1ull << (n))
#define MSR_SF		BIT(MSR_SF_LG)
#define MSR_HV		BIT(MSR_HV_LG)
#define MSR_TM		BIT(MSR_TM_LG)
#define MSR_TS(ts)	((uint64_t)(ts) << MSR_TS_LG)
#define MSR_TS_OF(msr)	((unsigned int)((msr) >> MSR_TS_LG) & 3)
#define MSR_TM_OF(msr)	((unsigned int)((msr) >> MSR_TM_LG) & 1)
#define MSR_VEC		BIT(25)
#define MSR_VSX		BIT(23)
#define MSR_EE		BIT(15)
#define MSR_PR		BIT(14)
#define MSR_FP		BIT(13)
#define MSR_ME		BIT(12)
#define MSR_FE0		BIT(11)
#define MSR_FE1		BIT(8)
#define MSR_IR		BIT(5)
#define MSR_DR		BIT(4)
#define MSR_RI		BIT(1)

/* Values of the TS field; 3 is reserved. */
enum ts { N, S, T, RESERVED };

/* Why a program interrupt came (SRR1). */
#define SRR1_BAD_THING	BIT(21)
#define SRR1_ILLEGAL	BIT(19)
#define SRR1_PRIVILEGED	BIT(18)
#define SRR1_TRAP	BIT(17)
#define SRR1_REASONS	0x3f0000ull

#define TEXASR_CODE(code)	((uint64_t)(code) << 56)
#define TEXASR_CODE_OF(texasr)	((unsigned int)((texasr) >> 56))
#define TEXASR_ABORT		BIT(32)
#define TEXASR_SUSPENDED	BIT(31)
#define TEXASR_PRIVILEGE_SHIFT	28
#define TEXASR_PRIVILEGE	(3ull << TEXASR_PRIVILEGE_SHIFT)
#define TEXASR_HYPERVISOR	BIT(29)
#define TEXASR_PROBLEM_STATE	BIT(28)
#define TEXASR_SUMMARY		BIT(27)
#define TEXASR_EXACT		BIT(26)
#define TEXASR_ROLLBACK_ONLY	BIT(25)
#define TEXASR_LEVEL		0xfffull

/* FSCR[IC] for transactional memory. */
#define FSCR_CAUSE_TM		5
#define FSCR_TAR		BIT(8)

#endif
#endif
