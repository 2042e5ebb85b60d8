// SPDX-License-Identifier: GPL-2.0-only

//! Changes of `MSR[TS]` and `MSR[TM]` by software.
//!
//! Every MSR value that reaches a vcpu goes through one of two total functions: [`by_instruction`]
//! for what the guest does, where an illegal change is a TM Bad Thing, and [`by_user_space`] for
//! what the VMM sets, where there is nobody to interrupt and the nearest legal state is taken.
//!
//! Power ISA 2.07B, Book III-S section 3.2.2;
//! `Documentation/arch/powerpc/transactional_memory.rst`.

use super::msr::{
    Msr,
    Ts, //
};

/// The change would be a TM Bad Thing: a Program interrupt with `SRR1[42]` set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadThing;

/// The TS that `rfid`, `rfebb` or `mtmsrd` (L=0) leaves, run with transaction state `ts` and
/// `MSR[TM]` = `tm`, for the value `new`.
///
/// * Only `trechkpt.` leads out of Non-transactional, only `treclaim.` or a failure leads out of
///   a transaction.
/// * Suspended with TM off stays Suspended for a value with TS and TM all zero, so that software
///   that knows nothing of TM can run within a transaction.
/// * Transactional requires TM on.
///
/// # Examples
///
/// ```
/// use kvm_pr_tm::isa::{msr::{Msr, Ts}, transition::{by_instruction, BadThing}};
///
/// let msr = Msr::from_raw(0);
/// // A kernel that handles an interrupt in a transaction, then returns to it.
/// assert_eq!(by_instruction(Ts::S, false, msr.with_ts(Ts::T).with_tm(true)), Ok(Ts::T));
/// // One that knows nothing of transactions.
/// assert_eq!(by_instruction(Ts::S, false, msr), Ok(Ts::S));
/// // The same value, where the facility is on.
/// assert_eq!(by_instruction(Ts::S, true, msr), Err(BadThing));
/// ```
pub(crate) fn by_instruction(ts: Ts, tm: bool, new: Msr) -> Result<Ts, BadThing> {
    if ts == Ts::S && !tm && new.into_raw() & Msr::TS_TM_MASK == 0 {
        return Ok(Ts::S);
    }
    match (ts, new.ts(), new.tm()) {
        (Ts::N, Ok(Ts::N), _) => Ok(Ts::N),
        (Ts::S, Ok(Ts::S), _) => Ok(Ts::S),
        (Ts::S | Ts::T, Ok(Ts::T), true) => Ok(Ts::T),
        _ => Err(BadThing),
    }
}

/// The TS that a VMM's MSR value gives a vcpu.
///
/// A VMM may put a vcpu into any state that a guest can be in (that is how one is migrated).
/// The reserved TS means Non-transactional; Transactional with TM off, which no CPU can be in,
/// means Suspended.
pub(crate) fn by_user_space(new: Msr) -> Ts {
    match (new.ts(), new.tm()) {
        (Ok(Ts::T), false) => Ts::S,
        (Ok(ts), _) => ts,
        (Err(_), _) => Ts::N,
    }
}
