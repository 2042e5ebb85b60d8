// SPDX-License-Identifier: GPL-2.0-only

//! What [`crate::vcpu`] keeps in the C structure.

/// The checkpoint, the transaction state, the flags.
#[kernel::macros::kunit_tests(kvm_pr_tm_vcpu)]
mod tests {
    use crate::{
        isa::msr::{
            Msr,
            Ts, //
        },
        tests::made_up::MadeUp,
        vcpu::Place,
    };
    use kernel::{
        bindings,
        prelude::*, //
    };

    /// No two registers have the same value, nor has one the same halves.
    fn distinct(n: u64) -> u64 {
        (n + 1).wrapping_mul(0x0123_4567_89ab_cdef)
    }

    fn other(n: u64) -> u64 {
        !distinct(n)
    }

    #[test]
    fn a_checkpoint_takes_every_register() -> Result {
        let mut made_up = MadeUp::new()?;
        made_up.fill_current(distinct);
        made_up.fill_checkpoint(other);
        made_up.vcpu().checkpoint_from_registers();
        assert_eq!(made_up.checkpoint_differs(distinct), 0);
        assert_eq!(made_up.current_differs(distinct), 0);
        Ok(())
    }

    #[test]
    fn a_checkpoint_gives_every_register_back() -> Result {
        let mut made_up = MadeUp::new()?;
        made_up.fill_checkpoint(distinct);
        made_up.fill_current(other);
        made_up.vcpu().registers_from_checkpoint();
        assert_eq!(made_up.current_differs(distinct), 0);
        assert_eq!(made_up.checkpoint_differs(distinct), 0);
        Ok(())
    }

    #[test]
    fn the_guest_is_told_its_state() -> Result {
        let mut made_up = MadeUp::new()?;
        for big_endian in [false, true] {
            made_up.arch().shared_big_endian = big_endian;
            for (ts, place) in [
                (Ts::S, Place::Cpu),
                (Ts::T, Place::Memory),
                (Ts::N, Place::None),
            ] {
                made_up.vcpu().set_transaction(ts, place);
                assert_eq!(made_up.vcpu().ts(), ts);
                assert!(made_up.vcpu().place() == place);
                let msr = match big_endian {
                    true => made_up.shared_msr().swap_bytes(),
                    false => *made_up.shared_msr(),
                };
                assert_eq!(Msr::from_raw(msr).ts(), Ok(ts));
            }
        }
        Ok(())
    }

    /// The page that tells it so is the guest's to write.
    #[test]
    fn what_the_guest_writes_there_decides_nothing() -> Result {
        let mut made_up = MadeUp::new()?;
        for ts in [Ts::N, Ts::S, Ts::T] {
            made_up.put_into(ts, true, false);
            let place = made_up.vcpu().place();
            for junk in 0..4u64 {
                *made_up.shared_msr() = junk << Msr::TS_SHIFT;
                assert_eq!(made_up.vcpu().ts(), ts);
                assert!(made_up.vcpu().place() == place);
            }
        }
        Ok(())
    }

    #[test]
    fn only_an_active_transaction_asks_for_the_enter_operation() -> Result {
        for ts in [Ts::N, Ts::S, Ts::T] {
            let mut made_up = MadeUp::new()?;
            made_up.put_into(ts, true, true);
            let asked = u32::from(made_up.arch().pr_tm.flags) & bindings::KVMPPC_PR_TM_ENTER != 0;
            assert_eq!(asked, ts.is_active());
        }
        Ok(())
    }

    #[test]
    fn keys_are_switched_once_there_is_something_in_them() -> Result {
        let mut made_up = MadeUp::new()?;
        made_up.vcpu().set_amr(0);
        made_up.vcpu().set_uamor(0);
        assert_eq!(
            u32::from(made_up.arch().pr_tm.flags) & bindings::KVMPPC_PR_TM_KEYS,
            0
        );
        made_up.vcpu().set_amr(1);
        assert!(u32::from(made_up.arch().pr_tm.flags) & bindings::KVMPPC_PR_TM_KEYS != 0);
        Ok(())
    }

    #[test]
    fn the_facility_is_given_eagerly_so_often() -> Result {
        let mut made_up = MadeUp::new()?;
        let vcpu = made_up.vcpu();
        assert!(!vcpu.take_eager());
        vcpu.set_eager();
        let mut times = 0;
        while vcpu.take_eager() {
            times += 1;
        }
        assert_eq!(times, bindings::KVMPPC_PR_TM_EAGER);
        Ok(())
    }
}
