// SPDX-License-Identifier: GPL-2.0-only

//! Counters, for an operator or a test to see what the module did.
//!
//! They are among the KVM statistics of a vcpu. `/sys/kernel/debug/kvm/` has a file for each, with the
//! sum over all VMs that exist, and in a folder for each VM those of that VM; `KVM_GET_STATS_FD` gives
//! them to the VMM. When a vcpu is destroyed, its counters are added up here:
//! `/sys/kernel/debug/kvm_pr_tm/stats` has one line `name value` for each.

use crate::vcpu::Vcpu;
use core::mem::offset_of;
use kernel::{
    bindings::kvm_vcpu_stat,
    fmt,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
};

/// One of the counters of a vcpu.
///
/// # Invariants
///
/// The offset of a `u64` in `struct kvm_vcpu_stat`.
#[derive(Clone, Copy)]
pub(crate) struct Counter(usize);

impl Counter {
    /// Its place in the statistics of a vcpu, which must be valid.
    #[inline(always)]
    pub(crate) fn of(self, stat: *mut kvm_vcpu_stat) -> *mut u64 {
        stat.wrapping_byte_add(self.0).cast()
    }
}

macro_rules! counters {
    ($($(#[doc = $doc:literal])* $name:ident = $field:ident;)*) => {
        $(
            $(#[doc = $doc])*
            // INVARIANT: Every field named here is a `u64`.
            pub(crate) const $name: Counter = Counter(offset_of!(kvm_vcpu_stat, $field));
        )*

        const ALL: &[(&str, Counter)] = &[$((stringify!($field), $name)),*];
    };
}

counters! {
    /// Transactions taken off the CPU (`treclaim.`).
    SAVES = tm_saves;
    /// Transactions put back on the CPU (`trechkpt.`).
    RESTORES = tm_restores;
    /// Times that the TM SPRs, TAR and DSCR became the guest's.
    SPR_LOADS = tm_spr_loads;
    /// Failed transactions whose registers the module put back itself.
    ROLLBACKS = tm_rollbacks;
    /// Transactions suspended to deliver an interrupt.
    SUSPENDS = tm_suspends;
    /// Emulated: tbegin.
    EMULATED_TBEGIN = tm_emulated_tbegin;
    /// Emulated: tend.
    EMULATED_TEND = tm_emulated_tend;
    /// Emulated: tabort. and the conditional forms.
    EMULATED_TABORT = tm_emulated_tabort;
    /// Emulated: tsr.
    EMULATED_TSR = tm_emulated_tsr;
    /// Emulated: tcheck
    EMULATED_TCHECK = tm_emulated_tcheck;
    /// Emulated: treclaim.
    EMULATED_TRECLAIM = tm_emulated_treclaim;
    /// Emulated: trechkpt.
    EMULATED_TRECHKPT = tm_emulated_trechkpt;
    /// Emulated: mfspr and mtspr of TFHAR, TFIAR, TEXASR and TEXASRU.
    EMULATED_SPR = tm_emulated_spr;
    /// Transactions failed because the vcpu was put.
    FAILED_PUT = tm_failed_put;
    /// Transactions failed because they were resumed in guest privileged state.
    FAILED_PRIVILEGED = tm_failed_privileged;
    /// Transactions failed because an access had to be emulated.
    FAILED_ACCESS = tm_failed_access;
    /// Transactions that the hardware failed while the host ran.
    FAILED_IN_HOST = tm_failed_in_host;
    /// TM Bad Thing interrupts given to guests.
    BAD_THINGS = tm_bad_things;
    /// MSR values from user space with a transaction: a vcpu that comes from elsewhere.
    SET_ACTIVE = tm_set_active;
    /// MSR values from user space that no CPU can be in.
    CORRECTED_MSRS = tm_corrected_msrs;
}

static TOTALS: [Atomic<u64>; ALL.len()] = [const { Atomic::new(0) }; ALL.len()];

/// Adds up the counters of a vcpu that is being destroyed.
///
/// Relaxed: a counter orders nothing.
pub(crate) fn retire(v: &Vcpu) {
    for ((_, counter), total) in ALL.iter().zip(&TOTALS) {
        total.fetch_add(v.counted(*counter), Relaxed);
    }
}

/// Writes a line for each total.
pub(crate) fn show(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for ((name, _), total) in ALL.iter().zip(&TOTALS) {
        writeln!(f, "{name} {}", total.load(Relaxed))?;
    }
    Ok(())
}
