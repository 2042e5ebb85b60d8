/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest of tm_guest_fuzz: what it shares with the program.
 *
 * A vCPU has an area of its own, of which all addresses are both virtual and
 * real, so that MSR[IR,DR] may be anything. r13 always points to the vCPU's
 * magic page, the last 4 KB before the area.
 */
#ifndef SELFTEST_KVM_TM_FUZZ_H
#define SELFTEST_KVM_TM_FUZZ_H

/* Offsets from r13: struct kvm_vcpu_arch_shared */
#define MAGIC_SRR0	64
#define MAGIC_SRR1	72
#define MAGIC_MSR	88
#define MAGIC_SIZE	4096

/* Offsets from r13: struct fuzz_data, in lines of 128 bytes */
#define DATA(offset)	(MAGIC_SIZE + (offset))
#define DATA_GPR(n)	DATA((n) * 8)		/* 3 to 7, of what was interrupted */
#define DATA_CR		DATA(0x40)
#define DATA_MSR	DATA(0x88)
#define DATA_MSR_S	DATA(0x90)
#define DATA_INDEX	DATA(0x98)
#define DATA_NR		DATA(0xa0)
#define DATA_FLAGS	DATA(0xa8)
#define DATA_TRAPS	DATA(0xb0)
#define DATA_TICKS	DATA(0xb8)
#define DATA_EXACT	DATA(0xc0)
#define DATA_CODE	DATA(0xc8)
#define DATA_CODE_END	DATA(0xd0)
#define DATA_ABANDONED	DATA(0xd8)
#define DATA_RESTARTS	DATA(0xe0)
#define DATA_PAIR0	DATA(0x100)
/* Read in transactions, so in no line that interrupts write to. */
#define DATA_SALT	DATA(0x108)
#define DATA_PAIR1	DATA(0x180)
#define DATA_FREE	DATA(0x200)
#define DATA_FREE_SIZE	0x200
#define DATA_VECTORS	DATA(0x400)
#define DATA_STATES	DATA(0x800)
#define DATA_POOL	DATA(0x1000)
#define POOL_SIZE	1024			/* values */
#define DATA_SEQUENCES	DATA(0x3000)

/* struct fuzz_sequence */
#define SEQUENCE_ENTRY	0
#define SEQUENCE_MSR	8
#define SEQUENCE_FLAGS	16
#define SEQUENCE_DEC	24

/* Unavailable facilities are made available, and not skipped. */
#define FLAG_GRANTS_LG	0
/* The guest's own idea of its state may be wrong: only the host is judged. */
#define FLAG_WILD_LG	1

/* Instructions of a sequence that interrupt, and how often the decrementer may. */
#define MAX_TRAPS	80
#define MAX_TICKS	3
#define TICK		1000000		/* of the timebase */

/* System calls of sequences: the end, and a register that is wrong (r3) */
#define SYS_END		0x5e
#define SYS_WRONG	0x5f

/* Hypercalls of the guest, and what r4 says of the latter */
#define H_FUZZ_DONE	0xfff4
#define H_FUZZ_FAIL	0xfff5
#define FAIL_REGISTER	1	/* r5: which, r6: expected, r7: found */
#define FAIL_TS		2	/* r5: SRR1 of an interrupt */
#define FAIL_INTERRUPT	3	/* r5: vector */
#define FAIL_RETURN	4	/* an interrupt could not be returned from */
#define FAIL_KERNEL	5	/* r5: vector, in the guest's kernel */
#define FAIL_TFIAR	6	/* r5: TFIAR, a host address, r6: TEXASR */

/* Registers that are no GPR, for FAIL_REGISTER; VSRs from 64 on */
#define WRONG_LR	32
#define WRONG_CTR	33
#define WRONG_XER	34
#define WRONG_CR	35
#define WRONG_FPSCR	36
#define WRONG_VSCR	37
#define WRONG_VRSAVE	38
#define WRONG_TAR	39
#define WRONG_DSCR	40
#define WRONG_PPR	41
#define WRONG_PAIR	42
#define WRONG_TFIAR	43
#define WRONG_VSR	64

/* In r16: see tm_fuzz_guest.S */
#define EPOCH_FACTOR	0x12345677

#ifndef __ASSEMBLER__

#include <linux/types.h>

struct fuzz_sequence {
	u64 entry;
	u64 msr;
	u64 flags;
	u64 decrementer;
};

#define MAX_SEQUENCES	512

struct fuzz_data {
	u64 gpr[8];
	u64 cr;
	u64 reserved1[7];
	u64 reserved4;
	u64 msr;		/* of the guest's kernel, non-transactional */
	u64 msr_s;		/* ... suspended */
	u64 index;		/* of the current sequence */
	u64 nr;			/* of sequences */
	u64 flags;		/* of the current sequence */
	u64 traps;
	u64 ticks;
	u64 exact;		/* it ended of itself: CTR can be checked */
	u64 code;
	u64 code_end;
	u64 abandoned;		/* sequences that did not get to their end */
	u64 restarts;		/* all registers set anew */
	u64 reserved2[3];
	u64 pair0;
	u64 salt;
	u64 reserved5[14];
	u64 pair1[16];
	u64 free[DATA_FREE_SIZE / 8];
	u64 vectors[128];	/* interrupts, by vector / 32 */
	u64 states[4];		/* ... by MSR[TS] of what was interrupted */
	u64 reserved3[252];
	u64 pool[POOL_SIZE];
	struct fuzz_sequence sequences[MAX_SEQUENCES];
};

/* The guest's kernel, to be copied to its address 0, and addresses in it */
extern const char fuzz_kernel[], fuzz_kernel_end[];
extern const char fuzz_start[], fuzz_abandon[];
/* Routines for sequences, called by CTR */
extern const char fuzz_check[], fuzz_epoch[], fuzz_clobber[];

#endif /* !__ASSEMBLER__ */

#endif /* SELFTEST_KVM_TM_FUZZ_H */
