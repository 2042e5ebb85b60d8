// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_GET_ONE_REG and KVM_SET_ONE_REG of the registers of transactional
 * memory: whatever is written is read back, in any state of the vCPU, and
 * nothing else changes by it.
 */
#include "hcall.h"
#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "tm.h"

#define SEED	0x5eed

/* In the guest, at the same address. */
static struct tm_guest guest __attribute__((aligned(16)));

FIXTURE(tm_one_reg) {
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct tm_guest *guest;
};

FIXTURE_SETUP(tm_one_reg)
{
	if (!kvm_has_cap(KVM_CAP_PPC_HTM))
		SKIP(return, "no transactional memory");

	self->vm = vm_create_with_one_vcpu(&self->vcpu, tm_guest_stop_suspended);
	self->guest = addr_gva2hva(self->vm, (gva_t)&guest);
	tm_guest_init(self->guest, (gva_t)&guest, SEED);
}

FIXTURE_TEARDOWN(tm_one_reg)
{
	if (self->vm)
		kvm_vm_free(self->vm);
}

#define TM_TEST(name)	TEST_F_TIMEOUT(tm_one_reg, name, 300)

static void set_all(struct kvm_vcpu *vcpu, const struct tm_reg *regs, int n, u64 seed)
{
	int i;

	for (i = 0; i < n; i++)
		tm_reg_set(vcpu, &regs[i], tm_reg_value(&regs[i], seed));
}

/* The first register that has another value than set_all() gave it, or "" */
static const char *first_change(struct kvm_vcpu *vcpu, const struct tm_reg *regs,
				int n, u64 seed)
{
	int i;

	for (i = 0; i < n; i++)
		if (tm_reg_get(vcpu, &regs[i]) != tm_reg_value(&regs[i], seed))
			return regs[i].name;
	return "";
}

static void set_current(struct kvm_vcpu *vcpu, u64 seed)
{
	struct kvm_regs regs;
	struct tm_regset set;

	tm_regset_fill(&set, seed);
	vcpu_regs_get(vcpu, &regs);
	memcpy(regs.gpr, set.gpr, sizeof(regs.gpr));
	regs.cr = set.cr;
	regs.lr = set.lr;
	regs.ctr = set.ctr;
	regs.xer = set.xer;
	vcpu_regs_set(vcpu, &regs);
}

static void check_current(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu, u64 seed)
{
	struct kvm_regs regs;
	struct tm_regset set;

	tm_regset_fill(&set, seed);
	vcpu_regs_get(vcpu, &regs);
	EXPECT_EQ(0, memcmp(regs.gpr, set.gpr, sizeof(regs.gpr)));
	EXPECT_EQ(set.cr, regs.cr);
	EXPECT_EQ(set.lr, regs.lr);
	EXPECT_EQ(set.ctr, regs.ctr);
	EXPECT_EQ(set.xer, regs.xer);
}

static void round_trip(struct __test_metadata *_metadata, struct kvm_vcpu *vcpu)
{
	set_all(vcpu, tm_regs, NR_TM_REGS, SEED);
	EXPECT_STREQ("", first_change(vcpu, tm_regs, NR_TM_REGS, SEED));
	set_all(vcpu, tm_regs, NR_TM_REGS, ~SEED);
	EXPECT_STREQ("", first_change(vcpu, tm_regs, NR_TM_REGS, ~SEED));
}

TM_TEST(capability)
{
	EXPECT_EQ(1, kvm_check_cap(KVM_CAP_PPC_HTM));
	EXPECT_EQ(1, vm_check_cap(self->vm, KVM_CAP_PPC_HTM));
}

TM_TEST(round_trip_before_first_run)
{
	round_trip(_metadata, self->vcpu);
}

TM_TEST(round_trip_nontransactional)
{
	/* Not to the end: the guest is at its first instruction or later. */
	vcpu_run_for(self->vcpu, 1000);
	ASSERT_EQ(0, vcpu_msr(self->vcpu) & MSR_TS_MASK);
	round_trip(_metadata, self->vcpu);
}

static void suspend(struct kvm_vcpu *vcpu, void *guest_code)
{
	vcpu_enter_problem_state(vcpu, guest_code, (gva_t)&guest);
}

TM_TEST(round_trip_suspended_privileged)
{
	suspend(self->vcpu, tm_guest_stop_suspended);
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	ASSERT_EQ(MSR_TS_S, vcpu_msr(self->vcpu) & MSR_TS_MASK);
	round_trip(_metadata, self->vcpu);
}

TM_TEST(round_trip_suspended_problem_state)
{
	suspend(self->vcpu, tm_guest_spin_suspended);
	while (!READ_ONCE(self->guest->suspended))
		vcpu_run_for(self->vcpu, 10000);
	ASSERT_EQ(MSR_TS_S | MSR_PR, vcpu_msr(self->vcpu) & (MSR_TS_MASK | MSR_PR));
	round_trip(_metadata, self->vcpu);
}

TM_TEST(all_ones_and_zeros)
{
	const struct tm_reg *reg;

	for (reg = tm_regs; reg < tm_regs + NR_TM_REGS; reg++) {
		__uint128_t ones = reg->bits == 128 ? ~(__uint128_t)0 :
						      ((__uint128_t)1 << reg->bits) - 1;

		tm_reg_set(self->vcpu, reg, ones);
		EXPECT_TRUE(tm_reg_get(self->vcpu, reg) == ones)
			TH_LOG("%s", reg->name);
		tm_reg_set(self->vcpu, reg, 0);
		EXPECT_TRUE(tm_reg_get(self->vcpu, reg) == 0)
			TH_LOG("%s", reg->name);
	}
}

TM_TEST(one_write_changes_one_register)
{
	int i, j;

	for (i = 0; i < NR_TM_REGS; i++) {
		set_all(self->vcpu, tm_regs, NR_TM_REGS, SEED);
		tm_reg_set(self->vcpu, &tm_regs[i], ~tm_reg_value(&tm_regs[i], SEED));
		for (j = 0; j < NR_TM_REGS; j++)
			if (j != i)
				EXPECT_TRUE(tm_reg_get(self->vcpu, &tm_regs[j]) ==
					    tm_reg_value(&tm_regs[j], SEED))
					TH_LOG("%s by %s", tm_regs[j].name, tm_regs[i].name);
	}
}

TM_TEST(checkpoint_writes_leave_current_registers)
{
	set_current(self->vcpu, SEED);
	set_all(self->vcpu, live_regs, NR_LIVE_REGS, SEED);
	set_all(self->vcpu, tm_regs, NR_TM_REGS, ~SEED);
	EXPECT_STREQ("", first_change(self->vcpu, live_regs, NR_LIVE_REGS, SEED));
	check_current(_metadata, self->vcpu, SEED);
}

TM_TEST(current_writes_leave_checkpoint)
{
	set_all(self->vcpu, tm_regs, NR_TM_REGS, SEED);
	set_all(self->vcpu, live_regs, NR_LIVE_REGS, ~SEED);
	set_current(self->vcpu, ~SEED);
	EXPECT_STREQ("", first_change(self->vcpu, tm_regs, NR_TM_REGS, SEED));
}

/* Of Linux 7.3: the write went to the current VSCR. */
TM_TEST(vscr_of_checkpoint)
{
	u32 current = 0x10000, checkpointed = 1, value;

	vcpu_set_reg(self->vcpu, KVM_REG_PPC_VSCR, current);
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_TM_VSCR, checkpointed);
	ASSERT_EQ(0, __vcpu_get_reg(self->vcpu, KVM_REG_PPC_VSCR, &value));
	EXPECT_EQ(current, value);
	ASSERT_EQ(0, __vcpu_get_reg(self->vcpu, KVM_REG_PPC_TM_VSCR, &value));
	EXPECT_EQ(checkpointed, value);
}

static volatile bool stopped;
static u64 tar_found;

/* Problem state: a transaction of a program that does not use TAR. */
static void guest_begin(void)
{
	while (!stopped) {
		if (!__builtin_tbegin(0))
			continue;
		__builtin_tsuspend();
		stopped = true;
		hcall1(H_TM_STOP, 0);
		__builtin_tresume();
	}
	tar_found = mfspr(SPRN_TAR);
	hcall1(H_TM_DONE, 0);
}

static void guest_kernel(void)
{
	mtspr(SPRN_FSCR, 1UL << FSCR_TAR_LG);
	hcall1(H_TM_STOP, 0);
	mtspr(SPRN_SRR0, guest_begin);
	mtspr(SPRN_SRR1, mfmsr() | MSR_PR | MSR_TM);
	asm volatile("rfid");
}

/* Of Linux 7.3: it was the VMM's, if MSR[TM] had been off when the vCPU was loaded. */
TM_TEST(tar_of_checkpoint)
{
	const u64 tar = 0x123456789abcdef0;

	vcpu_arch_set_entry_point(self->vcpu, guest_kernel);
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	vcpu_set_reg(self->vcpu, KVM_REG_PPC_TAR, tar);
	mtspr(SPRN_TAR, ~tar);
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_STOP));
	EXPECT_EQ(tar, vcpu_get_reg(self->vcpu, KVM_REG_PPC_TM_TAR));
	vcpu_run(self->vcpu);
	ASSERT_TRUE(vcpu_in_hcall(self->vcpu, H_TM_DONE));
	sync_global_from_guest(self->vm, tar_found);
	EXPECT_EQ(tar, tar_found);
}

/* DSCR, PPR, AMR: checkpointed, so that migration needs them. */
TM_TEST(current_dscr_ppr_amr)
{
	static const u64 ids[] = { KVM_REG_PPC_DSCR, KVM_REG_PPC_PPR, KVM_REG_PPC_AMR };
	u64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		value = 0x1234567 + i;
		EXPECT_EQ(0, __vcpu_set_reg(self->vcpu, ids[i], value));
		value = 0;
		EXPECT_EQ(0, __vcpu_get_reg(self->vcpu, ids[i], &value));
		EXPECT_EQ(0x1234567 + i, value);
	}
}

TM_TEST(sizes)
{
	const struct tm_reg *reg;

	for (reg = tm_regs; reg < tm_regs + NR_TM_REGS; reg++) {
		u8 buffer[32];
		int i;

		memset(buffer, 0xa5, sizeof(buffer));
		ASSERT_EQ(0, __vcpu_get_reg(self->vcpu, reg->id, buffer));
		for (i = KVM_REG_SIZE(reg->id); i < sizeof(buffer); i++)
			EXPECT_EQ(0xa5, buffer[i]) TH_LOG("%s", reg->name);
	}
}

TM_TEST(unknown_registers)
{
	static const u64 ids[] = {
		KVM_REG_PPC_TM | KVM_REG_SIZE_U64 | 0x6b,	/* after the last */
		KVM_REG_PPC_TM | KVM_REG_SIZE_U64 | 0xffff,
		KVM_REG_PPC_TM | KVM_REG_SIZE_U32 | 0,		/* GPR0 in 32 bits */
		KVM_REG_PPC_TM | KVM_REG_SIZE_U128 | 0,
		KVM_REG_PPC_TM | KVM_REG_SIZE_U64 | 0x20,	/* VSR0 in 64 bits */
		KVM_REG_PPC_TM | KVM_REG_SIZE_U64 | 0x67,	/* VSCR in 64 bits */
		KVM_REG_PPC_TM | KVM_REG_SIZE_U128 | 0x60,	/* after VSR63 */
		KVM_REG_PPC_TM | KVM_REG_SIZE_U128 | 0x1f,	/* before VSR0 */
		KVM_REG_PPC_TM | KVM_REG_SIZE_U2048 | 0,
	};
	u8 buffer[256];
	int i;

	set_all(self->vcpu, tm_regs, NR_TM_REGS, SEED);
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct kvm_one_reg reg = { .id = ids[i], .addr = (u64)buffer };

		EXPECT_EQ(-1, __vcpu_ioctl(self->vcpu, KVM_GET_ONE_REG, &reg));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, __vcpu_ioctl(self->vcpu, KVM_SET_ONE_REG, &reg));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_STREQ("", first_change(self->vcpu, tm_regs, NR_TM_REGS, SEED));
}

TM_TEST(bad_address)
{
	struct kvm_one_reg reg = { .addr = 8 };
	int i;

	set_all(self->vcpu, tm_regs, NR_TM_REGS, SEED);
	for (i = 0; i < NR_TM_REGS; i++) {
		reg.id = tm_regs[i].id;
		EXPECT_EQ(-1, __vcpu_ioctl(self->vcpu, KVM_GET_ONE_REG, &reg));
		EXPECT_EQ(EFAULT, errno);
		EXPECT_EQ(-1, __vcpu_ioctl(self->vcpu, KVM_SET_ONE_REG, &reg));
		EXPECT_EQ(EFAULT, errno);
	}
	EXPECT_STREQ("", first_change(self->vcpu, tm_regs, NR_TM_REGS, SEED));
}

TEST_HARNESS_MAIN
