// SPDX-License-Identifier: GPL-2.0-only

//! The tracepoints: `/sys/kernel/tracing/events/kvm_pr_tm/`.
//!
//! C header: `arch/powerpc/kvm/trace_pr_tm.h`. One that is off costs a no-op.

use crate::vcpu::Vcpu;
use kernel::{
    bindings::kvm_vcpu,
    tracepoint::declare_trace, //
};

macro_rules! events {
    ($($(#[doc = $doc:literal])* $event:ident($($arg:ident: $ty:ty),*) = $name:ident;)*) => {
        declare_trace! {
            $(
                /// # Safety
                ///
                /// `vcpu` must be valid.
                unsafe fn $name(vcpu: *mut kvm_vcpu $(, $arg: $ty)*);
            )*
        }

        $(
            $(#[doc = $doc])*
            #[inline(always)]
            pub(crate) fn $event(v: &Vcpu $(, $arg: $ty)*) {
                // SAFETY: By the type invariant of `Vcpu`.
                unsafe { $name(v.as_ptr() $(, $arg)*) }
            }
        )*
    };
}

events! {
    /// `treclaim.` took the transaction off the CPU.
    save() = kvm_pr_tm_save;
    /// `trechkpt.` put it back on the CPU.
    restore() = kvm_pr_tm_restore;
    /// It failed, and its failure handler is next.
    rollback() = kvm_pr_tm_rollback;
    /// It was suspended to deliver an interrupt.
    suspend() = kvm_pr_tm_suspend;
    /// An instruction was emulated, or `refused` with a TM Bad Thing; `ts` was MSR[TS] before.
    emulate(inst: u32, ts: u8, refused: bool) = kvm_pr_tm_emulate;
    /// A TM SPR was read or written, or `refused` with a TM Bad Thing.
    spr(sprn: u32, value: u64, write: bool, refused: bool) = kvm_pr_tm_spr;
    /// The guest wrote an MSR that is a TM Bad Thing.
    write_msr(msr: u64) = kvm_pr_tm_write_msr;
    /// User space set an MSR[TS] that no CPU can be in.
    set_msr(msr: u64) = kvm_pr_tm_set_msr;
    /// The guest, whose MSR this is, used the facility with MSR[TM] off.
    unavailable(msr: u64) = kvm_pr_tm_unavailable;
}
