// SPDX-License-Identifier: GPL-2.0-only

//! Decoding, against words that binutils assembled (`powerpc64le-linux-gnu-as -mpower8`).

use crate::isa::insn::{condition_holds, Comparand, Insn};
use proptest::prelude::*;

#[test]
fn decodes_every_instruction() {
    let table = [
        (
            0x7c00_051d,
            Insn::Begin {
                rollback_only: false,
            },
        ), // tbegin. 0
        (
            0x7c20_051d,
            Insn::Begin {
                rollback_only: true,
            },
        ), // tbegin. 1
        (0x7c00_055d, Insn::End { all: false }), // tend. 0
        (0x7e00_055d, Insn::End { all: true }),  // tendall.
        (0x7f80_059c, Insn::Check { bf: 7 }),    // tcheck 7
        (0x7c00_05dd, Insn::SuspendOrResume { resume: false }), // tsuspend.
        (0x7c20_05dd, Insn::SuspendOrResume { resume: true }), // tresume.
        (0x7c05_071d, Insn::Abort { ra: 5 }),    // tabort. 5
        (0x7c1f_075d, Insn::Reclaim { ra: 31 }), // treclaim. 31
        (0x7c00_07dd, Insn::Recheckpoint),       // trechkpt.
        (
            0x7fe3_261d, // tabortwc. 31,3,4
            Insn::AbortConditional {
                doubleword: false,
                to: 31,
                ra: 3,
                with: Comparand::Register(4),
            },
        ),
        (
            0x7c83_265d, // tabortdc. 4,3,4
            Insn::AbortConditional {
                doubleword: true,
                to: 4,
                ra: 3,
                with: Comparand::Register(4),
            },
        ),
        (
            0x7c83_869d, // tabortwci. 4,3,-16
            Insn::AbortConditional {
                doubleword: false,
                to: 4,
                ra: 3,
                with: Comparand::Immediate(-16),
            },
        ),
        (
            0x7c83_7edd, // tabortdci. 4,3,15
            Insn::AbortConditional {
                doubleword: true,
                to: 4,
                ra: 3,
                with: Comparand::Immediate(15),
            },
        ),
    ];
    for (word, insn) in table {
        assert_eq!(Insn::decode(word), Some(insn), "{word:#010x}");
    }
}

#[test]
fn needs_the_record_bit() {
    assert_eq!(Insn::decode(0x7c00_051c), None);
}

proptest! {
    #[test]
    fn other_opcodes_are_not_ours(word: u32) {
        prop_assume!(word >> 26 != 31);
        prop_assert_eq!(Insn::decode(word), None);
    }

    /// Power ISA 2.07B, Book I section 3.3.11: TO = 31 is unconditional, 0 never; each operand
    /// pair satisfies one signed and one unsigned relation or equality.
    #[test]
    fn conditions_are_complete_and_disjoint(a: i64, b: i64) {
        prop_assert!(condition_holds(0b11111, a, b));
        prop_assert!(!condition_holds(0, a, b));
        let holds = |to: u8| u32::from(condition_holds(to, a, b));
        prop_assert_eq!(holds(0b10000) + holds(0b01000) + holds(0b00100), 1);
        prop_assert_eq!(holds(0b00010) + holds(0b00001) + holds(0b00100), 1);
        prop_assert_eq!(condition_holds(0b10000, a, b), a < b);
        prop_assert_eq!(condition_holds(0b00010, a, b), (a as u64) < (b as u64));
    }
}
