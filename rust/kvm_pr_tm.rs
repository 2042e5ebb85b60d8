// SPDX-License-Identifier: GPL-2.0-only

//! Transactional memory for guests of Book3S PR KVM.
//!
//! C header: [`arch/powerpc/include/asm/kvm_pr_tm.h`](srctree/arch/powerpc/include/asm/kvm_pr_tm.h)
//!
//! A PR guest runs in problem state, so its transactions are real ones: the CPU runs them, and the
//! host runs in Suspended state while a vcpu with a transaction is loaded. What this module adds is
//!
//! * [`switch`]: whose registers the CPU holds, and what becomes of a transaction when the vcpu
//!   leaves the CPU;
//! * [`emulate`]: the instructions and SPRs that trap, because privileged state is emulated;
//! * [`one_reg`]: the registers that user space sees;
//! * [`isa`]: the rules behind all of it, free of any vcpu.
//!
//! Most of what is `unsafe` is at the edges: [`cpu`] (SPRs and MSR of this CPU), [`vcpu`] (the C
//! structure), [`ops`] (the functions that C calls) and `window.rs` (the two windows around
//! `treclaim.` and `trechkpt.`). Besides, [`switch`] and [`emulate`] call functions of C, [`trace`]
//! its tracepoints, and [`one_reg`] picks fields of the C structure. [`isa`] has none, which the
//! compiler sees to.

use kernel::{
    debugfs,
    prelude::*, //
};

mod cpu;
mod emulate;
mod isa;
mod one_reg;
mod ops;
mod stats;
mod switch;
mod trace;
mod vcpu;

module! {
    type: KvmPrTm,
    name: "kvm_pr_tm",
    authors: ["kvm_pr_tm maintainers"],
    description: "Transactional memory for guests of Book3S PR KVM",
    license: "GPL",
    params: {
        privileged: bool {
            default: false,
            description: "Let transactions of guest kernels run (default: they fail at tbegin.)",
        },
    },
}

/// The loaded module. While it exists, new VMs get transactional memory.
#[pin_data]
struct KvmPrTm {
    // Dropped first: no VM has the operations then, see `ops::Registration`.
    _registration: ops::Registration,
    #[pin]
    _stats: debugfs::File<()>,
    _debugfs: debugfs::Dir,
}

impl kernel::InPlaceModule for KvmPrTm {
    /// Fails with `ENODEV` on a host that cannot run transactions.
    fn init(module: &'static ThisModule) -> impl PinInit<Self, Error> {
        let debugfs = debugfs::Dir::new(c"kvm_pr_tm");

        try_pin_init!(Self {
            _registration: ops::Registration::new(module, module_parameters::privileged.value())?,
            _stats <- debugfs.read_callback_file(c"stats", (), &|(), f| stats::show(f)),
            _debugfs: debugfs,
        })
    }
}
