// SPDX-License-Identifier: GPL-2.0-only
/*
 * lifecycle: the module comes and goes, VMs are created before, while and after
 * it is there, and a VM has transactional memory for life or never.
 *
 *   lifecycle         needs kvm-pr loaded, kvm_pr_tm not
 *   lifecycle absent  the same, on a host where it cannot be loaded
 *   lifecycle failing the same, in a kernel with fail-nth: every allocation of a
 *                     load fails in turn, then of a VM, and of a vcpu
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host.h"
#include "tap.h"

#define VM_TYPE_PR	2
#define RELOADS		5
#define MAX_ALLOCATIONS	5000
#define TM_REGISTERS	110
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int kvm;

struct vm {
	int fd;
	int vcpu;
};

static struct vm create_vm(void)
{
	struct vm vm = { .fd = ioctl(kvm, KVM_CREATE_VM, VM_TYPE_PR) };

	vm.vcpu = vm.fd >= 0 ? ioctl(vm.fd, KVM_CREATE_VCPU, 0) : -1;
	if (vm.vcpu < 0)
		perror("# cannot create a VM");
	return vm;
}

static void destroy_vm(struct vm *vm)
{
	close(vm->fd);
	close(vm->vcpu);
}

static bool has_htm(int fd)
{
	return ioctl(fd, KVM_CHECK_EXTENSION, KVM_CAP_PPC_HTM) > 0;
}

/* Whether a vcpu has a register to read. */
static bool has_register(const struct vm *vm, uint64_t id)
{
	uint64_t value[2];
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return !ioctl(vm->vcpu, KVM_GET_ONE_REG, &reg);
}

static bool has_tfhar(const struct vm *vm)
{
	return has_register(vm, KVM_REG_PPC_TFHAR);
}

/* How many registers of the facility a vcpu has: SPRs and a checkpoint. */
static unsigned int tm_registers(const struct vm *vm)
{
	static const uint64_t others[] = {
		KVM_REG_PPC_TFHAR, KVM_REG_PPC_TFIAR, KVM_REG_PPC_TEXASR,
		KVM_REG_PPC_TM_CR, KVM_REG_PPC_TM_LR, KVM_REG_PPC_TM_CTR,
		KVM_REG_PPC_TM_FPSCR, KVM_REG_PPC_TM_AMR, KVM_REG_PPC_TM_PPR,
		KVM_REG_PPC_TM_VRSAVE, KVM_REG_PPC_TM_VSCR, KVM_REG_PPC_TM_DSCR,
		KVM_REG_PPC_TM_TAR, KVM_REG_PPC_TM_XER,
	};
	unsigned int count = 0, i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		count += has_register(vm, others[i]);
	for (i = 0; i < 32; i++)
		count += has_register(vm, KVM_REG_PPC_TM_GPR(i));
	for (i = 0; i < 64; i++)
		count += has_register(vm, KVM_REG_PPC_TM_VSR(i));
	return count;
}

/*
 * Whether MSR[TM] and MSR[TS] of user space stay. To enter a guest with them would
 * be a TM Bad Thing on a CPU that has no facility.
 */
static bool takes_msr_ts(const struct vm *vm)
{
	const uint64_t ts_and_tm = 7ull << 32;
	struct kvm_regs regs = { .msr = 1ull << 63 | ts_and_tm };

	if (ioctl(vm->vcpu, KVM_SET_REGS, &regs) || ioctl(vm->vcpu, KVM_GET_REGS, &regs))
		perror("# registers");
	return regs.msr & ts_and_tm;
}

static bool check_vm(const struct vm *vm, bool tm, const char *which)
{
	return tap_result(vm->vcpu >= 0 && has_htm(vm->fd) == tm && has_tfhar(vm) == tm,
			  "%s has %stransactional memory", which, tm ? "" : "no ");
}

/* 0 or an errno. */
static int load(void)
{
	struct utsname name;
	char path[256];
	int fd, error;

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s/" MODULE ".ko", name.release);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	error = fd < 0 || syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	return error;
}

static int unload(void)
{
	return syscall(SYS_delete_module, MODULE, O_NONBLOCK) ? errno : 0;
}

static void check_status(int status, int wanted, const char *what)
{
	tap_result(status == wanted, "%s: %s", what, strerror(status));
}

static void come_and_go(void)
{
	struct vm before, first, second, after;
	int again = 0;

	tap_plan(22);
	tap_result(!has_htm(kvm), "KVM offers no transactional memory without the module");
	before = create_vm();
	check_vm(&before, false, "a VM created before the load");

	check_status(load(), 0, "load");
	check_status(load(), EEXIST, "a second load");
	tap_result(has_htm(kvm), "KVM offers transactional memory with the module");
	check_vm(&before, false, "a VM created before the load, afterwards,");
	tap_result(!takes_msr_ts(&before), "it has neither MSR[TM] nor MSR[TS]");
	tap_result(references() == 0, "that VM does not use the module");

	first = create_vm();
	second = create_vm();
	check_vm(&first, true, "a VM created after the load");
	tap_result(takes_msr_ts(&first), "it has MSR[TM]");
	tap_result(tm_registers(&first) == TM_REGISTERS, "it has %u registers of the facility",
		   tm_registers(&first));
	tap_result(references() == 2, "two VMs use the module: %d", references());
	check_status(unload(), EWOULDBLOCK, "unload with VMs");
	destroy_vm(&first);
	close(second.fd);
	check_status(unload(), EWOULDBLOCK, "unload with a vcpu that is left of a VM");
	tap_result(has_tfhar(&second), "that vcpu still has transactional memory");
	close(second.vcpu);
	check_status(unload(), 0, "unload");

	tap_result(!has_htm(kvm), "KVM offers no transactional memory after the unload");
	after = create_vm();
	check_vm(&after, false, "a VM created after the unload");
	while (again < RELOADS && !load()) {
		struct vm vm = create_vm();
		bool good = has_htm(vm.fd) && unload() == EWOULDBLOCK;

		destroy_vm(&vm);
		if (!good || unload())
			break;
		again++;
	}
	tap_result(again == RELOADS, "%d more times loaded, used and unloaded", again);
	check_vm(&before, false, "the first VM, after all that,");
	destroy_vm(&before);
	destroy_vm(&after);
	check_status(unload(), ENOENT, "unload of what is not there");
	tap_result(access("/sys/kernel/debug/" MODULE, F_OK) && references() < 0,
		   "nothing is left of the module");
}

/* Lets the nth allocation from now on fail; false if there is no such facility. */
static bool arm(unsigned int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	return write_file("/proc/thread-self/fail-nth", text);
}

/* Whether the armed allocation has failed; disarms it if not. */
static bool has_failed(void)
{
	char text[16] = "";
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);
	bool failed = fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && atoi(text) == 0;

	if (!failed)
		arm(0);
	close(fd);
	return failed;
}

/* What can fail for want of memory. */
struct attempt {
	const char *what;
	/* Comes before, with all allocations there. */
	bool (*prepare)(void);
	/* 0 or an errno. */
	int (*make)(void);
	/* Whether it was all or nothing, and nothing is left of it now. */
	bool (*clean_up)(int error);
};

static struct vm attempted;

static bool nothing_to_prepare(void)
{
	return true;
}

static bool unloaded(int error)
{
	if (error)
		return !has_htm(kvm) && references() < 0;
	return has_htm(kvm) && !unload();
}

static int make_vm(void)
{
	attempted = (struct vm){ ioctl(kvm, KVM_CREATE_VM, VM_TYPE_PR), -1 };
	return attempted.fd < 0 ? errno : 0;
}

static bool prepare_vm(void)
{
	return !make_vm();
}

static int make_vcpu(void)
{
	attempted.vcpu = ioctl(attempted.fd, KVM_CREATE_VCPU, 0);
	return attempted.vcpu < 0 ? errno : 0;
}

/* Whether the VM, or the vcpu if there is one, has the facility; and lets go of it. */
static bool destroyed(int error)
{
	bool good = error || (attempted.vcpu < 0 ? has_htm(attempted.fd) : has_tfhar(&attempted));

	destroy_vm(&attempted);
	return good && references() == 0;
}

static const struct attempt loading = { "load", nothing_to_prepare, load, unloaded };
static const struct attempt creating[] = {
	{ "VM", nothing_to_prepare, make_vm, destroyed },
	{ "vcpu", prepare_vm, make_vcpu, destroyed },
};

/* Until an attempt needs no more allocations than have failed before. */
static void fail_each_allocation(const struct attempt *attempt)
{
	unsigned int nth, refused = 0, borne = 0, odd = 0;
	bool failed = true, prepared = true;
	int error = 0;

	for (nth = 1; failed && nth < MAX_ALLOCATIONS; nth++) {
		prepared &= attempt->prepare();
		arm(nth);
		error = attempt->make();
		failed = has_failed();
		refused += failed && error;
		borne += failed && !error;
		if (!attempt->clean_up(error) || (error && error != ENOMEM)) {
			printf("# %s, allocation %u: %s\n", attempt->what, nth, strerror(error));
			odd++;
		}
	}
	tap_result(refused, "%s: %u allocations without which there is none", attempt->what, refused);
	tap_result(!odd && prepared, "%s: each ends with ENOMEM and leaves nothing; %u did not",
		   attempt->what, odd);
	tap_result(!failed && !error, "%s: one after %u that failed; %u did without", attempt->what,
		   refused, borne);
}

static int fail_allocations(void)
{
	unsigned int i;

	if (!arm(0)) {
		printf("Bail out! no fault injection in this kernel\n");
		return KSFT_FAIL;
	}
	/* Those that may sleep, too. */
	write_file("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	/* Nobody reads a stack of each. */
	write_file("/sys/kernel/debug/failslab/verbose", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	tap_plan(3 * (1 + ARRAY_SIZE(creating)) + 2);
	fail_each_allocation(&loading);
	check_status(load(), 0, "load");
	for (i = 0; i < ARRAY_SIZE(creating); i++)
		fail_each_allocation(&creating[i]);
	check_status(unload(), 0, "unload");
	return tap_finish();
}

/* That the facility is there for nobody, as for a VM without it elsewhere. */
static int absent(void)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_PPC_HTM };
	struct vm vm = create_vm();

	tap_plan(6);
	tap_result(references() < 0, "the module is not there");
	tap_result(!has_htm(kvm), "KVM offers no transactional memory");
	check_vm(&vm, false, "a VM");
	tap_result(!tm_registers(&vm), "it has %u registers of the facility", tm_registers(&vm));
	tap_result(!takes_msr_ts(&vm), "it has neither MSR[TM] nor MSR[TS]");
	tap_result(ioctl(vm.fd, KVM_ENABLE_CAP, &cap) && errno == EINVAL &&
		   ioctl(vm.vcpu, KVM_ENABLE_CAP, &cap) && errno == EINVAL,
		   "it cannot be given it: %s", strerror(errno));
	destroy_vm(&vm);
	return tap_finish();
}

int main(int argc, char **argv)
{
	kvm = open("/dev/kvm", O_RDWR);
	if (kvm < 0) {
		perror("/dev/kvm");
		return KSFT_FAIL;
	}
	if (argc > 1 && !strcmp(argv[1], "failing"))
		return fail_allocations();
	if (argc > 1 && !strcmp(argv[1], "absent"))
		return absent();
	come_and_go();
	return tap_finish();
}
