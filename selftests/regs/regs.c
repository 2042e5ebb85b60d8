// SPDX-License-Identifier: GPL-2.0-only
/*
 * regs: each register of a checkpoint, judged by itself, over each way in which
 * a transaction fails or is suspended:
 *
 *   abort      tabort. in the transaction itself
 *   suspended  another process runs while this one is suspended, so the kernel
 *              (and a hypervisor below) reclaims and rechecks a suspended
 *              transaction; live registers must hold, then the checkpointed ones
 *   active     another process runs while the transaction is active
 *   commit     nothing of the above: the changed registers stay
 *
 * One TAP line for each register, and one for each way that it was met at all.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "attempt.h"
#include "tap.h"
#include "texasr.h"

#ifndef PPC_FEATURE2_HTM
#define PPC_FEATURE2_HTM	0x40000000
#endif

/* Longer than any time slice: such a loop should end because somebody else ran. */
#define TOO_LONG	(1ull << 30)

enum way { ABORT, SUSPENDED, ACTIVE, COMMIT, WAYS };

static struct {
	const char *name;
	uint64_t flags, spin_active, wanted;
	uint64_t met;		/* attempts that went this way */
	uint64_t elsewhere;	/* attempts that went another, for example for an interrupt */
	uint64_t differs[REG_COUNT];
	uint64_t expected[REG_COUNT], found[REG_COUNT];
} ways[WAYS] = {
	[ABORT] = { "abort", ATTEMPT_F_ABORT, 0, 2000 },
	[SUSPENDED] = { "suspended", ATTEMPT_F_SUSPEND | ATTEMPT_F_SYSCALL_S, 0, 1000 },
	[ACTIVE] = { "active", 0, TOO_LONG, 200 },
	[COMMIT] = { "commit", 0, 0, 1000 },
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Did the attempt go the way it was meant to? */
static bool is_met(enum way way, const struct attempt *a)
{
	switch (way) {
	case ABORT:
		return !a->committed && (a->texasr & TEXASR_ABORT) &&
		       TEXASR_CODE(a->texasr) == CODE_EXPLICIT;
	case SUSPENDED:
		return a->reached && !a->committed;
	case ACTIVE:
		return !a->committed;
	default:
		return a->committed;
	}
}

static void judge(enum way way, const struct registers *expected,
		  const struct registers *found, bool (*ignore)(unsigned int))
{
	unsigned int reg;

	for (reg = 0; reg < REG_COUNT; reg++) {
		if (!((expected->reg[reg] ^ found->reg[reg]) & registers_writable[reg]))
			continue;
		if (ignore && ignore(reg))
			continue;
		if (ways[way].differs[reg]++)
			continue;
		ways[way].expected[reg] = expected->reg[reg] & registers_writable[reg];
		ways[way].found[reg] = found->reg[reg] & registers_writable[reg];
	}
}

static void run_way(enum way way, struct attempt *a, double end)
{
	struct registers expected;
	uint64_t i;

	a->flags = ways[way].flags;
	a->spin_active = ways[way].spin_active;
	a->code = CODE_EXPLICIT;
	a->syscall[0] = SYS_sched_yield;
	for (i = 0; ways[way].met < ways[way].wanted && now() < end; i++) {
		attempt_prepare(a, (uint64_t)way << 40 | i);
		attempt_run(a);
		if (is_met(way, a))
			ways[way].met++;
		else
			ways[way].elsewhere++;
		if (a->reached) {
			attempt_expect_suspended(a, &expected);
			judge(way, &expected, &a->suspended, attempt_ignored(a));
		}
		attempt_expect_after(a, &expected);
		judge(way, &expected, &a->after, NULL);
	}
}

/* A process on the same CPU that is always ready to run. */
static void start_rival(void)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			sched_yield();
	}
}

static bool doubleword_pair(unsigned int reg)
{
	return (reg >= REG_VSR && reg < REG_CR && reg % 2 == 0) || reg == REG_VSCR;
}

/* VSRs and VSCR are two doublewords, judged on one line. */
static void report_register(unsigned int reg)
{
	unsigned int part, last = reg + doubleword_pair(reg), way;
	uint64_t wrong = 0, writable = 0;
	char name[32];

	for (part = reg; part <= last; part++) {
		writable |= registers_writable[part];
		for (way = 0; way < WAYS; way++)
			wrong += ways[way].differs[part];
	}
	if (reg >= REG_VSR && reg < REG_CR)
		snprintf(name, sizeof(name), "VSR%u", (reg - REG_VSR) / 2);
	else
		snprintf(name, sizeof(name), "%s", register_name(reg, 0));
	if (!writable) {
		tap_result(true, "%s # SKIP a program cannot write it here", name);
		return;
	}
	tap_result(!wrong, "%s", name);
	for (part = reg; part <= last; part++) {
		for (way = 0; way < WAYS; way++) {
			if (!ways[way].differs[part])
				continue;
			printf("# %s: %s: %lu times, the first expected %016lx found %016lx\n",
			       ways[way].name,
			       register_name(part, ways[way].expected[part] ^
					     ways[way].found[part]),
			       (unsigned long)ways[way].differs[part],
			       (unsigned long)ways[way].expected[part],
			       (unsigned long)ways[way].found[part]);
		}
	}
}

static int report(void)
{
	unsigned int reg, way, lines = WAYS;

	for (reg = 0; reg < REG_COUNT; reg += 1 + doubleword_pair(reg))
		lines++;
	tap_plan(lines);
	for (way = 0; way < WAYS; way++)
		tap_result(ways[way].met > 0, "%s: %lu attempts, %lu that went otherwise",
			   ways[way].name, (unsigned long)ways[way].met,
			   (unsigned long)ways[way].elsewhere);
	for (reg = 0; reg < REG_COUNT; reg += 1 + doubleword_pair(reg))
		report_register(reg);
	return tap_finish();
}

static const char usage[] =
"Usage: regs [--seconds S]\n"
"  --seconds S   time for each of the four ways (5)\n";

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 }
	};
	struct attempt *a;
	double seconds = 5;
	unsigned int way;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == 's') {
			seconds = atof(optarg);
		} else {
			fputs(usage, stderr);
			return 2;
		}
	}
	if (!(getauxval(AT_HWCAP2) & PPC_FEATURE2_HTM)) {
		printf("1..0 # SKIP no transactional memory\n");
		return KSFT_SKIP;
	}
	a = mmap(NULL, sizeof(*a), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (a == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	attempt_init(a);
	start_rival();
	for (way = 0; way < WAYS; way++)
		run_way(way, a, now() + seconds);
	return report();
}
