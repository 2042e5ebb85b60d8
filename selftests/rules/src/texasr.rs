// SPDX-License-Identifier: GPL-2.0-only

//! Failure recording.

use crate::isa::{
    msr::Ts,
    texasr::{At, Texasr},
};
use proptest::prelude::*;

fn at(nip: u64, ts: Ts, pr: bool) -> At {
    At { nip, ts, pr }
}

/// Field by field, against the bit numbers of Power ISA 2.07B, Book II section 5.3.3 (bit 0 is the
/// highest).
#[test]
fn fields_are_where_the_isa_has_them() {
    let bit = |n: u32| Texasr::from_raw(1 << (63 - n));
    assert_eq!(Texasr::from_raw(0xab << 56).failure_code(), 0xab);
    assert!(bit(31).abort());
    assert!(bit(32).suspended());
    assert!(bit(34).hv());
    assert!(bit(35).pr());
    assert!(bit(36).fs());
    assert!(bit(37).exact());
    assert!(bit(38).rot());
    assert_eq!(Texasr::from_raw(0xfff).level().get(), 0xfff);
}

#[test]
fn begin_that_fails_is_an_outermost_transaction() {
    let here = at(0x1000, Ts::N, false);
    let t = Texasr::begin_failed(0xe3, true, here);
    assert_eq!(t.level().get(), 1);
    assert!(t.rot() && t.fs() && t.exact() && t.abort() && !t.suspended() && !t.pr());
    assert_eq!(t.failure_code(), 0xe3);
}

#[test]
fn tfiar_holds_the_privilege_in_its_low_bits() {
    assert_eq!(at(0x1003, Ts::N, false).tfiar(), 0x1000);
    assert_eq!(at(0x1000, Ts::N, true).tfiar(), 0x1001);
}

proptest! {
    #[test]
    fn recording_keeps_what_describes_the_transaction(raw: u64, code: u8, pr: bool, suspended: bool) {
        let ts = if suspended { Ts::S } else { Ts::T };
        let old = Texasr::from_raw(raw);
        let new = old.record(code, at(0, ts, pr));
        prop_assert_eq!(new.level(), old.level());
        prop_assert_eq!(new.rot(), old.rot());
        prop_assert_eq!(new.failure_code(), code);
        prop_assert_eq!(new.pr(), pr);
        prop_assert_eq!(new.suspended(), suspended);
        prop_assert!(new.fs() && new.abort() && new.exact() && !new.hv());
        // The causes that only hardware records, bits 8 to 16, and what is reserved are zero.
        prop_assert_eq!(new.into_raw() >> 33 & 0x7f_ffff, 0);
    }
}
