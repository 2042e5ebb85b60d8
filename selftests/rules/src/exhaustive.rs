// SPDX-License-Identifier: GPL-2.0-only

//! Domains that are finite, but too large for a test in the kernel. (And for Miri.)

use crate::isa::{
    emulate::execute,
    insn::Insn,
    msr::{Msr, Ts},
    transition::{by_instruction, by_user_space},
};

/// Whether two of the facility's instructions are the same but for their operands.
fn is_same_kind(a: Insn, b: Insn) -> bool {
    std::mem::discriminant(&a) == std::mem::discriminant(&b)
}

/// The facility has 11 extended opcodes with Rc = 1, and tcheck without; no operand makes a word
/// undecodable, or another instruction.
#[test]
#[cfg_attr(miri, ignore = "64 million words")]
fn every_word_of_primary_opcode_31() {
    let mut opcodes = 0;
    for low in 0..1 << 11 {
        let first = Insn::decode(31 << 26 | low);
        for operands in 0..1 << 15 {
            let insn = Insn::decode(31 << 26 | operands << 11 | low);
            match (first, insn) {
                (None, None) => (),
                (Some(first), Some(insn)) => assert!(is_same_kind(first, insn)),
                _ => panic!("{low:#x} with operands {operands:#x}: {insn:?}"),
            }
        }
        opcodes += u32::from(first.is_some());
    }
    assert_eq!(opcodes, 11 + 1);
}

/// A CR field reports the state before; a TM Bad Thing is a matter of state, not of operands.
#[test]
#[cfg_attr(miri, ignore = "half a million executions")]
fn every_instruction_with_every_operand() {
    for low in (0..1 << 11).filter(|low| Insn::decode(31 << 26 | low).is_some()) {
        for ts in [Ts::N, Ts::S, Ts::T] {
            for failed in [false, true] {
                let run = |operands: u32| {
                    let insn = Insn::decode(31 << 26 | operands << 11 | low).unwrap();
                    (insn, execute(insn, ts, failed, |r| r.into()))
                };
                let legal = run(0).1.is_ok();
                for operands in 0..1 << 15 {
                    let (insn, effect) = run(operands);
                    assert_eq!(effect.is_ok(), legal, "{insn:?} in {ts:?}");
                    let Ok(effect) = effect else { continue };
                    assert_eq!(effect.cr & 0b0111, ts.in_cr(), "{insn:?} in {ts:?}");
                    assert!(effect.cr_field < 8);
                }
            }
        }
    }
}

/// All of the MSR's upper 32 bits that a 64-bit system has, with each single bit of the lower.
#[test]
#[cfg_attr(miri, ignore = "a million values")]
fn every_msr_value_gives_a_legal_state() {
    for upper in 0..1u64 << 16 {
        for bit in 0..16 {
            let new = Msr::from_raw(upper << 31 | 1 << bit);
            let user = by_user_space(new);
            assert!(user != Ts::T || new.tm(), "{new:?}");
            for ts in [Ts::N, Ts::S, Ts::T] {
                for tm in [false, true] {
                    let Ok(next) = by_instruction(ts, tm, new) else {
                        continue;
                    };
                    assert_eq!(next.is_active(), ts.is_active(), "{ts:?} {new:?}");
                    assert!(next != Ts::T || new.tm(), "{ts:?} {new:?}");
                }
            }
        }
    }
}
