// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot arguments: "hostile" runs what a hostile guest kernel would do as well;
 * "recorded-as-problem-state", "recorded-with-hv" and "two-hypervisors" say what
 * cannot be hidden here; "only=TEXT", at the end, runs those tests that have TEXT in their names.
 */
#include "privileged.h"

int main(void)
{
	start();
	test_instructions();
	test_transitions();
	test_handler();
	test_commits();
	asm volatile("mtspr 153, %0" : : "r" (FSCR_TAR));
	test_checkpoint();
	test_exits();
	if (contains(boot_arguments, "hostile"))
		test_hostile();
	finish();
}
