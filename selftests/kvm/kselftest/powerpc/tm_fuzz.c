// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sequences of the KVM calls that touch transactional memory.
 *
 * A sequence is a number of operations; each follows from the sequence's seed
 * and its own number alone, so that any part of a sequence can be run again. A
 * sequence runs in a child process with a VM of its own, and has failed if
 *
 *  - the child crashes, hangs, or sees a call fail that should not,
 *  - a register that nobody else writes is not read back,
 *  - a vCPU has a MSR[TS] that does not exist,
 *  - a register of the calling thread has changed,
 *  - the host's log has a complaint.
 *
 * A failing sequence is shrunk: operations are left out as long as it fails.
 */
#include <fcntl.h>
#include <getopt.h>
#include <asm/ptrace.h>
#include <linux/sizes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "hcall.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

#define MAX_OPS		20000
#define MAX_THREADS	2
#define MAX_VCPUS	2
#define SOUP_LENGTH	512
#define RUN_NS		500000	/* at most, for a KVM_RUN */
#define RUN_AGAIN_NS	20000000	/* if that was over before it began */
#define NO_MEMORY	SZ_4G	/* an address, both virtual and real */
#define NO_SEGMENT	(1UL << 45)
#define CHILD_S		120	/* at most, for a sequence */

static struct options {
	u64 seed;
	int sequences;
	int ops;
	int vcpus;
	int threads;
	int planted;		/* see op_fails_on_purpose() */
	bool list;
	bool ignore;
	const char *only;
} options = { .sequences = 10, .ops = 1000, .vcpus = 2, .threads = 2, .planted = -1 };

/* Shared with the child. */
static struct shared {
	u64 ioctls;
	u64 runs;
	u64 exits[64];		/* of KVM_RUN, by reason */
	bool skip[MAX_OPS];
	bool planted_first;
} *shared;

/* In the guest: what it executes, and where it may store. */
static u32 soup[SOUP_LENGTH] __attribute__((aligned(65536)));
static u64 scratch[64] __attribute__((aligned(128)));

static u64 mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* A stream of random numbers for one operation. */
struct random {
	u64 state;
};

static u64 next(struct random *r)
{
	r->state += 0x9e3779b97f4a7c15;
	return mix(r->state);
}

static u64 below(struct random *r, u64 n)
{
	return next(r) % n;
}

/*
 * The guest.
 */

/*
 * Interrupts: go on behind the instruction, or at the start of the soup; or where
 * that was, but in privileged state, with whatever transaction there is, and without EE.
 */
asm(
"	.machine power8\n"
"	.macro	SKIP vector\n"
"	.org	fuzz_vectors + \\vector\n"
"	mtspr	272, 3\n"
"	mfspr	3, 26\n"
"	addi	3, 3, 4\n"
"	mtspr	26, 3\n"
"	mfspr	3, 272\n"
"	rfid\n"
"	.endm\n"
"	.macro	RESTART vector\n"
"	.org	fuzz_vectors + \\vector\n"
"	mtspr	272, 3\n"
"	lis	3, soup@h\n"
"	ori	3, 3, soup@l\n"
"	mtspr	26, 3\n"
"	mfspr	3, 272\n"
"	rfid\n"
"	.endm\n"
"	.macro	PRIVILEGED vector, skip\n"
"	.org	fuzz_vectors + \\vector\n"
"	mtspr	272, 3\n"
"	mfspr	3, 26\n"
"	addi	3, 3, \\skip\n"
"	mtspr	26, 3\n"
"	mfspr	3, 27\n"
"	ori	3, 3, 0xc000\n"	/* EE and PR */
"	xori	3, 3, 0xc000\n"
"	mtspr	27, 3\n"
"	mfspr	3, 272\n"
"	rfid\n"
"	.endm\n"
"	.pushsection .rodata\n"
"	.balign	8\n"
"fuzz_vectors:\n"
"	SKIP	0x300\n"
"	PRIVILEGED 0x380, 4\n"
"	RESTART	0x400\n"
"	RESTART	0x480\n"
"	PRIVILEGED 0x500, 0\n"
"	SKIP	0x600\n"
"	SKIP	0x700\n"
"	SKIP	0x800\n"
"	PRIVILEGED 0x900, 0\n"
"	.org	fuzz_vectors + 0xc00\n"
"	.long	0x7c000268\n"	/* FAKE_SC1 */
"	rfid\n"
"	RESTART	0xd00\n"
"	SKIP	0xe40\n"
"	SKIP	0xf20\n"
"	SKIP	0xf40\n"
"	SKIP	0xf60\n"
"	.org	fuzz_vectors + 0x1000\n"
"	.popsection\n");
extern const char fuzz_vectors[0x1000];

/*
 * Bits of these are random, too. r20 points to scratch, r21 to what is no memory,
 * r22 to where there is no segment; r0 to r19 are whatever there is.
 */
static const struct {
	u32 instruction, random;
} with_operands[] = {
	{ 0x7c00071d, 0x000f0000 },	/* tabort. */
	{ 0x7c00061d, 0x03ef7800 },	/* tabortwc. */
	{ 0x7c00065d, 0x03ef7800 },	/* tabortdc. */
	{ 0x7c00069d, 0x03eff800 },	/* tabortwci. */
	{ 0x7c0006dd, 0x03eff800 },	/* tabortdci. */
	{ 0x7c00059c, 0x03800000 },	/* tcheck */
	{ 0x7c00075d, 0x000f0000 },	/* treclaim. */
	{ 0x7c000000, 0x03ffffff },	/* whatever has primary opcode 31 */
	{ 0x90150000, 0x01e000fc },	/* stw rS, n(r21) */
	{ 0x80150000, 0x01e000fc },	/* lwz rT, n(r21) */
	{ 0x80160000, 0x01e000fc },	/* lwz rT, n(r22) */
};

static const u32 instructions[] = {
	0x7c00051d,		/* tbegin. */
	0x7c00051d,
	0x7c20051d,		/* tbegin. of a rollback-only transaction */
	0x7c00055d,		/* tend. */
	0x7e00055d,		/* tendall. */
	0x7c0005dd,		/* tsuspend. */
	0x7c2005dd,		/* tresume. */
	0x7c00059c,		/* tcheck cr0 */
	0x7c00071d,		/* tabort. r0 */
	0x7c00061d,		/* tabortwc. 0, r0, r0 */
	0x7c00065d,		/* tabortdc. 0, r0, r0 */
	0x7c00075d,		/* treclaim. r0 */
	0x7c0007dd,		/* trechkpt. */
	0x4c000024,		/* rfid */
	0x44000002,		/* sc */
	0x60000000,		/* nop */
	0x7c0004ac,		/* sync */
};

/* rS or rT of these is any register. */
static const u32 with_register[] = {
	0x7c000164,		/* mtmsrd */
	0x7c000124,		/* mtmsr */
	0x7c0000a6,		/* mfmsr */
	0x7c0023a6, 0x7c0022a6,	/* TFHAR */
	0x7c0123a6, 0x7c0122a6,	/* TFIAR */
	0x7c0223a6, 0x7c0222a6,	/* TEXASR */
	0x7c0323a6, 0x7c0322a6,	/* TEXASRU */
	0x7c0fcba6, 0x7c0fcaa6,	/* TAR */
	0x7c0303a6, 0x7c0302a6,	/* DSCR, of problem state */
	0x7c1103a6, 0x7c1102a6,	/* DSCR */
	0x7c0d03a6, 0x7c0d02a6,	/* AMR, of problem state */
	0x7c1d03a6, 0x7c1d02a6,	/* AMR */
	0x7c1d23a6, 0x7c1d22a6,	/* UAMOR */
	0x7c0043a6, 0x7c0042a6,	/* VRSAVE */
	0x7c00e3a6, 0x7c00e2a6,	/* PPR */
	0x7c1b03a6,		/* SRR1 */
	0x7c1923a6,		/* FSCR */
	0xf8140000,		/* std rS, 0(r20) */
	0xe8140008,		/* ld rT, 8(r20) */
	0x38000001,		/* li rT, 1 */
};

static void cook(u32 *where, u64 seed)
{
	struct random r = { seed };
	int i, choice;

	for (i = 0; i < SOUP_LENGTH - 1; i++) {
		switch (below(&r, 8)) {
		case 0:
			choice = below(&r, ARRAY_SIZE(with_operands));
			where[i] = with_operands[choice].instruction |
				   (with_operands[choice].random & next(&r));
			break;
		case 1 ... 4:
			where[i] = instructions[below(&r, ARRAY_SIZE(instructions))];
			break;
		default:
			where[i] = with_register[below(&r, ARRAY_SIZE(with_register))] |
				   below(&r, 20) << 21;
		}
	}
	where[i] = 0x48000000 | (-i * 4 & 0x03fffffc);	/* b, to the start */
}

/*
 * Values
 */

static u64 some_msr(struct random *r)
{
	u64 msr = MSR_DEFAULT;

	/* With MSR[POW], KVM_SET_REGS waits for an interrupt of the guest. */
	if (below(r, 16) == 0)
		return next(r) & ~MSR_POW;
	msr |= below(r, 4) << MSR_TS_LG;
	msr |= below(r, 4) ? MSR_TM : 0;
	msr |= below(r, 3) ? MSR_PR : 0;
	msr |= below(r, 3) ? 0 : MSR_EE;
	msr &= below(r, 4) ? ~0UL : ~(u64)(MSR_FP | MSR_VEC | MSR_VSX);
	msr &= below(r, 8) ? ~0UL : ~(u64)(MSR_IR | MSR_DR);
	return msr;
}

static u64 some_value(struct random *r)
{
	switch (below(r, 8)) {
	case 0:
		return 0;
	case 1:
		return ~0UL;
	case 2:
		return 1UL << below(r, 64);
	case 3:
		return some_msr(r);
	case 4:
		return (u64)soup + below(r, SOUP_LENGTH) * 4;
	case 5:
		return TEXASR_FS | next(r);
	case 6:
		return 0xc000000000000000 | next(r);
	default:
		return next(r);
	}
}

static u64 some_pc(struct random *r)
{
	return below(r, 16) ? (u64)soup + below(r, SOUP_LENGTH) * 4 : some_value(r);
}

/*
 * Operations
 */

struct thread {
	struct kvm_vm *vm;
	struct kvm_vcpu **vcpus;
	u64 seed;
	int number;
	timer_t timer;
};

#define CHECK(condition, format, ...)					\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "tm_fuzz: " format "\n", ##__VA_ARGS__); \
			_exit(3);					\
		}							\
	} while (0)

static int call(int fd, unsigned long request, void *argument)
{
	__atomic_fetch_add(&shared->ioctls, 1, __ATOMIC_RELAXED);
	return ioctl(fd, request, argument);
}

static void set_regs(struct kvm_vcpu *vcpu, struct kvm_regs *regs)
{
	if (options.list)
		printf("#       msr 0x%lx pc 0x%lx\n", (unsigned long)regs->msr,
		       (unsigned long)regs->pc);
	CHECK(!call(vcpu->fd, KVM_SET_REGS, regs), "KVM_SET_REGS: errno %d", errno);
}

static void op_set_regs(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	struct kvm_regs regs = { .pc = some_pc(r), .msr = some_msr(r) };
	int i;

	regs.cr = next(r);
	regs.ctr = some_value(r);
	regs.lr = some_pc(r);
	regs.xer = next(r);
	regs.srr0 = some_pc(r);
	regs.srr1 = some_msr(r);
	for (i = 0; i < 32; i++)
		regs.gpr[i] = below(r, 2) ? some_msr(r) : some_value(r);
	regs.gpr[20] = (u64)scratch;
	regs.gpr[21] = NO_MEMORY;
	regs.gpr[22] = NO_SEGMENT;
	set_regs(vcpu, &regs);
}

static void op_get_regs(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	struct kvm_regs regs;

	CHECK(!call(vcpu->fd, KVM_GET_REGS, &regs), "KVM_GET_REGS: errno %d", errno);
	CHECK((regs.msr & MSR_TS_MASK) != MSR_TS_MASK, "MSR 0x%lx", (unsigned long)regs.msr);
	CHECK((regs.msr & (MSR_TS_MASK | MSR_TM)) != MSR_TS_T, "MSR 0x%lx",
	      (unsigned long)regs.msr);
}

/* Only the MSR, so that what the guest did goes on in another state. */
static void op_change_msr(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	struct kvm_regs regs;

	CHECK(!call(vcpu->fd, KVM_GET_REGS, &regs), "KVM_GET_REGS: errno %d", errno);
	regs.msr = some_msr(r);
	set_regs(vcpu, &regs);
}

static void op_sregs(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	struct kvm_sregs sregs;
	int i;

	CHECK(!call(vcpu->fd, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS: errno %d", errno);
	/* The segments behind the first are of no use to the guest. */
	for (i = 1; i < 64; i++) {
		sregs.u.s.ppc64.slb[i].slbe = (next(r) & ~0xfffUL) | i;
		sregs.u.s.ppc64.slb[i].slbv = next(r);
	}
	if (below(r, 2))
		CHECK(!call(vcpu->fd, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS: errno %d", errno);
}

static __uint128_t limit(const struct tm_reg *reg, __uint128_t value)
{
	return reg->bits == 128 ? value : value & (((__uint128_t)1 << reg->bits) - 1);
}

static void access_reg(struct thread *t, struct kvm_vcpu *vcpu, struct random *r,
		       const struct tm_reg *reg, bool reads_back)
{
	__uint128_t value = (__uint128_t)some_value(r) << 64 | some_value(r), read = 0;
	struct kvm_one_reg set = { .id = reg->id, .addr = (u64)&value };
	struct kvm_one_reg get = { .id = reg->id, .addr = (u64)&read };
	bool write = below(r, 2);

	if (options.list)
		printf("#       %s %s 0x%016lx%016lx\n", write ? "set" : "get", reg->name,
		       (unsigned long)(value >> 64), (unsigned long)value);
	if (write)
		CHECK(!call(vcpu->fd, KVM_SET_ONE_REG, &set), "set %s: errno %d", reg->name, errno);
	CHECK(!call(vcpu->fd, KVM_GET_ONE_REG, &get), "get %s: errno %d", reg->name, errno);
	if (write && reads_back && options.threads == 1)
		CHECK(read == limit(reg, value), "%s is not read back", reg->name);
}

static void op_tm_reg(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	/* The three that rule more often. */
	int i = below(r, 3) ? below(r, NR_TM_REGS) : below(r, NR_TM_SPRS);

	access_reg(t, vcpu, r, &tm_regs[i], true);
}

static void op_all_tm_regs(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	int i;

	for (i = 0; i < NR_TM_REGS; i++)
		access_reg(t, vcpu, r, &tm_regs[i], true);
}

static void op_live_reg(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	access_reg(t, vcpu, r, &live_regs[below(r, NR_LIVE_REGS)], false);
}

/* Of memory protection keys, which live_regs does not have. */
static void op_keys(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	static const struct tm_reg keys[] = {
		{ .name = "AMR", .id = KVM_REG_PPC_AMR, .bits = 64 },
		{ .name = "UAMOR", .id = KVM_REG_PPC_UAMOR, .bits = 64 },
	};

	access_reg(t, vcpu, r, &keys[below(r, 2)], false);
}

static void op_unknown_reg(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	__uint128_t value[16] = {};
	struct kvm_one_reg reg = {
		.id = KVM_REG_PPC_TM | below(r, 10) << KVM_REG_SIZE_SHIFT |
		      (0x6b + below(r, 0x10000)),
		.addr = (u64)value,
	};

	CHECK(call(vcpu->fd, below(r, 2) ? KVM_GET_ONE_REG : KVM_SET_ONE_REG, &reg) &&
	      errno == EINVAL, "register 0x%lx is known", (unsigned long)reg.id);
}

static void op_interrupt(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	static const u32 kinds[] = { KVM_INTERRUPT_SET, KVM_INTERRUPT_UNSET,
				     KVM_INTERRUPT_SET_LEVEL };
	struct kvm_interrupt interrupt = { .irq = kinds[below(r, ARRAY_SIZE(kinds))] };

	CHECK(!call(vcpu->fd, KVM_INTERRUPT, &interrupt), "KVM_INTERRUPT: errno %d", errno);
}

static void op_debug(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	struct kvm_guest_debug debug = {};

	if (below(r, 3) == 0)
		debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
	call(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug);
}

static void op_soup(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	cook(addr_gva2hva(t->vm, (gva_t)soup), next(r));
}

static void op_run(struct thread *t, struct kvm_vcpu *vcpu, struct random *r)
{
	struct itimerspec some = { .it_interval.tv_nsec = RUN_AGAIN_NS,
				   .it_value.tv_nsec = 1 + below(r, RUN_NS) };
	struct itimerspec none = {};
	int result;

	WRITE_ONCE(vcpu->run->immediate_exit, below(r, 4) == 0);
	timer_settime(t->timer, 0, &some, NULL);
	result = call(vcpu->fd, KVM_RUN, NULL);
	CHECK(!result || errno == EINTR, "KVM_RUN: errno %d", errno);
	timer_settime(t->timer, 0, &none, NULL);
	__atomic_fetch_add(&shared->runs, 1, __ATOMIC_RELAXED);
	if (!result)
		__atomic_fetch_add(&shared->exits[vcpu->run->exit_reason % 64], 1,
				   __ATOMIC_RELAXED);
}

/* For a test of the shrinking: needs an operation before it as well. */
static void op_fails_on_purpose(int number)
{
	if (number == options.planted / 2)
		shared->planted_first = true;
	CHECK(number != options.planted || !shared->planted_first, "planted failure");
}

static const struct {
	const char *name;
	int weight;
	void (*function)(struct thread *t, struct kvm_vcpu *vcpu, struct random *r);
} ops[] = {
	{ "set_regs", 4, op_set_regs },
	{ "change_msr", 4, op_change_msr },
	{ "get_regs", 4, op_get_regs },
	{ "sregs", 1, op_sregs },
	{ "tm_reg", 8, op_tm_reg },
	{ "all_tm_regs", 1, op_all_tm_regs },
	{ "live_reg", 4, op_live_reg },
	{ "keys", 1, op_keys },
	{ "unknown_reg", 1, op_unknown_reg },
	{ "interrupt", 2, op_interrupt },
	{ "debug", 1, op_debug },
	{ "soup", 1, op_soup },
	{ "run", 10, op_run },
};

/*
 * The calling thread's registers, which a vCPU borrows.
 */
struct operation {
	struct thread *t;
	struct kvm_vcpu *vcpu;
	struct random *r;
	void (*function)(struct thread *t, struct kvm_vcpu *vcpu, struct random *r);
};

static void call_operation(void *data)
{
	struct operation *o = data;

	o->function(o->t, o->vcpu, o->r);
}

static void do_op(struct thread *t, int number)
{
	struct random r = { mix(t->seed + number) };
	struct kvm_vcpu *vcpu = t->vcpus[below(&r, options.vcpus)];
	struct operation operation;
	int total = 0, choice, i;
	const char *changed;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		total += ops[i].weight;
	choice = below(&r, total);
	for (i = 0; choice >= ops[i].weight; i++)
		choice -= ops[i].weight;
	if (options.list)
		printf("# %5d thread %d vcpu %u %s\n", number, t->number, vcpu->id, ops[i].name);
	operation = (struct operation){ t, vcpu, &r, ops[i].function };
	changed = tm_call_checked(call_operation, &operation);
	CHECK(!changed || options.ignore, "%s of the thread has changed by %s", changed, ops[i].name);
	op_fails_on_purpose(number);
}

static void nothing(int signal)
{
}

/* Says where: a vCPU's state may have got into the thread. */
static void crash(int signal, siginfo_t *info, void *context)
{
	struct pt_regs *regs = ((ucontext_t *)context)->uc_mcontext.regs;
	int i;

	fprintf(stderr, "tm_fuzz: signal %d, code %d, address %p, nip 0x%lx, lr 0x%lx, msr 0x%lx\n",
		signal, info->si_code, info->si_addr, regs->nip, regs->link, regs->msr);
	for (i = 0; i < 32; i++)
		fprintf(stderr, "r%-2d %016lx%c", i, regs->gpr[i], i % 4 == 3 ? '\n' : ' ');
	_exit(3);
}

static void *work(void *data)
{
	struct thread *t = data;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	int i;

	event._sigev_un._tid = syscall(SYS_gettid);
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &t->timer), "timer_create: errno %d", errno);
	for (i = t->number; i < options.ops; i += options.threads)
		if (!shared->skip[i])
			do_op(t, i);
	return NULL;
}

/* Never returns: the whole of a sequence. */
static void child(u64 seed)
{
	struct sigaction action = { .sa_handler = nothing };
	struct thread threads[MAX_THREADS];
	struct kvm_vcpu *vcpus[MAX_VCPUS];
	pthread_t ids[MAX_THREADS];
	struct kvm_vm *vm;
	int i;

	sigaction(SIGALRM, &action, NULL);
	action.sa_sigaction = crash;
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	vm = vm_create_with_vcpus(options.vcpus, soup, vcpus);
	virt_map(vm, NO_MEMORY, NO_MEMORY, 1);
	memcpy(addr_gpa2hva(vm, 0), fuzz_vectors, sizeof(fuzz_vectors));
	cook(addr_gva2hva(vm, (gva_t)soup), seed);
	shared->planted_first = false;
	for (i = 0; i < options.threads; i++) {
		threads[i] = (struct thread){ vm, vcpus, seed, i };
		CHECK(!pthread_create(&ids[i], NULL, work, &threads[i]), "pthread_create");
	}
	for (i = 0; i < options.threads; i++)
		pthread_join(ids[i], NULL);
	kvm_vm_free(vm);
	fflush(stdout);
	_exit(0);
}

/*
 * The parent
 */

static int kmsg = -1;

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

/* Every other sequence with tracepoints; what the module has counted. Not there: never mind. */
static void observe(u64 seed)
{
	static char text[4096];
	int fd = open("/sys/kernel/tracing/events/kvm_pr_tm/enable", O_WRONLY);

	if (fd >= 0) {
		TEST_ASSERT(write(fd, seed & 1 ? "1" : "0", 1) == 1, "Tracepoints: errno %d", errno);
		close(fd);
	}
	fd = open("/sys/kernel/debug/kvm_pr_tm/stats", O_RDONLY);
	if (fd >= 0) {
		TEST_ASSERT(read(fd, text, sizeof(text)) > 0, "Statistics: errno %d", errno);
		close(fd);
	}
}

static bool fails(u64 seed)
{
	int status, waited = 0;
	pid_t pid;

	observe(seed);
	pid = fork();
	TEST_ASSERT(pid >= 0, "fork: errno %d", errno);
	if (!pid)
		child(seed);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		usleep(10000);
		if (++waited == CHILD_S * 100) {
			fprintf(stderr, "tm_fuzz: the sequence hangs\n");
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return true;
		}
	}
	return status || log_complains();
}

/* Leaves out ever smaller parts, as long as the rest fails. */
static void shrink(u64 seed)
{
	int part, i, j, left = 0;
	bool saved[MAX_OPS];

	for (part = options.ops / 2; part >= 1; part /= 2) {
		for (i = 0; i < options.ops; i += part) {
			memcpy(saved, shared->skip, sizeof(saved));
			for (j = i; j < min(i + part, options.ops); j++)
				shared->skip[j] = true;
			if (!memcmp(saved, shared->skip, sizeof(saved)) || fails(seed))
				continue;
			memcpy(shared->skip, saved, sizeof(saved));
		}
	}
	for (i = 0; i < options.ops; i++)
		left += !shared->skip[i];
	printf("# shrunk to %d operations: -o ", left);
	for (i = 0; i < options.ops; i++)
		if (!shared->skip[i])
			printf("%d%s", i, --left ? "," : "\n");
	options.list = true;
	fails(seed);
}

static void usage(const char *name)
{
	printf("usage: %s [-s SEED] [-c SEQUENCES] [-n OPERATIONS] [-v VCPUS] [-t THREADS] [-i] [-l] [-o LIST] [-p N]\n\n"
	       "  -s  of the first sequence; the others follow from it (default: random)\n"
	       "  -c  how many sequences (default: %d); one with a printed seed replays it\n"
	       "  -n  operations in a sequence (default: %d)\n"
	       "  -v  vCPUs, 1 or 2 (default: %d)\n"
	       "  -t  threads, 1 or 2 (default: %d)\n"
	       "  -i  ignore that registers of the thread change\n"
	       "  -l  list the operations\n"
	       "  -o  only these operations, as the shrinking prints them\n"
	       "  -p  fail at operation N, if N/2 was executed: a test of the shrinking\n",
	       name, options.sequences, options.ops, options.vcpus, options.threads);
}

static void parse(int argc, char **argv)
{
	int option;

	options.seed = mix(time(NULL) ^ (u64)getpid() << 32);
	while ((option = getopt(argc, argv, "s:c:n:v:t:o:p:ilh")) != -1) {
		switch (option) {
		case 's':
			options.seed = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			options.sequences = atoi_positive("Sequences", optarg);
			break;
		case 'n':
			options.ops = atoi_positive("Operations", optarg);
			break;
		case 'v':
			options.vcpus = atoi_positive("VCPUs", optarg);
			break;
		case 't':
			options.threads = atoi_positive("Threads", optarg);
			break;
		case 'p':
			options.planted = atoi_positive("Operation", optarg);
			break;
		case 'o':
			options.only = optarg;
			break;
		case 'i':
			options.ignore = true;
			break;
		case 'l':
			options.list = true;
			break;
		default:
			usage(argv[0]);
			exit(option == 'h' ? 0 : KSFT_FAIL);
		}
	}
	TEST_ASSERT(options.ops <= MAX_OPS && options.vcpus <= MAX_VCPUS &&
		    options.threads <= MAX_THREADS, "Out of range");
}

static void select_operations(const char *list)
{
	char *end;

	if (!list)
		return;
	memset(shared->skip, true, sizeof(shared->skip));
	do {
		unsigned long number = strtoul(list, &end, 10);

		TEST_ASSERT(end != list && number < MAX_OPS, "No list: %s", list);
		shared->skip[number] = false;
		list = end + 1;
	} while (*end == ',');
}

int main(int argc, char **argv)
{
	u64 seed;
	int i;

	parse(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	TEST_REQUIRE(kvm_has_cap(KVM_CAP_PPC_HTM));
	shared = kvm_mmap(sizeof(*shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1);
	select_operations(options.only);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	TEST_ASSERT(kmsg >= 0, "/dev/kmsg: errno %d", errno);
	lseek(kmsg, 0, SEEK_END);

	ksft_print_header();
	ksft_set_plan(1);
	printf("# seed 0x%lx, %d sequences of %d operations, %d vcpus, %d threads\n",
	       (unsigned long)options.seed, options.sequences, options.ops,
	       options.vcpus, options.threads);
	fflush(stdout);
	for (i = 0, seed = options.seed; i < options.sequences; i++, seed = mix(seed + 1)) {
		if (options.list)
			printf("# sequence %d, seed 0x%lx\n", i, (unsigned long)seed);
		if (!fails(seed))
			continue;
		printf("# sequence %d fails; replay: -s 0x%lx -c 1 -n %d -v %d -t %d\n",
		       i, (unsigned long)seed, options.ops, options.vcpus, options.threads);
		shrink(seed);
		ksft_test_result_fail("tm_fuzz\n");
		ksft_finished();
	}
	printf("# %lu ioctls, %lu of them KVM_RUN; exits:", (unsigned long)shared->ioctls,
	       (unsigned long)shared->runs);
	for (i = 0; i < ARRAY_SIZE(shared->exits); i++)
		if (shared->exits[i])
			printf(" %s %lu", exit_reason_str(i), (unsigned long)shared->exits[i]);
	printf("\n");
	ksft_test_result_pass("tm_fuzz\n");
	ksft_finished();
}
