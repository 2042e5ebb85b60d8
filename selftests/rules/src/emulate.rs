// SPDX-License-Identifier: GPL-2.0-only

//! Every instruction in every state.

use crate::isa::{
    emulate::{execute, set_cr_field, Action, Effect},
    insn::{Comparand, Insn},
    msr::Ts,
    transition::BadThing,
};
use proptest::prelude::*;

/// RA = 3 holds 0xe5 in its low byte, RA = 4 a zero.
fn gpr(r: u8) -> u64 {
    match r {
        3 => 0xffff_ffe5,
        _ => 0,
    }
}

fn run(insn: Insn, ts: Ts, failed: bool) -> Result<(u8, Action), BadThing> {
    execute(insn, ts, failed, gpr).map(|Effect { cr, action, .. }| (cr, action))
}

const BEGIN: Insn = Insn::Begin {
    rollback_only: false,
};
const BEGIN_ROT: Insn = Insn::Begin {
    rollback_only: true,
};
const END: Insn = Insn::End { all: false };
const END_ALL: Insn = Insn::End { all: true };
const SUSPEND: Insn = Insn::SuspendOrResume { resume: false };
const RESUME: Insn = Insn::SuspendOrResume { resume: true };
const ABORT: Insn = Insn::Abort { ra: 3 };
const ABORT_0: Insn = Insn::Abort { ra: 0 };
const ABORT_ZERO: Insn = Insn::Abort { ra: 4 };
const RECLAIM: Insn = Insn::Reclaim { ra: 3 };
const CHECK: Insn = Insn::Check { bf: 5 };

fn abort_if(to: u8) -> Insn {
    Insn::AbortConditional {
        doubleword: true,
        to,
        ra: 4,
        with: Comparand::Immediate(0),
    }
}

/// Power ISA 2.07B, Book II section 5.5, Book III-S section 4.4: per instruction the outcome in
/// states N, T and S; CR0 is `0 || TS || 0` unless said otherwise.
#[test]
fn each_instruction_in_each_state() {
    use Action as A;
    let bad = Err(BadThing);
    let rows = [
        (
            BEGIN,
            Ok((
                0b0000,
                A::Begin {
                    rollback_only: false,
                },
            )),
            Ok((0b0100, A::Nest)),
            Ok((0b0010, A::None)),
        ),
        (
            BEGIN_ROT,
            Ok((
                0b0000,
                A::Begin {
                    rollback_only: true,
                },
            )),
            Ok((0b0100, A::Nest)),
            Ok((0b0010, A::None)),
        ),
        (
            END,
            Ok((0b0000, A::None)),
            Ok((0b0100, A::End { all: false })),
            bad,
        ),
        (
            END_ALL,
            Ok((0b0000, A::None)),
            Ok((0b0100, A::End { all: true })),
            bad,
        ),
        (
            SUSPEND,
            Ok((0b0000, A::None)),
            Ok((0b0100, A::Suspend)),
            Ok((0b0010, A::None)),
        ),
        (
            RESUME,
            Ok((0b0000, A::None)),
            Ok((0b0100, A::None)),
            Ok((0b0010, A::Resume)),
        ),
        (
            ABORT,
            Ok((0b0000, A::None)),
            Ok((0b0100, A::Fail { code: 0xe5 })),
            Ok((0b0010, A::Fail { code: 0xe5 })),
        ),
        (
            ABORT_0,
            Ok((0b0000, A::None)),
            Ok((0b0100, A::Fail { code: 0 })),
            Ok((0b0010, A::Fail { code: 0 })),
        ),
        (
            ABORT_ZERO,
            Ok((0b0000, A::None)),
            Ok((0b0100, A::Fail { code: 0 })),
            Ok((0b0010, A::Fail { code: 0 })),
        ),
        (
            abort_if(0b00100),
            Ok((0b0000, A::None)),
            Ok((0b0100, A::Fail { code: 1 })),
            Ok((0b0010, A::Fail { code: 1 })),
        ),
        (
            abort_if(0b11011),
            Ok((0b0000, A::None)),
            Ok((0b0100, A::None)),
            Ok((0b0010, A::None)),
        ),
        (
            RECLAIM,
            bad,
            Ok((0b0100, A::Reclaim { code: 0xe5 })),
            Ok((0b0010, A::Reclaim { code: 0xe5 })),
        ),
    ];
    for (insn, n, t, s) in rows {
        for failed in [false, true] {
            assert_eq!(run(insn, Ts::N, failed), n, "{insn:?} in N");
            assert_eq!(run(insn, Ts::T, failed), t, "{insn:?} in T");
            assert_eq!(run(insn, Ts::S, failed), s, "{insn:?} in S");
        }
    }
}

#[test]
fn trechkpt_needs_a_recorded_failure_and_no_transaction() {
    let run = |ts, failed| run(Insn::Recheckpoint, ts, failed);
    assert_eq!(run(Ts::N, true), Ok((0b0000, Action::Recheckpoint)));
    assert_eq!(run(Ts::N, false), Err(BadThing));
    for failed in [false, true] {
        assert_eq!(run(Ts::S, failed), Err(BadThing));
        assert_eq!(run(Ts::T, failed), Err(BadThing));
    }
}

#[test]
fn tcheck_reports_doom_and_state_in_the_field_it_names() {
    let check = |ts, failed| {
        let e = execute(CHECK, ts, failed, gpr).unwrap();
        assert_eq!((e.cr_field, e.action), (5, Action::None));
        e.cr
    };
    assert_eq!(check(Ts::S, false), 0b0010);
    assert_eq!(check(Ts::S, true), 0b1010);
    assert_eq!(check(Ts::T, false), 0b0100);
    assert_eq!(check(Ts::T, true), 0b1100);
    assert_eq!(check(Ts::N, false), 0b1000);
}

/// tabortwc. compares the low words, sign-extended; tabortdc. all of the registers.
#[test]
fn word_comparisons_see_only_words() {
    let wide = |r: u8| if r == 3 { 0x1_0000_0005 } else { 5 };
    let equal = |doubleword| Insn::AbortConditional {
        doubleword,
        to: 0b00100,
        ra: 3,
        with: Comparand::Register(4),
    };
    let action = |insn| execute(insn, Ts::T, false, wide).unwrap().action;
    assert_eq!(action(equal(false)), Action::Fail { code: 1 });
    assert_eq!(action(equal(true)), Action::None);
}

proptest! {
    #[test]
    fn a_cr_field_is_set_alone(cr: u32, field in 0u8..8, value in 0u8..16) {
        let new = set_cr_field(cr, field, value);
        for f in 0..8 {
            let nibble = |cr: u32| cr >> (28 - 4 * f) & 0xf;
            prop_assert_eq!(nibble(new), if f == u32::from(field) { value.into() } else { nibble(cr) });
        }
    }

    /// Whatever a guest kernel executes, the outcome is one of the table's.
    #[test]
    fn decoding_and_execution_are_total(word: u32, failed: bool, regs: [u64; 32]) {
        for ts in [Ts::N, Ts::S, Ts::T] {
            if let Some(insn) = Insn::decode(31 << 26 | word & 0x03ff_f800 | word & 0x7ff) {
                let _ = execute(insn, ts, failed, |r| regs[usize::from(r)]);
            }
        }
    }
}
