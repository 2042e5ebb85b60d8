/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device that copies WINDOW_SIZE bytes of memory to itself, or back, by
 * itself: nvram.c on pseries, edu.c on powernv8.
 */
#ifndef _EMULATOR_COPIER_H
#define _EMULATOR_COPIER_H

#include "sequence.h"

enum direction { TO_DEVICE, TO_MEMORY };

/* Whether there is one; makes it ready. */
bool find_copier(void);
/* What is to be copied; the value that emit_copy() needs in register OTHER. */
uint64_t prepare_copy(enum direction direction, volatile uint64_t *memory);
/* Code for Suspended state that has it copied, and ends when it is. */
void emit_copy(enum direction direction);
/* Whether the device says that it was. */
bool copied(void);
/* The same at once. */
bool copy(enum direction direction, volatile uint64_t *memory);

#endif
