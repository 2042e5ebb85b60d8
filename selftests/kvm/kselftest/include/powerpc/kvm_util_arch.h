/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTEST_KVM_UTIL_ARCH_H
#define SELFTEST_KVM_UTIL_ARCH_H

struct kvm_mmu_arch {};

struct kvm_vm_arch {
	/* Hashed page table: memory of this process, not of the guest */
	void *hpt;
};

#endif /* SELFTEST_KVM_UTIL_ARCH_H */
