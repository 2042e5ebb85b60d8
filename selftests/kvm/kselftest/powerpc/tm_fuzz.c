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
#include <linux/sizes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fuzz.h"
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
#define SHRINK_S	1800

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

/* The seed of the current sequence */
static u64 sequence;

/* In the guest: what it executes, and where it may store. */
static u32 soup[SOUP_LENGTH] __attribute__((aligned(65536)));
static u64 scratch[64] __attribute__((aligned(128)));

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
	struct fuzz_random r = { seed };
	int i, choice;

	for (i = 0; i < SOUP_LENGTH - 1; i++) {
		switch (fuzz_below(&r, 8)) {
		case 0:
			choice = fuzz_below(&r, ARRAY_SIZE(with_operands));
			where[i] = with_operands[choice].instruction |
				   (with_operands[choice].random & fuzz_next(&r));
			break;
		case 1 ... 4:
			where[i] = instructions[fuzz_below(&r, ARRAY_SIZE(instructions))];
			break;
		default:
			where[i] = with_register[fuzz_below(&r, ARRAY_SIZE(with_register))] |
				   fuzz_below(&r, 20) << 21;
		}
	}
	where[i] = 0x48000000 | (-i * 4 & 0x03fffffc);	/* b, to the start */
}

/*
 * Values
 */

static u64 some_msr(struct fuzz_random *r)
{
	u64 msr = MSR_DEFAULT;

	/* With MSR[POW], KVM_SET_REGS waits for an interrupt of the guest. */
	if (fuzz_below(r, 16) == 0)
		return fuzz_next(r) & ~MSR_POW;
	msr |= fuzz_below(r, 4) << MSR_TS_LG;
	msr |= fuzz_below(r, 4) ? MSR_TM : 0;
	msr |= fuzz_below(r, 3) ? MSR_PR : 0;
	msr |= fuzz_below(r, 3) ? 0 : MSR_EE;
	msr &= fuzz_below(r, 4) ? ~0UL : ~(u64)(MSR_FP | MSR_VEC | MSR_VSX);
	msr &= fuzz_below(r, 8) ? ~0UL : ~(u64)(MSR_IR | MSR_DR);
	return msr;
}

static u64 some_value(struct fuzz_random *r)
{
	switch (fuzz_below(r, 8)) {
	case 0:
		return 0;
	case 1:
		return ~0UL;
	case 2:
		return 1UL << fuzz_below(r, 64);
	case 3:
		return some_msr(r);
	case 4:
		return (u64)soup + fuzz_below(r, SOUP_LENGTH) * 4;
	case 5:
		return TEXASR_FS | fuzz_next(r);
	case 6:
		return 0xc000000000000000 | fuzz_next(r);
	default:
		return fuzz_next(r);
	}
}

static u64 some_pc(struct fuzz_random *r)
{
	return fuzz_below(r, 16) ? (u64)soup + fuzz_below(r, SOUP_LENGTH) * 4 : some_value(r);
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
	FUZZ_CHECK(!call(vcpu->fd, KVM_SET_REGS, regs), "KVM_SET_REGS: errno %d", errno);
}

static void op_set_regs(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	struct kvm_regs regs = { .pc = some_pc(r), .msr = some_msr(r) };
	int i;

	regs.cr = fuzz_next(r);
	regs.ctr = some_value(r);
	regs.lr = some_pc(r);
	regs.xer = fuzz_next(r);
	regs.srr0 = some_pc(r);
	regs.srr1 = some_msr(r);
	for (i = 0; i < 32; i++)
		regs.gpr[i] = fuzz_below(r, 2) ? some_msr(r) : some_value(r);
	regs.gpr[20] = (u64)scratch;
	regs.gpr[21] = NO_MEMORY;
	regs.gpr[22] = NO_SEGMENT;
	set_regs(vcpu, &regs);
}

static void op_get_regs(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	struct kvm_regs regs;

	FUZZ_CHECK(!call(vcpu->fd, KVM_GET_REGS, &regs), "KVM_GET_REGS: errno %d", errno);
	FUZZ_CHECK((regs.msr & MSR_TS_MASK) != MSR_TS_MASK, "MSR 0x%lx", (unsigned long)regs.msr);
	FUZZ_CHECK((regs.msr & (MSR_TS_MASK | MSR_TM)) != MSR_TS_T, "MSR 0x%lx",
	      (unsigned long)regs.msr);
}

/* Only the MSR, so that what the guest did goes on in another state. */
static void op_change_msr(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	struct kvm_regs regs;

	FUZZ_CHECK(!call(vcpu->fd, KVM_GET_REGS, &regs), "KVM_GET_REGS: errno %d", errno);
	regs.msr = some_msr(r);
	set_regs(vcpu, &regs);
}

static void op_sregs(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	struct kvm_sregs sregs;
	int i;

	FUZZ_CHECK(!call(vcpu->fd, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS: errno %d", errno);
	/* The segments behind the first are of no use to the guest. */
	for (i = 1; i < 64; i++) {
		sregs.u.s.ppc64.slb[i].slbe = (fuzz_next(r) & ~0xfffUL) | i;
		sregs.u.s.ppc64.slb[i].slbv = fuzz_next(r);
	}
	if (fuzz_below(r, 2))
		FUZZ_CHECK(!call(vcpu->fd, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS: errno %d", errno);
}

static __uint128_t limit(const struct tm_reg *reg, __uint128_t value)
{
	return reg->bits == 128 ? value : value & (((__uint128_t)1 << reg->bits) - 1);
}

static void access_reg(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r,
		       const struct tm_reg *reg, bool reads_back)
{
	__uint128_t value = (__uint128_t)some_value(r) << 64 | some_value(r), read = 0;
	struct kvm_one_reg set = { .id = reg->id, .addr = (u64)&value };
	struct kvm_one_reg get = { .id = reg->id, .addr = (u64)&read };
	bool write = fuzz_below(r, 2);

	if (options.list)
		printf("#       %s %s 0x%016lx%016lx\n", write ? "set" : "get", reg->name,
		       (unsigned long)(value >> 64), (unsigned long)value);
	if (write)
		FUZZ_CHECK(!call(vcpu->fd, KVM_SET_ONE_REG, &set), "set %s: errno %d", reg->name, errno);
	FUZZ_CHECK(!call(vcpu->fd, KVM_GET_ONE_REG, &get), "get %s: errno %d", reg->name, errno);
	if (write && reads_back && options.threads == 1)
		FUZZ_CHECK(read == limit(reg, value), "%s is not read back", reg->name);
}

static void op_tm_reg(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	/* The three that rule more often. */
	int i = fuzz_below(r, 3) ? fuzz_below(r, NR_TM_REGS) : fuzz_below(r, NR_TM_SPRS);

	access_reg(t, vcpu, r, &tm_regs[i], true);
}

static void op_all_tm_regs(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	int i;

	for (i = 0; i < NR_TM_REGS; i++)
		access_reg(t, vcpu, r, &tm_regs[i], true);
}

static void op_live_reg(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	access_reg(t, vcpu, r, &live_regs[fuzz_below(r, NR_LIVE_REGS)], false);
}

/* Of memory protection keys, which live_regs does not have. */
static void op_keys(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	static const struct tm_reg keys[] = {
		{ .name = "AMR", .id = KVM_REG_PPC_AMR, .bits = 64 },
		{ .name = "UAMOR", .id = KVM_REG_PPC_UAMOR, .bits = 64 },
	};

	access_reg(t, vcpu, r, &keys[fuzz_below(r, 2)], false);
}

static void op_unknown_reg(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	__uint128_t value[16] = {};
	struct kvm_one_reg reg = {
		.id = KVM_REG_PPC_TM | fuzz_below(r, 10) << KVM_REG_SIZE_SHIFT |
		      (0x6b + fuzz_below(r, 0x10000)),
		.addr = (u64)value,
	};

	FUZZ_CHECK(call(vcpu->fd, fuzz_below(r, 2) ? KVM_GET_ONE_REG : KVM_SET_ONE_REG, &reg) &&
	      errno == EINVAL, "register 0x%lx is known", (unsigned long)reg.id);
}

static void op_interrupt(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	static const u32 kinds[] = { KVM_INTERRUPT_SET, KVM_INTERRUPT_UNSET,
				     KVM_INTERRUPT_SET_LEVEL };
	struct kvm_interrupt interrupt = { .irq = kinds[fuzz_below(r, ARRAY_SIZE(kinds))] };

	FUZZ_CHECK(!call(vcpu->fd, KVM_INTERRUPT, &interrupt), "KVM_INTERRUPT: errno %d", errno);
}

static void op_debug(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	struct kvm_guest_debug debug = {};

	if (fuzz_below(r, 3) == 0)
		debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
	call(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug);
}

static void op_soup(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	cook(addr_gva2hva(t->vm, (gva_t)soup), fuzz_next(r));
}

static int call_suspended(int fd, unsigned long request, void *argument)
{
	u64 tfhar = mfspr(SPRN_TFHAR);
	int error;

	__atomic_fetch_add(&shared->ioctls, 1, __ATOMIC_RELAXED);
	error = tm_ioctl_suspended(fd, request, argument);
	mtspr(SPRN_TFHAR, tfhar);
	return error;
}

/* By a thread that is in a transaction itself: all but KVM_RUN, which is refused. */
static void suspended_calls(struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	const struct tm_reg *reg = &tm_regs[fuzz_below(r, NR_TM_REGS)];
	__uint128_t value = tm_reg_value(reg, fuzz_next(r));
	struct kvm_one_reg one_reg = { .id = reg->id, .addr = (u64)&value };
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	int error;

	error = call_suspended(vcpu->fd, KVM_RUN, NULL);
	FUZZ_CHECK(error == EINVAL || error == EINTR, "KVM_RUN in S: errno %d", error);
	error = call_suspended(vcpu->fd, KVM_GET_REGS, &regs) ?:
		call_suspended(vcpu->fd, KVM_SET_REGS, &regs) ?:
		call_suspended(vcpu->fd, KVM_GET_SREGS, &sregs) ?:
		call_suspended(vcpu->fd, KVM_SET_SREGS, &sregs) ?:
		call_suspended(vcpu->fd, KVM_SET_ONE_REG, &one_reg) ?:
		call_suspended(vcpu->fd, KVM_GET_ONE_REG, &one_reg);
	FUZZ_CHECK(!error, "in S: errno %d", error);
}

static void op_run(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r)
{
	struct itimerspec some = { .it_interval.tv_nsec = RUN_AGAIN_NS,
				   .it_value.tv_nsec = 1 + fuzz_below(r, RUN_NS) };
	struct itimerspec none = {};
	int result;

	WRITE_ONCE(vcpu->run->immediate_exit, fuzz_below(r, 4) == 0);
	timer_settime(t->timer, 0, &some, NULL);
	result = call(vcpu->fd, KVM_RUN, NULL);
	FUZZ_CHECK(!result || errno == EINTR, "KVM_RUN: errno %d", errno);
	timer_settime(t->timer, 0, &none, NULL);
	__atomic_fetch_add(&shared->runs, 1, __ATOMIC_RELAXED);
	if (!result)
		__atomic_fetch_add(&shared->exits[vcpu->run->exit_reason % 64], 1,
				   __ATOMIC_RELAXED);
	if (fuzz_below(r, 8) == 0)
		suspended_calls(vcpu, r);
}

/* For a test of the shrinking: needs an operation before it as well. */
static void op_fails_on_purpose(int number)
{
	if (number == options.planted / 2)
		shared->planted_first = true;
	FUZZ_CHECK(number != options.planted || !shared->planted_first, "planted failure");
}

static const struct {
	const char *name;
	int weight;
	void (*function)(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r);
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
	struct fuzz_random *r;
	void (*function)(struct thread *t, struct kvm_vcpu *vcpu, struct fuzz_random *r);
};

static void call_operation(void *data)
{
	struct operation *o = data;

	o->function(o->t, o->vcpu, o->r);
}

static void do_op(struct thread *t, int number)
{
	struct fuzz_random r = { fuzz_mix(t->seed + number) };
	struct kvm_vcpu *vcpu = t->vcpus[fuzz_below(&r, options.vcpus)];
	struct operation operation;
	int total = 0, choice, i;
	const char *changed;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		total += ops[i].weight;
	choice = fuzz_below(&r, total);
	for (i = 0; choice >= ops[i].weight; i++)
		choice -= ops[i].weight;
	if (options.list)
		printf("# %5d thread %d vcpu %u %s\n", number, t->number, vcpu->id, ops[i].name);
	operation = (struct operation){ t, vcpu, &r, ops[i].function };
	changed = tm_call_checked(call_operation, &operation);
	FUZZ_CHECK(!changed || options.ignore, "%s of the thread has changed by %s", changed, ops[i].name);
	op_fails_on_purpose(number);
}

static void nothing(int signal)
{
}

static void *work(void *data)
{
	struct thread *t = data;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	int i;

	event._sigev_un._tid = syscall(SYS_gettid);
	FUZZ_CHECK(!timer_create(CLOCK_MONOTONIC, &event, &t->timer), "timer_create: errno %d", errno);
	for (i = t->number; i < options.ops; i += options.threads)
		if (!shared->skip[i])
			do_op(t, i);
	return NULL;
}

/* The whole of the current sequence. */
static void child(void)
{
	struct sigaction action = { .sa_handler = nothing };
	struct thread threads[MAX_THREADS];
	struct kvm_vcpu *vcpus[MAX_VCPUS];
	pthread_t ids[MAX_THREADS];
	struct kvm_vm *vm;
	int i;

	sigaction(SIGALRM, &action, NULL);
	fuzz_catch_crashes();
	vm = vm_create_with_vcpus(options.vcpus, soup, vcpus);
	virt_map(vm, NO_MEMORY, NO_MEMORY, 1);
	memcpy(addr_gpa2hva(vm, 0), fuzz_vectors, sizeof(fuzz_vectors));
	cook(addr_gva2hva(vm, (gva_t)soup), sequence);
	shared->planted_first = false;
	for (i = 0; i < options.threads; i++) {
		threads[i] = (struct thread){ vm, vcpus, sequence, i };
		FUZZ_CHECK(!pthread_create(&ids[i], NULL, work, &threads[i]), "pthread_create");
	}
	for (i = 0; i < options.threads; i++)
		pthread_join(ids[i], NULL);
	kvm_vm_free(vm);
}

/*
 * The parent
 */

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

static bool fails(void)
{
	static const u64 no_progress;

	observe(sequence);
	return fuzz_fails(child, &no_progress, CHILD_S);
}

static void shrink(void)
{
	int left = fuzz_shrink(shared->skip, options.ops, fails, SHRINK_S);

	printf("# shrunk to %d operations: -o ", left);
	fuzz_print_list(shared->skip, options.ops);
	options.list = true;
	fails();
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

	options.seed = fuzz_some_seed();
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

int main(int argc, char **argv)
{
	int i;

	parse(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	TEST_REQUIRE(kvm_has_cap(KVM_CAP_PPC_HTM));
	shared = kvm_mmap(sizeof(*shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1);
	if (options.only)
		fuzz_parse_list(options.only, shared->skip, MAX_OPS);
	fuzz_watch_log();

	ksft_print_header();
	ksft_set_plan(1);
	printf("# seed 0x%lx, %d sequences of %d operations, %d vcpus, %d threads\n",
	       (unsigned long)options.seed, options.sequences, options.ops,
	       options.vcpus, options.threads);
	fflush(stdout);
	for (i = 0, sequence = options.seed; i < options.sequences;
	     i++, sequence = fuzz_mix(sequence + 1)) {
		if (options.list)
			printf("# sequence %d, seed 0x%lx\n", i, (unsigned long)sequence);
		if (!fails())
			continue;
		printf("# sequence %d fails; replay: -s 0x%lx -c 1 -n %d -v %d -t %d\n",
		       i, (unsigned long)sequence, options.ops, options.vcpus, options.threads);
		shrink();
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
