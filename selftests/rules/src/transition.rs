// SPDX-License-Identifier: GPL-2.0-only

//! Every change of MSR[TS] and MSR[TM] there is: 3 x 2 states, 4 x 2 values.

use crate::isa::{
    msr::{Msr, Ts},
    transition::{by_instruction, by_user_space, BadThing},
};
use proptest::prelude::*;

fn msr(ts: u64, tm: bool) -> Msr {
    Msr::from_raw(ts << Msr::TS_SHIFT).with_tm(tm)
}

/// The table, by current state (rows) and value (columns): the TS that results, or '-' for a TM
/// Bad Thing. Power ISA 2.07B, Book III-S section 3.2.2.
const TABLE: [(Ts, bool, &str); 6] = [
    // value:      N0 N1 S0 S1 T0 T1 R0 R1
    (Ts::N, false, "NN------"),
    (Ts::N, true, "NN------"),
    (Ts::S, false, "S-SS-T--"),
    (Ts::S, true, "--SS-T--"),
    (Ts::T, false, "-----T--"),
    (Ts::T, true, "-----T--"),
];

#[test]
fn instructions_follow_the_table() {
    for (ts, tm, row) in TABLE {
        for (column, expected) in row.chars().enumerate() {
            let new = msr(column as u64 / 2, column % 2 == 1);
            let expected = match expected {
                'N' => Ok(Ts::N),
                'S' => Ok(Ts::S),
                'T' => Ok(Ts::T),
                _ => Err(BadThing),
            };
            assert_eq!(
                by_instruction(ts, tm, new),
                expected,
                "{ts:?} {tm} <- {new:?}"
            );
        }
    }
}

#[test]
fn software_ignorant_of_tm_stays_suspended() {
    assert_eq!(by_instruction(Ts::S, false, msr(0b00, false)), Ok(Ts::S));
}

#[test]
fn user_space_may_set_any_state_a_guest_can_be_in() {
    assert_eq!(by_user_space(msr(0b00, false)), Ts::N);
    assert_eq!(by_user_space(msr(0b00, true)), Ts::N);
    assert_eq!(by_user_space(msr(0b01, false)), Ts::S);
    assert_eq!(by_user_space(msr(0b01, true)), Ts::S);
    assert_eq!(by_user_space(msr(0b10, true)), Ts::T);
}

#[test]
fn user_space_gets_the_nearest_state_for_what_no_cpu_is_in() {
    assert_eq!(by_user_space(msr(0b10, false)), Ts::S);
    assert_eq!(by_user_space(msr(0b11, false)), Ts::N);
    assert_eq!(by_user_space(msr(0b11, true)), Ts::N);
}

proptest! {
    #[test]
    fn other_bits_do_not_matter(raw: u64, noise: u64, tm: bool) {
        let other = raw & Msr::TS_TM_MASK | noise & !Msr::TS_TM_MASK;
        for ts in [Ts::N, Ts::S, Ts::T] {
            prop_assert_eq!(
                by_instruction(ts, tm, Msr::from_raw(raw)),
                by_instruction(ts, tm, Msr::from_raw(other))
            );
        }
        prop_assert_eq!(by_user_space(Msr::from_raw(raw)), by_user_space(Msr::from_raw(other)));
    }

    /// No instruction but trechkpt. starts a transaction, and none but treclaim. ends one.
    #[test]
    fn a_transaction_neither_starts_nor_ends(raw: u64, tm: bool) {
        for ts in [Ts::N, Ts::S, Ts::T] {
            if let Ok(new) = by_instruction(ts, tm, Msr::from_raw(raw)) {
                prop_assert_eq!(new.is_active(), ts.is_active());
            }
        }
    }
}
