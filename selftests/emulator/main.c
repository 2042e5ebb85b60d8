// SPDX-License-Identifier: GPL-2.0-only
/* "only=TEXT" in the boot arguments runs those tests that have TEXT in their names. */
#include "emulator.h"

int main(void)
{
	start();
	if (contains(boot_arguments, "stop")) {
		test_stop();
		finish();
	}
	test_instructions();
	test_transitions();
	test_handler();
	test_commits();
	test_from_transactional();
	asm volatile("mtspr 153, %0" : : "r" (FSCR_TAR));
	test_checkpoint();
	test_memory();
	test_accesses();
	test_transactions();
	test_translation();
	test_segments();
	test_fetch();
	test_branches();
	test_device();
	test_smp();
	if (is_hypervisor())
		test_hypervisor();
	finish();
}
