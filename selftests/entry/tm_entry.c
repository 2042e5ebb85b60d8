// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's entry and exit code owes a program in a transaction.
 *
 * Only a system call made in Transactional state dooms the transaction, with
 * the persistent cause TM_CAUSE_SYSCALL, and is not performed
 * (Documentation/arch/powerpc/syscall64-abi.rst). Any other way into the kernel
 * suspends the transaction and leaves it as it was, or dooms it for a reason of
 * its own, and leaves nothing behind for the next system call.
 *
 * A kernel that takes every entry in Transactional state for a system call
 * fails most of these.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/platform/ppc.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "tx.h"

#define CR0_SO		0x10000000UL

/* A transaction of this length meets a timer tick at any usual HZ. */
#define SPIN_MS		30
#define ROUNDS		20

/* ---- Transactions -------------------------------------------------------- */

static unsigned long tx_spin(unsigned long ms)
{
	unsigned long ticks = ms * (__ppc_get_timebase_freq() / 1000);
	unsigned long result, now, end;

	asm volatile("	mftb	%[now]\n"
		     "	add	%[end], %[now], %[ticks]\n"
		     TX_BEGIN
		     "1: mftb	%[now]\n"
		     "	cmpld	%[now], %[end]\n"
		     "	blt	1b\n"
		     TX_END("%[result]")
		     : [result] "=&r" (result), [now] "=&r" (now), [end] "=&r" (end)
		     : [ticks] "r" (ticks)
		     : "cr0", "memory");
	return result;
}

static unsigned long tx_store(volatile char *p)
{
	unsigned long result, one = 1;

	asm volatile(TX_BEGIN
		     "	stb	%[one], 0(%[p])\n"
		     TX_END("%[result]")
		     : [result] "=&r" (result)
		     : [p] "b" (p), [one] "r" (one)
		     : "cr0", "memory");
	return result;
}

/* A system call as the hardware sees it, without the C library's view of errors. */
struct raw_result {
	unsigned long r3;
	bool so;
};

static struct raw_result raw_syscall(unsigned long nr, unsigned long arg)
{
	register unsigned long r0 asm("r0") = nr;
	register unsigned long r3 asm("r3") = arg;
	unsigned long cr;

	asm volatile("sc\n"
		     "mfcr	%[cr]\n"
		     : "+r" (r0), "+r" (r3), [cr] "=&r" (cr)
		     :: "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12",
			"cr0", "ctr", "xer", "memory");
	return (struct raw_result){ .r3 = r3, .so = cr & CR0_SO };
}

/* A system call of three arguments in an active transaction. */
static unsigned long tx_syscall(unsigned long nr, unsigned long a, unsigned long b,
				unsigned long c)
{
	register unsigned long r0 asm("r0") = nr;
	register unsigned long r3 asm("r3") = a;
	register unsigned long r4 asm("r4") = b;
	register unsigned long r5 asm("r5") = c;

	asm volatile(TX_BEGIN
		     "	sc\n"
		     TX_END("3")
		     : "+r" (r0), "+r" (r3), "+r" (r4), "+r" (r5)
		     :: "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cr0", "ctr",
			"xer", "memory");
	return r3;
}

/*
 * A system call in Suspended state. What it returned is stored in Suspended
 * state, so that it is there whether or not the transaction commits.
 */
static unsigned long tx_suspended_syscall(unsigned long nr, unsigned long arg,
					  unsigned long *ret)
{
	register unsigned long r0 asm("r0") = nr;
	register unsigned long r3 asm("r3") = arg;
	register unsigned long *r14 asm("r14") = ret;

	asm volatile(TX_BEGIN
		     TSUSPEND
		     "	sc\n"
		     "	std	3, 0(14)\n"
		     TRESUME
		     TX_END("3")
		     : "+r" (r0), "+r" (r3)
		     : "r" (r14)
		     : "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12",
		       "cr0", "ctr", "xer", "memory");
	return r3;
}

/* ---- Tests --------------------------------------------------------------- */

/* The tick suspends the transaction; it is no system call. */
static enum outcome tick_is_no_syscall(void)
{
	unsigned int commits = 0;

	for (int i = 0; i < ROUNDS; i++) {
		unsigned long end = tx_spin(SPIN_MS);

		EXPECT(!failed_by_syscall(end), "TEXASR %#lx in round %d", end, i);
		commits += end == COMMITTED;
	}
	diag("%u of %u transactions of %u ms committed", commits, ROUNDS, SPIN_MS);
	return PASS;
}

/* A transaction's first touch of a page is no system call either. */
static enum outcome page_fault_is_no_syscall(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	unsigned int commits = 0;
	char *area;

	area = mmap(NULL, ROUNDS * page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(area != MAP_FAILED, "mmap: %s", strerror(errno));

	for (int i = 0; i < ROUNDS; i++) {
		unsigned long end = tx_store(area + i * page);

		EXPECT(!failed_by_syscall(end), "TEXASR %#lx in round %d", end, i);
		commits += end == COMMITTED;
	}
	diag("%u of %u transactions with a page fault committed", commits, ROUNDS);
	munmap(area, ROUNDS * page);
	return PASS;
}

/* The system call that follows returns its result in r3, not its argument. */
static enum outcome next_syscall_returns_result(void)
{
	const unsigned long arg = 0x5a5a5a5a;
	unsigned long pid = getpid();

	for (int i = 0; i < ROUNDS; i++) {
		struct raw_result res;

		tx_spin(SPIN_MS);
		res = raw_syscall(__NR_getpid, arg);
		EXPECT(res.r3 == pid && !res.so, "r3 %#lx, SO %d in round %d",
		       res.r3, res.so, i);
	}
	return PASS;
}

/* And an error positive, with CR0[SO] set. */
static enum outcome next_syscall_returns_error(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct raw_result res;

		tx_spin(SPIN_MS);
		res = raw_syscall(__NR_close, -1UL);
		EXPECT(res.r3 == EBADF && res.so, "r3 %#lx, SO %d in round %d",
		       res.r3, res.so, i);
	}
	return PASS;
}

/* Make the system call in transactions until one fails for its sake. */
static enum outcome doom_by_syscall(unsigned long nr, unsigned long a,
				    unsigned long b, unsigned long c)
{
	for (int i = 0; i < TRIES; i++) {
		unsigned long end = tx_syscall(nr, a, b, c);

		EXPECT(end != COMMITTED, "a transaction with a system call committed");
		if (failure_cause(end) == SYSCALL_CAUSE)
			return PASS;
	}
	diag("no transaction in %d failed with cause %#x", TRIES, SYSCALL_CAUSE);
	return FAIL;
}

static enum outcome active_syscall_fails_transaction(void)
{
	return doom_by_syscall(__NR_getpid, 0, 0, 0);
}

static enum outcome active_syscall_is_not_performed(void)
{
	int fds[2], queued = -1;
	enum outcome outcome;

	EXPECT(!pipe(fds), "pipe: %s", strerror(errno));
	outcome = doom_by_syscall(__NR_write, fds[1], (unsigned long)"x", 1);
	ioctl(fds[0], FIONREAD, &queued);
	close(fds[0]);
	close(fds[1]);
	EXPECT(queued == 0, "%d bytes were written", queued);
	return outcome;
}

/* Not performed means that nobody is asked about it, either. */
static enum outcome active_syscall_is_not_filtered(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = 4, .filter = insns };
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	EXPECT(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
			_exit(KSFT_SKIP);
		status = doom_by_syscall(__NR_getppid, 0, 0, 0);
		fflush(stdout);
		_exit(status == PASS ? KSFT_PASS : KSFT_FAIL);
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_SKIP)
		return SKIP;
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == KSFT_PASS,
	       "the child ended with status %#x", status);
	return PASS;
}

/* Nothing of the system call that was not performed shows in the next one. */
static enum outcome active_syscall_leaves_nothing_behind(void)
{
	unsigned long pid = getpid();
	struct raw_result res;

	if (doom_by_syscall(__NR_getpid, 0, 0, 0) != PASS)
		return FAIL;
	res = raw_syscall(__NR_getpid, 0x5a5a5a5a);
	EXPECT(res.r3 == pid && !res.so, "r3 %#lx, SO %d", res.r3, res.so);
	return PASS;
}

static enum outcome suspended_syscall_is_performed(void)
{
	unsigned int commits = 0, performed = 0;
	unsigned long pid = getpid();

	for (int i = 0; i < TRIES; i++) {
		unsigned long ret = 0;
		unsigned long end = tx_suspended_syscall(__NR_getpid, 0x5a5a5a5a, &ret);

		EXPECT(!failed_by_syscall(end), "TEXASR %#lx in try %d", end, i);
		EXPECT(end != COMMITTED || ret == pid, "committed, but returned %#lx", ret);
		EXPECT(ret == 0 || ret == pid, "returned %#lx", ret);
		commits += end == COMMITTED;
		performed += ret == pid;
	}
	diag("%u of %u transactions committed, %u system calls performed",
	     commits, TRIES, performed);
	EXPECT(performed > 0, "no transaction came as far as its system call");
	return PASS;
}

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* A signal ends the transaction with a cause of its own. */
static enum outcome signal_is_no_syscall(void)
{
	struct sigaction act = { .sa_handler = count_signal };
	struct itimerval timer = { .it_value.tv_usec = SPIN_MS * 1000 / 2 };
	unsigned int by_signal = 0;

	sigaction(SIGALRM, &act, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		unsigned long end;

		signals = 0;
		setitimer(ITIMER_REAL, &timer, NULL);
		end = tx_spin(2 * SPIN_MS);
		EXPECT(!failed_by_syscall(end), "TEXASR %#lx in round %d", end, i);
		while (!signals)
			;
		by_signal += failure_cause(end) == TM_CAUSE_SIGNAL;
	}
	diag("%u of %u transactions failed by the signal", by_signal, ROUNDS);
	return PASS;
}

static const struct test tests[] = {
	TEST(tick_is_no_syscall),
	TEST(page_fault_is_no_syscall),
	TEST(next_syscall_returns_result),
	TEST(next_syscall_returns_error),
	TEST(active_syscall_fails_transaction),
	TEST(active_syscall_is_not_performed),
	TEST(active_syscall_is_not_filtered),
	TEST(active_syscall_leaves_nothing_behind),
	TEST(suspended_syscall_is_performed),
	TEST(signal_is_no_syscall),
};

int main(void)
{
	return end_tests(run_tests(tests, sizeof(tests) / sizeof(tests[0]),
				   transactions_lacking));
}
