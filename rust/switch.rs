// SPDX-License-Identifier: GPL-2.0-only

//! Whose registers the CPU holds.
//!
//! Two things change hands, both at the last moment before the guest is entered, so that a vcpu that
//! is loaded only for an ioctl costs nothing:
//!
//! * The *live set*: TFHAR, TFIAR, TEXASR, TAR and DSCR. Taken when the guest can reach any of them or
//!   can execute `tbegin.`, given back when the vcpu is put. (VRSAVE, which the guest can always
//!   reach, is the guest's as long as the vcpu is loaded.)
//! * The *checkpoint* of a transaction. Only real transactions are in the CPU. `treclaim.` makes a
//!   transaction fail, so after it there is nothing left that only hardware could do, and the
//!   guest runs with the real MSR[TM] off: what it executes of the facility traps and is emulated,
//!   in problem state too. When it resumes the transaction, that fails here, its registers copied
//!   from memory. Just a thread that was scheduled out with a transaction on the CPU gets the
//!   checkpoint back into the CPU, since it may be within an interrupt that returns to Suspended
//!   state.
//!
//! ```text
//!                    tbegin. (guest)                 reclaim: put, failure
//!   Place::None  ---------------------> Place::Cpu ---------------------> Place::Memory
//!        ^  ^                            |      ^                          |  |   ^
//!        |  '----- tend., failure -------'      '------- scheduled in -----'  |   | trechkpt.
//!        '------------------------ enter, TS=T: roll_back; treclaim. ---------'   | user space
//! ```
//!
//! A guest that has MSR[TM] on may never use it. So the live set is only given to it, and the real
//! MSR[TM] turned on, when it has tried to: by a facility unavailable interrupt that it does not see.
//! Later loads of the vcpu give it at once, [`bindings::KVMPPC_PR_TM_EAGER`] times.

use crate::{
    cpu::{
        Accessible,
        Spr,
        TmSprs,
        DSCR,
        TAR,
        TEXASR,
        TFHAR,
        TFIAR,
        VRSAVE, //
    },
    isa::{
        emulate::{
            set_cr_field,
            CR0_FAILURE, //
        },
        msr::{
            Msr,
            Ts, //
        },
        texasr::{
            cause,
            Texasr, //
        },
    },
    stats, trace,
    vcpu::{
        Place,
        Vcpu, //
    },
};
use kernel::bindings;

/// Gets the CPU ready for the guest, and the vcpu's `shadow_msr` ready for the CPU.
///
/// Returns whether non-volatile registers of the guest changed in memory.
///
/// Context: interrupts hard-disabled, vcpu loaded, current interrupts already delivered.
pub(crate) fn enter(v: &mut Vcpu) -> bool {
    let tm = v.can_run_transactions();

    if v.ts() == Ts::T && !tm {
        // No transaction runs where the facility is emulated.
        if doom(v, cause::KVM_FAC_UNAV | cause::PERSISTENT) {
            v.count(stats::FAILED_PRIVILEGED);
        }
    }
    hide_host_failure(v);
    let rolled_back = v.ts() == Ts::T && v.place() == Place::Memory;
    if rolled_back {
        roll_back(v);
    }
    // A transaction that has failed is all emulated.
    let tm = tm && v.place() != Place::Memory;
    if !v.live() && (tm && v.take_eager() || v.has_facilities()) {
        load_sprs(v);
    }
    let tm = tm && v.live();
    if tm {
        // tbegin. checkpoints these even where the guest has them turned off.
        // SAFETY: The vcpu is loaded, interrupts are off.
        unsafe { bindings::kvmppc_pr_load_ext(v.as_ptr(), Msr::EXT_MASK as usize) };
    }
    let hardware_ts = match v.place().is_cpu() {
        true => v.ts(),
        false => Ts::N,
    };
    v.set_shadow_msr(v.shadow_msr().with_tm(tm).with_ts(hardware_ts));
    v.set_enter(v.live() || v.eager() != 0 || v.ts().is_active());
    rolled_back
}

/// Learns the transaction state in which the guest was left.
///
/// Context: preemption disabled, right after the exit.
pub(crate) fn exit(v: &mut Vcpu) {
    // A CPU is never in the reserved state.
    match v.shadow_srr1().ts().unwrap_or(Ts::N) {
        Ts::N => v.set_transaction(Ts::N, Place::None),
        ts => v.set_transaction(ts, Place::Cpu),
    }
}

/// Gives the CPU back to the host: TS = N, and every register in it the host's again.
///
/// Context: preemption disabled; FP, VMX and VSX already given up.
pub(crate) fn put(v: &mut Vcpu) {
    if v.place().is_cpu() {
        v.set_eager();
        if reclaim(v, cause::KVM_RESCHED) {
            v.count(stats::FAILED_PUT);
        }
        v.set_reload(v.is_scheduled_out());
    } else {
        save_sprs(v);
    }
}

/// Puts the transaction back that was on the CPU when the vcpu thread was scheduled out.
///
/// The thread may have been preempted when it handled an interrupt, which returns with the MSR[TS]
/// it found: there is no way to Suspended state but `trechkpt.`
///
/// Context: preemption disabled, being scheduled in.
pub(crate) fn load(v: &mut Vcpu) {
    v.set_reload(false);
    recheckpoint(v);
}

/// Makes the current transaction fail with `code` and its failure handler run next. Returns whether
/// it had not failed before.
///
/// Context: preemption disabled, vcpu loaded, `v.ts()` active.
pub(crate) fn fail(v: &mut Vcpu, code: u8) -> bool {
    let failed_here = doom(v, code);
    roll_back(v);
    failed_here
}

/// Makes the current transaction fail with `code`, if it has not failed before: what the processor
/// does in Suspended state, where the failure handler has to wait. Returns whether it had not.
///
/// Context: preemption disabled, vcpu loaded, `v.ts()` active.
pub(crate) fn doom(v: &mut Vcpu, code: u8) -> bool {
    v.place().is_cpu() && reclaim(v, code)
}

/// TEXASR, wherever it is.
pub(crate) fn texasr(v: &Vcpu) -> Texasr {
    Texasr::from_raw(tm_spr(v, TEXASR, v.texasr()))
}

/// A TM SPR, wherever it is; `saved` is what memory has of it.
pub(crate) fn tm_spr<const N: u32>(v: &Vcpu, spr: Spr<N>, saved: u64) -> u64 {
    match v.live() {
        true => TmSprs::access().get(spr),
        false => saved,
    }
}

/// Brings the whole live set into memory, so that it can be changed there.
///
/// Context: preemption disabled, no transaction on the CPU.
pub(crate) fn settle(v: &mut Vcpu) {
    if v.live() {
        save_sprs(v);
    }
}

/// Takes a transaction off the CPU that failed while the host ran, before the guest sees the record:
/// TFIAR in it is a host address.
///
/// The guest always runs in problem state, so the record itself tells; only that of a transaction
/// that came with one ([`Place::CpuFailed`]) may say anything.
///
/// Context: preemption disabled, vcpu loaded.
pub(crate) fn hide_host_failure(v: &mut Vcpu) {
    tell_transactions_apart(v);
    if v.place() == Place::Cpu {
        let texasr = Texasr::from_raw(TmSprs::access().get(TEXASR));
        if texasr.fs() && !texasr.pr() {
            reclaim(v, cause::KVM_RESCHED);
        }
    }
}

/// [`Place::CpuFailed`] to [`Place::Cpu`] if it is no longer the transaction that was put back.
///
/// Without an exit the guest can have resumed that one, which failed, and begun another: it is in
/// the same state, but its record is its own.
///
/// Context: preemption disabled, vcpu loaded.
fn tell_transactions_apart(v: &mut Vcpu) {
    if v.place() != Place::CpuFailed {
        return;
    }
    let (texasr, tfiar) = {
        let sprs = TmSprs::access();
        (sprs.get(TEXASR), sprs.get(TFIAR))
    };
    if (texasr, tfiar) != (v.texasr(), v.tfiar()) {
        v.set_transaction(v.ts(), Place::Cpu);
    }
}

/// From the CPU to [`Place::Memory`], and the host's registers back.
///
/// A failure that was not recorded while the guest ran is recorded where the guest stands, the way
/// the guest would have found it without a hypervisor.
///
/// Returns whether the transaction had not failed before.
fn reclaim(v: &mut Vcpu, code: u8) -> bool {
    tell_transactions_apart(v);
    give_up_ext(v);
    save_accessible(v);
    let vrsave = VRSAVE.get();
    // SAFETY: The transaction is on the CPU, which then is in TS=S; preemption is off; the guest's
    // FP, VMX and VSX registers are saved, TAR, DSCR and VRSAVE too.
    let before =
        Texasr::from_raw(unsafe { bindings::kvmppc_pr_tm_reclaim(v.as_ptr(), code.into()) });
    let after = Texasr::from_raw(v.texasr());
    let at = v.at();
    let in_host = v.place() == Place::Cpu && !after.pr();

    let failed_here = !before.fs() && after.abort() && after.failure_code() == code;
    if failed_here {
        v.set_texasr(after.record(code, at).into_raw());
        v.set_tfiar(at.tfiar());
    } else if in_host {
        // The cause is the hardware's, but not the place.
        let here = after
            .with_hv(false)
            .with_pr(at.pr)
            .with_suspended(at.ts == Ts::S);
        v.set_texasr(here.into_raw());
        v.set_tfiar(at.tfiar());
        v.count(stats::FAILED_IN_HOST);
    }
    VRSAVE.set(vrsave);
    restore_host(v);
    v.set_transaction(v.ts(), Place::Memory);
    v.count(stats::SAVES);
    trace::save(v);
    failed_here
}

/// [`Place::Memory`] to [`Place::CpuFailed`].
fn recheckpoint(v: &mut Vcpu) {
    settle(v);
    // A transaction whose checkpoint is in memory has failed. Only user space can have said
    // otherwise, and without the record trechkpt. would be a TM Bad Thing in the host.
    let texasr = Texasr::from_raw(v.texasr());
    if !texasr.fs() {
        let at = v.at();
        v.set_texasr(texasr.record(cause::KVM_RESCHED, at).into_raw());
        v.set_tfiar(at.tfiar());
    }
    v.set_amr_tm(v.amr_tm() & bindings::KVMPPC_PR_TM_AMR_MASK);
    give_up_ext(v);
    save_host(v);
    let vrsave = VRSAVE.get();
    // SAFETY: The checkpoint is in memory, so the CPU is in TS=N; preemption is off; the guest's
    // FP, VMX and VSX registers are saved, and so are the host's TAR and DSCR; FS is set.
    unsafe { bindings::kvmppc_pr_tm_recheckpoint(v.as_ptr()) };
    VRSAVE.set(vrsave);
    load_accessible(v);
    v.set_transaction(v.ts(), Place::CpuFailed);
    v.count(stats::RESTORES);
    trace::restore(v);
}

/// The failure handler is next: current registers from the checkpoint, NIP from TFHAR.
///
/// Power ISA 2.07B, Book II section 5.3.2.
fn roll_back(v: &mut Vcpu) {
    registers_from_checkpoint(v);
    // The low bits of TFHAR are reserved, and those of SRR0 are 0 where an interrupt is delivered.
    v.set_nip(v.tfhar() & !0b11);
    v.set_cr(set_cr_field(v.cr(), 0, CR0_FAILURE));
    v.set_transaction(Ts::N, Place::None);
    v.count(stats::ROLLBACKS);
    trace::rollback(v);
}

/// Makes the checkpointed registers the current ones.
///
/// Context: preemption disabled, vcpu loaded, [`Place::Memory`].
pub(crate) fn registers_from_checkpoint(v: &mut Vcpu) {
    settle(v);
    give_up_ext(v);
    v.registers_from_checkpoint();
    VRSAVE.set(v.vrsave());
}

/// Makes the current registers the checkpointed ones.
///
/// Context: preemption disabled, vcpu loaded, [`Place::None`].
pub(crate) fn checkpoint_from_registers(v: &mut Vcpu) {
    settle(v);
    give_up_ext(v);
    v.set_vrsave(VRSAVE.get());
    v.checkpoint_from_registers();
}

/// All of FP, VMX and VSX into memory.
///
/// Context: preemption disabled, vcpu loaded.
fn give_up_ext(v: &mut Vcpu) {
    if v.owns_ext() {
        // SAFETY: By the context.
        unsafe { bindings::kvmppc_giveup_ext(v.as_ptr(), Msr::EXT_MASK as usize) };
    }
}

/// The guest's live set into the CPU, the host's into memory. The CPU is in TS=N.
fn load_sprs(v: &mut Vcpu) {
    save_host(v);
    let sprs = TmSprs::access();
    v.set_host_tfhar(sprs.get(TFHAR));
    v.set_host_tfiar(sprs.get(TFIAR));
    v.set_host_texasr(sprs.get(TEXASR));
    sprs.set(TFHAR, v.tfhar());
    sprs.set(TFIAR, v.tfiar());
    sprs.set(TEXASR, v.texasr());
    load_accessible(v);
}

/// The guest's live set into memory, the host's into the CPU. The CPU is in TS=N.
fn save_sprs(v: &mut Vcpu) {
    save_accessible(v);
    let sprs = TmSprs::access();
    v.set_tfhar(sprs.get(TFHAR));
    v.set_tfiar(sprs.get(TFIAR));
    v.set_texasr(sprs.get(TEXASR));
    sprs.set(TFHAR, v.host_tfhar());
    sprs.set(TFIAR, v.host_tfiar());
    sprs.set(TEXASR, v.host_texasr());
    restore_host(v);
}

// The windows switch the TM SPRs themselves. What else is live, for them and for the above:

fn save_host(v: &mut Vcpu) {
    v.set_host_tar(TAR.get());
    v.set_host_dscr(DSCR.get());
}

fn load_accessible(v: &mut Vcpu) {
    TAR.set(v.tar());
    DSCR.set(v.dscr());
    v.set_live(true);
    v.count(stats::SPR_LOADS);
}

fn save_accessible(v: &mut Vcpu) {
    v.set_tar(TAR.get());
    v.set_dscr(DSCR.get());
}

fn restore_host(v: &mut Vcpu) {
    TAR.set(v.host_tar());
    DSCR.set(v.host_dscr());
    v.set_live(false);
}
