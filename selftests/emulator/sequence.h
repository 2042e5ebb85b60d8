/* SPDX-License-Identifier: GPL-2.0-only */
/* Short programs with a transaction in them, and the memory that they work on. */
#ifndef _EMULATOR_SEQUENCE_H
#define _EMULATOR_SEQUENCE_H

#include "emulator.h"
#include "row.h"

/* Registers. */
#define RESULT		3
#define VALUE		4	/* VALUE_R4 */
#define WINDOW		7
#define SEEN		8
#define OTHER		9
#define MARKED		23	/* a value, too */
#define VALUE_R4	0x8182838485868788ull

/* In RESULT. */
enum { FINISHED, FAILED };

#define LINE		128
#define WINDOW_SIZE	512
#define WINDOW_DWORDS	(WINDOW_SIZE / 8)

/* The first page ends in the middle of it. */
extern volatile uint64_t *const window;
/* Nobody else's line. */
extern volatile uint64_t seen[WINDOW_DWORDS];

void reset_window(void);
uint64_t window_before(unsigned int dword);	/* as reset_window() makes it */

struct sequence {
	struct test test;
	bool complete;
};

/* @other is for register OTHER. */
void begin_sequence(struct sequence *s, bool user, uint64_t other);
/* tbegin., and what goes on at the failure handler; @tbegin is 0 for none. */
void emit_tbegin(uint32_t tbegin);
void emit_row(const struct row *row);
/* Copies the window to seen, with r10 to r14. */
void emit_look(void);
/* Runs it up to the trap; NULL, or what came instead. */
const char *run_sequence(struct sequence *s);

/* The window at another effective address. */
uint64_t alias(bool user);

/* Whether a row can be run on this machine with this privilege. */
bool can_run(const struct row *row, bool user);

/* A test with the names of a row and of a variant. */
/* NULL if TEXASR and TFIAR tell of a failure by the instruction at @at, if not 0. */
const char *check_record(bool user, uint64_t cause, uint64_t more, uint64_t at);
void sequence_result(const struct row *row, const char *variant, const char *difference);
void print_registers(void);

#endif
