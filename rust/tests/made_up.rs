// SPDX-License-Identifier: GPL-2.0-only

//! A vcpu that is made up for a test: memory, and nothing that KVM knows of.

use crate::{
    isa::msr::{
        Msr,
        Ts, //
    },
    vcpu::{
        Place,
        Vcpu, //
    },
};
use kernel::{
    bindings::{
        self,
        kvm,
        kvm_vcpu,
        kvm_vcpu_arch,
        kvm_vcpu_arch_shared,
        kvmppc_ops,
        kvmppc_pr_tm_ops,
        thread_fp_state,
        thread_vr_state, //
    },
    ffi::c_int,
    prelude::*, //
};

/// Memory for a C structure, all zero.
fn zeroed<T>() -> Result<KBox<T>> {
    let memory = KBox::<T>::new_uninit(GFP_KERNEL | __GFP_ZERO)?;
    // SAFETY: Used for the C structures above, of integers, pointers and arrays of these only.
    Ok(unsafe { memory.assume_init() })
}

/// What an interrupt to the guest was: vector and SRR1 bits.
pub(crate) type Interrupt = (c_int, u64);

/// A vcpu of a VM with the operations, with what of both the module can reach.
pub(crate) struct MadeUp {
    vcpu: KBox<kvm_vcpu>,
    shared: KBox<kvm_vcpu_arch_shared>,
    _kvm: KBox<kvm>,
    _kvm_ops: KBox<kvmppc_ops>,
    _tm_ops: KBox<kvmppc_pr_tm_ops>,
}

/// In the place of PR KVM's: notes the interrupt in the vcpu itself.
unsafe extern "C" fn inject(vcpu: *mut kvm_vcpu, vector: c_int, flags: u64) {
    // SAFETY: Called for a vcpu that was made up below, by what it was passed to.
    let arch = unsafe { &mut (*vcpu).arch };
    arch.trap = vector;
    arch.fault_dar = flags as usize;
}

impl MadeUp {
    /// In Non-transactional state, little-endian, with everything else zero.
    pub(crate) fn new() -> Result<Self> {
        let mut vcpu = zeroed::<kvm_vcpu>()?;
        let mut shared = zeroed::<kvm_vcpu_arch_shared>()?;
        let mut kvm = zeroed::<kvm>()?;
        let mut kvm_ops = zeroed::<kvmppc_ops>()?;
        let mut tm_ops = zeroed::<kvmppc_pr_tm_ops>()?;

        kvm_ops.inject_interrupt = Some(inject);
        kvm.arch.kvm_ops = &raw mut *kvm_ops;
        kvm.arch.pr_tm_ops = &raw mut *tm_ops;
        vcpu.kvm = &raw mut *kvm;
        vcpu.arch.shared = &raw mut *shared;
        vcpu.arch.pr_tm.flags = bindings::KVMPPC_PR_TM_ENABLED as u8;
        Ok(Self {
            vcpu,
            shared,
            _kvm: kvm,
            _kvm_ops: kvm_ops,
            _tm_ops: tm_ops,
        })
    }

    /// As the module sees it.
    pub(crate) fn vcpu(&mut self) -> &mut Vcpu {
        // SAFETY: Valid, nobody else's, and what it points to lives as long.
        unsafe { Vcpu::from_raw(&raw mut *self.vcpu) }
    }

    /// As C sees it.
    pub(crate) fn arch(&mut self) -> &mut kvm_vcpu_arch {
        &mut self.vcpu.arch
    }

    /// The guest's MSR in the page that it shares with KVM.
    pub(crate) fn shared_msr(&mut self) -> &mut u64 {
        &mut self.shared.msr
    }

    /// Puts the vcpu into a state, its checkpoint in memory if there is one.
    pub(crate) fn put_into(&mut self, ts: Ts, tm: bool, pr: bool) {
        *self.shared_msr() = Msr::from_raw(0).with_tm(tm).with_pr(pr).into_raw();
        let place = match ts.is_active() {
            true => Place::Memory,
            false => Place::None,
        };
        self.vcpu().set_transaction(ts, place);
    }

    /// The last interrupt that was given to the guest, once.
    pub(crate) fn take_interrupt(&mut self) -> Option<Interrupt> {
        let arch = self.arch();
        let interrupt = (arch.trap, arch.fault_dar as u64);
        arch.trap = 0;
        arch.fault_dar = 0;
        (interrupt.0 != 0).then_some(interrupt)
    }

    /// A general register.
    pub(crate) fn gpr(&mut self, n: usize) -> &mut usize {
        // SAFETY: Every view of the union is of integers.
        unsafe { &mut self.arch().regs.__bindgen_anon_1.__bindgen_anon_1.gpr[n] }
    }

    /// Gives each current register of a checkpoint a value, by `value(0)`, `value(1)`...
    pub(crate) fn fill_current(&mut self, value: impl Fn(u64) -> u64) {
        for n in 0..32 {
            *self.gpr(n) = value(n as u64) as usize;
        }
        let arch = self.arch();
        // SAFETY: As above.
        let regs = unsafe { &mut arch.regs.__bindgen_anon_1.__bindgen_anon_1 };
        regs.ccr = value(32) as u32 as usize;
        regs.xer = value(33) as usize;
        regs.link = value(34) as usize;
        regs.ctr = value(35) as usize;
        arch.vrsave = value(36) as u32;
        arch.tar = value(37) as usize;
        arch.dscr = value(38) as usize;
        arch.ppr = value(39) as usize;
        arch.amr = value(40) as usize;
        fill_vsrs(&mut arch.fp, &mut arch.vr, value);
    }

    /// The same for the checkpointed registers.
    pub(crate) fn fill_checkpoint(&mut self, value: impl Fn(u64) -> u64) {
        let arch = self.arch();
        for n in 0..32 {
            arch.gpr_tm[n] = value(n as u64) as usize;
        }
        arch.cr_tm = value(32) as u32;
        arch.xer_tm = value(33);
        arch.lr_tm = value(34);
        arch.ctr_tm = value(35);
        arch.vrsave_tm = value(36) as u32;
        arch.tar_tm = value(37);
        arch.dscr_tm = value(38);
        arch.ppr_tm = value(39);
        arch.amr_tm = value(40);
        fill_vsrs(&mut arch.fp_tm, &mut arch.vr_tm, value);
    }

    /// How many current registers have not the values of [`Self::fill_current`].
    pub(crate) fn current_differs(&mut self, value: impl Fn(u64) -> u64) -> usize {
        let mut count = 0;
        for n in 0..32 {
            count += usize::from(*self.gpr(n) as u64 != value(n as u64));
        }
        let arch = self.arch();
        // SAFETY: As above.
        let regs = unsafe { &arch.regs.__bindgen_anon_1.__bindgen_anon_1 };
        count += usize::from(regs.ccr as u64 != value(32) & u64::from(u32::MAX));
        count += usize::from(regs.xer as u64 != value(33));
        count += usize::from(regs.link as u64 != value(34));
        count += usize::from(regs.ctr as u64 != value(35));
        count += usize::from(arch.vrsave != value(36) as u32);
        count += usize::from(arch.tar as u64 != value(37));
        count += usize::from(arch.dscr as u64 != value(38));
        count += usize::from(arch.ppr as u64 != value(39));
        count += usize::from(arch.amr as u64 != value(40));
        count + vsrs_differ(&arch.fp, &arch.vr, value)
    }

    /// How many checkpointed registers have not the values of [`Self::fill_checkpoint`].
    pub(crate) fn checkpoint_differs(&mut self, value: impl Fn(u64) -> u64) -> usize {
        let arch = self.arch();
        let mut count = 0;
        for n in 0..32 {
            count += usize::from(arch.gpr_tm[n] as u64 != value(n as u64));
        }
        count += usize::from(arch.cr_tm != value(32) as u32);
        count += usize::from(arch.xer_tm != value(33));
        count += usize::from(arch.lr_tm != value(34));
        count += usize::from(arch.ctr_tm != value(35));
        count += usize::from(arch.vrsave_tm != value(36) as u32);
        count += usize::from(arch.tar_tm != value(37));
        count += usize::from(arch.dscr_tm != value(38));
        count += usize::from(arch.ppr_tm != value(39));
        count += usize::from(arch.amr_tm != value(40));
        count + vsrs_differ(&arch.fp_tm, &arch.vr_tm, value)
    }
}

/// Where the values of [`fill_vsrs`] begin.
const VSR0: u64 = 64;

fn words(low: u64, high: u64) -> [u32; 4] {
    [
        low as u32,
        (low >> 32) as u32,
        high as u32,
        (high >> 32) as u32,
    ]
}

/// VSR 0 to 63 and the two status registers, two values each.
fn fill_vsrs(fp: &mut thread_fp_state, vr: &mut thread_vr_state, value: impl Fn(u64) -> u64) {
    for n in 0..32u64 {
        let [low, high] = [0, 1].map(|half| value(VSR0 + 2 * n + half));
        fp.fpr[n as usize] = [low, high];
        let [low, high] = [64, 65].map(|half| value(VSR0 + 2 * n + half));
        vr.vr[n as usize].u = words(low, high);
    }
    fp.fpscr = value(41);
    vr.vscr.u = words(value(42), value(43));
}

fn vsrs_differ(fp: &thread_fp_state, vr: &thread_vr_state, value: impl Fn(u64) -> u64) -> usize {
    let mut count = 0;
    for n in 0..32u64 {
        let [low, high] = [0, 1].map(|half| value(VSR0 + 2 * n + half));
        count += usize::from(fp.fpr[n as usize] != [low, high]);
        let [low, high] = [64, 65].map(|half| value(VSR0 + 2 * n + half));
        count += usize::from(vr.vr[n as usize].u != words(low, high));
    }
    count += usize::from(fp.fpscr != value(41));
    count + usize::from(vr.vscr.u != words(value(42), value(43)))
}
