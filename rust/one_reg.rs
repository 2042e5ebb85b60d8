// SPDX-License-Identifier: GPL-2.0-only

//! The registers of transactional memory as user space reads and writes them.
//!
//! `KVM_GET_ONE_REG` and `KVM_SET_ONE_REG` run with the vcpu unloaded, so that everything is in
//! memory. What user space writes it reads back, whatever it is: nothing is checked here, since
//! the order of writes is up to user space. [`crate::switch`] copes with what makes no sense.
//!
//! Documentation/virt/kvm/api.rst, section 4.68.

use kernel::{
    bindings::{
        self,
        kvm_vcpu_arch,
        kvmppc_one_reg, //
    },
    ffi::c_ulong,
    prelude::*, //
};

/// Whether a register is read into the value or written from it.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// `KVM_GET_ONE_REG`
    Get,
    /// `KVM_SET_ONE_REG`
    Set,
}

/// A doubleword register.
fn dword(access: Access, register: &mut u64, value: &mut kvmppc_one_reg) {
    match access {
        Access::Get => value.dval = *register,
        // SAFETY: Every bit pattern is a valid integer, and user space filled all of the value.
        Access::Set => *register = unsafe { value.dval },
    }
}

/// A word register.
fn word(access: Access, register: &mut u32, value: &mut kvmppc_one_reg) {
    match access {
        Access::Get => value.wval = *register,
        // SAFETY: As above.
        Access::Set => *register = unsafe { value.wval },
    }
}

/// A doubleword register that C has as a `long`.
fn long(access: Access, register: &mut c_ulong, value: &mut kvmppc_one_reg) {
    let mut wide = *register as u64;
    dword(access, &mut wide, value);
    *register = wide as c_ulong;
}

/// A register of 32 bits that user space sees as a doubleword.
fn dword_of_word(access: Access, register: &mut u32, value: &mut kvmppc_one_reg) {
    let mut wide = u64::from(*register);
    dword(access, &mut wide, value);
    *register = wide as u32;
}

/// Moves checkpointed VSR `n`: 0 to 31 extend the FPRs, 32 to 63 are the VRs.
fn vsr(access: Access, arch: &mut kvm_vcpu_arch, n: usize, value: &mut kvmppc_one_reg) {
    match (access, n.checked_sub(32)) {
        // `fpr` is in host byte order with the FPR at TS_FPROFFSET, and so is what user space sees.
        (Access::Get, None) => value.vsxval = arch.fp_tm.fpr[n],
        // SAFETY: As above.
        (Access::Set, None) => arch.fp_tm.fpr[n] = unsafe { value.vsxval },
        (Access::Get, Some(n)) => value.vval = arch.vr_tm.vr[n],
        // SAFETY: As above.
        (Access::Set, Some(n)) => arch.vr_tm.vr[n] = unsafe { value.vval },
    }
}

/// The checkpointed VSCR: the last word of a vector, which a little-endian `stvx` stores first.
fn vscr(access: Access, arch: &mut kvm_vcpu_arch, value: &mut kvmppc_one_reg) {
    const WORD: usize = if cfg!(target_endian = "little") { 0 } else { 3 };

    word(access, &mut arch.vr_tm.vscr.u[WORD], value);
}

/// Reads or writes register `id`. `EINVAL` for one that is not of this facility.
///
/// Context: the vcpu's mutex is held, the vcpu is not loaded.
pub(crate) fn access(
    access: Access,
    arch: &mut kvm_vcpu_arch,
    id: u64,
    value: &mut kvmppc_one_reg,
) -> Result {
    let index = |first: u64, count: u64| id.checked_sub(first).filter(|n| *n < count);
    if let Some(n) = index(bindings::KVM_REG_PPC_TM_GPR0, 32) {
        long(access, &mut arch.gpr_tm[n as usize], value);
        return Ok(());
    }
    if let Some(n) = index(bindings::KVM_REG_PPC_TM_VSR0, 64) {
        vsr(access, arch, n as usize, value);
        return Ok(());
    }
    match id {
        bindings::KVM_REG_PPC_TFHAR => dword(access, &mut arch.tfhar, value),
        bindings::KVM_REG_PPC_TFIAR => dword(access, &mut arch.tfiar, value),
        bindings::KVM_REG_PPC_TEXASR => dword(access, &mut arch.texasr, value),
        bindings::KVM_REG_PPC_TM_CR => dword_of_word(access, &mut arch.cr_tm, value),
        bindings::KVM_REG_PPC_TM_XER => dword(access, &mut arch.xer_tm, value),
        bindings::KVM_REG_PPC_TM_LR => dword(access, &mut arch.lr_tm, value),
        bindings::KVM_REG_PPC_TM_CTR => dword(access, &mut arch.ctr_tm, value),
        bindings::KVM_REG_PPC_TM_FPSCR => dword(access, &mut arch.fp_tm.fpscr, value),
        bindings::KVM_REG_PPC_TM_AMR => dword(access, &mut arch.amr_tm, value),
        bindings::KVM_REG_PPC_TM_PPR => dword(access, &mut arch.ppr_tm, value),
        bindings::KVM_REG_PPC_TM_VRSAVE => dword_of_word(access, &mut arch.vrsave_tm, value),
        bindings::KVM_REG_PPC_TM_VSCR => vscr(access, arch, value),
        bindings::KVM_REG_PPC_TM_DSCR => dword(access, &mut arch.dscr_tm, value),
        bindings::KVM_REG_PPC_TM_TAR => dword(access, &mut arch.tar_tm, value),
        // The current counterparts of checkpointed registers, which PR KVM does not know itself.
        bindings::KVM_REG_PPC_DSCR => long(access, &mut arch.dscr, value),
        bindings::KVM_REG_PPC_AMR => long(access, &mut arch.amr, value),
        bindings::KVM_REG_PPC_UAMOR => long(access, &mut arch.uamor, value),
        bindings::KVM_REG_PPC_PPR => long(access, &mut arch.ppr, value),
        _ => return Err(EINVAL),
    }
    Ok(())
}
