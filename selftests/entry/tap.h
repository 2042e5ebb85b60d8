/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of TAP and kselftest that the tests of this directory need: tests
 * are functions in a table, a failed EXPECT() ends one. As init the program
 * powers the machine off when it is done, so that it needs nothing but a
 * kernel.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_SKIP	4

enum outcome { PASS, FAIL, SKIP };

struct test {
	const char *name;
	enum outcome (*run)(void);
};

#define TEST(fn) { #fn, fn }

static inline __attribute__((format(printf, 1, 2))) void diag(const char *fmt, ...)
{
	va_list ap;

	fputs("# ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

#define EXPECT(cond, ...)				\
do {							\
	if (!(cond)) {					\
		diag("expected: " #cond);		\
		diag(__VA_ARGS__);			\
		return FAIL;				\
	}						\
} while (0)

/* Why the tests can't run here, or NULL. */
typedef const char *(*precondition)(void);

static inline int run_tests(const struct test *tests, size_t nr, precondition lacking)
{
	const char *reason = lacking();
	unsigned int count[SKIP + 1] = { 0 };

	puts("TAP version 13");
	if (reason) {
		printf("1..0 # SKIP %s\n", reason);
		return KSFT_SKIP;
	}
	printf("1..%zu\n", nr);
	for (size_t i = 0; i < nr; i++) {
		enum outcome outcome = tests[i].run();

		printf("%sok %zu %s%s\n", outcome == FAIL ? "not " : "", i + 1,
		       tests[i].name, outcome == SKIP ? " # SKIP" : "");
		fflush(stdout);
		count[outcome]++;
	}
	if (count[FAIL])
		return KSFT_FAIL;
	return count[PASS] ? KSFT_PASS : KSFT_SKIP;
}

/* For main() to return. */
static inline int end_tests(int status)
{
	fflush(stdout);
	if (getpid() == 1) {
		sync();
		reboot(RB_POWER_OFF);
	}
	return status;
}

#endif /* TAP_H */
