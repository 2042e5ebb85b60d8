// SPDX-License-Identifier: GPL-2.0-only

//! The Transaction EXception And Status Register and the failure causes that software records.
//!
//! Power ISA 2.07B, Book II section 5.3.3; `arch/powerpc/include/asm/reg.h` and
//! `arch/powerpc/include/uapi/asm/tm.h`.

use super::msr::Ts;
use kernel::{
    bitfield,
    num::Bounded, //
};

/// Failure codes of `uapi/asm/tm.h` that KVM gives; bit 0x01 says that a retry is pointless.
pub(crate) mod cause {
    /// The failure is persistent.
    pub(crate) const PERSISTENT: u8 = 0x01;
    /// An instruction or access had to be emulated (`TM_CAUSE_EMULATE`).
    pub(crate) const EMULATE: u8 = 0xd0;
    /// The vcpu was taken off the CPU (`TM_CAUSE_KVM_RESCHED`).
    pub(crate) const KVM_RESCHED: u8 = 0xe0;
    /// KVM does not run transactions in this guest state (`TM_CAUSE_KVM_FAC_UNAV`).
    pub(crate) const KVM_FAC_UNAV: u8 = 0xe2;
}

bitfield! {
    /// TEXASR. Bit numbers are the kernel's; the ISA's are 63 less these.
    pub(crate) struct Texasr(u64) {
        /// Failure code, with the persistent bit as its lowest.
        63:56 failure_code => u8;
        /// The failure was asked for by tabort. or treclaim.
        32:32 abort => bool;
        /// The failure was recorded in Suspended state.
        31:31 suspended => bool;
        /// Hypervisor state when the failure was recorded.
        29:29 hv => bool;
        /// Problem state when the failure was recorded.
        28:28 pr => bool;
        /// Failure summary: a failure has been recorded.
        27:27 fs => bool;
        /// TFIAR is exact.
        26:26 exact => bool;
        /// The transaction is rollback-only.
        25:25 rot => bool;
        /// Nesting level.
        11:0 level;
    }
}

/// Where and in what state a failure is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    /// Effective address of the instruction.
    pub(crate) nip: u64,
    /// Transaction state.
    pub(crate) ts: Ts,
    /// Problem state.
    pub(crate) pr: bool,
}

impl At {
    /// TFIAR for this place: the address, the privilege (`MSR[HV] || MSR[PR]`) in its low bits.
    ///
    /// A PR guest never has MSR[HV].
    #[inline]
    pub(crate) const fn tfiar(self) -> u64 {
        (self.nip & !0b11) | self.pr as u64
    }
}

impl Texasr {
    /// The bits that say what became of the transaction; ROT and TL describe it and are kept.
    const FAILURE_MASK: u64 = !(Self::ROT_MASK | Self::LEVEL_MASK);

    /// TEXASR after a failure with the software-given `code` is recorded `at` a place.
    ///
    /// Call it only where no failure was recorded before (FS = 0): the first failure stands.
    ///
    /// # Examples
    ///
    /// ```
    /// use kvm_pr_tm::isa::{msr::Ts, texasr::{cause, At, Texasr}};
    ///
    /// // A transaction of level 2, in problem state, whose vcpu is put.
    /// let at = At { nip: 0x1000, ts: Ts::T, pr: true };
    /// let texasr = Texasr::from_raw(2).record(cause::KVM_RESCHED, at);
    /// assert_eq!(texasr.failure_code(), 0xe0);
    /// assert!(texasr.fs() && texasr.pr() && !texasr.suspended());
    /// assert_eq!(texasr.level().get(), 2);
    /// ```
    #[inline]
    pub(crate) fn record(self, code: u8, at: At) -> Self {
        Self::from_raw(self.into_raw() & !Self::FAILURE_MASK)
            .with_failure_code(code)
            .with_abort(true)
            .with_suspended(at.ts == Ts::S)
            .with_pr(at.pr)
            .with_fs(true)
            .with_exact(true)
    }

    /// TEXASR of an outermost `tbegin.` that fails at once with `code`.
    #[inline]
    pub(crate) fn begin_failed(code: u8, rot: bool, at: At) -> Self {
        Self::from_raw(0)
            .with_rot(rot)
            .with_level(Bounded::<u64, 12>::new::<1>())
            .record(code, at)
    }
}
