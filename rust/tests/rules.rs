// SPDX-License-Identifier: GPL-2.0-only

//! The rules of [`crate::isa`], against the tables of the architecture.
//!
//! Power ISA 2.07B, Book II chapter 5 and Book III-S sections 3.2 and 4.4. These are KUnit suites in
//! the kernel (`kvm_pr_tm_kunit`) and ordinary tests on the build host (`selftests/rules`, which adds
//! properties), hence `cfg_attr`, and assertions without a message.

/// MSR\[TS\] itself.
#[cfg_attr(not(test), kernel::macros::kunit_tests(kvm_pr_tm_msr))]
mod msr {
    use crate::isa::msr::{
        Msr,
        ReservedTs,
        Ts, //
    };

    #[test]
    fn fields_are_where_the_isa_has_them() {
        // The ISA counts from the highest bit.
        let bit = |n: u32| Msr::from_raw(1 << (63 - n));
        assert_eq!(bit(30).ts(), Ok(Ts::S));
        assert_eq!(bit(29).ts(), Ok(Ts::T));
        assert!(bit(31).tm());
        assert!(bit(38).vec());
        assert!(bit(40).vsx());
        assert!(bit(49).pr());
        assert!(bit(50).fp());
        assert_eq!(Msr::TS_TM_MASK, 0x7 << 32);
    }

    #[test]
    fn the_reserved_state_is_none() {
        assert_eq!(Msr::from_raw(0).ts(), Ok(Ts::N));
        assert_eq!(Msr::from_raw(Msr::TS_MASK).ts(), Err(ReservedTs));
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        for ts in [Ts::N, Ts::S, Ts::T] {
            let msr = Msr::from_raw(u64::MAX).with_ts(ts);
            assert_eq!(msr.ts(), Ok(ts));
            assert_eq!(msr.into_raw() | Msr::TS_MASK, u64::MAX);
        }
    }

    #[test]
    fn an_interrupt_suspends() {
        assert_eq!(Ts::N.on_interrupt(), Ts::N);
        assert_eq!(Ts::S.on_interrupt(), Ts::S);
        assert_eq!(Ts::T.on_interrupt(), Ts::S);
    }

    #[test]
    fn suspended_and_transactional_are_active() {
        assert!(!Ts::N.is_active());
        assert!(Ts::S.is_active());
        assert!(Ts::T.is_active());
    }

    #[test]
    fn a_cr_field_has_the_state_in_its_middle() {
        assert_eq!(Ts::N.in_cr(), 0b0000);
        assert_eq!(Ts::S.in_cr(), 0b0010);
        assert_eq!(Ts::T.in_cr(), 0b0100);
    }
}

/// Every change of MSR\[TS\] and MSR\[TM\] there is: 3 x 2 states, 4 x 2 values.
#[cfg_attr(not(test), kernel::macros::kunit_tests(kvm_pr_tm_transition))]
mod transition {
    use crate::isa::{
        msr::{
            Msr,
            Ts, //
        },
        transition::{
            by_instruction,
            by_user_space,
            BadThing, //
        },
    };

    fn msr(ts: u64, tm: bool) -> Msr {
        Msr::from_raw(ts << Msr::TS_SHIFT).with_tm(tm)
    }

    fn outcome(letter: u8) -> Result<Ts, BadThing> {
        match letter {
            b'N' => Ok(Ts::N),
            b'S' => Ok(Ts::S),
            b'T' => Ok(Ts::T),
            _ => Err(BadThing),
        }
    }

    /// By current state (rows) and value (columns): the TS that results, or '-' for a TM Bad Thing.
    /// Power ISA 2.07B, Book III-S section 3.2.2.
    const INSTRUCTION: [(Ts, bool, &[u8; 8]); 6] = [
        // value:       N0 N1 S0 S1 T0 T1 R0 R1
        (Ts::N, false, b"NN------"),
        (Ts::N, true, b"NN------"),
        (Ts::S, false, b"S-SS-T--"),
        (Ts::S, true, b"--SS-T--"),
        (Ts::T, false, b"-----T--"),
        (Ts::T, true, b"-----T--"),
    ];

    /// What a VMM's value gives, whatever the vcpu was in. No value is refused.
    const USER_SPACE: &[u8; 8] = b"NNSSSTNN";

    #[test]
    fn instructions_follow_the_table() {
        for (ts, tm, row) in INSTRUCTION {
            for (column, letter) in row.iter().enumerate() {
                let new = msr(column as u64 / 2, column % 2 == 1);
                assert_eq!(by_instruction(ts, tm, new), outcome(*letter));
            }
        }
    }

    #[test]
    fn user_space_gets_the_nearest_state() {
        for (column, letter) in USER_SPACE.iter().enumerate() {
            let new = msr(column as u64 / 2, column % 2 == 1);
            assert_eq!(Ok(by_user_space(new)), outcome(*letter));
        }
    }

    #[test]
    fn software_ignorant_of_tm_stays_suspended() {
        assert_eq!(by_instruction(Ts::S, false, msr(0b00, false)), Ok(Ts::S));
        assert_eq!(by_instruction(Ts::S, true, msr(0b00, false)), Err(BadThing));
    }

    /// With every other bit of the MSR on, too.
    #[test]
    fn other_bits_do_not_matter() {
        let noise = !Msr::TS_TM_MASK;
        for (ts, tm, _) in INSTRUCTION {
            for value in 0..8 {
                let new = value << Msr::TM_SHIFT;
                assert_eq!(
                    by_instruction(ts, tm, Msr::from_raw(new)),
                    by_instruction(ts, tm, Msr::from_raw(new | noise))
                );
                assert_eq!(
                    by_user_space(Msr::from_raw(new)),
                    by_user_space(Msr::from_raw(new | noise))
                );
            }
        }
    }
}

/// Recording of failures.
#[cfg_attr(not(test), kernel::macros::kunit_tests(kvm_pr_tm_texasr))]
mod texasr {
    use crate::isa::{
        msr::Ts,
        texasr::{
            At,
            Texasr, //
        },
    };

    fn at(nip: u64, ts: Ts, pr: bool) -> At {
        At { nip, ts, pr }
    }

    /// Power ISA 2.07B, Book II section 5.3.3; bit 0 is the highest.
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
    fn a_begin_that_fails_was_an_outermost_transaction() {
        for rot in [false, true] {
            for pr in [false, true] {
                let t = Texasr::begin_failed(0xe3, rot, at(0x1000, Ts::N, pr));
                assert_eq!(t.level().get(), 1);
                assert_eq!(t.rot(), rot);
                assert_eq!(t.pr(), pr);
                assert_eq!(t.failure_code(), 0xe3);
                assert!(t.fs() && t.exact() && t.abort() && !t.suspended() && !t.hv());
            }
        }
    }

    #[test]
    fn recording_replaces_all_but_rot_and_level() {
        for (old, kept) in [(u64::MAX, 1 << 25 | 0xfff), (0, 0)] {
            for (ts, suspended) in [(Ts::T, 0), (Ts::S, 1 << 31)] {
                for pr in [0, 1] {
                    let new = Texasr::from_raw(old).record(0xd3, at(0, ts, pr == 1));
                    let failure = 0xd3 << 56 | 1 << 32 | suspended | pr << 28 | 0b11 << 26;
                    assert_eq!(new.into_raw(), failure | kept);
                }
            }
        }
    }

    #[test]
    fn tfiar_has_the_privilege_in_its_low_bits() {
        assert_eq!(at(0x1003, Ts::N, false).tfiar(), 0x1000);
        assert_eq!(at(0x1000, Ts::N, true).tfiar(), 0x1001);
        assert_eq!(at(u64::MAX, Ts::S, true).tfiar(), u64::MAX - 2);
    }
}

/// Decoding, against words that binutils assembled (`powerpc64le-linux-gnu-as -mpower8`).
#[cfg_attr(not(test), kernel::macros::kunit_tests(kvm_pr_tm_insn))]
mod insn {
    use crate::isa::insn::{
        condition_holds,
        Comparand,
        Insn, //
    };

    fn abort_if(doubleword: bool, to: u8, ra: u8, with: Comparand) -> Insn {
        Insn::AbortConditional {
            doubleword,
            to,
            ra,
            with,
        }
    }

    fn begin(rollback_only: bool) -> Insn {
        Insn::Begin { rollback_only }
    }

    fn table() -> [(u32, Insn); 15] {
        use Comparand::*;
        [
            (0x7c00_051d, begin(false)),                            // tbegin. 0
            (0x7c20_051d, begin(true)),                             // tbegin. 1
            (0x7c00_055d, Insn::End { all: false }),                // tend. 0
            (0x7e00_055d, Insn::End { all: true }),                 // tendall.
            (0x7f80_059c, Insn::Check { bf: 7 }),                   // tcheck 7
            (0x7c00_05dd, Insn::SuspendOrResume { resume: false }), // tsuspend.
            (0x7c20_05dd, Insn::SuspendOrResume { resume: true }),  // tresume.
            (0x7c05_071d, Insn::Abort { ra: 5 }),                   // tabort. 5
            (0x7c1f_075d, Insn::Reclaim { ra: 31 }),                // treclaim. 31
            (0x7c00_07dd, Insn::Recheckpoint),                      // trechkpt.
            (0x7fe3_261d, abort_if(false, 31, 3, Register(4))),     // tabortwc. 31,3,4
            (0x7c83_265d, abort_if(true, 4, 3, Register(4))),       // tabortdc. 4,3,4
            (0x7c83_869d, abort_if(false, 4, 3, Immediate(-16))),   // tabortwci. 4,3,-16
            (0x7c83_7edd, abort_if(true, 4, 3, Immediate(15))),     // tabortdci. 4,3,15
            (0x7c9f_0edd, abort_if(true, 4, 31, Immediate(1))),     // tabortdci. 4,31,1
        ]
    }

    #[test]
    fn decodes_every_instruction() {
        for (word, insn) in table() {
            assert_eq!(Insn::decode(word), Some(insn));
        }
    }

    #[test]
    fn needs_the_record_bit_but_for_tcheck() {
        for (word, insn) in table() {
            let check = matches!(insn, Insn::Check { .. });
            assert_eq!(Insn::decode(word & !1).is_some(), check);
            assert_eq!(Insn::decode(word | 1), Some(insn));
        }
    }

    #[test]
    fn other_primary_opcodes_are_not_ours() {
        for (word, _) in table() {
            for opcode in 0..64 {
                let other = word & 0x03ff_ffff | opcode << 26;
                assert_eq!(Insn::decode(other).is_some(), opcode == 31);
            }
        }
    }

    #[test]
    fn treclaim_and_trechkpt_are_privileged() {
        for (word, insn) in table() {
            let privileged = matches!(word, 0x7c1f_075d | 0x7c00_07dd);
            assert_eq!(insn.is_privileged(), privileged);
        }
    }

    /// Power ISA 2.07B, Book I section 3.3.11, for each bit of TO.
    #[test]
    fn each_condition_is_one_relation() {
        const VALUES: [i64; 6] = [i64::MIN, -2, -1, 0, 1, i64::MAX];
        for a in VALUES {
            for b in VALUES {
                let (ua, ub) = (a as u64, b as u64);
                assert_eq!(condition_holds(0b10000, a, b), a < b);
                assert_eq!(condition_holds(0b01000, a, b), a > b);
                assert_eq!(condition_holds(0b00100, a, b), a == b);
                assert_eq!(condition_holds(0b00010, a, b), ua < ub);
                assert_eq!(condition_holds(0b00001, a, b), ua > ub);
                assert!(condition_holds(0b11111, a, b));
                assert!(!condition_holds(0, a, b));
            }
        }
    }
}

/// Every instruction in every state.
#[cfg_attr(not(test), kernel::macros::kunit_tests(kvm_pr_tm_emulate))]
mod emulate {
    use crate::isa::{
        emulate::{
            execute,
            set_cr_field,
            Action,
            Effect,
            CR0_FAILURE, //
        },
        insn::{
            Comparand,
            Insn, //
        },
        msr::Ts,
        transition::BadThing,
    };

    type Outcome = Result<(u8, Action), BadThing>;

    const BAD: Outcome = Err(BadThing);

    /// RA = 3 holds 0xe5 in its low byte, RA = 4 a zero.
    fn gpr(r: u8) -> u64 {
        match r {
            3 => 0xffff_ffe5,
            _ => 0,
        }
    }

    fn run(insn: Insn, ts: Ts, failed: bool) -> Outcome {
        execute(insn, ts, failed, gpr).map(|Effect { cr, action, .. }| (cr, action))
    }

    fn begin(rollback_only: bool) -> Insn {
        Insn::Begin { rollback_only }
    }

    fn tsr(resume: bool) -> Insn {
        Insn::SuspendOrResume { resume }
    }

    /// Aborts on a comparison of zero with zero.
    fn abort_if(to: u8) -> Insn {
        Insn::AbortConditional {
            doubleword: true,
            to,
            ra: 4,
            with: Comparand::Immediate(0),
        }
    }

    /// Does `action` where a transaction is active, nothing elsewhere; CR0 is `0 || TS || 0`.
    fn active(action: Action) -> [Outcome; 3] {
        [
            Ok((0b0000, Action::None)),
            Ok((0b0100, action)),
            Ok((0b0010, action)),
        ]
    }

    /// Power ISA 2.07B, Book II section 5.5, Book III-S section 4.4: the outcome in the states N, T
    /// and S.
    fn rows() -> [(Insn, [Outcome; 3]); 12] {
        use Action as A;
        let idle = A::None;
        let [n, t, s] = [0b0000, 0b0100, 0b0010];
        let begun = |rollback_only| {
            let action = A::Begin { rollback_only };
            [Ok((n, action)), Ok((t, A::Nest)), Ok((s, idle))]
        };
        let ended = |all| [Ok((n, idle)), Ok((t, A::End { all })), BAD];
        let suspended = [Ok((n, idle)), Ok((t, A::Suspend)), Ok((s, idle))];
        let resumed = [Ok((n, idle)), Ok((t, idle)), Ok((s, A::Resume))];
        let reclaimed = |code| {
            let action = A::Reclaim { code };
            [BAD, Ok((t, action)), Ok((s, action))]
        };
        [
            (begin(false), begun(false)),
            (begin(true), begun(true)),
            (Insn::End { all: false }, ended(false)),
            (Insn::End { all: true }, ended(true)),
            (tsr(false), suspended),
            (tsr(true), resumed),
            (Insn::Abort { ra: 3 }, active(A::Fail { code: 0xe5 })),
            (Insn::Abort { ra: 0 }, active(A::Fail { code: 0 })),
            (abort_if(0b00100), active(A::Fail { code: 0 })),
            (abort_if(0b11011), active(idle)),
            (Insn::Reclaim { ra: 3 }, reclaimed(0xe5)),
            (Insn::Reclaim { ra: 4 }, reclaimed(0)),
        ]
    }

    #[test]
    fn each_instruction_in_each_state() {
        for (insn, [n, t, s]) in rows() {
            for failed in [false, true] {
                assert_eq!(run(insn, Ts::N, failed), n);
                assert_eq!(run(insn, Ts::T, failed), t);
                assert_eq!(run(insn, Ts::S, failed), s);
            }
        }
    }

    #[test]
    fn trechkpt_needs_a_recorded_failure_and_no_transaction() {
        let run = |ts, failed| run(Insn::Recheckpoint, ts, failed);
        assert_eq!(run(Ts::N, true), Ok((0b0000, Action::Recheckpoint)));
        assert_eq!(run(Ts::N, false), BAD);
        for failed in [false, true] {
            assert_eq!(run(Ts::S, failed), BAD);
            assert_eq!(run(Ts::T, failed), BAD);
        }
    }

    #[test]
    fn tcheck_reports_doom_and_state_in_the_field_it_names() {
        // TDOOMED has no meaning without a transaction and reads as 1.
        const TABLE: [(Ts, bool, u8); 6] = [
            (Ts::S, false, 0b0010),
            (Ts::S, true, 0b1010),
            (Ts::T, false, 0b0100),
            (Ts::T, true, 0b1100),
            (Ts::N, false, 0b1000),
            (Ts::N, true, 0b1000),
        ];
        for (ts, failed, cr) in TABLE {
            for bf in 0..8 {
                let effect = Effect {
                    cr_field: bf,
                    cr,
                    action: Action::None,
                };
                assert_eq!(execute(Insn::Check { bf }, ts, failed, gpr), Ok(effect));
            }
        }
    }

    /// tabortwc. compares the low words, sign-extended; tabortdc. all of the registers.
    #[test]
    fn word_comparisons_see_only_words() {
        const LESS: u8 = 0b10000;
        const EQUAL: u8 = 0b00100;
        const TABLE: [(bool, u8, u64, u64, bool); 6] = [
            (false, EQUAL, 0x1_0000_0005, 5, true),
            (true, EQUAL, 0x1_0000_0005, 5, false),
            (false, LESS, 0xffff_ffff, 1, true),
            (true, LESS, 0xffff_ffff, 1, false),
            (false, LESS, 0x7fff_ffff, 0x8000_0000, false),
            (true, LESS, 0x7fff_ffff, 0x8000_0000, true),
        ];
        for (doubleword, to, a, b, taken) in TABLE {
            let insn = Insn::AbortConditional {
                doubleword,
                to,
                ra: 3,
                with: Comparand::Register(4),
            };
            let effect = execute(insn, Ts::T, false, |r| if r == 3 { a } else { b });
            let action = match taken {
                true => Action::Fail { code: 0 },
                false => Action::None,
            };
            assert_eq!(effect.map(|e| e.action), Ok(action));
        }
    }

    #[test]
    fn an_immediate_is_compared_with_its_sign() {
        for doubleword in [false, true] {
            let insn = Insn::AbortConditional {
                doubleword,
                to: 0b00100,
                ra: 3,
                with: Comparand::Immediate(-16),
            };
            let effect = execute(insn, Ts::T, false, |_| -16i64 as u64);
            assert_eq!(effect.map(|e| e.action), Ok(Action::Fail { code: 0 }));
        }
    }

    #[test]
    fn a_failure_handler_finds_cr0_1010() {
        assert_eq!(CR0_FAILURE, 0b1010);
    }

    #[test]
    fn a_cr_field_is_set_alone() {
        for field in 0..8u8 {
            let shift = 28 - 4 * u32::from(field);
            for cr in [0, u32::MAX] {
                let others = cr & !(0xf << shift);
                assert_eq!(set_cr_field(cr, field, 0b1010), others | 0b1010 << shift);
            }
        }
    }
}
