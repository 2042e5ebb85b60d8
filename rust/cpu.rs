// SPDX-License-Identifier: GPL-2.0-only

//! Special purpose registers and MSR of the CPU that runs this.
//!
//! Callers have preemption disabled, so that "this CPU" stays one.

use crate::isa::msr::Msr;
use core::arch::asm;
use kernel::bindings;

/// A special purpose register that a guest with transactional memory owns while it runs.
#[derive(Clone, Copy)]
pub(crate) struct Spr<const N: u32>;

/// Data Stream Control Register, by its privileged number.
pub(crate) const DSCR: Spr<17> = Spr;
/// Transaction Failure Handler Address Register.
pub(crate) const TFHAR: Spr<128> = Spr;
/// Transaction Failure Instruction Address Register.
pub(crate) const TFIAR: Spr<129> = Spr;
/// Transaction Exception And Status Register.
pub(crate) const TEXASR: Spr<130> = Spr;
/// User Authority Mask Override Register.
pub(crate) const UAMOR: Spr<157> = Spr;
/// VR Save Register.
pub(crate) const VRSAVE: Spr<256> = Spr;
/// Target Address Register.
pub(crate) const TAR: Spr<815> = Spr;

impl<const N: u32> Spr<N> {
    /// `mfspr`.
    #[inline(always)]
    fn read(self) -> u64 {
        let value;
        // SAFETY: Reading one of the SPRs above has no side effect. The TM SPRs are only reached
        // through `TmSprs`, which has MSR[TM] on.
        unsafe { asm!("mfspr {}, {}", out(reg) value, const N, options(nomem, nostack)) };
        value
    }

    /// `mtspr`.
    #[inline(always)]
    fn write(self, value: u64) {
        // SAFETY: None of the SPRs above influences how the kernel executes, but for performance
        // (DSCR); UAMOR is for problem state. The TM SPRs are only reached through `TmSprs`.
        unsafe { asm!("mtspr {}, {}", const N, in(reg) value, options(nomem, nostack)) };
    }
}

/// The SPRs that are always accessible.
pub(crate) trait Accessible: Copy {
    /// `mfspr`
    fn get(self) -> u64;
    /// `mtspr`
    fn set(self, value: u64);
}

macro_rules! accessible {
    ($($n:literal),*) => { $(
        impl Accessible for Spr<$n> {
            #[inline(always)]
            fn get(self) -> u64 {
                self.read()
            }
            #[inline(always)]
            fn set(self, value: u64) {
                self.write(value)
            }
        }
    )* };
}
accessible!(17, 157, 256, 815);

#[inline(always)]
fn mfmsr() -> Msr {
    let msr;
    // SAFETY: No side effect.
    unsafe { asm!("mfmsr {}", out(reg) msr, options(nomem, nostack)) };
    Msr::from_raw(msr)
}

/// # Safety
///
/// `msr` must be the current MSR but for TM.
#[inline(always)]
unsafe fn mtmsrd(msr: Msr) {
    // SAFETY: By this function's requirement. Not `nomem`: TM SPR accesses stay on their side.
    unsafe { asm!("mtmsrd {}", in(reg) msr.into_raw(), options(nostack)) };
}

/// Access to the TM SPRs: MSR[TM] is on while this exists.
///
/// Nothing may change MSR[TS] meanwhile, nor MSR[EE] for good: interrupts are enabled, so that each
/// returns with the MSR it found, or hard-disabled. If they are soft-masked only, the first one
/// leaves EE off.
pub(crate) struct TmSprs {
    saved: Msr,
}

impl TmSprs {
    /// Turns MSR[TM] on.
    #[inline(always)]
    pub(crate) fn access() -> Self {
        let saved = mfmsr();
        // SAFETY: Only TM differs. Neither from Non-transactional nor from Suspended state is
        // that an illegal transition.
        unsafe { mtmsrd(saved.with_tm(true)) };
        Self { saved }
    }

    /// `mfspr` of a TM SPR.
    #[inline(always)]
    pub(crate) fn get<const N: u32>(&self, spr: Spr<N>) -> u64 {
        spr.read()
    }

    /// `mtspr` of a TM SPR.
    ///
    /// The CPU must be in TS=N, or in TS=S for TFHAR: all else is a TM Bad Thing, in the kernel.
    #[inline(always)]
    pub(crate) fn set<const N: u32>(&self, spr: Spr<N>, value: u64) {
        spr.write(value)
    }
}

impl Drop for TmSprs {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: MSR as it was found, and TS has not changed.
        unsafe { mtmsrd(self.saved) };
    }
}

/// Whether guests in problem state can run transactions on this machine.
pub(crate) fn has_tm() -> bool {
    // SAFETY: Set at boot, never freed, and its feature words are not written any more.
    let spec = unsafe { &*bindings::cur_cpu_spec };
    is_tm_usable(spec.cpu_user_features2)
}

/// The same, of a machine with these features (`AT_HWCAP2`).
///
/// Not so if there is no transactional memory, if firmware or command line turned it off, and on a
/// POWER9 where transactions cannot be suspended: the host would be unable to take an interrupt in
/// one.
pub(crate) const fn is_tm_usable(features2: u32) -> bool {
    features2 & bindings::PPC_FEATURE2_HTM != 0
        && features2 & bindings::PPC_FEATURE2_HTM_NO_SUSPEND == 0
}
