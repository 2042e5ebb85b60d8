// SPDX-License-Identifier: GPL-2.0-only

//! The registers that user space reads and writes ([`crate::one_reg`]).

/// Round trips, and what a write leaves alone.
#[kernel::macros::kunit_tests(kvm_pr_tm_one_reg)]
mod tests {
    use crate::{
        one_reg::{
            access,
            Access, //
        },
        tests::made_up::MadeUp,
    };
    use kernel::{
        bindings::{
            self,
            kvmppc_one_reg, //
        },
        prelude::*, //
    };

    /// All of them: the first of so many, and how many bits each has.
    const REGISTERS: [(u64, u64, u32); 20] = [
        (bindings::KVM_REG_PPC_TFHAR, 1, 64),
        (bindings::KVM_REG_PPC_TFIAR, 1, 64),
        (bindings::KVM_REG_PPC_TEXASR, 1, 64),
        (bindings::KVM_REG_PPC_DSCR, 1, 64),
        (bindings::KVM_REG_PPC_AMR, 1, 64),
        (bindings::KVM_REG_PPC_UAMOR, 1, 64),
        (bindings::KVM_REG_PPC_PPR, 1, 64),
        (bindings::KVM_REG_PPC_TM_GPR0, 32, 64),
        (bindings::KVM_REG_PPC_TM_VSR0, 64, 128),
        (bindings::KVM_REG_PPC_TM_CR, 1, 32),
        (bindings::KVM_REG_PPC_TM_LR, 1, 64),
        (bindings::KVM_REG_PPC_TM_CTR, 1, 64),
        (bindings::KVM_REG_PPC_TM_FPSCR, 1, 64),
        (bindings::KVM_REG_PPC_TM_AMR, 1, 64),
        (bindings::KVM_REG_PPC_TM_PPR, 1, 64),
        (bindings::KVM_REG_PPC_TM_VRSAVE, 1, 32),
        (bindings::KVM_REG_PPC_TM_VSCR, 1, 32),
        (bindings::KVM_REG_PPC_TM_DSCR, 1, 64),
        (bindings::KVM_REG_PPC_TM_TAR, 1, 64),
        (bindings::KVM_REG_PPC_TM_XER, 1, 64),
    ];

    fn all() -> impl Iterator<Item = (u64, u128)> {
        REGISTERS.into_iter().flat_map(|(first, count, bits)| {
            (first..first + count).map(move |id| (id, u128::MAX >> (128 - bits)))
        })
    }

    fn get(made_up: &mut MadeUp, id: u64) -> Result<u128> {
        let mut value = kvmppc_one_reg { vsxval: [0; 2] };
        access(Access::Get, made_up.vcpu(), id, &mut value)?;
        // SAFETY: Integers, all of them initialized.
        let [low, high] = unsafe { value.vsxval };
        Ok(u128::from(high) << 64 | u128::from(low))
    }

    fn set(made_up: &mut MadeUp, id: u64, new: u128) -> Result {
        let mut value = kvmppc_one_reg {
            vsxval: [new as u64, (new >> 64) as u64],
        };
        access(Access::Set, made_up.vcpu(), id, &mut value)
    }

    fn distinct(id: u64) -> u128 {
        u128::from(id + 1).wrapping_mul(0x0123_4567_89ab_cdef_0f1e_2d3c_4b5a_6978)
    }

    #[test]
    fn what_is_written_is_read_back() -> Result {
        let mut made_up = MadeUp::new()?;
        for (id, mask) in all() {
            set(&mut made_up, id, distinct(id) & mask)?;
        }
        for (id, mask) in all() {
            assert_eq!(get(&mut made_up, id)?, distinct(id) & mask);
        }
        Ok(())
    }

    #[test]
    fn a_write_changes_one_register() -> Result {
        let mut made_up = MadeUp::new()?;
        for (id, mask) in all() {
            set(&mut made_up, id, distinct(id) & mask)?;
        }
        for (id, mask) in all() {
            let new = !distinct(id) & mask;
            set(&mut made_up, id, new)?;
            let mut changed = 0;
            for (other, mask) in all() {
                changed += u32::from(get(&mut made_up, other)? != distinct(other) & mask);
            }
            assert_eq!(changed, 1);
            assert_eq!(get(&mut made_up, id)?, new);
            set(&mut made_up, id, distinct(id) & mask)?;
        }
        Ok(())
    }

    /// A register that user space writes is the one that the transaction gets.
    #[test]
    fn registers_are_where_the_checkpoint_has_them() -> Result {
        let value = |n: u64| (n + 1).wrapping_mul(0x0123_4567_89ab_cdef);
        let mut made_up = MadeUp::new()?;
        made_up.fill_checkpoint(value);
        for (id, n) in [
            (bindings::KVM_REG_PPC_TM_GPR0, 0),
            (bindings::KVM_REG_PPC_TM_GPR0 + 31, 31),
            (bindings::KVM_REG_PPC_TM_XER, 33),
            (bindings::KVM_REG_PPC_TM_LR, 34),
            (bindings::KVM_REG_PPC_TM_CTR, 35),
            (bindings::KVM_REG_PPC_TM_TAR, 37),
            (bindings::KVM_REG_PPC_TM_DSCR, 38),
            (bindings::KVM_REG_PPC_TM_PPR, 39),
            (bindings::KVM_REG_PPC_TM_AMR, 40),
            (bindings::KVM_REG_PPC_TM_FPSCR, 41),
        ] {
            assert_eq!(get(&mut made_up, id)?, u128::from(value(n)));
        }
        for (id, n) in [
            (bindings::KVM_REG_PPC_TM_CR, 32),
            (bindings::KVM_REG_PPC_TM_VRSAVE, 36),
            (bindings::KVM_REG_PPC_TM_VSCR, 42),
        ] {
            assert_eq!(get(&mut made_up, id)?, u128::from(value(n) as u32));
        }
        for n in 0..64 {
            let [low, high] = [64, 65].map(|first| u128::from(value(first + 2 * n)));
            let id = bindings::KVM_REG_PPC_TM_VSR0 + n;
            assert_eq!(get(&mut made_up, id)?, high << 64 | low);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_register_of_the_facility_is_refused() -> Result {
        let mut made_up = MadeUp::new()?;
        for id in [
            0,
            u64::MAX,
            bindings::KVM_REG_PPC_TM_GPR0 - 1,
            bindings::KVM_REG_PPC_TM_GPR0 + 32,
            bindings::KVM_REG_PPC_TM_VSR0 - 1,
            bindings::KVM_REG_PPC_TM_VSR0 + 64,
            bindings::KVM_REG_PPC_TM_XER + 1,
            bindings::KVM_REG_PPC_TFHAR - 1,
        ] {
            assert!(get(&mut made_up, id) == Err(EINVAL));
            assert!(set(&mut made_up, id, u128::MAX) == Err(EINVAL));
        }
        // Nothing was written.
        for (id, _) in all() {
            assert_eq!(get(&mut made_up, id)?, 0);
        }
        Ok(())
    }
}
