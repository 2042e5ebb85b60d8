# SPDX-License-Identifier: GPL-2.0-only
#
# The steps by name; scripts/ does them. `make help` lists them.
#
# Kbuild, not this file, is what a kernel build reads of this directory.

.PHONY: all help run test test-cloud test-migration bench series shell fetch clean distclean

# What to run of the tests: a pattern.
T ?=

help all:
	@echo 'make run        boot, load kvm_pr_tm, let a guest execute transactions, judge them'
	@echo 'make test       all tests; T=PATTERN for those whose name matches'
	@echo 'make test-cloud those of them that run on two hypervisors: KVM HV, and in its guest PR'
	@echo 'make test-migration'
	@echo '                a guest that is migrated in the middle of transactions (not in make test)'
	@echo 'make bench      what it costs, against the C implementation: tables, build/bench/'
	@echo 'make series     the kernel patch series, for git am on 7.3: build/series/'
	@echo 'make shell      a shell in the emulated host (level 1)'
	@echo 'make fetch      download all sources now, to work without a network later'
	@echo 'make clean      remove what was built; sources and tools stay'
	@echo 'make distclean  remove build/; downloads stay (scripts/fetch --help says where)'
	@echo
	@echo 'scripts/vm --help: run a command in either level'

run:
	@scripts/run

test:
	@scripts/test $(if $(T),'$(T)')

test-cloud:
	@scripts/test '^cloud/'

test-migration:
	@selftests/migration/run

bench:
	@scripts/bench

series:
	@scripts/series

shell:
	@scripts/vm --interactive -- bash

fetch:
	@scripts/deps
	@scripts/fetch

# Sources and their stamps stay, so that the next build need not unpack.
clean:
	rm -rf build/linux build/linux-c build/linux-debug build/linux-builtin build/linux-debian-*
	rm -rf build/qemu build/qemu-kvm build/qemu-stock build/qemu-kvm-each
	rm -rf build/sysroot build/selftests
	rm -rf build/series build/qemu-series build/bench build/coverage build/log build/root
	rm -rf build/vm-* build/mutant-*
	rm -f $(addprefix build/stamp/,linux linux-c linux-debug linux-builtin root sysroot)
	rm -f $(addprefix build/stamp/,$(foreach v,qemu qemu-kvm qemu-stock qemu-kvm-each,$(v) $(v)-configure))

distclean:
	rm -rf build selftests/rules/target
