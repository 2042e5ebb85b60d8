// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's exit to user space owes a program in a transaction.
 *
 * While a transaction lasts, its floating-point registers stay in the CPU, or a
 * failure, which the kernel does not see, could not bring the checkpointed ones
 * back. So the last thing on the way out is to load what was given up in the
 * kernel (restore_tm_state()), and whatever happens after that, such as a
 * preemption by an interrupt that was pending, must make the kernel look again.
 *
 * The window is a few instructions wide: a real-time process that wakes up
 * thousands of times a second preempts a process that does nothing but system
 * calls in Suspended state.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "tx.h"

#define SECONDS		30
#define SYSCALLS	3
#define WAKEUP_NS	50000
#define BATCH		100

/* What fr14 holds before and in the transaction. */
#define BEFORE		1.0
#define WITHIN		2.0

/* Returns what fr14 holds afterwards, and in *end how the transaction ended. */
static double tx_fp_with_syscalls(unsigned long *end)
{
	register unsigned long r3 asm("r3");
	register double fr14 asm("fr14") = BEFORE;
	unsigned long left;

	asm volatile(TX_BEGIN
		     "	fmr	14, %[within]\n"
		     TSUSPEND
		     "	li	%[left], %[syscalls]\n"
		     "1:	li	0, %[nr]\n"
		     "	sc\n"
		     "	addic.	%[left], %[left], -1\n"
		     "	bne	1b\n"
		     TRESUME
		     TX_END("3")
		     : "=r" (r3), "+d" (fr14), [left] "=&b" (left)
		     : [within] "d" (WITHIN), [nr] "i" (__NR_getppid),
		       [syscalls] "i" (SYSCALLS)
		     : "r0", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12",
		       "cr0", "ctr", "xer", "memory");
	*end = r3;
	return fr14;
}

/*
 * Wake up, use the floating-point registers, sleep. Never returns. How long a
 * transaction takes is the machine's affair, so a few pauses are longer.
 */
static void preempt_often(void)
{
	struct sched_param param = { .sched_priority = 1 };
	volatile double other = 3.0;

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(KSFT_SKIP);
	for (unsigned int i = 0;; i++) {
		struct timespec pause = { .tv_nsec = WAKEUP_NS };

		if (i % 64 == 0)
			pause.tv_nsec <<= i / 64 % 6;

		nanosleep(&pause, NULL);
		other = other + 1.0;
	}
}

static enum outcome registers_follow_transaction(void)
{
	unsigned long commits = 0, failures = 0, wrong = 0;
	time_t stop = time(NULL) + SECONDS;

	while (time(NULL) < stop) {
		for (int i = 0; i < BATCH; i++) {
			unsigned long end;
			double fr14 = tx_fp_with_syscalls(&end);

			commits += end == COMMITTED;
			failures += end != COMMITTED;
			wrong += fr14 != (end == COMMITTED ? WITHIN : BEFORE);
		}
	}
	diag("%lu transactions committed, %lu failed", commits, failures);
	EXPECT(wrong == 0, "%lu times with a wrong value", wrong);
	EXPECT(commits && failures, "it takes both");
	return PASS;
}

static enum outcome preempted_transaction_keeps_fp_registers(void)
{
	enum outcome outcome;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	EXPECT(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0)
		preempt_often();
	outcome = registers_follow_transaction();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? SKIP : outcome;
}

static const struct test tests[] = {
	TEST(preempted_transaction_keeps_fp_registers),
};

int main(void)
{
	return end_tests(run_tests(tests, sizeof(tests) / sizeof(tests[0]),
				   transactions_lacking));
}
