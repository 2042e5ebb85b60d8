// SPDX-License-Identifier: GPL-2.0-only
/*
 * killed: VMMs that die while their guests are in transactions. Each is killed
 * at a random moment, or becomes another program, or loses a vcpu's thread in
 * KVM_RUN before; then nothing of it may be left: no reference on the module, no
 * transaction on a CPU, no memory.
 *
 *   killed [KILLS [SEED]]
 *
 * Needs root and kvm_pr_tm loaded; it is unloaded in the end. In a kernel with
 * kmemleak that is asked, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "tap.h"

#define STATS		"/sys/kernel/debug/kvm_pr_tm/stats"
#define KMEMLEAK	"/sys/kernel/debug/kmemleak"
#define EXECUTED	"executed"
#define VM_TYPE_PR	2
#define VCPUS		2
#define MEMORY		0x10000
#define BASE		0x30000000
#define OWN(vcpu)	(MEMORY / 4 * ((vcpu) + 1))
#define RUNS		128
/* 64-bit, little-endian, TM, FP, VEC, VSX, problem state, real mode, no interrupts */
#define GUEST_MSR	0x8000000102807003ull

/*
 * The guest's programs. r4 is the vcpu's own part of the memory, where it first
 * says that it runs. Copied to BASE, so only branches.
 */
asm(	"	.machine push\n"
	"	.machine power8\n"
	"	.section .rodata\n"
	"	.balign	8\n"
	"guest_transactional:\n"
	"	std	4, 128(4)\n"
	"1:	tbegin.\n"
	"	beq	1b\n"
	"2:	addi	3, 3, 1\n"
	"	std	3, 0(4)\n"
	"	b	2b\n"
	"guest_suspended:\n"
	"	std	4, 128(4)\n"
	"1:	tbegin.\n"
	"	beq	1b\n"
	"	std	3, 0(4)\n"
	"	tsuspend.\n"
	"2:	addi	3, 3, 1\n"
	"	b	2b\n"
	"guest_changing:\n"
	"	std	4, 128(4)\n"
	"1:	tbegin.\n"
	"	beq	1b\n"
	"	std	3, 0(4)\n"
	"	li	5, 300\n"
	"	mtctr	5\n"
	"2:	bdnz	2b\n"
	"	tsuspend.\n"
	"	addi	3, 3, 1\n"
	"	std	3, 256(4)\n"
	"	mtctr	5\n"
	"3:	bdnz	3b\n"
	"	tresume.\n"
	"	tend.\n"
	"	b	1b\n"
	"guest_end:\n"
	"	.previous\n"
	"	.machine pop\n");
extern const char guest_transactional[], guest_suspended[], guest_changing[], guest_end[];

static const struct {
	const char *name, *code;
} programs[] = {
	{ "in Transactional state", guest_transactional },
	{ "in Suspended state", guest_suspended },
	{ "between all states", guest_changing },
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int create_vcpu(int vm, unsigned int id, const char *code)
{
	struct kvm_regs regs = {
		.pc = BASE + (code - guest_transactional),
		.msr = GUEST_MSR,
		.gpr = { [4] = BASE + OWN(id) },
	};
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, id);

	if (vcpu < 0 || ioctl(vcpu, KVM_SET_REGS, &regs))
		die("# vcpu");
	return vcpu;
}

/* The memory is shared with the process that will kill us. */
static void create_vm(int vcpus[VCPUS], const char *code, char *memory)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, VM_TYPE_PR);
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = BASE,
		.memory_size = MEMORY,
		.userspace_addr = (uintptr_t)memory,
	};
	unsigned int i;

	if (vm < 0)
		die("# vm");
	memcpy(memory, guest_transactional, guest_end - guest_transactional);
	__builtin___clear_cache(memory, memory + MEMORY);
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("# memory");
	for (i = 0; i < VCPUS; i++)
		vcpus[i] = create_vcpu(vm, i, code);
}

static void *run_vcpu(void *vcpu)
{
	for (;;)
		if (ioctl(*(int *)vcpu, KVM_RUN, 0) && errno != EINTR)
			die("# KVM_RUN");
	return NULL;
}

static void end_thread(int signal __attribute__((unused)))
{
	syscall(SYS_exit, 0);
}

/* Until each vcpu has begun. Nothing says that it is in a transaction: that is up to chance. */
static void wait_for_guest(const volatile char *memory)
{
	unsigned int i, vcpu;

	for (i = 0; i < 2000; i++) {
		for (vcpu = 0; vcpu < VCPUS; vcpu++)
			if (!*(const volatile uint64_t *)(memory + OWN(vcpu) + RUNS))
				break;
		if (vcpu == VCPUS)
			return;
		usleep(10000);
	}
}

/*
 * Runs until it is killed, or until it executes another program. A vcpu's thread
 * may die before, and another take over.
 */
static void __attribute__((noreturn)) vmm(const char *code, char *memory,
					  unsigned int thread_lives_us, unsigned int exec_us)
{
	struct sigaction action = { .sa_handler = end_thread };
	pthread_t threads[VCPUS];
	int vcpus[VCPUS];
	unsigned int i;

	sigaction(SIGUSR1, &action, NULL);
	create_vm(vcpus, code, memory);
	for (i = 0; i < VCPUS; i++)
		pthread_create(&threads[i], NULL, run_vcpu, &vcpus[i]);
	if (thread_lives_us) {
		usleep(thread_lives_us);
		pthread_kill(threads[0], SIGUSR1);
		pthread_join(threads[0], NULL);
		pthread_create(&threads[0], NULL, run_vcpu, &vcpus[0]);
	}
	if (exec_us) {
		wait_for_guest(memory);
		usleep(exec_us);
		execl("/proc/self/exe", "killed", EXECUTED, NULL);
		die("# exec");
	}
	for (;;)
		pause();
}

/* What was executed instead: in Non-transactional state, as any new program. */
static int executed(void)
{
	unsigned long cr;

	asm volatile(".machine push; .machine power8; tcheck 0; .machine pop; mfcr %0"
		     : "=r" (cr) : : "cr0");
	return cr >> 28 & 6 ? 2 : 0;
}

/* A number of a file of lines "NAME NUMBER". */
static unsigned long number(const char *file, const char *name)
{
	FILE *stream = fopen(file, "r");
	unsigned long value = 0, found;
	char line[128], key[64];

	while (stream && fgets(line, sizeof(line), stream))
		if (sscanf(line, "%63s %lu", key, &found) == 2 && !strcmp(key, name))
			value = found;
	if (stream)
		fclose(stream);
	return value;
}

/* A VM goes with the last of its files, a moment after its process. */
static bool is_released(void)
{
	int i;

	for (i = 0; i < 3000 && references() > 0; i++)
		usleep(20000);
	return references() == 0;
}

static bool is_leaking(void)
{
	int fd = open(KMEMLEAK, O_WRONLY);
	char text[4096];
	ssize_t size;
	int scan;

	if (fd < 0)
		return false;
	/* What was freed a moment ago is found by a second scan not to leak. */
	for (scan = 0; scan < 2; scan++) {
		sleep(5);
		if (write(fd, "scan", 4) != 4)
			return true;
	}
	close(fd);
	fd = open(KMEMLEAK, O_RDONLY);
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size > 0)
		printf("# %.*s\n", (int)size, text);
	return size > 0;
}

int main(int argc, char **argv)
{
	unsigned int kills = argc > 1 ? strtoul(argv[1], NULL, 0) : 60;
	unsigned int seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	unsigned int hit[PROGRAMS] = {}, killed[PROGRAMS] = {}, executions = 0, i;
	bool released = true, clean = true;

	if (argc > 1 && !strcmp(argv[1], EXECUTED))
		return executed();
	srand(seed);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# killed: %u kills, seed %u\n", kills, seed);
	tap_plan(PROGRAMS + 5);
	tap_result(references() == 0, "the module is loaded and not used");
	for (i = 0; i < kills && released; i++) {
		unsigned int program = rand() % PROGRAMS;
		unsigned int delay_us = rand() % 60000;
		/* One in four while it is being set up. */
		bool early = rand() % 4 == 0;
		unsigned int thread_lives_us = rand() % 3 ? 0 : 1 + rand() % 60000;
		unsigned long saves = number(STATS, "tm_saves");
		bool exec = rand() % 4 == 0;
		char *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		pid_t pid = memory == MAP_FAILED ? -1 : fork();
		int status;

		if (pid < 0)
			die("# fork");
		if (!pid)
			vmm(programs[program].code, memory, thread_lives_us,
			    exec ? 1 + delay_us : 0);
		if (!exec) {
			if (!early)
				wait_for_guest(memory);
			usleep(delay_us);
			kill(pid, SIGKILL);
		}
		waitpid(pid, &status, 0);
		munmap(memory, MEMORY);
		clean &= exec ? status == 0 : WIFSIGNALED(status);
		executions += exec;
		released = is_released();
		killed[program]++;
		/* When it died, or when it was scheduled out before. */
		hit[program] += number(STATS, "tm_saves") > saves;
	}
	for (i = 0; i < PROGRAMS; i++)
		tap_result(hit[i] > 0, "guests %s: %u of %u had a transaction taken off a CPU",
			   programs[i].name, hit[i], killed[i]);
	tap_result(executions && clean, "%u of them executed a program, which began without a transaction",
		   executions);
	tap_result(released, "no VM is left: %d", references());
	tap_result(!syscall(SYS_delete_module, MODULE, O_NONBLOCK), "the module can be unloaded");
	tap_result(!is_leaking(), "no memory is left%s",
		   access(KMEMLEAK, F_OK) ? " (no kmemleak in this kernel)" : "");
	return tap_finish();
}
