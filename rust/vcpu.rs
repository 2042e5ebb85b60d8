// SPDX-License-Identifier: GPL-2.0-only

//! A typed view of what `struct kvm_vcpu` holds for transactional memory.

use crate::{
    isa::{
        msr::{
            Msr,
            Ts, //
        },
        texasr::At, //
    },
    stats::Counter, //
};
use kernel::{
    bindings::{
        self,
        thread_fp_state,
        thread_vr_state, //
    },
    ffi::c_ulong,
    types::Opaque, //
};

/// Where a transaction's checkpointed registers are (`enum kvmppc_pr_tm_place`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// There is no transaction.
    None,
    /// In the CPU, which is in TS=S while the host runs.
    Cpu,
    /// In the CPU too, put there by `trechkpt.`: the transaction has failed before.
    CpuFailed,
    /// In memory, after `treclaim.` or from user space; the transaction has failed.
    Memory,
}

impl Place {
    /// Whether the CPU has it.
    #[inline]
    pub(crate) const fn is_cpu(self) -> bool {
        matches!(self, Place::Cpu | Place::CpuFailed)
    }
}

/// A vcpu.
///
/// # Invariants
///
/// A vcpu of a VM that has this module's operations; the caller of the operation that created the
/// reference holds the vcpu's mutex, so that nobody else touches the fields accessed here. (Other
/// CPUs do touch other fields, hence `Opaque`.)
#[repr(transparent)]
pub(crate) struct Vcpu(Opaque<bindings::kvm_vcpu>);

// There is never a reference to all of `vcpu->arch`: other CPUs write some of it, as
// `pending_exceptions`.

/// Reads a field of `vcpu->arch`.
macro_rules! get {
    ($vcpu:expr, $($field:ident).+) => {
        // SAFETY: By the type invariant, the field is valid and ours.
        unsafe { (*$vcpu.as_ptr()).arch.$($field).+ }
    };
}

/// Writes a field of `vcpu->arch`.
macro_rules! set {
    ($vcpu:expr, $($field:ident).+, $value:expr) => {{
        let value = $value;
        // SAFETY: By the type invariant, the field is valid and ours.
        unsafe { (*$vcpu.as_ptr()).arch.$($field).+ = value };
    }};
}

/// Getters and setters for fields of `vcpu->arch`.
macro_rules! fields {
    ($($(#[doc = $doc:literal])* $get:ident, $set:ident: $ty:ty = $($field:ident).+ as $c:ty;)*) => { $(
        $(#[doc = $doc])*
        #[inline(always)]
        pub(crate) fn $get(&self) -> $ty {
            get!(self, $($field).+) as $ty
        }

        $(#[doc = $doc])*
        #[inline(always)]
        pub(crate) fn $set(&mut self, value: $ty) {
            set!(self, $($field).+, value as $c)
        }
    )* };
}

impl Vcpu {
    /// # Safety
    ///
    /// `vcpu` must be valid, the type invariant must hold, and there must be no other reference from
    /// here, until the reference is dropped.
    #[inline(always)]
    pub(crate) unsafe fn from_raw<'a>(vcpu: *mut bindings::kvm_vcpu) -> &'a mut Self {
        // SAFETY: Valid, by the caller's promise; the type is transparent.
        unsafe { &mut *vcpu.cast() }
    }

    /// For calls into C.
    #[inline(always)]
    pub(crate) fn as_ptr(&self) -> *mut bindings::kvm_vcpu {
        self.0.get()
    }

    fields! {
        /// TFHAR while the SPRs are not live.
        tfhar, set_tfhar: u64 = tfhar as u64;
        /// TFIAR while the SPRs are not live.
        tfiar, set_tfiar: u64 = tfiar as u64;
        /// TEXASR while the SPRs are not live.
        texasr, set_texasr: u64 = texasr as u64;
        /// TAR while the SPRs are not live.
        tar, set_tar: u64 = tar as c_ulong;
        /// DSCR while the SPRs are not live.
        dscr, set_dscr: u64 = dscr as c_ulong;
        /// The checkpointed AMR.
        amr_tm, set_amr_tm: u64 = amr_tm as u64;
        /// VRSAVE while the vcpu is not loaded.
        vrsave, set_vrsave: u64 = vrsave as u32;
        /// The host's TFHAR while the guest's is live.
        host_tfhar, set_host_tfhar: u64 = pr_tm.host_tfhar as u64;
        /// The host's TFIAR while the guest's is live.
        host_tfiar, set_host_tfiar: u64 = pr_tm.host_tfiar as u64;
        /// The host's TEXASR while the guest's is live.
        host_texasr, set_host_texasr: u64 = pr_tm.host_texasr as u64;
        /// The host's TAR while the guest's is live.
        host_tar, set_host_tar: u64 = pr_tm.host_tar as u64;
        /// The host's DSCR while the guest's is live.
        host_dscr, set_host_dscr: u64 = pr_tm.host_dscr as u64;
    }

    /// Counts an event.
    #[inline(always)]
    pub(crate) fn count(&mut self, counter: Counter) {
        // SAFETY: Type invariant.
        let place = counter.of(unsafe { &raw mut (*self.as_ptr()).stat });
        // SAFETY: Valid, as part of the vcpu. It is read at any time, and set to 0 by who clears the
        // statistics, which an event at the same time may undo.
        unsafe { place.write_volatile(place.read_volatile().wrapping_add(1)) };
    }

    /// How often an event was counted.
    pub(crate) fn counted(&self, counter: Counter) -> u64 {
        // SAFETY: As in `count`.
        unsafe { counter.of(&raw mut (*self.as_ptr()).stat).read_volatile() }
    }

    /// The next instruction's address.
    #[inline]
    pub(crate) fn nip(&self) -> u64 {
        // SAFETY: Type invariant; both views of the union are plain integers.
        unsafe { regs(self.as_ptr()).nip as u64 }
    }

    /// Sets the next instruction's address.
    #[inline]
    pub(crate) fn set_nip(&mut self, nip: u64) {
        // SAFETY: As above.
        unsafe { regs(self.as_ptr()).nip = nip as usize }
    }

    /// A general register, `r` < 32.
    #[inline]
    pub(crate) fn gpr(&self, r: u8) -> u64 {
        // SAFETY: As above.
        unsafe { regs(self.as_ptr()).gpr[usize::from(r & 31)] as u64 }
    }

    /// The Condition Register.
    #[inline]
    pub(crate) fn cr(&self) -> u32 {
        // SAFETY: As above.
        unsafe { regs(self.as_ptr()).ccr as u32 }
    }

    /// Sets the Condition Register.
    #[inline]
    pub(crate) fn set_cr(&mut self, cr: u32) {
        // SAFETY: As above.
        unsafe { regs(self.as_ptr()).ccr = cr as usize }
    }

    /// The guest's MSR as the guest may have rewritten it, in the page that it shares with KVM.
    ///
    /// TS here is what the guest is told, never what a decision of the host rests on.
    #[inline]
    pub(crate) fn guest_msr(&self) -> Msr {
        let shared = get!(self, shared);
        // SAFETY: `shared` is valid as long as the vcpu. The guest writes to it, so this is a
        // volatile read.
        let raw = unsafe { (&raw const (*shared).msr).read_volatile() };
        Msr::from_raw(self.shared_order(raw))
    }

    fn set_guest_msr(&mut self, msr: Msr) {
        let raw = self.shared_order(msr.into_raw());
        let shared = get!(self, shared);
        // SAFETY: As in `guest_msr`.
        unsafe { (&raw mut (*shared).msr).write_volatile(raw) };
    }

    /// A doubleword from our byte order to the shared page's, or back.
    #[inline]
    fn shared_order(&self, raw: u64) -> u64 {
        if get!(self, shared_big_endian) != cfg!(target_endian = "big") {
            other_order(raw)
        } else {
            raw
        }
    }

    /// The MSR that the guest really runs with, but for TS, which is added at entry.
    #[inline]
    pub(crate) fn shadow_msr(&self) -> Msr {
        Msr::from_raw(get!(self, shadow_msr) as u64)
    }

    /// Sets the MSR that the guest really runs with.
    #[inline]
    pub(crate) fn set_shadow_msr(&mut self, msr: Msr) {
        set!(self, shadow_msr, msr.into_raw() as usize);
    }

    /// SRR1 (or HSRR1) of the interrupt by which the guest was left.
    #[inline]
    pub(crate) fn shadow_srr1(&self) -> Msr {
        Msr::from_raw(get!(self, shadow_srr1) as u64)
    }

    /// The guest's transaction state.
    #[inline]
    pub(crate) fn ts(&self) -> Ts {
        match get!(self, pr_tm.ts) {
            0b01 => Ts::S,
            0b10 => Ts::T,
            _ => Ts::N,
        }
    }

    /// Where the checkpoint is.
    #[inline]
    pub(crate) fn place(&self) -> Place {
        match get!(self, pr_tm.place).into() {
            bindings::kvmppc_pr_tm_place_KVMPPC_PR_TM_CPU => Place::Cpu,
            bindings::kvmppc_pr_tm_place_KVMPPC_PR_TM_CPU_FAILED => Place::CpuFailed,
            bindings::kvmppc_pr_tm_place_KVMPPC_PR_TM_MEMORY => Place::Memory,
            _ => Place::None,
        }
    }

    /// Sets the guest's transaction state and the place of the checkpoint, and tells the guest.
    #[inline]
    pub(crate) fn set_transaction(&mut self, ts: Ts, place: Place) {
        let raw = match place {
            Place::None => bindings::kvmppc_pr_tm_place_KVMPPC_PR_TM_NONE,
            Place::Cpu => bindings::kvmppc_pr_tm_place_KVMPPC_PR_TM_CPU,
            Place::CpuFailed => bindings::kvmppc_pr_tm_place_KVMPPC_PR_TM_CPU_FAILED,
            Place::Memory => bindings::kvmppc_pr_tm_place_KVMPPC_PR_TM_MEMORY,
        };
        set!(self, pr_tm.ts, ts as u8);
        set!(self, pr_tm.place, raw as u8);
        if ts.is_active() {
            self.set_enter(true);
        }
        self.set_guest_msr(self.guest_msr().with_ts(ts));
        self.set_shadow_msr(self.shadow_msr().with_ts(Ts::N));
    }

    #[inline(always)]
    fn flag(&self, flag: u32) -> bool {
        u32::from(get!(self, pr_tm.flags)) & flag != 0
    }

    #[inline(always)]
    fn set_flag(&mut self, flag: u32, on: bool) {
        let others = get!(self, pr_tm.flags) & !flag as u8;
        set!(
            self,
            pr_tm.flags,
            if on { others | flag as u8 } else { others }
        );
    }

    /// Whether the CPU's TFHAR, TFIAR, TEXASR, TAR and DSCR are the guest's.
    ///
    /// A transaction on the CPU ([`Place::is_cpu`]) implies it.
    #[inline]
    pub(crate) fn live(&self) -> bool {
        self.flag(bindings::KVMPPC_PR_TM_LIVE)
    }

    /// Sets whether they are. The `put` operation is called for a vcpu for which they are.
    #[inline]
    pub(crate) fn set_live(&mut self, live: bool) {
        self.set_flag(bindings::KVMPPC_PR_TM_LIVE, live)
    }

    /// Sets whether the `enter` operation is to be called.
    #[inline]
    pub(crate) fn set_enter(&mut self, enter: bool) {
        self.set_flag(bindings::KVMPPC_PR_TM_ENTER, enter)
    }

    /// How often yet the guest is given the facility without waiting for it to be used.
    #[inline]
    pub(crate) fn eager(&self) -> u8 {
        get!(self, pr_tm.eager)
    }

    /// The guest uses the facility, and will use it again.
    #[inline]
    pub(crate) fn set_eager(&mut self) {
        set!(self, pr_tm.eager, bindings::KVMPPC_PR_TM_EAGER as u8);
    }

    /// One time less; returns whether there was one left.
    #[inline]
    pub(crate) fn take_eager(&mut self) -> bool {
        let left = self.eager().checked_sub(1);
        set!(self, pr_tm.eager, left.unwrap_or(0));
        left.is_some()
    }

    /// Whether guest transactions can run in the state that the guest is in: MSR[TM] is on, and it
    /// is not privileged state with everything of the facility emulated.
    #[inline]
    pub(crate) fn can_run_transactions(&self) -> bool {
        let msr = self.guest_msr();
        // SAFETY: By the type invariant the VM has operations, which stay for its life.
        msr.tm() && (msr.pr() || unsafe { (*(*(*self.as_ptr()).kvm).arch.pr_tm_ops).privileged })
    }

    /// Whether any FP, VMX or VSX registers of the guest are in the CPU.
    #[inline]
    pub(crate) fn owns_ext(&self) -> bool {
        get!(self, guest_owned_ext) != 0
    }

    /// Sets whether the `load` operation is to be called when the vcpu thread is scheduled in.
    #[inline]
    pub(crate) fn set_reload(&mut self, reload: bool) {
        self.set_flag(bindings::KVMPPC_PR_TM_RELOAD, reload)
    }

    /// AMR while the guest does not run.
    #[inline]
    pub(crate) fn amr(&self) -> u64 {
        get!(self, amr) as u64
    }

    /// What problem state can write in AMR.
    #[inline]
    pub(crate) fn uamor(&self) -> u64 {
        get!(self, uamor) as u64
    }

    /// Sets AMR while the guest does not run.
    #[inline]
    pub(crate) fn set_amr(&mut self, amr: u64) {
        set!(self, amr, amr as c_ulong);
        self.notice_keys();
    }

    /// Sets what problem state can write in AMR.
    #[inline]
    pub(crate) fn set_uamor(&mut self, uamor: u64) {
        set!(self, uamor, uamor as c_ulong);
        self.notice_keys();
    }

    /// From now on AMR and UAMOR are switched, if there is something in them.
    #[inline]
    pub(crate) fn notice_keys(&mut self) {
        if get!(self, amr) | get!(self, uamor) != 0 {
            self.set_flag(bindings::KVMPPC_PR_TM_KEYS, true);
        }
    }

    /// Whether the vcpu is put because its thread is scheduled out.
    #[inline]
    pub(crate) fn is_scheduled_out(&self) -> bool {
        // SAFETY: Type invariant.
        unsafe { (*self.as_ptr()).scheduled_out }
    }

    /// Whether the guest can reach TAR or DSCR.
    #[inline]
    pub(crate) fn has_facilities(&self) -> bool {
        const FACILITIES: usize = 1 << bindings::FSCR_TAR_LG | 1 << bindings::FSCR_DSCR_LG;
        get!(self, shadow_fscr) & FACILITIES != 0
    }

    /// The place at which a failure that happens now is recorded.
    #[inline]
    pub(crate) fn at(&self) -> At {
        At {
            nip: self.nip(),
            ts: self.ts(),
            pr: self.guest_msr().pr(),
        }
    }
}

/// Apart, since a guest of the other byte order is rare and the processor has no instruction for it.
#[cold]
#[inline(never)]
fn other_order(raw: u64) -> u64 {
    raw.swap_bytes()
}

/// The anonymous struct in `struct pt_regs`.
///
/// # Safety
///
/// `vcpu` must be valid and its registers the caller's.
#[inline(always)]
unsafe fn regs<'a>(
    vcpu: *mut bindings::kvm_vcpu,
) -> &'a mut bindings::pt_regs__bindgen_ty_1__bindgen_ty_1 {
    // SAFETY: By this function's requirement; every bit pattern is valid.
    unsafe { &mut (*vcpu).arch.regs.__bindgen_anon_1.__bindgen_anon_1 }
}

/// What a checkpoint holds, each with its current counterpart: the one list of it.
macro_rules! checkpoint {
    ($copy:ident!) => {
        $copy! {
            regs.gpr: [c_ulong; 32], gpr_tm: [c_ulong; 32];
            regs.ccr: c_ulong, cr_tm: u32;
            regs.xer: c_ulong, xer_tm: u64;
            regs.link: c_ulong, lr_tm: u64;
            regs.ctr: c_ulong, ctr_tm: u64;
        }
        $copy! {
            arch.fp: thread_fp_state, fp_tm: thread_fp_state;
            arch.vr: thread_vr_state, vr_tm: thread_vr_state;
            arch.vrsave: u32, vrsave_tm: u32;
            arch.tar: c_ulong, tar_tm: u64;
            arch.dscr: c_ulong, dscr_tm: u64;
            arch.ppr: c_ulong, ppr_tm: u64;
            arch.amr: c_ulong, amr_tm: u64;
        }
    };
}

impl Vcpu {
    /// Makes the checkpointed registers the current ones. All of them must be in memory.
    pub(crate) fn registers_from_checkpoint(&mut self) {
        macro_rules! copy {
            ($(regs.$current:ident: $a:ty, $checkpointed:ident: $b:ty;)*) => {
                // SAFETY: Type invariant; every bit pattern is valid.
                let regs = unsafe { regs(self.as_ptr()) };
                $(regs.$current = get!(self, $checkpointed) as $a;)*
            };
            ($(arch.$current:ident: $a:ty, $checkpointed:ident: $b:ty;)*) => {
                $(set!(self, $current, get!(self, $checkpointed) as $a);)*
            };
        }
        checkpoint!(copy!);
        self.notice_keys();
    }

    /// Makes the current registers the checkpointed ones. All of them must be in memory.
    pub(crate) fn checkpoint_from_registers(&mut self) {
        macro_rules! copy {
            ($(regs.$current:ident: $a:ty, $checkpointed:ident: $b:ty;)*) => {
                // SAFETY: As above.
                let regs = unsafe { regs(self.as_ptr()) };
                $(set!(self, $checkpointed, regs.$current as $b);)*
            };
            ($(arch.$current:ident: $a:ty, $checkpointed:ident: $b:ty;)*) => {
                $(set!(self, $checkpointed, get!(self, $current) as $b);)*
            };
        }
        checkpoint!(copy!);
    }
}
