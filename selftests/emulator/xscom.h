/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of a POWER8 chip, by the number that its documents give them. */
#ifndef _EMULATOR_XSCOM_H
#define _EMULATOR_XSCOM_H

#include <stdint.h>

#define XSCOM	0x0003fc0000000000ull

static inline volatile uint64_t *xscom(uint64_t number)
{
	return (volatile uint64_t *)(XSCOM + (number >> 4 << 8 | (number & 15) << 3));
}

#endif
