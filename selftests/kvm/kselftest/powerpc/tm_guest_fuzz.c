// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sequences of instructions of transactional memory, and of those that
 * change MSR, in guest problem and privileged state, disturbed by interrupts,
 * faults, signals and ioctls.
 *
 * A sequence is a number of operations, a few instructions each; an operation
 * follows from the sequence's seed and its own number alone, so that any part of
 * a sequence can be run again. A batch of sequences runs in one KVM_RUN; what
 * the guest checks is told in lib/powerpc/tm_fuzz_guest.S. Beside that a batch
 * fails if
 *
 *  - the process crashes or hangs, or KVM_RUN ends for no good reason,
 *  - a register of the calling thread has changed,
 *  - the host's log has a complaint.
 *
 * A failing batch is shrunk: sequences, then operations are left out as long as
 * it fails, each candidate being run for a while, since timing plays a part.
 */
#include <getopt.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "fuzz.h"
#include "hcall.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"
#include "tm_fuzz.h"

#define MAX_VCPUS	2
#define MAX_OPS		64
#define SLOT		0x400UL		/* bytes for a sequence */
#define CHILD_S		60		/* at most without progress */
#define STUCK		4		/* timer signals within one sequence */
#define CANDIDATE_NS	2000000000L	/* for which a shrunk batch is run */
#define SHRINK_S	240

/* Guest addresses, virtual and real; those of a vCPU are in a segment of its own. */
#define AREA(v)		(0x30000000UL + ((u64)(v) << 28))
#define MAGIC(v)	(AREA(v) - MAGIC_SIZE)
#define CODE(v)		(AREA(v) + 0x100000)
#define AREA_SIZE	0x200000UL
#define COMMON		0x60000000UL	/* for all vCPUs, may be zeroed any time */
#define MMIO		0x70000000UL	/* mapped to no memory */
#define NOWHERE		0x78000000UL	/* not mapped */

kvm_static_assert(offsetof(struct fuzz_data, salt) + MAGIC_SIZE == DATA_SALT);
kvm_static_assert(offsetof(struct fuzz_data, restarts) + MAGIC_SIZE == DATA_RESTARTS);
kvm_static_assert(offsetof(struct fuzz_data, pair0) + MAGIC_SIZE == DATA_PAIR0);
kvm_static_assert(offsetof(struct fuzz_data, vectors) + MAGIC_SIZE == DATA_VECTORS);
kvm_static_assert(offsetof(struct fuzz_data, pool) + MAGIC_SIZE == DATA_POOL);
kvm_static_assert(offsetof(struct fuzz_data, sequences) + MAGIC_SIZE == DATA_SEQUENCES);

static struct options {
	u64 seed;
	int batches;
	int sequences;
	int vcpus;
	int seconds;
	bool quiet;		/* no disturbances */
	bool planted;		/* sequences that break what must hold */
	bool ignore_thread;
	const char *sequence_list, *op_list;
} options = { .batches = 20, .sequences = 256, .vcpus = 1 };

/* Shared with the child */
static struct shared {
	u64 progress;
	u64 sequences, abandoned, commits, ioctls, runs, forced;
	u64 vectors[128], states[4];
	u64 batch_seed;
	bool skip_sequence[MAX_SEQUENCES];
	bool skip_op[MAX_OPS];
	/* If set, the one batch is run again and again, for so long. */
	long candidate_ns;
	bool list;
} *shared;

static u64 address_of(const char *symbol)
{
	return symbol - fuzz_kernel;
}

/*
 * Instructions
 */
enum {
	TBEGIN = 0x7c00051d, TBEGIN_ROT = 0x7c20051d, TEND = 0x7c00055d, TENDALL = 0x7e00055d,
	TSUSPEND = 0x7c0005dd, TRESUME = 0x7c2005dd, TCHECK = 0x7c00059c, TABORT = 0x7c00071d,
	TABORTWC = 0x7c00061d, TABORTDC = 0x7c00065d, TABORTWCI = 0x7c00069d,
	TABORTDCI = 0x7c0006dd, TRECLAIM = 0x7c00075d, TRECHKPT = 0x7c0007dd,
	MTMSRD = 0x7c000164, MTMSRD_L1 = 0x7c010164, MTMSR = 0x7c000124, RFID = 0x4c000024,
	SC = 0x44000002, LD = 0xe8000000, STD = 0xf8000000, LIS = 0x3c000000, ORI = 0x60000000,
	LI = 0x38000000, BCTR_SPR = 9, DEC_SPR = 22,
};

static u32 mtspr_insn(int spr, int rs)
{
	return 0x7c0003a6 | rs << 21 | (spr & 31) << 16 | (spr >> 5) << 11;
}

static u32 mfspr_insn(int rt, int spr)
{
	return 0x7c0002a6 | rt << 21 | (spr & 31) << 16 | (spr >> 5) << 11;
}

/* Code of a sequence in the making */
struct code {
	u32 *start, *at, *end;
	u64 address;		/* of start */
	u64 *ops;		/* addresses of the operations */
	int nr_ops;
	struct fuzz_random *r;
	bool wild;
};

static void put(struct code *c, u32 instruction)
{
	TEST_ASSERT(c->at < c->end, "Sequence too long");
	*c->at++ = instruction;
}

static u64 here(struct code *c)
{
	return c->address + (c->at - c->start) * 4;
}

/* A register that is free for all: r3 to r10 */
static int any_gpr(struct code *c)
{
	return 3 + fuzz_below(c->r, 8);
}

static void load_address(struct code *c, int rt, u64 address)
{
	put(c, LIS | rt << 21 | ((address >> 16) & 0xffff));
	put(c, ORI | rt << 21 | rt << 16 | (address & 0xffff));
}

/* Parts of the pool */
enum { POOL_MSR = 0, POOL_TEXASR = 512, POOL_ANY = 640, POOL_CODE = 768 };

static void load_pool(struct code *c, int rt, int first, int end)
{
	int n = first + fuzz_below(c->r, end - first);

	put(c, LD | rt << 21 | 13 << 16 | (DATA_POOL + n * 8));
}

static u64 some_op(struct code *c)
{
	return c->ops[fuzz_below(c->r, c->nr_ops + 1)];
}

/*
 * Calls a routine by CTR if tcheck says so: CR bits of field 7 that must be set,
 * that must be clear. Without the facility, nothing is called.
 */
enum { BIT_FAILED = 28, BIT_T = 29, BIT_S = 30 };

static void call_if(struct code *c, u32 set, u32 clear, const char *routine, bool checks)
{
	u32 *branches[3];
	int n = 0, bit;
	u64 back;

	for (bit = BIT_FAILED; bit <= BIT_S; bit++) {
		if (set & 1u << (bit - BIT_FAILED))
			put(c, 0x4c000182 | bit << 21 | bit << 16 | bit << 11);	/* crclr */
		if (clear & 1u << (bit - BIT_FAILED))
			put(c, 0x4c000242 | bit << 21 | bit << 16 | bit << 11);	/* crset */
	}
	put(c, TCHECK | 7 << 23);
	for (bit = BIT_FAILED; bit <= BIT_S; bit++) {
		if (!((set | clear) & 1u << (bit - BIT_FAILED)))
			continue;
		branches[n++] = c->at;
		put(c, (set & 1u << (bit - BIT_FAILED) ? 0x40800000 : 0x41800000) | bit << 16);
	}
	if (checks)
		put(c, mfspr_insn(9, SPRN_CTR));
	back = here(c) + 4 * 4;
	load_address(c, 12, back);
	put(c, mtspr_insn(SPRN_CTR, 12));
	put(c, 0x48000002 | address_of(routine));		/* ba */
	put(c, mtspr_insn(SPRN_CTR, checks ? 9 : 18));
	while (n--)
		*branches[n] |= (c->at - branches[n]) * 4;
}

/*
 * Operations
 */
static void op_tbegin(struct code *c)
{
	put(c, fuzz_below(c->r, 8) ? TBEGIN : TBEGIN_ROT);
}

static void op_tend(struct code *c)
{
	put(c, fuzz_below(c->r, 4) ? TEND : TENDALL);
}

static void op_tabort(struct code *c)
{
	put(c, TABORT | (fuzz_below(c->r, 2) ? any_gpr(c) << 16 : 0));
}

static void op_tabort_if(struct code *c)
{
	static const u32 kinds[] = { TABORTWC, TABORTDC, TABORTWCI, TABORTDCI };

	put(c, kinds[fuzz_below(c->r, 4)] | (u32)fuzz_below(c->r, 32) << 21 |
	       any_gpr(c) << 16 | any_gpr(c) << 11);
}

static void op_tsr(struct code *c)
{
	put(c, fuzz_below(c->r, 2) ? TSUSPEND : TRESUME);
}

static void op_tcheck(struct code *c)
{
	static const int fields[] = { 0, 1, 5, 6, 7 };

	put(c, TCHECK | fields[fuzz_below(c->r, 5)] << 23);
}

static void op_epoch(struct code *c)
{
	call_if(c, 2, 0, fuzz_epoch, false);
}

/* One that may well commit */
static void op_transaction(struct code *c)
{
	put(c, TBEGIN);
	op_epoch(c);
	put(c, TEND);
}

static void op_clobber(struct code *c)
{
	/* Suspended, and failed: nothing of it can stay. */
	call_if(c, 5, 0, fuzz_clobber, false);
}

static void op_check(struct code *c)
{
	call_if(c, 0, 6, fuzz_check, true);
}

static void op_treclaim(struct code *c)
{
	put(c, TRECLAIM | (fuzz_below(c->r, 2) ? any_gpr(c) << 16 : 0));
}

static void op_trechkpt(struct code *c)
{
	int reg = any_gpr(c);

	if (fuzz_below(c->r, 4)) {
		load_pool(c, reg, POOL_TEXASR, POOL_ANY);
		put(c, mtspr_insn(SPRN_TEXASR, reg));
	}
	put(c, TRECHKPT);
}

static void op_write_spr(struct code *c)
{
	int reg = any_gpr(c);

	switch (fuzz_below(c->r, 4)) {
	case 0:
		load_address(c, reg, some_op(c));
		put(c, mtspr_insn(SPRN_TFHAR, reg));
		break;
	case 1:
		load_pool(c, reg, POOL_CODE, POOL_SIZE);
		put(c, mtspr_insn(SPRN_TFIAR, reg));
		break;
	case 2:
		load_pool(c, reg, POOL_TEXASR, POOL_ANY);
		put(c, mtspr_insn(SPRN_TEXASR, reg));
		break;
	default:
		load_pool(c, reg, POOL_TEXASR, POOL_ANY);
		put(c, mtspr_insn(SPRN_TEXASRU, reg));
	}
}

static void op_read_spr(struct code *c)
{
	static const int sprs[] = { SPRN_TFHAR, SPRN_TFIAR, SPRN_TEXASR, SPRN_TEXASRU, SPRN_TAR,
				    SPRN_DSCR, SPRN_PPR, SPRN_VRSAVE, SPRN_AMR };

	put(c, mfspr_insn(any_gpr(c), sprs[fuzz_below(c->r, ARRAY_SIZE(sprs))]));
}

/*
 * TFIAR in problem state: no host address. Those of the kernel image are the same
 * on every machine that runs it, and the guest may learn of some: if a transaction
 * fails within the last few instructions before the guest. The others, of modules
 * and all else that is in the vmalloc area, have something in bits 4 to 15.
 */
static void op_check_tfiar(struct code *c)
{
	put(c, LI | 3 << 21);
	put(c, LI | 11 << 21);
	put(c, LI | 10 << 21);			/* the next may be skipped */
	put(c, mfspr_insn(10, SPRN_TFIAR));
	put(c, 0x794a8520);			/* rldicl r10, r10, 16, 52 */
	put(c, LI | 0 << 21 | SYS_WRONG);
	put(c, LI | 3 << 21 | WRONG_TFIAR);
	put(c, 0x2c2a0000);			/* cmpdi r10, 0 */
	put(c, 0x41820008);			/* beq over the next */
	put(c, SC);
}

static void op_msr(struct code *c)
{
	int reg = any_gpr(c);

	load_pool(c, reg, POOL_MSR, POOL_TEXASR);
	switch (fuzz_below(c->r, 5)) {
	case 0:
		put(c, MTMSR | reg << 21);
		break;
	case 1:
		put(c, MTMSRD_L1 | reg << 21);
		break;
	default:
		put(c, MTMSRD | reg << 21);
	}
}

static void op_rfid(struct code *c)
{
	bool shared_page = fuzz_below(c->r, 2);
	u64 to = some_op(c);

	load_address(c, 3, to > here(c) ? to : c->ops[c->nr_ops]);
	load_pool(c, 4, POOL_MSR, POOL_TEXASR);
	put(c, shared_page ? STD | 3 << 21 | 13 << 16 | MAGIC_SRR0 : mtspr_insn(SPRN_SRR0, 3));
	put(c, shared_page ? STD | 4 << 21 | 13 << 16 | MAGIC_SRR1 : mtspr_insn(SPRN_SRR1, 4));
	put(c, RFID);
}

static void op_memory(struct code *c)
{
	int reg = any_gpr(c), at = fuzz_below(c->r, DATA_FREE_SIZE / 16) * 16, base = 13;

	if (fuzz_below(c->r, 3) == 0) {
		load_address(c, 11, COMMON);
		base = 11;
		at = fuzz_below(c->r, 0x1000) * 16 % 0x7ff0;
	} else {
		at += DATA_FREE;
	}
	switch (fuzz_below(c->r, 6)) {
	case 0:
	case 1:
		put(c, LD | reg << 21 | base << 16 | at);
		break;
	case 2:
		put(c, LI | 10 << 21 | at);
		put(c, 0x7c000000 | base << 16 | 10 << 11 | 0x7ec);	/* dcbz */
		break;
	case 3:
		put(c, LI | 10 << 21 | at);
		put(c, 0x7c0000a8 | reg << 21 | base << 16 | 10 << 11);	/* ldarx */
		put(c, 0x7c0001ad | reg << 21 | base << 16 | 10 << 11);	/* stdcx. */
		break;
	default:
		put(c, STD | reg << 21 | base << 16 | at);
	}
}

static void op_fault(struct code *c)
{
	int reg = any_gpr(c);

	load_address(c, 11, NOWHERE + (fuzz_below(c->r, 0x1000) << 3));
	put(c, (fuzz_below(c->r, 2) ? LD : STD) | reg << 21 | 11 << 16);
}

static void op_mmio(struct code *c)
{
	int reg = any_gpr(c);

	load_address(c, 11, MMIO);
	put(c, (fuzz_below(c->r, 2) ? LD : STD) | reg << 21 | 11 << 16);
}

static void op_sc(struct code *c)
{
	put(c, LI | 0 << 21);
	put(c, SC);
	put(c, mtspr_insn(SPRN_CTR, 18));	/* volatile: the host's entry uses it */
}

static void op_hypercall(struct code *c)
{
	static const u32 numbers[] = { 0xfff8, 0xfff9, 0xe0 /* H_CEDE */ };

	put(c, LI | 3 << 21);
	put(c, ORI | 3 << 21 | 3 << 16 | numbers[fuzz_below(c->r, 12) ? 0 : 2]);
	put(c, 0x7c000268);		/* FAKE_SC1 */
	put(c, mtspr_insn(SPRN_CTR, 18));
}

static void op_illegal(struct code *c)
{
	static const u32 words[] = { 0, 0x7fe00008 /* trap */, 0x7c0002a6 | 25 << 16 /* SDR1 */,
				     0x7c0004ac /* sync */, 0x4c00012c /* isync */,
				     0x7c1a03a6 /* mtspr SRR0, r0 */,
				     0x4c000124 /* rfebb 0 */, 0x4c000924 /* rfebb 1 */ };

	put(c, words[fuzz_below(c->r, ARRAY_SIZE(words))]);
}

/* The facilities of MSR; fmr would change the other half of its VSR. */
static void op_facility(struct code *c)
{
	static const u32 words[] = { 0xfe800000 /* fcmpu 5, 0, 0 */, 0x10000484 /* vor 0, 0, 0 */,
				     0xf0000490 /* xxlor 0, 0, 0 */ };

	put(c, words[fuzz_below(c->r, ARRAY_SIZE(words))]);
}

static void op_fscr(struct code *c)
{
	int reg = any_gpr(c);

	load_pool(c, reg, POOL_ANY, POOL_CODE);
	put(c, mtspr_insn(SPRN_FSCR, reg));
}

static void op_decrementer(struct code *c)
{
	put(c, LI | 3 << 21 | (1 + fuzz_below(c->r, 0x7000)));
	put(c, mtspr_insn(DEC_SPR, 3));
}

static void op_delay(struct code *c)
{
	put(c, LI | 4 << 21 | (1 + fuzz_below(c->r, 400)));
	put(c, 0x3884ffff);			/* addi r4, r4, -1 */
	put(c, 0x2c240000);			/* cmpdi r4, 0 */
	put(c, 0x4082fff8);			/* bne */
}

static void op_wild_msr(struct code *c)
{
	if (!c->wild)
		return;
	load_pool(c, 3, POOL_MSR, POOL_TEXASR);
	put(c, STD | 3 << 21 | 13 << 16 | MAGIC_MSR);
}

static void op_planted(struct code *c)
{
	if (options.planted)
		put(c, 0x3a940001);		/* addi r20, r20, 1 */
}

static const struct {
	const char *name;
	int user, kernel;	/* weights, by the state in which the sequence starts */
	void (*function)(struct code *c);
} ops[] = {
	{ "tbegin", 14, 4, op_tbegin },
	{ "tend", 6, 2, op_tend },
	{ "tabort", 3, 3, op_tabort },
	{ "tabort_if", 3, 3, op_tabort_if },
	{ "tsr", 8, 6, op_tsr },
	{ "tcheck", 2, 2, op_tcheck },
	{ "epoch", 14, 3, op_epoch },
	{ "transaction", 10, 1, op_transaction },
	{ "clobber", 3, 5, op_clobber },
	{ "check", 7, 7, op_check },
	{ "treclaim", 1, 4, op_treclaim },
	{ "trechkpt", 1, 7, op_trechkpt },
	{ "write_spr", 3, 5, op_write_spr },
	{ "read_spr", 3, 3, op_read_spr },
	{ "check_tfiar", 3, 2, op_check_tfiar },
	{ "msr", 1, 8, op_msr },
	{ "rfid", 1, 8, op_rfid },
	{ "memory", 6, 4, op_memory },
	{ "fault", 1, 1, op_fault },
	{ "mmio", 1, 1, op_mmio },
	{ "sc", 2, 1, op_sc },
	{ "hypercall", 0, 1, op_hypercall },
	{ "illegal", 1, 1, op_illegal },
	{ "facility", 3, 3, op_facility },
	{ "fscr", 0, 1, op_fscr },
	{ "decrementer", 0, 2, op_decrementer },
	{ "delay", 3, 2, op_delay },
	{ "wild_msr", 2, 2, op_wild_msr },
	{ "planted", 1, 0, op_planted },
};

static int choose(struct fuzz_random *r, bool user)
{
	int total = 0, choice, i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		total += user ? ops[i].user : ops[i].kernel;
	choice = fuzz_below(r, total);
	for (i = 0; choice >= (user ? ops[i].user : ops[i].kernel); i++)
		choice -= user ? ops[i].user : ops[i].kernel;
	return i;
}

static u64 some_msr(struct fuzz_random *r)
{
	u64 msr = MSR_DEFAULT;

	msr |= fuzz_below(r, 4) << MSR_TS_LG;
	msr |= fuzz_below(r, 5) ? MSR_TM : 0;
	msr |= fuzz_below(r, 3) ? MSR_PR : 0;
	msr |= fuzz_below(r, 2) ? MSR_EE : 0;
	msr &= fuzz_below(r, 4) ? ~0UL : ~(u64)MSR_FP;
	msr &= fuzz_below(r, 4) ? ~0UL : ~(u64)MSR_VEC;
	msr &= fuzz_below(r, 4) ? ~0UL : ~(u64)MSR_VSX;
	msr &= fuzz_below(r, 6) ? ~0UL : ~(u64)(MSR_IR | MSR_DR);
	msr |= fuzz_below(r, 64) ? 0 : 0x400;	/* MSR[SE] */
	return msr;
}

/*
 * Batches
 */
struct worker {
	struct kvm_vm *vm;
	struct kvm_vcpu *vcpu;
	struct fuzz_data *data;
	u32 *code;
	int number;
	timer_t timer;
	u64 last_index;
	int stuck;
	u64 epoch;
	struct fuzz_random random;	/* for disturbances */
};

/* Writes operations, twice: the second time all addresses are known. */
static void make_sequence(struct worker *w, int number, u64 seed)
{
	struct fuzz_sequence *sequence = &w->data->sequences[number];
	u64 addresses[MAX_OPS + 1] = {};
	struct fuzz_random head = { fuzz_mix(seed) };
	struct code c = {
		.start = w->code + number * SLOT / 4,
		.address = CODE(w->number) + number * SLOT,
		.ops = addresses,
	};
	bool user = fuzz_below(&head, 3);
	int pass, i;

	c.end = c.start + SLOT / 4;
	c.nr_ops = 4 + fuzz_below(&head, 16);
	c.wild = fuzz_below(&head, 10) == 0;
	for (pass = 0; pass < 2; pass++) {
		c.at = c.start;
		for (i = 0; i < c.nr_ops; i++) {
			struct fuzz_random r = { fuzz_mix(seed + 1 + i) };
			int choice = choose(&r, user);
			u32 *from = c.at;

			addresses[i] = here(&c);
			if (shared->skip_op[i])
				continue;
			c.r = &r;
			ops[choice].function(&c);
			if (!shared->list || !pass)
				continue;
			printf("#   %2d %-12s", i, ops[choice].name);
			for (; from < c.at; from++)
				printf(" %08x", *from);
			printf("\n");
		}
		addresses[i] = here(&c);
		put(&c, mfspr_insn(9, SPRN_CTR));
		put(&c, LI | 0 << 21 | SYS_END);
		put(&c, SC);
		put(&c, 0x48000000 | (-4 & 0x03fffffc));
	}
	__builtin___clear_cache((char *)c.start, (char *)c.at);
	sequence->entry = c.address;
	sequence->msr = (some_msr(&head) & ~(MSR_TS_MASK | MSR_PR | 0x400)) |
			(user ? MSR_PR : 0);
	sequence->flags = (u64)!!fuzz_below(&head, 3) << FLAG_GRANTS_LG |
			  (u64)c.wild << FLAG_WILD_LG;
	sequence->decrementer = fuzz_below(&head, 3) ? 0 : 1 + fuzz_below(&head, 60000);
	if (shared->list)
		printf("#   MSR 0x%lx, flags %lu\n", (unsigned long)sequence->msr,
		       (unsigned long)sequence->flags);
}

static void make_batch(struct worker *w, u64 seed)
{
	struct fuzz_random r = { fuzz_mix(seed + w->number * 77) };
	struct fuzz_data *data = w->data;
	u64 first = fuzz_next(&r);
	int i, n = 0;

	for (i = 0; i < POOL_TEXASR; i++)
		data->pool[i] = some_msr(&r);
	for (; i < POOL_ANY; i++)
		data->pool[i] = fuzz_next(&r) | (fuzz_below(&r, 4) ? TEXASR_FS : 0);
	for (; i < POOL_CODE; i++)
		data->pool[i] = fuzz_next(&r);
	for (; i < POOL_SIZE; i++)
		data->pool[i] = CODE(w->number) + fuzz_below(&r, options.sequences) * SLOT;
	for (i = 0; i < options.sequences; i++) {
		if (shared->skip_sequence[i])
			continue;
		if (shared->list)
			printf("# vcpu %d, sequence %d\n", w->number, i);
		make_sequence(w, n++, fuzz_mix(first + i));
	}
	data->index = -1;
	data->nr = n;
}

static void count(u64 *counter, u64 n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static void run_once(void *data)
{
	struct kvm_vcpu *vcpu = data;
	int r = __vcpu_run(vcpu);

	if (r && errno != EINTR)
		FUZZ_CHECK(false, "KVM_RUN: errno %d", errno);
	if (r)
		vcpu->run->exit_reason = KVM_EXIT_INTR;
}

/* A sequence that has no end: on to the next. */
static void force(struct worker *w)
{
	struct kvm_regs regs;
	u64 ts;

	vcpu_regs_get(w->vcpu, &regs);
	ts = regs.msr & MSR_TS_MASK ? MSR_TS_S : 0;
	regs.pc = address_of(fuzz_abandon);
	regs.msr = (w->data->msr & ~MSR_TM) | ts;
	vcpu_regs_set(w->vcpu, &regs);
	count(&shared->forced, 1);
	count(&shared->ioctls, 2);
}

/* As in a migration to where it is. */
static void save_and_restore(struct worker *w)
{
	static __thread __uint128_t tm[NR_TM_REGS], live[NR_LIVE_REGS];
	struct kvm_regs regs;
	int i;

	vcpu_regs_get(w->vcpu, &regs);
	FUZZ_CHECK((regs.msr & MSR_TS_MASK) != MSR_TS_MASK ||
		   w->data->flags & 1 << FLAG_WILD_LG, "MSR 0x%lx", (unsigned long)regs.msr);
	for (i = 0; i < NR_TM_REGS; i++)
		tm[i] = tm_reg_get(w->vcpu, &tm_regs[i]);
	for (i = 0; i < NR_LIVE_REGS; i++)
		live[i] = tm_reg_get(w->vcpu, &live_regs[i]);
	for (i = 0; i < NR_TM_REGS; i++)
		tm_reg_set(w->vcpu, &tm_regs[i], tm[i]);
	for (i = 0; i < NR_LIVE_REGS; i++)
		tm_reg_set(w->vcpu, &live_regs[i], live[i]);
	vcpu_regs_set(w->vcpu, &regs);
	count(&shared->ioctls, 2 + 2 * (NR_TM_REGS + NR_LIVE_REGS));
}

static void interrupted(struct worker *w)
{
	struct kvm_interrupt interrupt = { .irq = KVM_INTERRUPT_SET };

	if (w->data->index == w->last_index) {
		if (++w->stuck > STUCK) {
			w->stuck = 0;
			force(w);
			return;
		}
	} else {
		w->stuck = 0;
		w->last_index = w->data->index;
		count(&shared->progress, 1);
	}
	switch (options.quiet ? 32 : fuzz_below(&w->random, 32)) {
	case 0:
		save_and_restore(w);
		break;
	case 1 ... 4:
		count(&shared->ioctls, 1);
		__vcpu_ioctl(w->vcpu, KVM_INTERRUPT, &interrupt);
	}
}

static const char * const failures[] = {
	[FAIL_REGISTER] = "a register is wrong", [FAIL_TS] = "MSR[TS] is not legal",
	[FAIL_INTERRUPT] = "an interrupt that should not come",
	[FAIL_RETURN] = "an interrupt cannot be returned from",
	[FAIL_KERNEL] = "an interrupt in the guest's kernel", [FAIL_TFIAR] = "TFIAR of the host",
};

static void report(struct worker *w)
{
	__u64 *a = w->vcpu->run->papr_hcall.args;

	fprintf(stderr, "# vcpu %d, sequence %d of the batch: %s: %ld (0x%lx), 0x%lx, 0x%lx\n",
		w->number, (int)w->data->index,
		a[0] < ARRAY_SIZE(failures) && failures[a[0]] ? failures[a[0]] : "?",
		(long)a[1], (unsigned long)a[1], (unsigned long)a[2], (unsigned long)a[3]);
	_exit(FUZZ_FOUND);
}

static void run_batch(struct worker *w)
{
	long ns = (2 + fuzz_below(&w->random, 8)) * 1000000;
	struct itimerspec timer = { .it_interval.tv_nsec = ns, .it_value.tv_nsec = ns };
	struct kvm_run *run = w->vcpu->run;
	const char *changed;

	timer_settime(w->timer, 0, &timer, NULL);
	for (;;) {
		changed = tm_call_checked(run_once, w->vcpu);
		FUZZ_CHECK(!changed || options.ignore_thread, "%s of the thread has changed", changed);
		count(&shared->runs, 1);
		switch (run->exit_reason) {
		case KVM_EXIT_INTR:
			interrupted(w);
			break;
		case KVM_EXIT_MMIO:
			if (!run->mmio.is_write)
				memset(run->mmio.data, 0, sizeof(run->mmio.data));
			break;
		case KVM_EXIT_PAPR_HCALL:
			if (run->papr_hcall.nr == H_FUZZ_FAIL)
				report(w);
			run->papr_hcall.ret = run->papr_hcall.nr == H_FUZZ_DONE ? 0 : -2UL;
			if (run->papr_hcall.nr == H_FUZZ_DONE)
				return;
			break;
		default:
			FUZZ_CHECK(false, "Exit reason %u", run->exit_reason);
		}
	}
}

static void add_up(struct worker *w)
{
	struct fuzz_data *data = w->data;
	int i;

	count(&shared->progress, 1);
	count(&shared->sequences, data->nr);
	count(&shared->abandoned, data->abandoned);
	count(&shared->commits, data->pair0 - w->epoch - data->restarts);
	w->epoch = data->pair0;
	data->abandoned = data->restarts = 0;
	for (i = 0; i < ARRAY_SIZE(data->vectors); i++)
		count(&shared->vectors[i], data->vectors[i]);
	for (i = 0; i < ARRAY_SIZE(data->states); i++)
		count(&shared->states[i], data->states[i]);
	memset(data->vectors, 0, sizeof(data->vectors));
	memset(data->states, 0, sizeof(data->states));
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void start(struct worker *w)
{
	struct kvm_regs regs;

	w->data->salt = fuzz_mix(options.seed + w->number);
	w->data->msr = MSR_SF | MSR_ME | MSR_RI | MSR_LE | MSR_TM | MSR_FP | MSR_VEC | MSR_VSX;
	w->data->msr_s = w->data->msr | MSR_TS_S;
	w->data->code = CODE(w->number);
	w->data->code_end = CODE(w->number) + MAX_SEQUENCES * SLOT;
	w->epoch = 0;
	vcpu_regs_get(w->vcpu, &regs);
	regs.pc = address_of(fuzz_start);
	regs.msr = w->data->msr;
	regs.gpr[13] = MAGIC(w->number);
	vcpu_regs_set(w->vcpu, &regs);
}

static void *work(void *data)
{
	struct worker *w = data;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	long began = now(), said = began;
	u64 seed = shared->batch_seed;
	int i;

	event._sigev_un._tid = syscall(SYS_gettid);
	FUZZ_CHECK(!timer_create(CLOCK_MONOTONIC, &event, &w->timer), "timer_create");
	start(w);
	for (i = 0; ; i++) {
		if (shared->candidate_ns ? now() - began > shared->candidate_ns :
		    options.seconds ? now() - began > options.seconds * 1000000000L :
		    i >= options.batches)
			break;
		w->random.state = seed + i;
		if (!shared->candidate_ns)
			__atomic_store_n(&shared->batch_seed, seed, __ATOMIC_RELAXED);
		make_batch(w, seed);
		run_batch(w);
		add_up(w);
		if (!w->number && now() - said > 20 * 1000000000L) {
			said = now();
			fprintf(stderr, "# %lu sequences, last batch 0x%lx\n",
				(unsigned long)shared->sequences, (unsigned long)seed);
		}
		if (!shared->candidate_ns)
			seed = fuzz_mix(seed + 1);
	}
	return NULL;
}

static volatile bool stop;

/* Page faults, interrupts, and preemption. */
static void *disturb(void *data)
{
	struct worker *w = data;
	struct fuzz_random r = { options.seed };
	struct kvm_interrupt interrupt = { .irq = KVM_INTERRUPT_SET };
	char *common = addr_gpa2hva(w->vm, COMMON), *area;

	while (!stop) {
		int v = fuzz_below(&r, options.vcpus);

		usleep(200 + fuzz_below(&r, 3000));
		area = addr_gpa2hva(w->vm, AREA(v));
		switch (fuzz_below(&r, 4)) {
		case 0:
			/* Unmaps it for a moment. */
			mprotect(area, AREA_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
			mprotect(area, AREA_SIZE, PROT_READ | PROT_WRITE);
			break;
		case 1:
			madvise(common, 0x10000, MADV_DONTNEED);
			break;
		case 2:
			count(&shared->ioctls, 1);
			__vcpu_ioctl(w[v].vcpu, KVM_INTERRUPT, &interrupt);
		}
	}
	return NULL;
}

static void nothing(int signal)
{
}

static void map(struct kvm_vm *vm, int slot, u64 address, u64 size)
{
	vm_userspace_mem_region_add(vm, VM_MEM_SRC_ANONYMOUS, address, slot,
				    size / vm->page_size, 0);
	virt_map(vm, address, address, size / vm->page_size);
}

static void child(void)
{
	struct sigaction action = { .sa_handler = nothing };
	pthread_t ids[MAX_VCPUS], disturber;
	struct kvm_vcpu *vcpus[MAX_VCPUS];
	struct worker workers[MAX_VCPUS];
	struct kvm_vm *vm;
	int i;

	sigaction(SIGALRM, &action, NULL);
	fuzz_catch_crashes();
	vm = vm_create_with_vcpus(options.vcpus, (void *)0, vcpus);
	memcpy(addr_gpa2hva(vm, 0), fuzz_kernel, fuzz_kernel_end - fuzz_kernel);
	map(vm, 10, COMMON, 0x10000);
	virt_pg_map(vm, MMIO, MMIO);
	for (i = 0; i < options.vcpus; i++) {
		map(vm, 11 + i, AREA(i) - 0x10000, 0x10000 + AREA_SIZE);
		workers[i] = (struct worker){
			.vm = vm, .vcpu = vcpus[i], .number = i,
			.data = addr_gpa2hva(vm, AREA(i)), .code = addr_gpa2hva(vm, CODE(i)),
		};
	}
	for (i = 0; i < options.vcpus; i++)
		FUZZ_CHECK(!pthread_create(&ids[i], NULL, work, &workers[i]), "pthread_create");
	if (!options.quiet)
		FUZZ_CHECK(!pthread_create(&disturber, NULL, disturb, workers), "pthread_create");
	for (i = 0; i < options.vcpus; i++)
		pthread_join(ids[i], NULL);
	stop = true;
	if (!options.quiet)
		pthread_join(disturber, NULL);
	kvm_vm_free(vm);
}

static bool batch_fails(void)
{
	return fuzz_fails(child, &shared->progress, CHILD_S);
}

static void shrink(void)
{
	int left;

	shared->candidate_ns = CANDIDATE_NS;
	left = fuzz_shrink(shared->skip_sequence, options.sequences, batch_fails, SHRINK_S);
	if (left == 1)
		fuzz_shrink(shared->skip_op, MAX_OPS, batch_fails, SHRINK_S);
	printf("# shrunk: -s 0x%lx -n %d -v %d -q ", (unsigned long)shared->batch_seed,
	       options.sequences, options.vcpus);
	fuzz_print_list(shared->skip_sequence, options.sequences);
	if (left == 1) {
		printf("# and -o ");
		fuzz_print_list(shared->skip_op, MAX_OPS);
	}
	shared->list = true;
	batch_fails();
}

static void usage(const char *name)
{
	printf("usage: %s [-s SEED] [-c BATCHES | -t SECONDS] [-n SEQUENCES] [-v VCPUS] [-d] [-i] [-p] [-q LIST [-o LIST]]\n\n"
	       "  -s  of the first batch; the others follow from it (default: random)\n"
	       "  -c  how many batches (default: %d); -t: for how long\n"
	       "  -n  sequences in a batch (default: %d)\n"
	       "  -v  vCPUs, 1 or 2 (default: %d)\n"
	       "  -d  do not disturb\n"
	       "  -i  ignore that registers of the thread change\n"
	       "  -p  plant a fault in sequences: a test of the checks and the shrinking\n"
	       "  -q  only these sequences of the one batch, as the shrinking prints them\n"
	       "  -o  only these operations of the one sequence\n",
	       name, options.batches, options.sequences, options.vcpus);
}

static void parse(int argc, char **argv)
{
	int option;

	options.seed = fuzz_some_seed();
	while ((option = getopt(argc, argv, "s:c:t:n:v:q:o:diph")) != -1) {
		switch (option) {
		case 's':
			options.seed = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			options.batches = atoi_positive("Batches", optarg);
			break;
		case 't':
			options.seconds = atoi_positive("Seconds", optarg);
			break;
		case 'n':
			options.sequences = atoi_positive("Sequences", optarg);
			break;
		case 'v':
			options.vcpus = atoi_positive("VCPUs", optarg);
			break;
		case 'q':
			options.sequence_list = optarg;
			break;
		case 'o':
			options.op_list = optarg;
			break;
		case 'd':
			options.quiet = true;
			break;
		case 'i':
			options.ignore_thread = true;
			break;
		case 'p':
			options.planted = true;
			break;
		default:
			usage(argv[0]);
			exit(option == 'h' ? 0 : KSFT_FAIL);
		}
	}
	TEST_ASSERT(options.sequences <= MAX_SEQUENCES && options.vcpus <= MAX_VCPUS,
		    "Out of range");
}

static void print_totals(double seconds)
{
	int i;

	printf("# %lu sequences in %.1f s, %lu abandoned (%lu by user space), %lu epochs committed\n",
	       (unsigned long)shared->sequences, seconds, (unsigned long)shared->abandoned,
	       (unsigned long)shared->forced, (unsigned long)shared->commits);
	printf("# %lu KVM_RUN, %lu other ioctls; interrupted in N %lu, S %lu, T %lu; interrupts:",
	       (unsigned long)shared->runs, (unsigned long)shared->ioctls,
	       (unsigned long)shared->states[0], (unsigned long)shared->states[1],
	       (unsigned long)shared->states[2]);
	for (i = 0; i < ARRAY_SIZE(shared->vectors); i++)
		if (shared->vectors[i])
			printf(" 0x%x %lu", i * 32, (unsigned long)shared->vectors[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	long began;
	bool failed;

	parse(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	TEST_REQUIRE(kvm_has_cap(KVM_CAP_PPC_HTM));
	shared = kvm_mmap(sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	shared->batch_seed = options.seed;
	if (options.sequence_list) {
		fuzz_parse_list(options.sequence_list, shared->skip_sequence, MAX_SEQUENCES);
		shared->candidate_ns = 5 * CANDIDATE_NS;
		shared->list = true;
	}
	if (options.op_list)
		fuzz_parse_list(options.op_list, shared->skip_op, MAX_OPS);
	fuzz_watch_log();

	ksft_print_header();
	ksft_set_plan(1);
	printf("# seed 0x%lx, batches of %d sequences, %d vcpus\n", (unsigned long)options.seed,
	       options.sequences, options.vcpus);
	began = now();
	failed = batch_fails();
	print_totals((now() - began) / 1e9);
	if (failed) {
		printf("# replay: -s 0x%lx -c 1 -n %d -v %d\n", (unsigned long)shared->batch_seed,
		       options.sequences, options.vcpus);
		if (!options.sequence_list)
			shrink();
		ksft_test_result_fail("tm_guest_fuzz\n");
	} else {
		ksft_test_result_pass("tm_guest_fuzz\n");
	}
	ksft_finished();
}
