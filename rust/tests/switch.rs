// SPDX-License-Identifier: GPL-2.0-only

//! Transactions that really go to the CPU and come back ([`crate::switch`], `window.rs`).

/// Five of these have nothing to do, and pass, on a CPU that cannot run transactions.
#[kernel::macros::kunit_tests(kvm_pr_tm_switch)]
mod tests {
    use crate::{
        cpu::{
            self,
            Accessible,
            TmSprs,
            DSCR,
            TAR,
            TEXASR,
            TFHAR,
            TFIAR,
            VRSAVE, //
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
        switch,
        tests::made_up::MadeUp,
        vcpu::{
            Place,
            Vcpu, //
        },
    };
    use core::arch::asm;
    use kernel::{
        bindings,
        interrupt::local_interrupt_disable,
        prelude::*, //
    };

    const CR: u64 = 32;

    /// What the CPU keeps of a register of [`MadeUp::fill_checkpoint`].
    fn kept(n: u64) -> u64 {
        match n {
            // treclaim. itself writes CR0.
            CR => 0x0fff_ffff,
            // XER: SO, OV, CA, the string length.
            33 => 0xe000_007f,
            // VRSAVE
            36 => 0xffff_ffff,
            // TAR
            37 => !3,
            // DSCR
            38 => 0x1ff,
            // AMR
            40 => bindings::KVMPPC_PR_TM_AMR_MASK,
            // FPSCR: the rounding mode.
            41 => 3,
            // VSCR: NJ and SAT.
            42 => 0x0001_0001,
            43 => 0,
            _ => u64::MAX,
        }
    }

    fn guest_value(n: u64) -> u64 {
        match n {
            // PPR: medium low.
            39 => 3 << 50,
            n => (n + 1).wrapping_mul(0xf123_4567_89ab_cdef) & kept(n),
        }
    }

    const NIP: u64 = 0x1000_2340;
    const RECORDED: At = At {
        nip: 0x1000_5678,
        ts: Ts::S,
        pr: true,
    };

    /// The guest's SPRs of the facility, and its TAR and DSCR.
    #[derive(Clone, Copy, PartialEq)]
    struct Sprs {
        tfhar: u64,
        tfiar: u64,
        texasr: u64,
        tar: u64,
        dscr: u64,
    }

    impl Sprs {
        const GUEST: Self = Self {
            // With a reserved bit, which is no part of the address.
            tfhar: 0x1000_4446,
            tfiar: RECORDED.tfiar(),
            texasr: 0,
            tar: 0x5555_6660,
            dscr: 0x1a,
        };

        const NONE: Self = Self {
            tfhar: 0,
            tfiar: 0,
            texasr: 0,
            tar: 0,
            dscr: 0,
        };

        /// What a failed transaction has.
        fn failed() -> Self {
            let texasr = Texasr::from_raw(1).record(0x57, RECORDED).into_raw();
            Self {
                texasr,
                ..Self::GUEST
            }
        }

        /// What the CPU has.
        fn live() -> Self {
            let sprs = TmSprs::access();
            Self {
                tfhar: sprs.get(TFHAR),
                tfiar: sprs.get(TFIAR),
                texasr: sprs.get(TEXASR),
                tar: TAR.get(),
                dscr: DSCR.get(),
            }
        }

        /// What the vcpu has in memory.
        fn saved(v: &Vcpu) -> Self {
            Self {
                tfhar: v.tfhar(),
                tfiar: v.tfiar(),
                texasr: v.texasr(),
                tar: v.tar(),
                dscr: v.dscr(),
            }
        }

        fn save_to(self, v: &mut Vcpu) {
            v.set_tfhar(self.tfhar);
            v.set_tfiar(self.tfiar);
            v.set_texasr(self.texasr);
            v.set_tar(self.tar);
            v.set_dscr(self.dscr);
        }
    }

    /// The CPU's own MSR\[TS\].
    fn cpu_ts() -> Option<Ts> {
        let msr;
        // SAFETY: No side effect.
        unsafe { asm!("mfmsr {}", out(reg) msr, options(nomem, nostack)) };
        Msr::from_raw(msr).ts().ok()
    }

    /// A vcpu suspended in guest problem state, everything of it in memory.
    fn suspended(sprs: Sprs) -> Result<MadeUp> {
        let mut made_up = MadeUp::new()?;
        made_up.fill_checkpoint(guest_value);
        made_up.put_into(Ts::S, true, true);
        let v = made_up.vcpu();
        sprs.save_to(v);
        v.set_nip(NIP);
        Ok(made_up)
    }

    /// What there was to see of a vcpu that went to the CPU and came back.
    #[derive(Clone, Copy)]
    struct Seen {
        on_cpu: (Option<Ts>, bool),
        off_cpu: (Option<Ts>, bool),
        guest: Sprs,
        host_before: Sprs,
        host_after: Sprs,
        vrsave: (u64, u64),
    }

    /// Assertions come later: a test that ended within this would leave the CPU suspended.
    fn there_and_back(made_up: &mut MadeUp) -> Seen {
        let _interrupts = local_interrupt_disable();
        let host_before = Sprs::live();
        let vrsave = VRSAVE.get();
        let v = made_up.vcpu();
        switch::load(v);
        let on_cpu = (cpu_ts(), v.place() == Place::CpuFailed && v.live());
        let guest = Sprs::live();
        // What comes back shall not be what was left in memory.
        made_up.fill_checkpoint(|n| !guest_value(n));
        let v = made_up.vcpu();
        Sprs::NONE.save_to(v);
        switch::put(v);
        Seen {
            on_cpu,
            off_cpu: (cpu_ts(), v.place() == Place::Memory && !v.live()),
            guest,
            host_before,
            host_after: Sprs::live(),
            vrsave: (vrsave, VRSAVE.get()),
        }
    }

    #[test]
    fn a_checkpoint_survives_the_cpu() -> Result {
        if !cpu::has_tm() {
            return Ok(());
        }
        let mut made_up = suspended(Sprs::failed())?;
        let seen = there_and_back(&mut made_up);
        assert!(seen.on_cpu == (Some(Ts::S), true));
        assert!(seen.off_cpu == (Some(Ts::N), true));
        // treclaim. has put the state into it.
        made_up.arch().cr_tm &= kept(CR) as u32;
        assert_eq!(made_up.checkpoint_differs(guest_value), 0);
        Ok(())
    }

    #[test]
    fn each_has_its_own_sprs() -> Result {
        if !cpu::has_tm() {
            return Ok(());
        }
        let mut made_up = suspended(Sprs::failed())?;
        let seen = there_and_back(&mut made_up);
        assert!(seen.guest == Sprs::failed());
        assert!(seen.host_after == seen.host_before);
        assert_eq!(seen.vrsave.0, seen.vrsave.1);
        assert!(Sprs::saved(made_up.vcpu()) == Sprs::failed());
        Ok(())
    }

    #[test]
    fn what_happens_on_the_cpu_is_counted() -> Result {
        use crate::stats;

        if !cpu::has_tm() {
            return Ok(());
        }
        let mut made_up = suspended(Sprs::failed())?;
        there_and_back(&mut made_up);
        let v = made_up.vcpu();
        assert_eq!(v.counted(stats::RESTORES), 1);
        assert_eq!(v.counted(stats::SAVES), 1);
        // It had failed before.
        assert_eq!(v.counted(stats::FAILED_PUT), 0);
        Ok(())
    }

    /// User space can set any TEXASR. trechkpt. without a recorded failure would be a TM Bad Thing in
    /// the host.
    #[test]
    fn a_transaction_without_a_record_gets_one() -> Result {
        if !cpu::has_tm() {
            return Ok(());
        }
        let mut made_up = suspended(Sprs::GUEST)?;
        let seen = there_and_back(&mut made_up);
        assert!(seen.off_cpu == (Some(Ts::N), true));
        let v = made_up.vcpu();
        let at = At {
            nip: NIP,
            ts: Ts::S,
            pr: true,
        };
        let expected = Texasr::from_raw(0).record(cause::KVM_RESCHED, at);
        assert_eq!(v.texasr(), expected.into_raw());
        assert_eq!(v.tfiar(), at.tfiar());
        Ok(())
    }

    /// A checkpoint that denied the kernel its storage keys would deny it its memory.
    #[test]
    fn a_checkpoint_never_denies_the_hosts_keys() -> Result {
        if !cpu::has_tm() {
            return Ok(());
        }
        let mut made_up = suspended(Sprs::failed())?;
        made_up.arch().amr_tm = u64::MAX;
        there_and_back(&mut made_up);
        assert_eq!(made_up.arch().amr_tm, bindings::KVMPPC_PR_TM_AMR_MASK);
        Ok(())
    }

    /// The failure handler is next: registers of the checkpoint, NIP of TFHAR, CR0 = 0b1010.
    #[test]
    fn a_failure_rolls_back() -> Result {
        let mut made_up = suspended(Sprs::failed())?;
        made_up.fill_current(|n| !guest_value(n));
        made_up.put_into(Ts::T, true, true);
        let failed_here = {
            let _interrupts = local_interrupt_disable();
            let vrsave = VRSAVE.get();
            let failed_here = switch::fail(made_up.vcpu(), cause::EMULATE);
            VRSAVE.set(vrsave);
            failed_here
        };
        let v = made_up.vcpu();
        assert_eq!(v.ts(), Ts::N);
        assert!(v.place() == Place::None);
        assert_eq!(v.nip(), 0x1000_4444);
        assert_eq!(v.cr() >> 28, 0b1010);
        // The first failure stands.
        assert!(!failed_here);
        assert_eq!(v.texasr(), Sprs::failed().texasr);
        let cr = v.cr() & kept(CR) as u32;
        v.set_cr(cr);
        assert_eq!(made_up.current_differs(guest_value), 0);
        Ok(())
    }

    /// Nothing transactional runs in guest privileged state, nor with MSR\[TM\] off.
    #[test]
    fn a_resumed_transaction_fails_at_the_entry() -> Result {
        for (tm, pr) in [(true, false), (false, true), (false, false)] {
            let mut made_up = suspended(Sprs::failed())?;
            made_up.put_into(Ts::T, tm, pr);
            let changed = {
                let _interrupts = local_interrupt_disable();
                let vrsave = VRSAVE.get();
                let changed = switch::enter(made_up.vcpu());
                VRSAVE.set(vrsave);
                changed
            };
            assert!(changed);
            let v = made_up.vcpu();
            assert_eq!(v.ts(), Ts::N);
            assert_eq!(v.nip(), 0x1000_4444);
            assert!(!v.shadow_msr().tm());
            assert_eq!(v.shadow_msr().ts(), Ok(Ts::N));
        }
        Ok(())
    }

    /// One that has failed is emulated: MSR\[TM\] and MSR\[TS\] of the real MSR are off.
    #[test]
    fn a_failed_transaction_stays_in_memory() -> Result {
        for pr in [false, true] {
            let mut made_up = suspended(Sprs::failed())?;
            made_up.put_into(Ts::S, true, pr);
            let changed = {
                let _interrupts = local_interrupt_disable();
                switch::enter(made_up.vcpu())
            };
            assert!(!changed);
            let v = made_up.vcpu();
            assert_eq!(v.ts(), Ts::S);
            assert!(v.place() == Place::Memory && !v.live());
            assert!(!v.shadow_msr().tm());
            assert_eq!(v.shadow_msr().ts(), Ok(Ts::N));
        }
        Ok(())
    }
}
