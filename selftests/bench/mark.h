/* SPDX-License-Identifier: GPL-2.0-only */
/* Marks in what the machine executes, for the plugin: see trace.c. */
#ifndef _BENCH_MARK_H
#define _BENCH_MARK_H

#define MARK_OPCODE	0x0c000000	/* twi 0, 0, N */

#define MARK_START	1		/* recording on */
#define MARK_STOP	2		/* recording off */
#define MARK_BEGIN	3		/* what is to be measured begins after this */
#define MARK_END	4		/* and ends before this */
#define MARK_BACK	5		/* the second half of it begins */

#endif
