// SPDX-License-Identifier: GPL-2.0-only

//! The Machine State Register, as far as transactional memory is concerned.
//!
//! Power ISA 2.07B, Book III-S section 3.2.1; `arch/powerpc/include/asm/reg.h`.

use kernel::{
    bitfield,
    num::Bounded, //
};

/// `MSR[TS]`, the transaction state.
///
/// The architecture's fourth value, 0b11, is reserved: it exists only as raw bits in an [`Msr`],
/// never as a `Ts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Ts {
    /// Non-transactional.
    N = 0b00,
    /// Suspended.
    S = 0b01,
    /// Transactional.
    T = 0b10,
}

impl Ts {
    /// Whether there is a transaction, running or suspended (`MSR_TM_ACTIVE` of the kernel).
    #[inline]
    pub(crate) const fn is_active(self) -> bool {
        !matches!(self, Ts::N)
    }

    /// The state in which an interrupt taken in this one is handled: a transaction is suspended.
    ///
    /// Power ISA 2.07B, Book III-S section 6.5.
    #[inline]
    pub(crate) const fn on_interrupt(self) -> Self {
        match self {
            Ts::N => Ts::N,
            Ts::S | Ts::T => Ts::S,
        }
    }

    /// What a TM instruction reports of the state in a CR field: `0 || MSR[TS] || 0`.
    #[inline]
    pub(crate) const fn in_cr(self) -> u8 {
        (self as u8) << 1
    }
}

/// `MSR[TS]` held the reserved value 0b11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReservedTs;

impl TryFrom<Bounded<u64, 2>> for Ts {
    type Error = ReservedTs;

    #[inline]
    fn try_from(bits: Bounded<u64, 2>) -> Result<Self, ReservedTs> {
        match bits.get() {
            0b00 => Ok(Ts::N),
            0b01 => Ok(Ts::S),
            0b10 => Ok(Ts::T),
            _ => Err(ReservedTs),
        }
    }
}

impl From<Ts> for Bounded<u64, 2> {
    #[inline]
    fn from(ts: Ts) -> Self {
        match ts {
            Ts::N => Bounded::<u64, 2>::new::<0b00>(),
            Ts::S => Bounded::<u64, 2>::new::<0b01>(),
            Ts::T => Bounded::<u64, 2>::new::<0b10>(),
        }
    }
}

bitfield! {
    /// The bits of the MSR that take part in transactional memory.
    ///
    /// Bit numbers are the kernel's; the ISA's are 63 less these.
    ///
    /// # Examples
    ///
    /// ```
    /// use kvm_pr_tm::isa::msr::{Msr, ReservedTs, Ts};
    ///
    /// let msr = Msr::from_raw(0x8000_0003_0000_0000);
    /// assert!(msr.tm());
    /// assert_eq!(msr.ts(), Ok(Ts::S));
    /// assert_eq!(msr.with_ts(Ts::N).into_raw(), 0x8000_0001_0000_0000);
    ///
    /// // The reserved value is no state.
    /// assert_eq!(Msr::from_raw(Msr::TS_MASK).ts(), Err(ReservedTs));
    /// ```
    pub(crate) struct Msr(u64) {
        /// TS: transaction state.
        34:33 ts ?=> Ts;
        /// TM: the facility is available.
        32:32 tm => bool;
        /// VEC: VMX is available.
        25:25 vec => bool;
        /// VSX is available.
        23:23 vsx => bool;
        /// PR: problem state.
        14:14 pr => bool;
        /// FP: floating point is available.
        13:13 fp => bool;
    }
}

impl Msr {
    /// The mask of TS and TM, the bits whose change obeys the rules of [`super::transition`].
    pub(crate) const TS_TM_MASK: u64 = Self::TS_MASK | Self::TM_MASK;

    /// The mask of the bits for the registers that the kernel switches lazily.
    pub(crate) const EXT_MASK: u64 = Self::FP_MASK | Self::VEC_MASK | Self::VSX_MASK;
}
