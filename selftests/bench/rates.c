// SPDX-License-Identifier: GPL-2.0-only
/*
 * What part of the bank's transactions commits while something interrupts them,
 * in a guest (kvm) or in a program of the host (host): the same code.
 *
 *   rates host|kvm
 *
 * Prints one JSON object a line.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "vm.h"

#define TIMERS		6000
#define ATTEMPTS	4000
#define SPIN		2000
/* Longer ones, that something comes into them. */
#define LONG_ATTEMPTS	1500
#define LONG_SPIN	10000
#define TIMEBASE	512000000ull
#define SECOND		1000000000ull

extern const char guest_bank[], guest_bank_timer[];
void bank(struct bank *bank);

static bool in_guest;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

/* Timers that expire one after the other and wake nobody: interrupts, and nothing else. */
struct timers {
	int files[TIMERS];
	unsigned int count, before;
};

static unsigned int expired(const struct timers *timers)
{
	unsigned int i, count = 0;
	struct itimerspec left;

	for (i = 0; i < timers->count; i++) {
		timerfd_gettime(timers->files[i], &left);
		count += !left.it_value.tv_sec && !left.it_value.tv_nsec;
	}
	return count;
}

static void timers_start(struct timers *timers, uint64_t period)
{
	uint64_t start = now() + SECOND / 10;
	unsigned int i;

	timers->count = TIMERS;
	for (i = 0; i < timers->count; i++) {
		uint64_t at = start + i * period;
		struct itimerspec when = {
			.it_value = { .tv_sec = at / SECOND, .tv_nsec = at % SECOND },
		};

		timers->files[i] = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
		if (timers->files[i] < 0)
			die("timerfd_create");
		if (timerfd_settime(timers->files[i], TFD_TIMER_ABSTIME, &when, NULL))
			die("timerfd_settime");
	}
	while (now() < start)
		;
	timers->before = expired(timers);
}

/* How many have expired since then. */
static unsigned int timers_stop(struct timers *timers)
{
	unsigned int i, count = expired(timers) - timers->before;

	for (i = 0; i < timers->count; i++)
		close(timers->files[i]);
	timers->count = 0;
	return count;
}

struct experiment {
	const char *name;
	uint64_t attempts, spin, call_every, fault_every;
	uint64_t light_ns;	/* between the host's timer interrupts */
	uint64_t timer_ns;	/* between the guest's timer interrupts */
	uint64_t rival_ns;	/* between preemptions */
};

static void report(const struct experiment *e, const struct bank *bank, uint64_t took,
		   uint64_t interruptions)
{
	unsigned int i;

	printf("{\"experiment\": \"%s\", \"where\": \"%s\", \"spin\": %llu, \"attempts\": %llu, "
	       "\"commits\": %llu, \"interruptions\": %llu, \"ns\": %llu, \"causes\": {",
	       e->name, in_guest ? "kvm" : "host", (unsigned long long)e->spin,
	       (unsigned long long)(bank->commits + bank->failures),
	       (unsigned long long)bank->commits, (unsigned long long)interruptions,
	       (unsigned long long)took);
	for (i = 0; i < 256; i++)
		if (bank->causes[i])
			printf("\"0x%02x\": %llu, ", i, (unsigned long long)bank->causes[i]);
	printf("\"all\": %llu}}\n", (unsigned long long)bank->failures);
}

static void run_guest(struct vm *vm, const struct experiment *e)
{
	uint64_t vector;

	if (e->timer_ns)
		vm_start(vm, guest_bank_timer, MSR_TM, 0);
	else
		vm_start(vm, guest_bank, MSR_PR | MSR_TM | MSR_EXT, 0);
	vector = vm_run(vm);
	if (vector)
		die("the bank ended by interrupt %#llx", (unsigned long long)vector);
}

static void run(const struct experiment *e)
{
	static struct timers timers;
	struct rival rival = { .period_ns = e->rival_ns };
	struct vm vm;
	struct bank *b;
	uint64_t began, interruptions = 0;

	if (in_guest)
		vm_create(&vm);
	b = in_guest ? vm.bank : bank_create();
	b->attempts = e->attempts;
	b->spin = e->spin;
	b->call_every = e->call_every;
	b->fault_every = e->fault_every;
	b->timer = e->timer_ns * TIMEBASE / SECOND;
	rival.bank = b;
	/* Pages that nobody has touched: the host's and the guest's fault. */
	madvise((char *)b + 2 * PAGE_SIZE, PAGES * PAGE_SIZE, MADV_DONTNEED);
	if (e->light_ns)
		timers_start(&timers, e->light_ns);
	if (e->rival_ns)
		rival_start(&rival);
	began = now();
	if (in_guest)
		run_guest(&vm, e);
	else
		bank(b);
	began = now() - began;
	if (e->rival_ns) {
		rival_stop(&rival);
		interruptions = b->rival;
	}
	if (e->light_ns)
		interruptions = timers_stop(&timers);
	if (e->timer_ns)
		interruptions = began / e->timer_ns;
	if (e->call_every)
		interruptions = e->attempts / e->call_every;
	if (e->fault_every)
		interruptions = e->attempts / e->fault_every;
	report(e, b, began, interruptions);
	if (in_guest)
		vm_destroy(&vm);
	else
		bank_destroy(b);
}

int main(int argc, char **argv)
{
	static const unsigned int every[] = { 32, 16, 8, 4, 2, 1 };
	static const unsigned int periods_us[] = { 4000, 2000, 1000, 500, 250, 125 };
	const struct rlimit files = { TIMERS + 64, TIMERS + 64 };
	unsigned int i;

	if (argc != 2)
		die("usage: rates host|kvm");
	in_guest = !strcmp(argv[1], "kvm");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
	run(&(struct experiment){ .name = "nothing", .attempts = ATTEMPTS, .spin = SPIN });
	for (i = 0; i < 6; i++)
		run(&(struct experiment){ .name = "light", .attempts = LONG_ATTEMPTS,
					  .spin = LONG_SPIN,
					  .light_ns = periods_us[i] * 1000ull });
	for (i = 0; i < 6; i++)
		run(&(struct experiment){ .name = "call", .attempts = ATTEMPTS, .spin = SPIN,
					  .call_every = every[i] });
	for (i = 0; i < 6; i++)
		run(&(struct experiment){ .name = "fault", .attempts = 240 * every[i],
					  .spin = SPIN, .fault_every = every[i] });
	for (i = 0; i < 6; i++)
		run(&(struct experiment){ .name = "preempt", .attempts = LONG_ATTEMPTS,
					  .spin = LONG_SPIN,
					  .rival_ns = periods_us[i] * 1000ull });
	for (i = 0; in_guest && i < 6; i++)
		run(&(struct experiment){ .name = "timer", .attempts = LONG_ATTEMPTS,
					  .spin = LONG_SPIN,
					  .timer_ns = periods_us[i] * 1000ull });
	return 0;
}
