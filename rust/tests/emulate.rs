// SPDX-License-Identifier: GPL-2.0-only

//! What a guest kernel does with the facility ([`crate::emulate`]), on a vcpu with its registers in
//! memory.

/// Instructions, SPRs and MSR.
#[kernel::macros::kunit_tests(kvm_pr_tm_guest_kernel)]
mod tests {
    use crate::{
        cpu::{
            Accessible,
            VRSAVE, //
        },
        emulate::{
            instruction,
            mfspr,
            mtspr,
            set_msr,
            write_msr,
            Emulated, //
        },
        isa::{
            msr::{
                Msr,
                Ts, //
            },
            texasr::{
                cause,
                At,
                Texasr, //
            },
        },
        tests::made_up::MadeUp,
        vcpu::Place,
    };
    use kernel::{
        bindings,
        ffi::c_int,
        interrupt::local_interrupt_disable,
        prelude::*, //
    };

    const TBEGIN: u32 = 0x7c00_051d;
    const TEND: u32 = 0x7c00_055d;
    const TABORT_3: u32 = 0x7c03_071d;
    const TRESUME: u32 = 0x7c20_05dd;
    const TCHECK_7: u32 = 0x7f80_059c;
    const TRECLAIM_3: u32 = 0x7c03_075d;
    const TRECHKPT: u32 = 0x7c00_07dd;
    const NOP: u32 = 0x6000_0000;

    const PROGRAM: c_int = 0x700;
    const BAD_THING: Option<(c_int, u64)> = Some((PROGRAM, bindings::SRR1_PROGTM as u64));
    const PRIVILEGED: Option<(c_int, u64)> = Some((PROGRAM, bindings::SRR1_PROGPRIV as u64));

    const NIP: u64 = 0x4000;
    /// The failure that a suspended transaction of these tests has recorded.
    const FIRST: At = At {
        nip: 0x5004,
        ts: Ts::T,
        pr: true,
    };

    fn value(n: u64) -> u64 {
        (n + 1).wrapping_mul(0x0123_4567_89ab_cdef)
    }

    /// A vcpu in a state; one with a transaction has failed with code 0x57.
    fn guest(ts: Ts, tm: bool, pr: bool) -> Result<MadeUp> {
        let mut made_up = MadeUp::new()?;
        made_up.fill_current(value);
        made_up.fill_checkpoint(|n| !value(n));
        made_up.put_into(ts, tm, pr);
        let v = made_up.vcpu();
        v.set_nip(NIP);
        if ts.is_active() {
            v.set_texasr(Texasr::from_raw(1).record(0x57, FIRST).into_raw());
            v.set_tfiar(FIRST.tfiar());
        }
        Ok(made_up)
    }

    /// Runs an instruction as the module does, and keeps VRSAVE, which is the test's thread's.
    fn run(made_up: &mut MadeUp, word: u32) -> Emulated {
        let _interrupts = local_interrupt_disable();
        let vrsave = VRSAVE.get();
        VRSAVE.set(made_up.arch().vrsave.into());
        let result = instruction(made_up.vcpu(), word);
        VRSAVE.set(vrsave);
        result
    }

    fn cr0(made_up: &mut MadeUp) -> u32 {
        made_up.vcpu().cr() >> 28
    }

    /// The cause in FSCR if the facility unavailable interrupt is pending.
    fn unavailable(made_up: &mut MadeUp) -> Option<u64> {
        let arch = made_up.arch();
        (arch.pending_exceptions != 0).then_some(arch.fscr as u64 >> 56)
    }

    #[test]
    fn tbegin_fails_at_once() -> Result {
        let mut made_up = guest(Ts::N, true, false)?;
        assert_eq!(run(&mut made_up, TBEGIN), Emulated::Done);
        assert_eq!(cr0(&mut made_up), 0b1010);
        let v = made_up.vcpu();
        assert_eq!(v.ts(), Ts::N);
        assert_eq!(v.tfhar(), NIP + 4);
        assert_eq!(v.tfiar(), NIP);
        let texasr = Texasr::from_raw(v.texasr());
        assert_eq!(
            texasr.failure_code(),
            cause::KVM_FAC_UNAV | cause::PERSISTENT
        );
        assert!(texasr.fs() && texasr.exact() && !texasr.pr());
        assert_eq!(texasr.level().get(), 1);
        Ok(())
    }

    #[test]
    fn trechkpt_takes_all_registers_and_treclaim_brings_them_back() -> Result {
        let mut made_up = guest(Ts::N, true, false)?;
        made_up
            .vcpu()
            .set_texasr(Texasr::from_raw(1).record(0x57, FIRST).into_raw());
        assert_eq!(run(&mut made_up, TRECHKPT), Emulated::Done);
        assert_eq!(cr0(&mut made_up), 0b0000);
        assert_eq!(made_up.vcpu().ts(), Ts::S);
        assert!(made_up.vcpu().place() == Place::Memory);
        assert_eq!(made_up.checkpoint_differs(value), 0);

        made_up.fill_current(|n| !value(n));
        assert_eq!(run(&mut made_up, TRECLAIM_3), Emulated::Done);
        assert_eq!(cr0(&mut made_up), 0b0010);
        assert_eq!(made_up.vcpu().ts(), Ts::N);
        assert!(made_up.vcpu().place() == Place::None);
        let cr = made_up.vcpu().cr() & 0x0fff_ffff | value(32) as u32 & 0xf000_0000;
        made_up.vcpu().set_cr(cr);
        assert_eq!(made_up.current_differs(value), 0);
        Ok(())
    }

    #[test]
    fn trechkpt_without_a_failure_is_a_bad_thing() -> Result {
        let mut made_up = guest(Ts::N, true, false)?;
        assert_eq!(run(&mut made_up, TRECHKPT), Emulated::Interrupted);
        assert!(made_up.take_interrupt() == BAD_THING);
        assert_eq!(made_up.vcpu().ts(), Ts::N);
        Ok(())
    }

    #[test]
    fn instructions_of_the_wrong_state_are_bad_things() -> Result {
        for (word, ts) in [(TRECLAIM_3, Ts::N), (TRECHKPT, Ts::S), (TEND, Ts::S)] {
            let mut made_up = guest(ts, true, false)?;
            assert_eq!(run(&mut made_up, word), Emulated::Interrupted);
            assert!(made_up.take_interrupt() == BAD_THING);
            assert_eq!(made_up.vcpu().ts(), ts);
        }
        Ok(())
    }

    #[test]
    fn the_first_failure_stays_recorded() -> Result {
        let mut made_up = guest(Ts::S, true, false)?;
        let before = made_up.vcpu().texasr();
        assert_eq!(run(&mut made_up, TABORT_3), Emulated::Done);
        assert_eq!(cr0(&mut made_up), 0b0010);
        assert_eq!(made_up.vcpu().texasr(), before);
        assert_eq!(made_up.vcpu().tfiar(), FIRST.tfiar());
        Ok(())
    }

    #[test]
    fn tresume_makes_it_transactional() -> Result {
        let mut made_up = guest(Ts::S, true, false)?;
        assert_eq!(run(&mut made_up, TRESUME), Emulated::Done);
        assert_eq!(made_up.vcpu().ts(), Ts::T);
        assert!(made_up.vcpu().place() == Place::Memory);
        Ok(())
    }

    #[test]
    fn tcheck_writes_its_own_field() -> Result {
        let mut made_up = guest(Ts::S, true, false)?;
        let before = made_up.vcpu().cr();
        assert_eq!(run(&mut made_up, TCHECK_7), Emulated::Done);
        assert_eq!(made_up.vcpu().cr(), before & !0xf | 0b1010);
        Ok(())
    }

    #[test]
    fn without_msr_tm_the_facility_is_unavailable() -> Result {
        for word in [
            TBEGIN, TEND, TABORT_3, TRESUME, TCHECK_7, TRECLAIM_3, TRECHKPT,
        ] {
            for ts in [Ts::N, Ts::S] {
                let mut made_up = guest(ts, false, false)?;
                assert_eq!(run(&mut made_up, word), Emulated::Interrupted);
                assert_eq!(unavailable(&mut made_up), Some(bindings::FSCR_TM_LG.into()));
                assert_eq!(made_up.vcpu().ts(), ts);
                assert_eq!(made_up.current_differs(value), 0);
            }
        }
        Ok(())
    }

    /// In problem state the CPU runs the facility, but for a transaction that has left it.
    #[test]
    fn problem_state_is_not_emulated_without_need() -> Result {
        let mut made_up = guest(Ts::N, true, true)?;
        assert_eq!(run(&mut made_up, TBEGIN), Emulated::NotOurs);
        assert_eq!(run(&mut made_up, TRECLAIM_3), Emulated::NotOurs);
        let mut made_up = guest(Ts::S, true, true)?;
        assert_eq!(run(&mut made_up, TBEGIN), Emulated::Done);
        for word in [TRECLAIM_3, TRECHKPT] {
            assert_eq!(run(&mut made_up, word), Emulated::Interrupted);
            assert!(made_up.take_interrupt() == PRIVILEGED);
        }
        Ok(())
    }

    #[test]
    fn other_instructions_are_not_ours() -> Result {
        let mut made_up = guest(Ts::S, true, false)?;
        assert_eq!(run(&mut made_up, NOP), Emulated::NotOurs);
        assert_eq!(made_up.current_differs(value), 0);
        Ok(())
    }

    #[test]
    fn sprs_are_written_in_their_state_only() -> Result {
        for (sprn, in_suspended) in [
            (bindings::SPRN_TFHAR, true),
            (bindings::SPRN_TFIAR, false),
            (bindings::SPRN_TEXASR, false),
            (bindings::SPRN_TEXASRU, false),
        ] {
            for (ts, legal) in [(Ts::N, true), (Ts::S, in_suspended), (Ts::T, false)] {
                let mut made_up = guest(ts, true, false)?;
                let before = mfspr(made_up.vcpu(), sprn);
                let done = mtspr(made_up.vcpu(), sprn, 0x1234_5678) == Emulated::Done;
                assert_eq!(done, legal);
                if legal {
                    assert_eq!(mfspr(made_up.vcpu(), sprn), Ok(0x1234_5678));
                } else {
                    assert!(made_up.take_interrupt() == BAD_THING);
                    assert_eq!(mfspr(made_up.vcpu(), sprn), before);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn texasru_is_the_upper_half_of_texasr() -> Result {
        let mut made_up = guest(Ts::N, true, false)?;
        let v = made_up.vcpu();
        assert_eq!(
            mtspr(v, bindings::SPRN_TEXASR, 0x0123_4567_89ab_cdef),
            Emulated::Done
        );
        assert_eq!(mfspr(v, bindings::SPRN_TEXASRU), Ok(0x0123_4567));
        assert_eq!(
            mtspr(v, bindings::SPRN_TEXASRU, 0xfeed_beef),
            Emulated::Done
        );
        assert_eq!(mfspr(v, bindings::SPRN_TEXASR), Ok(0xfeed_beef_89ab_cdef));
        Ok(())
    }

    #[test]
    fn sprs_need_the_facility() -> Result {
        for sprn in [bindings::SPRN_TFHAR, bindings::SPRN_TEXASRU] {
            let mut made_up = guest(Ts::N, false, false)?;
            assert_eq!(mfspr(made_up.vcpu(), sprn), Err(Emulated::Interrupted));
            assert_eq!(unavailable(&mut made_up), Some(bindings::FSCR_TM_LG.into()));
            let mut made_up = guest(Ts::N, false, false)?;
            assert_eq!(mtspr(made_up.vcpu(), sprn, 0), Emulated::Interrupted);
            assert_eq!(unavailable(&mut made_up), Some(bindings::FSCR_TM_LG.into()));
        }
        Ok(())
    }

    #[test]
    fn amr_and_dscr_are_read_as_written() -> Result {
        let mut made_up = guest(Ts::N, false, false)?;
        for (sprn, value) in [(bindings::SPRN_AMR, 3 << 60), (bindings::SPRN_DSCR, 0x15)] {
            assert_eq!(mtspr(made_up.vcpu(), sprn, value), Emulated::Done);
            assert_eq!(mfspr(made_up.vcpu(), sprn), Ok(value));
        }
        Ok(())
    }

    #[test]
    fn an_illegal_msr_is_a_bad_thing() -> Result {
        let msr = |ts: u64| Msr::from_raw(ts << Msr::TS_SHIFT).with_tm(true);
        for (ts, new) in [
            (Ts::N, 0b01),
            (Ts::N, 0b10),
            (Ts::N, 0b11),
            (Ts::S, 0b00),
            (Ts::S, 0b11),
        ] {
            let mut made_up = guest(ts, true, false)?;
            assert!(!write_msr(made_up.vcpu(), msr(new)));
            assert!(made_up.take_interrupt() == BAD_THING);
            assert_eq!(made_up.vcpu().ts(), ts);
        }
        for (ts, new) in [
            (Ts::N, Ts::N),
            (Ts::S, Ts::S),
            (Ts::S, Ts::T),
            (Ts::T, Ts::T),
        ] {
            let mut made_up = guest(ts, true, false)?;
            assert!(write_msr(made_up.vcpu(), msr(new as u64)));
            assert!(made_up.take_interrupt().is_none());
            assert_eq!(made_up.vcpu().ts(), new);
        }
        Ok(())
    }

    /// A migrated vcpu has its checkpoint in memory; whatever user space writes is a legal state.
    #[test]
    fn user_space_sets_a_legal_state() -> Result {
        for before in [Ts::N, Ts::S, Ts::T] {
            for (new, tm, ts) in [
                (0b00, true, Ts::N),
                (0b01, false, Ts::S),
                (0b10, true, Ts::T),
                (0b10, false, Ts::S),
                (0b11, true, Ts::N),
            ] {
                let mut made_up = guest(before, true, false)?;
                let msr = Msr::from_raw(new << Msr::TS_SHIFT).with_tm(tm);
                set_msr(made_up.vcpu(), msr);
                assert_eq!(made_up.vcpu().ts(), ts);
                let place = match ts {
                    Ts::N => Place::None,
                    Ts::S | Ts::T => Place::Memory,
                };
                assert!(made_up.vcpu().place() == place);
                assert!(made_up.take_interrupt().is_none());
            }
        }
        Ok(())
    }
}
