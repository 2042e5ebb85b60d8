// SPDX-License-Identifier: GPL-2.0-only

//! The suites of `kvm_pr_tm_kunit`.
//!
//! `rules` needs no kernel, and runs on the build host too. The others work on a vcpu that is made
//! up; `switch` puts its transaction into the CPU that runs the test.

mod cpu;
mod emulate;
mod made_up;
mod one_reg;
mod rules;
mod switch;
mod vcpu;
