/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the emulated machine has to do beyond what a guest kernel of PR KVM
 * sees. Sections are those of Power ISA 2.07B.
 */
#ifndef _EMULATOR_EMULATOR_H
#define _EMULATOR_EMULATOR_H

#include "encodings.h"
#include "privileged.h"

static inline bool is_hypervisor(void)
{
	return lowcore.base_msr & MSR_HV;
}

/* hypercall() */
#define H_REMOVE	0x04

/* The tables. */
void test_hypervisor(void);
void test_from_transactional(void);
void test_memory(void);
void test_accesses(void);
void test_transactions(void);
void test_translation(void);
void test_segments(void);
void test_fetch(void);
void test_branches(void);
void test_device(void);
void test_smp(void);
void test_stop(void);	/* instead of all others */

#endif
