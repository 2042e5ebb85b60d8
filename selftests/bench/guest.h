/* SPDX-License-Identifier: GPL-2.0-only */
/* Where things are in the guest's memory. */
#ifndef _BENCH_GUEST_H
#define _BENCH_GUEST_H

#define PAGE_SIZE	0x10000
#define PAGES		256

/* Far from where the host's kernel is in real mode: the plugin knows it by that. */
#define GUEST_BASE	0x30000000
#define GUEST_SIZE	0x00010000
#define GUEST_DATA	0x31000000	/* PAGES + 2 pages */
#define GUEST_MMIO	0x40000000	/* no memory here */
#define GUEST_EXIT	0x40010000	/* nor here */

/* struct bank, in GUEST_DATA; the pages behind it are for faults, the first of them has accounts. */
#define BANK_ATTEMPTS		8
#define BANK_SPIN		16
#define BANK_CALL_EVERY		24
#define BANK_FAULT_EVERY	32
#define BANK_TIMER		40
#define BANK_COMMITS		48
#define BANK_FAILURES		56
#define BANK_CAUSES		64

#ifndef __ASSEMBLER__

#include <stdint.h>

struct bank {
	volatile uint64_t rival;	/* changes when another thread has run */
	uint64_t attempts;
	uint64_t spin;			/* turns of a loop in each transaction */
	uint64_t call_every;		/* a system call in every nth, suspended; 0: never */
	uint64_t fault_every;		/* a page that was not touched before; 0: never */
	uint64_t timer;			/* ticks between timer interrupts of the guest */
	uint64_t commits, failures;
	uint64_t causes[256];		/* of failures: the first byte of TEXASR */
};

#endif

#endif
