// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_msr: a VMM that gives its vcpu every MSR[TS] and MSR[TM] there is, prints
 * what the module has counted of it, and stays, so that others can look at its VM.
 *
 *   set_msr [TIMES]
 *
 * Needs kvm_pr_tm loaded. The output is that of KVM_GET_STATS_FD, a line "NAME
 * NUMBER" for each counter, and a last line "end".
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define VM_TYPE_PR	2
#define MSR_SF		(1ull << 63)
#define TS_TM_SHIFT	32
#define TS_TM_VALUES	8

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int create_vcpu(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, VM_TYPE_PR);
	int vcpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);

	if (vcpu < 0)
		die("vcpu");
	return vcpu;
}

static void set_each_msr(int vcpu)
{
	uint64_t ts_tm;

	for (ts_tm = 0; ts_tm < TS_TM_VALUES; ts_tm++) {
		struct kvm_regs regs = { .msr = MSR_SF | ts_tm << TS_TM_SHIFT };

		if (ioctl(vcpu, KVM_SET_REGS, &regs))
			die("KVM_SET_REGS");
	}
}

static void read_at(int fd, void *to, size_t size, off_t offset)
{
	if (pread(fd, to, size, offset) != (ssize_t)size)
		die("statistics");
}

static void print_counters(int vcpu)
{
	int fd = ioctl(vcpu, KVM_GET_STATS_FD, NULL);
	struct kvm_stats_header header;
	uint32_t i;

	if (fd < 0)
		die("KVM_GET_STATS_FD");
	read_at(fd, &header, sizeof(header), 0);
	for (i = 0; i < header.num_desc; i++) {
		size_t size = sizeof(struct kvm_stats_desc) + header.name_size;
		struct kvm_stats_desc *desc = malloc(size);
		uint64_t value;

		read_at(fd, desc, size, header.desc_offset + i * size);
		if (!strncmp(desc->name, "tm_", 3)) {
			read_at(fd, &value, sizeof(value), header.data_offset + desc->offset);
			printf("%s %llu\n", desc->name, (unsigned long long)value);
		}
		free(desc);
	}
	puts("end");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned int times = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	int vcpu = create_vcpu();

	while (times--)
		set_each_msr(vcpu);
	print_counters(vcpu);
	pause();
	return 0;
}
