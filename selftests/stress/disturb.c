// SPDX-License-Identifier: GPL-2.0-only
/*
 * disturb: in a host, does to a running QEMU what a busy host does to it: its
 * memory is swapped out and merged, its vcpus are stopped, kicked and moved,
 * CPUs go away under them. Ends when QEMU does, and passes if each kind of
 * disturbance took effect and the module could not be unloaded meanwhile.
 *
 *   disturb [SEED]
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "tap.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define KSM		"/sys/kernel/mm/ksm/"
#define CPU1_ONLINE	"/sys/devices/system/cpu/cpu1/online"
#define RECLAIMS	"/sys/kernel/debug/kvm/tm_emulated_treclaim"
#define MAX_THREADS	64

struct target {
	pid_t pid;
	int pidfd;
	struct iovec ram;
};

static bool module_was_unloaded;

static void nap_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000l };

	nanosleep(&t, NULL);
}

/* The number after a key at the start of a line; with an empty key, the first number. */
static unsigned long read_number(const char *path, const char *key)
{
	FILE *file = fopen(path, "r");
	unsigned long number = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, key, strlen(key))) {
			number = strtoul(line + strlen(key), NULL, 10);
			break;
		}
	}
	if (file)
		fclose(file);
	return number;
}

/* The process, though nobody may have waited for it. */
static bool has_ended(const struct target *t)
{
	struct pollfd end = { .fd = t->pidfd, .events = POLLIN };

	return t->pidfd < 0 || poll(&end, 1, 0) > 0;
}

static unsigned long swapped_kib(const struct target *t)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", t->pid);
	return read_number(path, "VmSwap:");
}

static unsigned int threads(const struct target *t, pid_t tids[MAX_THREADS])
{
	unsigned int count = 0;
	struct dirent *entry;
	char path[32];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", t->pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)) && count < MAX_THREADS) {
		if (entry->d_name[0] != '.')
			tids[count++] = atoi(entry->d_name);
	}
	if (folder)
		closedir(folder);
	return count;
}

/*
 * Guest memory goes to the swap file, page by page comes back when it is used. If
 * that is at once, there is nothing to be seen, and it is done again.
 */
static bool page_out(const struct target *t)
{
	for (unsigned int try = 0; try < 10; try++) {
		unsigned long before = swapped_kib(t);

		syscall(SYS_process_madvise, t->pidfd, &t->ram, 1, MADV_PAGEOUT, 0);
		if (swapped_kib(t) > before)
			return true;
	}
	return false;
}

/* More memory is wanted than there is: the kernel chooses what to swap out. */
static bool press(const struct target *t)
{
	unsigned long before = swapped_kib(t);
	size_t size = (read_number("/proc/meminfo", "MemAvailable:") + 65536) * 1024;
	char *hog = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t page = sysconf(_SC_PAGESIZE);

	if (hog == MAP_FAILED)
		return false;
	for (size_t at = 0; at < size; at += page)
		hog[at] = 1;
	munmap(hog, size);
	return swapped_kib(t) > before;
}

/* Pages that have been merged are torn apart again, and merging begins anew. */
static bool unmerge(const struct target *t)
{
	bool merged;

	/* ksmd has to see each page twice. */
	for (unsigned int i = 0; i < 200; i++) {
		merged = read_number(KSM "pages_sharing", "");
		if (merged || has_ended(t))
			break;
		nap_ms(50);
	}
	write_file(KSM "run", "2");
	write_file(KSM "run", "1");
	return merged;
}

static bool unplug(const struct target *t __attribute__((unused)))
{
	bool gone = write_file(CPU1_ONLINE, "0");

	nap_ms(100 + rand() % 400);
	return write_file(CPU1_ONLINE, "1") && gone;
}

static bool stop(const struct target *t)
{
	bool stopped = !kill(t->pid, SIGSTOP);

	nap_ms(50 + rand() % 200);
	kill(t->pid, SIGCONT);
	return stopped;
}

/* The signal that QEMU itself takes a vcpu out of KVM_RUN with. */
static bool kick(const struct target *t)
{
	pid_t tids[MAX_THREADS];
	unsigned int count = threads(t, tids), kicked = 0;

	for (unsigned int i = 0; count && i < 200; i++) {
		kicked += !syscall(SYS_tgkill, t->pid, tids[rand() % count], SIGUSR1);
		usleep(rand() % 1000);
	}
	return kicked;
}

/* Lets threads run on the CPUs of a mask only. */
static unsigned int confine(const pid_t *tids, unsigned int count, unsigned long mask)
{
	unsigned int done = 0;

	for (unsigned int i = 0; i < count; i++)
		done += syscall(SYS_sched_setaffinity, tids[i], sizeof(mask), &mask) == 0;
	return done;
}

static bool move(const struct target *t)
{
	pid_t tids[MAX_THREADS];
	unsigned int count = threads(t, tids);
	bool moved = false;

	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		moved |= confine(tids, count, 1ul << cpu) > 0;
		nap_ms(rand() % 200);
	}
	confine(tids, count, 3);
	return moved;
}

/* With a guest that has transactional memory the module cannot go. */
static bool unload(const struct target *t)
{
	if (syscall(SYS_delete_module, MODULE, O_NONBLOCK))
		return errno == EWOULDBLOCK;
	/* A QEMU that is about to end has closed its files before. */
	for (unsigned int i = 0; i < 100 && !has_ended(t); i++)
		nap_ms(50);
	module_was_unloaded |= !has_ended(t);
	return false;
}

static struct disturbance {
	const char *what;
	bool (*act)(const struct target *t);
	unsigned int effects, tries;
} disturbances[] = {
	{ .what = "guest memory swapped out", .act = page_out },
	{ .what = "swapping under memory pressure", .act = press },
	{ .what = "merged pages (KSM) torn apart", .act = unmerge },
	{ .what = "CPU taken away and given back", .act = unplug },
	{ .what = "QEMU stopped and continued", .act = stop },
	{ .what = "threads kicked 200 times", .act = kick },
	{ .what = "threads moved from CPU to CPU", .act = move },
	{ .what = "module not unloaded", .act = unload },
};
#define DISTURBANCES (sizeof(disturbances) / sizeof(disturbances[0]))

static pid_t find_qemu(void)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	pid_t found = 0;

	while (!found && (entry = readdir(proc))) {
		char path[300], name[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = atoi(entry->d_name) > 0 ? fopen(path, "r") : NULL;
		if (file && fgets(name, sizeof(name), file) && !strncmp(name, "qemu-system", 11))
			found = atoi(entry->d_name);
		if (file)
			fclose(file);
	}
	closedir(proc);
	return found;
}

/* The guest's memory: QEMU has no larger mapping that it can write. */
static struct iovec find_ram(pid_t pid)
{
	struct iovec ram = {};
	char path[32], line[512], rights[5];
	unsigned long from, to;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 &&
		    rights[1] == 'w' && to - from > ram.iov_len)
			ram = (struct iovec){ (void *)from, to - from };
	}
	if (file)
		fclose(file);
	return ram;
}

/* As soon as its programs use transactions: a boot takes ages when it is disturbed. */
static struct target find_target(void)
{
	struct target t;

	while (!(t.pid = find_qemu()) || !read_number(RECLAIMS, ""))
		nap_ms(200);
	t.pidfd = syscall(SYS_pidfd_open, t.pid, 0);
	t.ram = find_ram(t.pid);
	return t;
}

/* Each disturbance once, in an order of its own. */
static void disturb_in_turn(const struct target *t)
{
	unsigned int order[DISTURBANCES] = {};

	for (unsigned int i = 0; i < DISTURBANCES; i++) {
		unsigned int other = rand() % (i + 1);

		order[i] = order[other];
		order[other] = i;
	}
	for (unsigned int i = 0; i < DISTURBANCES && !has_ended(t); i++) {
		struct disturbance *d = &disturbances[order[i]];

		d->tries++;
		d->effects += d->act(t);
		nap_ms(rand() % 300);
	}
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	struct target t = find_target();

	srand(seed);
	write_file(KSM "pages_to_scan", "2000");
	write_file(KSM "sleep_millisecs", "50");
	write_file(KSM "run", "1");
	while (!has_ended(&t))
		disturb_in_turn(&t);
	printf("# disturb: seed %u\n", seed);
	tap_plan(DISTURBANCES + 1);
	for (unsigned int i = 0; i < DISTURBANCES; i++)
		tap_result(disturbances[i].effects, "%s: %u times of %u", disturbances[i].what,
			   disturbances[i].effects, disturbances[i].tries);
	tap_result(!module_was_unloaded, "the module outlived its guest");
	return tap_finish();
}
