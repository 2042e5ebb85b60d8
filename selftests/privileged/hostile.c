// SPDX-License-Identifier: GPL-2.0-only
void test_hostile(void);
void test_hostile(void) {}
