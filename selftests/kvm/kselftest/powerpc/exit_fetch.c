// SPDX-License-Identifier: GPL-2.0-only
/*
 * On its way out of a guest KVM loads the instruction that the guest exited by,
 * in the guest's context. If the host took the page away a moment ago, this
 * load faults: it must not cost the guest a register. It takes two CPUs, one of
 * which takes pages away.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "kvm_util.h"
#include "processor.h"
#include "ucall_common.h"

#define NR_EXITS	2000
#define PPR_LOW		(2UL << 50)
#define PAGE		0x10000UL

static u64 lost;

static void guest_exit_with_low_priority(void)
{
	u64 ppr, pvr;
	int i;

	for (i = 0; i < NR_EXITS; i++) {
		/* KVM emulates mfpvr. */
		asm volatile("mtspr %[ppr_nr],%[low]; mfpvr %[pvr]; mfspr %[ppr],%[ppr_nr]; or 2,2,2"
			     : [ppr] "=r"(ppr), [pvr] "=r"(pvr)
			     : [low] "r"(PPR_LOW), [ppr_nr] "i"(SPRN_PPR));
		lost += ppr != PPR_LOW;
	}
	GUEST_DONE();
}

struct page {
	void *address;
	atomic_bool stop;
	unsigned long taken;
};

/* A page that changes its protection is taken from the guest; its content stays. */
static void *take_page(void *data)
{
	struct page *page = data;

	while (!page->stop) {
		TEST_ASSERT(!mprotect(page->address, PAGE, PROT_READ), "mprotect: errno %d", errno);
		TEST_ASSERT(!mprotect(page->address, PAGE, PROT_READ | PROT_WRITE),
			    "mprotect: errno %d", errno);
		page->taken += 2;
	}
	return NULL;
}

FIXTURE(exit_fetch) {
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
};

FIXTURE_SETUP(exit_fetch)
{
	self->vm = vm_create_with_one_vcpu(&self->vcpu, guest_exit_with_low_priority);
}

FIXTURE_TEARDOWN(exit_fetch)
{
	kvm_vm_free(self->vm);
}

TEST_F_TIMEOUT(exit_fetch, ppr, 300)
{
	u64 code = (u64)guest_exit_with_low_priority & -PAGE;
	struct page page = { .address = addr_gva2hva(self->vm, code) };
	pthread_t thread;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU");
	ASSERT_EQ(0, pthread_create(&thread, NULL, take_page, &page));
	vcpu_run(self->vcpu);
	page.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(UCALL_DONE, get_ucall(self->vcpu, NULL));
	sync_global_from_guest(self->vm, lost);
	TH_LOG("%d exits, the page taken %lu times", NR_EXITS, page.taken);
	EXPECT_LT(0, page.taken);
	EXPECT_EQ(0, lost);
}

TEST_HARNESS_MAIN
