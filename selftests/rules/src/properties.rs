// SPDX-License-Identifier: GPL-2.0-only

//! What holds for all values, tried with random ones. A failure is shrunk.

use crate::isa::{
    emulate::{execute, set_cr_field, Action},
    insn::{condition_holds, Comparand, Insn},
    msr::{Msr, Ts},
    texasr::{At, Texasr},
    transition::{by_instruction, by_user_space},
};
use proptest::{prelude::*, test_runner::RngSeed};

const STATES: [Ts; 3] = [Ts::N, Ts::S, Ts::T];

fn any_ts() -> impl Strategy<Value = Ts> {
    proptest::sample::select(&STATES[..])
}

/// Always the same values, unless PROPTEST_RNG_SEED or PROPTEST_CASES say otherwise; few under Miri,
/// which is a thousand times slower.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = if cfg!(miri) { 8 } else { 4096 };
    }
    config.failure_persistence = None;
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn other_opcodes_are_not_ours(word: u32) {
        prop_assume!(word >> 26 != 31);
        prop_assert_eq!(Insn::decode(word), None);
    }

    /// Power ISA 2.07B, Book I section 3.3.11: each operand pair satisfies one signed and one
    /// unsigned relation, or equality, and a TO field any of its bits.
    #[test]
    fn conditions_are_complete_and_disjoint(a: i64, b: i64, to in 0u8..32) {
        let holds = |to: u8| u32::from(condition_holds(to, a, b));
        prop_assert_eq!(holds(0b10000) + holds(0b01000) + holds(0b00100), 1);
        prop_assert_eq!(holds(0b00010) + holds(0b00001) + holds(0b00100), 1);
        let any = (0..5).any(|bit| to >> bit & 1 == 1 && condition_holds(1 << bit, a, b));
        prop_assert_eq!(condition_holds(to, a, b), any);
    }

    /// Whatever is above the low word of either register.
    #[test]
    fn a_word_comparison_ignores_the_upper_words(a: u64, b: u64, noise: [u32; 2], to in 0u8..32) {
        let insn = Insn::AbortConditional {
            doubleword: false,
            to,
            ra: 3,
            with: Comparand::Register(4),
        };
        let run = |a: u64, b: u64| execute(insn, Ts::T, false, |r| if r == 3 { a } else { b });
        let [na, nb] = noise.map(|n| u64::from(n) << 32);
        prop_assert_eq!(run(a, b), run(a ^ na, b ^ nb));
    }

    /// And agrees with a doubleword comparison of the sign-extended words.
    #[test]
    fn a_word_comparison_is_signed(a: i32, b: i32, to in 0u8..32) {
        let insn = |doubleword| Insn::AbortConditional {
            doubleword,
            to,
            ra: 3,
            with: Comparand::Register(4),
        };
        let wide = |v: i32| i64::from(v) as u64;
        let run = |insn| execute(insn, Ts::S, false, |r| wide(if r == 3 { a } else { b }));
        prop_assert_eq!(run(insn(false)), run(insn(true)));
    }

    #[test]
    fn a_cr_field_is_set_alone(cr: u32, field in 0u8..8, value in 0u8..16) {
        let new = set_cr_field(cr, field, value);
        for f in 0..8 {
            let nibble = |cr: u32| cr >> (28 - 4 * f) & 0xf;
            prop_assert_eq!(nibble(new), if f == u32::from(field) { value.into() } else { nibble(cr) });
        }
    }

    /// A guest kernel's instruction fails a transaction only if there is one.
    #[test]
    fn only_an_active_transaction_fails(word: u32, failed: bool, regs: [u64; 32], ts in any_ts()) {
        let Some(insn) = Insn::decode(31 << 26 | word & 0x03ff_ffff) else { return Ok(()) };
        if let Ok(effect) = execute(insn, ts, failed, |r| regs[usize::from(r)]) {
            let fails = matches!(effect.action, Action::Fail { .. } | Action::Reclaim { .. });
            prop_assert!(!fails || ts.is_active());
        }
    }

    #[test]
    fn other_bits_of_an_msr_do_not_matter(raw: u64, noise: u64, tm: bool, ts in any_ts()) {
        let other = Msr::from_raw(raw & Msr::TS_TM_MASK | noise & !Msr::TS_TM_MASK);
        let raw = Msr::from_raw(raw);
        prop_assert_eq!(by_instruction(ts, tm, raw), by_instruction(ts, tm, other));
        prop_assert_eq!(by_user_space(raw), by_user_space(other));
    }

    /// No instruction but trechkpt. starts a transaction, and none but treclaim. ends one.
    #[test]
    fn a_transaction_neither_starts_nor_ends(raw: u64, tm: bool, ts in any_ts()) {
        if let Ok(new) = by_instruction(ts, tm, Msr::from_raw(raw)) {
            prop_assert_eq!(new.is_active(), ts.is_active());
        }
    }

    #[test]
    fn recording_keeps_what_describes_the_transaction(raw: u64, code: u8, nip: u64, pr: bool, s: bool) {
        let ts = if s { Ts::S } else { Ts::T };
        let at = At { nip, ts, pr };
        let old = Texasr::from_raw(raw);
        let new = old.record(code, at);
        prop_assert_eq!(new.level(), old.level());
        prop_assert_eq!(new.rot(), old.rot());
        prop_assert_eq!(new.failure_code(), code);
        prop_assert_eq!(new.pr(), pr);
        prop_assert_eq!(new.suspended(), s);
        prop_assert!(new.fs() && new.abort() && new.exact() && !new.hv());
        // The causes that only hardware records, bits 8 to 16, and what is reserved are zero.
        prop_assert_eq!(new.into_raw() >> 33 & 0x7f_ffff, 0);
        prop_assert_eq!(at.tfiar() & !3, nip & !3);
        prop_assert_eq!(at.tfiar() & 3, u64::from(pr));
    }
}
