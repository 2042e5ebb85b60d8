/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A row is a few instructions with a name and the section of the ISA that says
 * what they do. A file is a table: C sees NAME and NAME_end, arrays of struct row.
 */
#ifndef _EMULATOR_ROW_H
#define _EMULATOR_ROW_H

/* Rows that not all machines or privileges can run. */
#define ROW_POWER9	1	/* not in ISA 2.07B */
#define ROW_PRIVILEGED	2
#define ROW_HYPERVISOR	4
#define ROW_DEVICE	8	/* needs a device that answers, and translation */
#define ROW_USER	16	/* problem state only */
/* What more is expected, by table. */
#define ROW_NO_STORE	32
#define ROW_SEES_NEW	64	/* r10 is what the transaction stored */
#define ROW_MAY_FAIL	128	/* the ISA leaves a choice */

#ifdef __ASSEMBLER__

	.macro table name
	.section .rodata.\name, "a"
	.balign 8
	.globl	\name
\name:
	.text
	.endm

	/* The code follows, up to the next row or the end of the table. */
	.macro row table, name, rule, flags=0, a=0, b=0
	.section .rodata.\table, "a"
	.quad	.Lname\@, .Lrule\@, .Lcode\@, \flags, \a, \b
	.section .rodata.str, "a"
.Lname\@:
	.asciz	"\name"
.Lrule\@:
	.asciz	"\rule"
	.text
	.balign 4
.Lcode\@:
	.endm

	.macro end_table name
	.section .rodata.\name, "a"
	.quad	0, 0, .Lend\name, 0, 0, 0
	.text
.Lend\name:
	.section .note.GNU-stack, "", @progbits
	.endm

#else

#include <stdint.h>

struct row {
	const char *name;		/* NULL after the last one */
	const char *rule;
	const uint32_t *code;		/* up to the next row's */
	uint64_t flags;
	uint64_t a, b;
};

#endif
#endif
