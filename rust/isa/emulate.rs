// SPDX-License-Identifier: GPL-2.0-only

//! What each transactional memory instruction does in each state.
//!
//! Power ISA 2.07B, Book II section 5.5 and Book III-S section 4.4. The function here decides;
//! `emulate.rs` of the module carries it out on a vcpu.

use super::{
    insn::{
        condition_holds,
        Comparand,
        Insn, //
    },
    msr::Ts,
    transition::BadThing,
};

/// CR0 when a transaction has failed and its failure handler runs.
pub(crate) const CR0_FAILURE: u8 = 0b1010;

/// The failure code of the conditional aborts: none, as of `tabort. 0`. Only TEXASR[31] tells.
const CODE_CONDITIONAL: u8 = 0;

/// What an instruction does beside setting a CR field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing.
    None,
    /// An outermost transaction begins.
    Begin { rollback_only: bool },
    /// A nested transaction begins.
    Nest,
    /// A transaction ends: the innermost, or the whole nest.
    End { all: bool },
    /// The transaction fails with this code.
    Fail { code: u8 },
    /// Transactional to Suspended.
    Suspend,
    /// Suspended to Transactional.
    Resume,
    /// The registers become the checkpointed ones, TS = N; failure recorded with this code.
    Reclaim { code: u8 },
    /// The checkpointed registers become the current ones, TS = S.
    Recheckpoint,
}

/// The effect of an instruction: a 4-bit CR field, and an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    /// Number of the CR field, 0 to 7.
    pub(crate) cr_field: u8,
    /// Its new value.
    pub(crate) cr: u8,
    /// The rest.
    pub(crate) action: Action,
}

/// The failure code in register `ra`, where 0 stands for no register and the code 0.
fn code(ra: u8, gpr: impl Fn(u8) -> u64) -> u8 {
    match ra {
        0 => 0,
        _ => gpr(ra) as u8,
    }
}

/// The comparison of a conditional abort. A word form compares the low words, sign-extended.
fn aborts(doubleword: bool, to: u8, ra: u64, with: Comparand, gpr: impl Fn(u8) -> u64) -> bool {
    let width = |v: u64| match doubleword {
        true => v as i64,
        false => i64::from(v as i32),
    };
    let b = match with {
        Comparand::Register(rb) => width(gpr(rb)),
        Comparand::Immediate(si) => si,
    };
    condition_holds(to, width(ra), b)
}

/// Executes `insn` in transaction state `ts` with MSR[TM] on, in a state privileged enough for it.
///
/// `failed` is TEXASR[FS], that is, whether the transaction is doomed; `gpr` reads a register.
///
/// # Examples
///
/// ```
/// use kvm_pr_tm::isa::{emulate::{execute, Action}, insn::Insn, msr::Ts, transition::BadThing};
///
/// // treclaim. 3
/// let insn = Insn::Reclaim { ra: 3 };
/// let effect = execute(insn, Ts::S, false, |_| 0xde).unwrap();
/// assert_eq!(effect.cr, 0b0010);
/// assert_eq!(effect.action, Action::Reclaim { code: 0xde });
/// assert_eq!(execute(insn, Ts::N, false, |_| 0xde), Err(BadThing));
/// ```
pub(crate) fn execute(
    insn: Insn,
    ts: Ts,
    failed: bool,
    gpr: impl Fn(u8) -> u64,
) -> Result<Effect, BadThing> {
    let effect = |cr, action| Effect {
        cr_field: 0,
        cr,
        action,
    };
    let fail_if = |cond: bool, code| match cond && ts.is_active() {
        true => Action::Fail { code },
        false => Action::None,
    };
    let report = ts.in_cr();

    Ok(match (insn, ts) {
        (Insn::Begin { rollback_only }, Ts::N) => effect(0, Action::Begin { rollback_only }),
        (Insn::Begin { .. }, Ts::T) => effect(report, Action::Nest),
        (Insn::Begin { .. }, Ts::S) => effect(report, Action::None),

        (Insn::End { .. }, Ts::S) => return Err(BadThing),
        (Insn::End { .. }, Ts::N) => effect(report, Action::None),
        (Insn::End { all }, Ts::T) => effect(report, Action::End { all }),

        (Insn::Abort { ra }, _) => effect(report, fail_if(true, code(ra, gpr))),
        (
            Insn::AbortConditional {
                doubleword,
                to,
                ra,
                with,
            },
            _,
        ) => {
            let taken = aborts(doubleword, to, gpr(ra), with, gpr);
            effect(report, fail_if(taken, CODE_CONDITIONAL))
        }

        (Insn::SuspendOrResume { resume: false }, Ts::T) => effect(report, Action::Suspend),
        (Insn::SuspendOrResume { resume: true }, Ts::S) => effect(report, Action::Resume),
        (Insn::SuspendOrResume { .. }, _) => effect(report, Action::None),

        // TDOOMED has no meaning without a transaction and reads as 1.
        (Insn::Check { bf }, _) => Effect {
            cr_field: bf,
            cr: u8::from(failed || !ts.is_active()) << 3 | report,
            action: Action::None,
        },

        (Insn::Reclaim { .. }, Ts::N) => return Err(BadThing),
        (Insn::Reclaim { ra }, _) => effect(
            report,
            Action::Reclaim {
                code: code(ra, gpr),
            },
        ),

        (Insn::Recheckpoint, Ts::N) if failed => effect(report, Action::Recheckpoint),
        (Insn::Recheckpoint, _) => return Err(BadThing),
    })
}

/// The Condition Register `cr` with the 4-bit field number `field` set to `value`.
///
/// # Examples
///
/// ```
/// use kvm_pr_tm::isa::emulate::{set_cr_field, CR0_FAILURE};
///
/// assert_eq!(set_cr_field(0x1234_5678, 0, CR0_FAILURE), 0xa234_5678);
/// ```
pub(crate) const fn set_cr_field(cr: u32, field: u8, value: u8) -> u32 {
    let shift = 28 - 4 * (field & 7) as u32;
    cr & !(0xf << shift) | ((value & 0xf) as u32) << shift
}
