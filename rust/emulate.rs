// SPDX-License-Identifier: GPL-2.0-only

//! What a guest kernel does with transactional memory.
//!
//! In guest privileged state the real MSR[TM] is off, so that everything of the facility traps.
//! What it means is decided in [`crate::isa`]; here it is carried out. Transactions do not run in
//! that state: `tbegin.` fails at once, and one that is resumed fails at the next entry.
//!
//! So it is in problem state while the guest is in a transaction that has failed and been taken off
//! the CPU ([`Place::Memory`]).

use crate::{
    cpu::{
        Accessible,
        TmSprs,
        DSCR,
        TFHAR,
        TFIAR,
        UAMOR, //
    },
    isa::{
        emulate::{
            execute,
            set_cr_field,
            Action,
            CR0_FAILURE, //
        },
        insn::Insn,
        msr::{
            Msr,
            Ts, //
        },
        texasr::{
            cause,
            Texasr, //
        },
        transition, //
    },
    stats, switch, trace,
    vcpu::{
        Place,
        Vcpu, //
    },
};
use kernel::bindings;

/// How an emulation ended (`enum emulation_result`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Emulated {
    /// Done, go on behind it.
    Done,
    /// An interrupt is queued instead.
    Interrupted,
    /// This was not for us.
    NotOurs,
}

/// Interrupts the guest by TM Bad Thing.
///
/// C delivers a program interrupt at once: the guest's MSR, NIP and, by [`crate::ops`] once more,
/// transaction state are others afterwards. There is nothing left to do but to return.
fn bad_thing(v: &mut Vcpu) {
    v.count(stats::BAD_THINGS);
    // SAFETY: The vcpu's mutex is held. The reference that the operation makes is gone when this
    // returns, and of a `Vcpu`, which is an `Opaque`, nothing is kept in registers meanwhile.
    unsafe { bindings::kvmppc_core_queue_program(v.as_ptr(), bindings::SRR1_PROGTM as usize) };
}

/// The same, by Privileged Instruction.
fn privileged_instruction(v: &mut Vcpu) {
    // SAFETY: As in `bad_thing`.
    unsafe { bindings::kvmppc_core_queue_program(v.as_ptr(), bindings::SRR1_PROGPRIV as usize) };
}

/// Whether the guest has the facility; if not, the interrupt that says so is queued.
fn facility_available(v: &mut Vcpu) -> bool {
    let available = v.guest_msr().tm();
    if !available {
        trace::unavailable(v, v.guest_msr().into_raw());
        // SAFETY: Sets a pending bit in a vcpu whose mutex is held.
        unsafe {
            bindings::kvmppc_trigger_fac_interrupt(v.as_ptr(), bindings::FSCR_TM_LG as usize)
        };
    }
    available
}

/// Emulates an instruction that the guest executed in privileged state, or in problem state with
/// the checkpoint in memory.
///
/// Context: preemption disabled, vcpu loaded.
pub(crate) fn instruction(v: &mut Vcpu, word: u32) -> Emulated {
    let Some(insn) = Insn::decode(word) else {
        return Emulated::NotOurs;
    };
    if v.guest_msr().pr() {
        if v.place() != Place::Memory {
            return Emulated::NotOurs;
        }
        if insn.is_privileged() {
            privileged_instruction(v);
            return Emulated::Interrupted;
        }
    }
    if !facility_available(v) {
        return Emulated::Interrupted;
    }
    v.count(counter(insn));
    let ts = v.ts();
    let failed = switch::texasr(v).fs();
    let Ok(effect) = execute(insn, ts, failed, |r| v.gpr(r)) else {
        trace::emulate(v, word, ts as u8, true);
        bad_thing(v);
        return Emulated::Interrupted;
    };
    let mut cr = effect.cr;
    match effect.action {
        Action::None => (),
        Action::Begin { rollback_only } => {
            fail_begin(v, rollback_only);
            cr = CR0_FAILURE;
        }
        Action::Fail { code } => {
            switch::doom(v, code);
        }
        Action::Resume => v.set_transaction(Ts::T, v.place()),
        Action::Reclaim { code } => {
            switch::doom(v, code);
            reclaim(v);
        }
        Action::Recheckpoint => recheckpoint(v),
        // Of Transactional state, which `switch::enter` does not let the guest run in here.
        Action::Nest | Action::End { .. } | Action::Suspend => return Emulated::NotOurs,
    }
    v.set_cr(set_cr_field(v.cr(), effect.cr_field, cr));
    trace::emulate(v, word, ts as u8, false);
    Emulated::Done
}

fn counter(insn: Insn) -> stats::Counter {
    match insn {
        Insn::Begin { .. } => stats::EMULATED_TBEGIN,
        Insn::End { .. } => stats::EMULATED_TEND,
        Insn::Abort { .. } | Insn::AbortConditional { .. } => stats::EMULATED_TABORT,
        Insn::SuspendOrResume { .. } => stats::EMULATED_TSR,
        Insn::Check { .. } => stats::EMULATED_TCHECK,
        Insn::Reclaim { .. } => stats::EMULATED_TRECLAIM,
        Insn::Recheckpoint => stats::EMULATED_TRECHKPT,
    }
}

/// An outermost `tbegin.` that fails at once.
fn fail_begin(v: &mut Vcpu, rollback_only: bool) {
    switch::settle(v);
    let at = v.at();
    let code = cause::KVM_FAC_UNAV | cause::PERSISTENT;
    v.set_texasr(Texasr::begin_failed(code, rollback_only, at).into_raw());
    v.set_tfiar(at.tfiar());
    v.set_tfhar(at.nip.wrapping_add(4));
}

/// `treclaim.` of a transaction that has failed, so that its checkpoint is in memory.
fn reclaim(v: &mut Vcpu) {
    switch::registers_from_checkpoint(v);
    v.set_transaction(Ts::N, Place::None);
}

/// `trechkpt.`
fn recheckpoint(v: &mut Vcpu) {
    switch::checkpoint_from_registers(v);
    v.set_transaction(Ts::S, Place::Memory);
}

/// The guest writes `new` into its MSR by `rfid` or `mtmsrd`; sets the TS that results.
///
/// Returns false, with the interrupt queued, for an illegal transition.
pub(crate) fn write_msr(v: &mut Vcpu, new: Msr) -> bool {
    match transition::by_instruction(v.ts(), v.guest_msr().tm(), new) {
        Ok(ts) => {
            if ts != v.ts() {
                v.set_transaction(ts, v.place());
            }
            true
        }
        Err(transition::BadThing) => {
            trace::write_msr(v, new.into_raw());
            bad_thing(v);
            false
        }
    }
}

/// User space writes `msr` of a vcpu that is not loaded; sets the TS that it gets by it.
pub(crate) fn set_msr(v: &mut Vcpu, msr: Msr) {
    let ts = transition::by_user_space(msr);
    if msr.ts() != Ok(ts) {
        v.count(stats::CORRECTED_MSRS);
        trace::set_msr(v, msr.into_raw());
    }
    match ts {
        Ts::N => v.set_transaction(ts, Place::None),
        Ts::S | Ts::T => {
            v.count(stats::SET_ACTIVE);
            v.set_transaction(ts, Place::Memory);
        }
    }
}

/// An SPR of the facility, by its number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TmSpr {
    Tfhar,
    Tfiar,
    Texasr,
    /// The upper half of TEXASR.
    Texasru,
}

impl TmSpr {
    fn from_number(sprn: u32) -> Option<Self> {
        Some(match sprn {
            bindings::SPRN_TFHAR => TmSpr::Tfhar,
            bindings::SPRN_TFIAR => TmSpr::Tfiar,
            bindings::SPRN_TEXASR => TmSpr::Texasr,
            bindings::SPRN_TEXASRU => TmSpr::Texasru,
            _ => return None,
        })
    }
}

/// Emulates `mfspr` of SPR `sprn` in guest privileged state.
///
/// Context: preemption disabled, vcpu loaded.
pub(crate) fn mfspr(v: &mut Vcpu, sprn: u32) -> Result<u64, Emulated> {
    match sprn {
        bindings::SPRN_AMR => return Ok(v.amr()),
        bindings::SPRN_UAMOR => return Ok(v.uamor()),
        bindings::SPRN_DSCR if v.live() => return Ok(DSCR.get()),
        bindings::SPRN_DSCR => return Ok(v.dscr()),
        _ => (),
    }
    let spr = TmSpr::from_number(sprn).ok_or(Emulated::NotOurs)?;
    if !facility_available(v) {
        return Err(Emulated::Interrupted);
    }
    v.count(stats::EMULATED_SPR);
    switch::hide_host_failure(v);
    let value = match spr {
        TmSpr::Texasr => switch::texasr(v).into_raw(),
        TmSpr::Texasru => switch::texasr(v).into_raw() >> 32,
        TmSpr::Tfhar => switch::tm_spr(v, TFHAR, v.tfhar()),
        TmSpr::Tfiar => switch::tm_spr(v, TFIAR, v.tfiar()),
    };
    trace::spr(v, sprn, value, false, false);
    Ok(value)
}

/// Emulates `mtspr` of SPR `sprn` in guest privileged state.
///
/// Context: preemption disabled, vcpu loaded.
pub(crate) fn mtspr(v: &mut Vcpu, sprn: u32, value: u64) -> Emulated {
    match sprn {
        bindings::SPRN_AMR => v.set_amr(value),
        bindings::SPRN_UAMOR => {
            v.set_uamor(value);
            UAMOR.set(value & bindings::KVMPPC_PR_TM_AMR_MASK);
        }
        bindings::SPRN_DSCR if v.live() => DSCR.set(value),
        bindings::SPRN_DSCR => v.set_dscr(value),
        _ => return write_tm_spr(v, sprn, value),
    }
    Emulated::Done
}

fn write_tm_spr(v: &mut Vcpu, sprn: u32, value: u64) -> Emulated {
    let Some(spr) = TmSpr::from_number(sprn) else {
        return Emulated::NotOurs;
    };
    if !facility_available(v) {
        return Emulated::Interrupted;
    }
    // Power ISA 2.07B, Book II section 5.3: TFHAR can be written in Suspended state, the others
    // only in Non-transactional state.
    let refused = v.ts() != Ts::N && !(v.ts() == Ts::S && spr == TmSpr::Tfhar);
    trace::spr(v, sprn, value, true, refused);
    if refused {
        bad_thing(v);
        return Emulated::Interrupted;
    }
    v.count(stats::EMULATED_SPR);
    if v.place().is_cpu() {
        TmSprs::access().set(TFHAR, value);
        return Emulated::Done;
    }
    switch::settle(v);
    match spr {
        TmSpr::Tfhar => v.set_tfhar(value),
        TmSpr::Tfiar => v.set_tfiar(value),
        TmSpr::Texasr => v.set_texasr(value),
        TmSpr::Texasru => v.set_texasr(value << 32 | v.texasr() & u64::from(u32::MAX)),
    }
    Emulated::Done
}
