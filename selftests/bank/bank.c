// SPDX-License-Identifier: GPL-2.0-only
/*
 * bank: processes move money between accounts in transactions, with a lock as
 * fallback. Passes if no money is lost or made, every register holds across
 * every tbegin., and enough transactions commit.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bank.h"
#include "tap.h"

#ifndef PPC_FEATURE2_HTM
#define PPC_FEATURE2_HTM		0x40000000
#endif
#define FEATURE2_HTM_NO_SUSPEND		0x00080000

#define SUSPEND_KINDS (1u << KIND_SUSPEND | 1u << KIND_SUSPEND_LONG | \
		       1u << KIND_SUSPEND_SYSCALL | 1u << KIND_SUSPEND_YIELD | \
		       1u << KIND_SUSPEND_SLEEP)

static const char usage[] =
"Usage: bank [options]\n"
"  --processes N      processes that move money (4)\n"
"  --accounts N       accounts (32)\n"
"  --transfers N      transactions, of all processes together (20000)\n"
"  --seconds S        stop after this time even if there is more to do (15)\n"
"  --min-commits N    fewer commits are a failure (1000); a slow machine has ten\n"
"                     times as many seconds for them\n"
"  --long-us N        length of a long transaction in microseconds (1500)\n"
"  --seed N           of the choice of transactions (1)\n"
"  --kinds A,B,..     only these kinds of transactions; 'help' lists them\n"
"  --expect-no-tm     pass only if there is no transactional memory\n"
"Exit status: 0 pass, 1 fail, 2 usage, 4 no transactional memory.\n";

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void __attribute__((noreturn)) bad_usage(const char *what, const char *value)
{
	fprintf(stderr, "bank: bad %s: %s\n%s", what, value, usage);
	exit(2);
}

static unsigned int number(const char *what, const char *text, unsigned int low,
			   unsigned int high)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (*end || end == text || n < low || n > high)
		bad_usage(what, text);
	return n;
}

static unsigned int parse_kinds(char *list)
{
	unsigned int kind, set = 0;
	char *name;

	if (!strcmp(list, "help")) {
		for (kind = 0; kind < KIND_COUNT; kind++)
			printf("%s\n", kinds[kind].name);
		exit(0);
	}
	for (name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		for (kind = 0; kind < KIND_COUNT; kind++)
			if (!strcmp(name, kinds[kind].name))
				break;
		if (kind == KIND_COUNT)
			bad_usage("kind", name);
		set |= 1u << kind;
	}
	return set;
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "processes", required_argument, NULL, 'p' },
		{ "accounts", required_argument, NULL, 'a' },
		{ "transfers", required_argument, NULL, 't' },
		{ "seconds", required_argument, NULL, 's' },
		{ "min-commits", required_argument, NULL, 'm' },
		{ "long-us", required_argument, NULL, 'l' },
		{ "seed", required_argument, NULL, 'r' },
		{ "kinds", required_argument, NULL, 'k' },
		{ "expect-no-tm", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->processes = number("--processes", optarg, 1, MAX_PROCESSES);
			break;
		case 'a':
			o->accounts = number("--accounts", optarg, 2, MAX_ACCOUNTS);
			break;
		case 't':
			o->transfers = number("--transfers", optarg, 1, 1u << 30);
			break;
		case 's':
			o->seconds = number("--seconds", optarg, 1, 1u << 20);
			break;
		case 'm':
			o->min_commits = number("--min-commits", optarg, 0, 1u << 30);
			break;
		case 'l':
			o->long_us = number("--long-us", optarg, 0, 10000000);
			break;
		case 'r':
			o->seed = number("--seed", optarg, 0, ~0u);
			break;
		case 'k':
			o->kinds = parse_kinds(optarg);
			break;
		case 'n':
			o->expect_no_tm = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc)
		bad_usage("argument", argv[optind]);
}

/* Seconds that the empty loop of attempt.S takes for so many turns. */
static double measure_loop(uint64_t turns)
{
	double start = now();

	asm volatile("1: addi %0, %0, -1; cmpdi 0, %0, 0; bne 1b" : "+b" (turns) : : "cr0");
	return now() - start;
}

/* How many turns of it are a microsecond, if nothing comes between. */
static uint64_t measure_turns(void)
{
	uint64_t turns = 10000;
	unsigned int i;
	double least;

	for (;; turns *= 2) {
		least = measure_loop(turns);
		for (i = 1; i < 8; i++) {
			double took = measure_loop(turns);

			if (took < least)
				least = took;
		}
		if (least > 1e-3)
			return turns / (least * 1e6) + 1;
	}
}

static double run_workers(struct bank *bank, const struct options *options)
{
	pid_t children[MAX_PROCESSES];
	unsigned int i;
	double start;

	for (i = 0; i < options->processes; i++) {
		children[i] = fork();
		if (children[i] < 0) {
			perror("fork");
			exit(1);
		}
		if (children[i] == 0) {
			worker_run(bank, options, i);
			_exit(0);
		}
	}
	start = now();
	bank->open = 1;
	for (i = 0; i < options->processes; i++)
		waitpid(children[i], &bank->workers[i].status, 0);
	return now() - start;
}

int main(int argc, char **argv)
{
	struct options options = {
		.processes = 4, .accounts = 32, .transfers = 20000, .min_commits = 1000,
		.long_us = 1500, .seconds = 15, .seed = 1, .kinds = (1u << KIND_COUNT) - 1,
	};
	const unsigned long features = getauxval(AT_HWCAP2);
	struct bank *bank;
	unsigned int i;

	parse(&options, argc, argv);
	bank = mmap(NULL, sizeof(*bank), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (bank == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	bank->has_tm = features & PPC_FEATURE2_HTM;
	if (!bank->has_tm)
		printf("no transactional memory\n");
	if (features & FEATURE2_HTM_NO_SUSPEND)
		options.kinds &= ~SUSPEND_KINDS;
	if (!options.kinds)
		options.kinds = 1u << KIND_PLAIN;
	bank->turns_per_us = measure_turns();
	for (i = 0; i < options.accounts; i++)
		bank->accounts[i].balance = OPENING_BALANCE;
	fflush(stdout);
	return report(bank, &options, run_workers(bank, &options));
}
