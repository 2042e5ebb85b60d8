/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers have in common: random numbers that can be had again, child
 * processes that may fail, and the search for the smallest part that does.
 */
#ifndef SELFTEST_KVM_FUZZ_H
#define SELFTEST_KVM_FUZZ_H

#include <signal.h>
#include <unistd.h>

#include "kvm_util.h"

/* The status of a child that has found something and said so. */
#define FUZZ_FOUND	3

/* A stream of random numbers */
struct fuzz_random {
	u64 state;
};

u64 fuzz_mix(u64 z);
u64 fuzz_next(struct fuzz_random *r);

static inline u64 fuzz_below(struct fuzz_random *r, u64 n)
{
	return fuzz_next(r) % n;
}

/* For -s, if there is none. */
u64 fuzz_some_seed(void);

#define FUZZ_CHECK(condition, format, ...)				\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "# " format "\n", ##__VA_ARGS__); \
			_exit(FUZZ_FOUND);				\
		}							\
	} while (0)

/* From here on complaints of the kernel count. Needs root. */
void fuzz_watch_log(void);

/*
 * Whether child() fails: it ends with another status than 0, is killed, makes
 * the kernel complain, or *@progress stays the same for @seconds.
 */
bool fuzz_fails(void (*child)(void), const volatile u64 *progress, int seconds);

/* Children say where they are when they crash. */
void fuzz_catch_crashes(void);

/*
 * Sets @skip for as much as possible of @n parts as long as fails() is true,
 * within some @seconds. Returns how many are left.
 */
int fuzz_shrink(bool *skip, int n, bool (*fails)(void), int seconds);

/* "1,5,7": the parts that are not skipped, printed and parsed. */
void fuzz_print_list(const bool *skip, int n);
void fuzz_parse_list(const char *list, bool *skip, int n);

#endif /* SELFTEST_KVM_FUZZ_H */
