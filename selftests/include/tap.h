/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test results in the form of kselftest (TAP 13).
 */
#ifndef _SELFTESTS_TAP_H
#define _SELFTESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_SKIP	4

static unsigned int tap_count, tap_failed;

static inline void tap_plan(unsigned int tests)
{
	printf("TAP version 13\n1..%u\n", tests);
}

static inline bool __attribute__((format(printf, 2, 3)))
tap_result(bool good, const char *format, ...)
{
	va_list args;

	printf("%sok %u ", good ? "" : "not ", ++tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	if (!good)
		tap_failed++;
	return good;
}

static inline int tap_finish(void)
{
	printf("# Totals: pass:%u fail:%u\n", tap_count - tap_failed, tap_failed);
	return tap_failed ? KSFT_FAIL : KSFT_PASS;
}

#endif
