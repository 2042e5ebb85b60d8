// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <asm/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "fuzz.h"

u64 fuzz_mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

u64 fuzz_next(struct fuzz_random *r)
{
	r->state += 0x9e3779b97f4a7c15;
	return fuzz_mix(r->state);
}

u64 fuzz_some_seed(void)
{
	return fuzz_mix(time(NULL) ^ (u64)getpid() << 32);
}

static int kmsg = -1;

void fuzz_watch_log(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	TEST_ASSERT(kmsg >= 0, "/dev/kmsg: errno %d", errno);
	lseek(kmsg, 0, SEEK_END);
}

static bool log_complains(void)
{
	static const char * const words[] = { "WARNING", "BUG", "Oops", "Bad Thing", "Call Trace",
					      "lockup", "stall" };
	char record[8192];
	bool found = false;
	ssize_t n;
	int i;

	/* A record at a time; EPIPE if some were lost. */
	while ((n = read(kmsg, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[n > 0 ? n : 0] = 0;
		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (strstr(record, words[i]))
				found = true;
		errno = 0;
	}
	return found;
}

bool fuzz_fails(void (*child)(void), const volatile u64 *progress, int seconds)
{
	time_t deadline = time(NULL) + seconds;
	u64 last = *progress;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	TEST_ASSERT(pid >= 0, "fork: errno %d", errno);
	if (!pid) {
		child();
		fflush(stdout);
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		usleep(10000);
		if (*progress != last) {
			last = *progress;
			deadline = time(NULL) + seconds;
		} else if (time(NULL) > deadline) {
			printf("# it hangs\n");
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return true;
		}
	}
	if (status && status != FUZZ_FOUND << 8)
		printf("# it ends with status 0x%x\n", status);
	return status || log_complains();
}

/* Says where: a vCPU's state may have got into the thread. */
static void crash(int signal, siginfo_t *info, void *context)
{
	struct pt_regs *regs = ((ucontext_t *)context)->uc_mcontext.regs;
	int i;

	fprintf(stderr, "# signal %d, code %d, address %p, nip 0x%lx, lr 0x%lx, msr 0x%lx\n",
		signal, info->si_code, info->si_addr, regs->nip, regs->link, regs->msr);
	for (i = 0; i < 32; i++)
		fprintf(stderr, "# r%-2d %016lx\n", i, regs->gpr[i]);
	_exit(FUZZ_FOUND);
}

void fuzz_catch_crashes(void)
{
	struct sigaction action = { .sa_sigaction = crash, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* Leaves out ever smaller parts, as long as the rest fails. */
int fuzz_shrink(bool *skip, int n, bool (*fails)(void), int seconds)
{
	time_t deadline = time(NULL) + seconds;
	bool *saved = malloc(n);
	int part, i, left = 0;

	for (part = (n + 1) / 2; part >= 1; part = part == 1 ? 0 : (part + 1) / 2) {
		for (i = 0; i < n && time(NULL) < deadline; i += part) {
			int end = i + part < n ? i + part : n;

			memcpy(saved, skip, n);
			memset(skip + i, true, end - i);
			if (memcmp(saved, skip, n) && !fails())
				memcpy(skip, saved, n);
		}
	}
	free(saved);
	for (i = 0; i < n; i++)
		left += !skip[i];
	return left;
}

void fuzz_print_list(const bool *skip, int n)
{
	const char *separator = "";
	int i;

	for (i = 0; i < n; i++) {
		if (skip[i])
			continue;
		printf("%s%d", separator, i);
		separator = ",";
	}
	printf("\n");
}

void fuzz_parse_list(const char *list, bool *skip, int n)
{
	char *end;

	memset(skip, true, n);
	do {
		unsigned long number = strtoul(list, &end, 10);

		TEST_ASSERT(end != list && number < n, "No list: %s", list);
		skip[number] = false;
		list = end + 1;
	} while (*end == ',');
}
