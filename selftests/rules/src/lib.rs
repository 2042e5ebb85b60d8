// SPDX-License-Identifier: GPL-2.0-only

//! The module's rules, tested on the build host.
//!
//! `rust/tests/rules.rs` has the tables. KUnit runs the same file in the kernel; what a host can do
//! besides is here: properties, and domains that are too large for a kernel test.

#[allow(dead_code)]
#[path = "../../../rust/isa/mod.rs"]
mod isa;

#[cfg(test)]
mod exhaustive;
#[cfg(test)]
mod properties;
#[cfg(test)]
#[path = "../../../rust/tests/rules.rs"]
mod rules;
