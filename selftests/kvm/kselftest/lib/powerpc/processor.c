// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM selftest library for PR KVM on 64-bit Book3S.
 *
 * Guests are little-endian and run in supervisor state with translation on.
 * Their hashed page table is outside of the guest, where PR KVM looks for that
 * of a PAPR guest; all of their addresses are in one segment of 1 TB.
 */
#include <linux/sizes.h>
#include <sys/mman.h>

#include "guest_modes.h"
#include "hcall.h"
#include "kvm_util.h"
#include "processor.h"
#include "ucall_common.h"

#define SEGMENT_SHIFT		40
#define SEGMENT_VSID		1UL

#define SLB_ESID_V		0x0000000008000000UL
#define SLB_VSID_B_1T		0x4000000000000000UL
#define SLB_VSID_SHIFT_1T	24
#define SLB_VSID_L		0x100UL
#define SLB_VSID_LP_01		0x010UL

/* 2^18 groups of 8 entries; no group of a test overflows with that. */
#define HPT_SHIFT		25
#define HPTES_PER_GROUP		8

#define HPTE_V_1TB_SEG		0x4000000000000000UL
#define HPTE_V_AVPN		0x3fffffffffffff80UL
#define HPTE_V_LARGE		0x4UL
#define HPTE_V_SECONDARY	0x2UL
#define HPTE_V_VALID		0x1UL
#define HPTE_R_LP_64K		0x1000UL
#define HPTE_R_M		0x10UL
#define HPTE_R_PP_RW		0x2UL

#define LPCR_ILE		0x0000000002000000UL

#define EXCEPTION_STACK_PAGES	1
#define NR_VECTORS		(0x1000 / 0x20)

struct hpte {
	__be64 v;
	__be64 r;
};

/* In assembly. */
extern char exception_vectors[], exception_vectors_end[];

/* Per VM, in the guest: handlers by vector / 0x20. */
static handler_fn exception_handlers[NR_VECTORS];

static struct hpte *hpt_group(struct kvm_vm *vm, gva_t gva, bool secondary)
{
	u64 hash = SEGMENT_VSID ^ (SEGMENT_VSID << 25) ^ (gva >> vm->page_shift);
	u64 groups = 1UL << (HPT_SHIFT - 7);

	if (secondary)
		hash = ~hash;
	return (struct hpte *)vm->arch.hpt + (hash & (groups - 1)) * HPTES_PER_GROUP;
}

static u64 hpte_v(struct kvm_vm *vm, gva_t gva, bool secondary)
{
	u64 va = (SEGMENT_VSID << SEGMENT_SHIFT) | gva;
	u64 v = HPTE_V_1TB_SEG | ((va >> 16) & HPTE_V_AVPN) | HPTE_V_VALID;

	if (vm->page_size == SZ_64K)
		v |= HPTE_V_LARGE;
	if (secondary)
		v |= HPTE_V_SECONDARY;
	return v;
}

static struct hpte *hpt_find(struct kvm_vm *vm, gva_t gva)
{
	int secondary, i;

	for (secondary = 0; secondary < 2; secondary++) {
		struct hpte *group = hpt_group(vm, gva, secondary);

		for (i = 0; i < HPTES_PER_GROUP; i++)
			if (be64toh(group[i].v) == hpte_v(vm, gva, secondary))
				return &group[i];
	}
	return NULL;
}

void virt_arch_pgd_alloc(struct kvm_vm *vm)
{
	size_t size = 1UL << HPT_SHIFT;
	char *area;

	if (vm->mmu.pgd_created)
		return;

	TEST_ASSERT(vm->page_size == getpagesize(),
		    "Guest pages of %u bytes, host pages of %u", vm->page_size,
		    getpagesize());

	/* Aligned to its size; what it takes is what gets mapped. */
	area = kvm_mmap(2 * size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	vm->arch.hpt = (void *)align_up((u64)area, size);
	if (vm->arch.hpt != area)
		kvm_munmap(area, (char *)vm->arch.hpt - area);
	kvm_munmap(vm->arch.hpt + size, area + size - (char *)vm->arch.hpt);
	vm->mmu.pgd_created = true;
}

void virt_arch_pg_map(struct kvm_vm *vm, gva_t gva, gpa_t gpa)
{
	u64 r = gpa | HPTE_R_M | HPTE_R_PP_RW;
	int secondary, i;

	TEST_ASSERT((gva % vm->page_size) == 0 && (gpa % vm->page_size) == 0,
		    "Not on a page boundary, gva: 0x%lx gpa: 0x%lx page size: 0x%x",
		    gva, gpa, vm->page_size);
	TEST_ASSERT(sparsebit_is_set(vm->vpages_valid, gva >> vm->page_shift),
		    "Invalid virtual address, gva: 0x%lx", gva);
	TEST_ASSERT((gpa >> vm->page_shift) <= vm->max_gfn,
		    "Beyond maximum supported, gpa: 0x%lx max_gfn: 0x%lx",
		    gpa, vm->max_gfn);
	TEST_ASSERT(!hpt_find(vm, gva), "Mapped already, gva: 0x%lx", gva);

	if (vm->page_size == SZ_64K)
		r |= HPTE_R_LP_64K;

	for (secondary = 0; secondary < 2; secondary++) {
		struct hpte *group = hpt_group(vm, gva, secondary);

		for (i = 0; i < HPTES_PER_GROUP; i++) {
			if (group[i].v)
				continue;
			group[i].r = htobe64(r);
			WRITE_ONCE(group[i].v, htobe64(hpte_v(vm, gva, secondary)));
			return;
		}
	}
	TEST_FAIL("Hashed page table overflow, gva: 0x%lx", gva);
}

gpa_t addr_arch_gva2gpa(struct kvm_vm *vm, gva_t gva)
{
	struct hpte *hpte = hpt_find(vm, gva & ~(gva_t)(vm->page_size - 1));
	u64 r;

	TEST_ASSERT(hpte, "No mapping for vm virtual address, gva: 0x%lx", gva);
	r = be64toh(hpte->r) & ~(u64)(vm->page_size - 1);
	return r | (gva & (vm->page_size - 1));
}

void virt_arch_dump(FILE *stream, struct kvm_vm *vm, u8 indent)
{
	struct hpte *hpt = vm->arch.hpt;
	u64 i;

	for (i = 0; hpt && i < (1UL << HPT_SHIFT) / sizeof(*hpt); i++)
		if (hpt[i].v)
			fprintf(stream, "%*s%6lx: %016lx %016lx\n", indent, "", i,
				(unsigned long)be64toh(hpt[i].v),
				(unsigned long)be64toh(hpt[i].r));
}

/* All addresses are in one segment. */
void vm_populate_gva_bitmap(struct kvm_vm *vm)
{
	sparsebit_set_num(vm->vpages_valid, 0, 1UL << (SEGMENT_SHIFT - vm->page_shift));
}

/* The vectors are at 0, both real and virtual: below all that is allocated. */
static void install_vectors(struct kvm_vm *vm)
{
	size_t size = exception_vectors_end - exception_vectors;
	gpa_t gpa;

	TEST_ASSERT(size <= KVM_UTIL_MIN_VADDR, "Vectors of %zu bytes", size);
	for (gpa = 0; gpa < size; gpa += vm->page_size)
		virt_pg_map(vm, gpa, gpa);
	memcpy(addr_gpa2hva(vm, 0), exception_vectors, size);
}

void kvm_arch_vm_post_create(struct kvm_vm *vm, unsigned int nr_vcpus)
{
	install_vectors(vm);
}

void kvm_arch_vm_release(struct kvm_vm *vm)
{
	if (vm->arch.hpt)
		kvm_munmap(vm->arch.hpt, 1UL << HPT_SHIFT);
	vm->arch.hpt = NULL;
	vm->mmu.pgd_created = false;
}

static void vcpu_set_mmu(struct kvm_vcpu *vcpu)
{
	struct kvm_vm *vm = vcpu->vm;
	u64 slbv = SLB_VSID_B_1T | (SEGMENT_VSID << SLB_VSID_SHIFT_1T);
	struct kvm_sregs sregs;

	if (vm->page_size == SZ_64K)
		slbv |= SLB_VSID_L | SLB_VSID_LP_01;

	vcpu_sregs_get(vcpu, &sregs);
	sregs.u.s.sdr1 = (u64)vm->arch.hpt | (HPT_SHIFT - 18);
	memset(sregs.u.s.ppc64.slb, 0, sizeof(sregs.u.s.ppc64.slb));
	sregs.u.s.ppc64.slb[0].slbe = SLB_ESID_V;
	sregs.u.s.ppc64.slb[0].slbv = slbv;
	vcpu_sregs_set(vcpu, &sregs);
}

static void vcpu_set_papr(struct kvm_vcpu *vcpu)
{
	vcpu_enable_cap(vcpu, KVM_CAP_PPC_PAPR, 0);
	vcpu_set_reg(vcpu, KVM_REG_PPC_HIOR, 0);
	vcpu_set_reg(vcpu, KVM_REG_PPC_LPCR_64, LPCR_ILE);
}

/* The TOC pointer, which guest code shares with this program. */
static u64 toc(void)
{
	u64 r2;

	asm("mr %0,2" : "=r"(r2));
	return r2;
}

struct kvm_vcpu *vm_arch_vcpu_add(struct kvm_vm *vm, u32 vcpu_id)
{
	size_t stack_size = DEFAULT_STACK_PGS * vm->page_size;
	size_t exception_size = EXCEPTION_STACK_PAGES * vm->page_size;
	gva_t stack, exception_stack;
	struct kvm_regs regs;
	struct kvm_vcpu *vcpu;

	stack = __vm_alloc(vm, stack_size, DEFAULT_GUEST_STACK_VADDR_MIN,
			   MEM_REGION_DATA);
	exception_stack = __vm_alloc(vm, exception_size,
				     DEFAULT_GUEST_STACK_VADDR_MIN, MEM_REGION_DATA);

	vcpu = __vm_vcpu_add(vm, vcpu_id);
	vcpu_set_papr(vcpu);
	vcpu_set_mmu(vcpu);

	vcpu_regs_get(vcpu, &regs);
	regs.msr = MSR_DEFAULT;
	/* Room for what the first function saves in its caller's frame. */
	regs.gpr[1] = stack + stack_size - 256;
	regs.gpr[2] = toc();
	regs.sprg2 = exception_stack + exception_size;
	regs.sprg3 = vcpu_id;
	vcpu_regs_set(vcpu, &regs);

	return vcpu;
}

void vcpu_arch_set_entry_point(struct kvm_vcpu *vcpu, void *guest_code)
{
	struct kvm_regs regs;

	vcpu_regs_get(vcpu, &regs);
	regs.pc = (u64)guest_code;
	regs.gpr[12] = (u64)guest_code;
	vcpu_regs_set(vcpu, &regs);
}

void vcpu_args_set(struct kvm_vcpu *vcpu, unsigned int num, ...)
{
	struct kvm_regs regs;
	va_list ap;
	int i;

	TEST_ASSERT(num >= 1 && num <= 8, "Unsupported number of args,\n"
		    "num: %u", num);

	va_start(ap, num);
	vcpu_regs_get(vcpu, &regs);
	for (i = 0; i < num; i++)
		regs.gpr[i + 3] = va_arg(ap, u64);
	vcpu_regs_set(vcpu, &regs);
	va_end(ap);
}

void vcpu_arch_dump(FILE *stream, struct kvm_vcpu *vcpu, u8 indent)
{
	struct kvm_regs regs;
	int i;

	vcpu_regs_get(vcpu, &regs);
	fprintf(stream, "%*spc %016lx msr %016lx lr %016lx ctr %016lx cr %08lx xer %08lx\n",
		indent, "", (unsigned long)regs.pc, (unsigned long)regs.msr,
		(unsigned long)regs.lr, (unsigned long)regs.ctr,
		(unsigned long)regs.cr, (unsigned long)regs.xer);
	fprintf(stream, "%*ssrr0 %016lx srr1 %016lx\n", indent, "",
		(unsigned long)regs.srr0, (unsigned long)regs.srr1);
	for (i = 0; i < 32; i++)
		fprintf(stream, "%*sr%-2d %016lx%s", i % 4 ? 1 : indent, "", i,
			(unsigned long)regs.gpr[i], i % 4 == 3 ? "\n" : "");
}

void vm_install_exception_handler(struct kvm_vm *vm, int vector, handler_fn handler)
{
	handler_fn *handlers = addr_gva2hva(vm, (gva_t)exception_handlers);

	TEST_ASSERT(vector % 0x20 == 0 && vector / 0x20 < NR_VECTORS,
		    "No vector: 0x%x", vector);
	handlers[vector / 0x20] = handler;
}

/* Guest code, called by handlers.S. */
void route_exception(struct ex_regs *regs);
void route_exception(struct ex_regs *regs)
{
	handler_fn handler = exception_handlers[regs->vector / 0x20];

	if (handler) {
		handler(regs);
		return;
	}
	for (;;)
		ucall(UCALL_UNHANDLED, 5, regs->vector, regs->nip, regs->msr,
		      regs->dar, regs->dsisr);
}

void assert_on_unhandled_exception(struct kvm_vcpu *vcpu)
{
	struct ucall uc;

	if (get_ucall(vcpu, &uc) != UCALL_UNHANDLED)
		return;

	TEST_FAIL("Unexpected interrupt 0x%lx in guest (nip 0x%lx, msr 0x%lx, dar 0x%lx, dsisr 0x%lx)",
		  uc.args[0], uc.args[1], uc.args[2], uc.args[3], uc.args[4]);
}

u32 guest_get_vcpuid(void)
{
	return mfspr(SPRN_SPRG3);
}

/* PR KVM handles guests with the page size of the host best. */
void kvm_selftest_arch_init(void)
{
	guest_modes_append_default();
}
