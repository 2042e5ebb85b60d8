// SPDX-License-Identifier: GPL-2.0-only

//! KUnit tests of `kvm_pr_tm`, as a module of their own.
//!
//! It is built of the same files, so that what is tested is not what runs guests, which therefore
//! need not carry tests. Nothing is registered with KVM here: the suites run when this is loaded.

#![allow(dead_code)] // What only the operations use.

use kernel::prelude::*;

mod cpu;
mod emulate;
mod isa;
mod one_reg;
mod stats;
mod switch;
mod tests;
mod trace;
mod vcpu;

module! {
    type: Tests,
    name: "kvm_pr_tm_kunit",
    authors: ["kvm_pr_tm maintainers"],
    description: "KUnit tests of kvm_pr_tm",
    license: "GPL",
}

struct Tests;

impl kernel::Module for Tests {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        Ok(Self)
    }
}
