// SPDX-License-Identifier: GPL-2.0-only

//! Counters, for an operator or a test to see what the module did.
//!
//! `/sys/kernel/debug/kvm_pr_tm/stats` has one line `name value` for each, over all VMs since the
//! module was loaded.

use kernel::{
    fmt,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
};

/// One event counter.
pub(crate) struct Counter(Atomic<u64>);

impl Counter {
    /// Counts one event. Relaxed: a counter orders nothing.
    #[inline]
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

macro_rules! counters {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {
        /// All counters.
        pub(crate) struct Stats {
            $($(#[doc = $doc])* pub(crate) $name: Counter,)*
        }

        impl Stats {
            const fn new() -> Self {
                Self { $($name: Counter(Atomic::new(0)),)* }
            }

            /// Writes a line for each counter.
            pub(crate) fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, concat!(stringify!($name), " {}"), self.$name.0.load(Relaxed))?;)*
                Ok(())
            }
        }
    };
}

counters! {
    /// Transactions taken off the CPU (`treclaim.`).
    saves;
    /// Transactions put back on the CPU (`trechkpt.`).
    restores;
    /// Times that the TM SPRs, TAR and DSCR became the guest's.
    spr_loads;
    /// Failed transactions whose registers the module put back itself.
    rollbacks;
    /// Transactions suspended to deliver an interrupt.
    suspends;
    /// Emulated: tbegin.
    emulated_tbegin;
    /// Emulated: tend.
    emulated_tend;
    /// Emulated: tabort. and the conditional forms.
    emulated_tabort;
    /// Emulated: tsr.
    emulated_tsr;
    /// Emulated: tcheck
    emulated_tcheck;
    /// Emulated: treclaim.
    emulated_treclaim;
    /// Emulated: trechkpt.
    emulated_trechkpt;
    /// Emulated: mfspr and mtspr.
    emulated_spr;
    /// TM Bad Thing interrupts given to guests.
    bad_things;
    /// Transactions failed because an access or instruction had to be emulated.
    failed_accesses;
    /// MSR values from user space that no CPU can be in.
    corrected_msrs;
}

/// The counters of this module.
pub(crate) static STATS: Stats = Stats::new();
