// SPDX-License-Identifier: GPL-2.0-only

//! The registers of transactional memory as user space reads and writes them.
//!
//! `KVM_GET_ONE_REG` and `KVM_SET_ONE_REG` run with the vcpu unloaded, so that everything is in
//! memory. What user space writes it reads back, whatever it is: nothing is checked here, since
//! the order of writes is up to user space. [`crate::switch`] copes with what makes no sense.
//!
//! Documentation/virt/kvm/api.rst, section 4.68.

use crate::vcpu::Vcpu;
use kernel::{
    bindings::{
        self,
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

/// A field of `vcpu->arch`.
macro_rules! field {
    ($vcpu:ident, $($field:tt)+) => {
        // SAFETY: The vcpu's mutex is held and it is not loaded, so that the field is ours.
        unsafe { &mut (*$vcpu.as_ptr()).arch.$($field)+ }
    };
}

/// Moves a register into a field of the value, or back.
macro_rules! transfer {
    ($access:expr, $register:expr, $value:ident.$field:ident) => {
        match $access {
            Access::Get => $value.$field = *$register,
            // SAFETY: Every bit pattern is a valid integer, and user space filled all of the value.
            Access::Set => *$register = unsafe { $value.$field },
        }
    };
}

/// A doubleword register.
fn dword(access: Access, register: &mut u64, value: &mut kvmppc_one_reg) {
    transfer!(access, register, value.dval);
}

/// A word register.
fn word(access: Access, register: &mut u32, value: &mut kvmppc_one_reg) {
    transfer!(access, register, value.wval);
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
fn vsr(access: Access, v: &mut Vcpu, n: usize, value: &mut kvmppc_one_reg) {
    match n.checked_sub(32) {
        // `fpr` is in host byte order with the FPR at TS_FPROFFSET, and so is what user space sees.
        None => transfer!(access, &mut field!(v, fp_tm).fpr[n], value.vsxval),
        Some(n) => transfer!(access, &mut field!(v, vr_tm).vr[n], value.vval),
    }
}

/// The checkpointed VSCR: the last word of a vector, which a little-endian `stvx` stores first.
fn vscr(access: Access, v: &mut Vcpu, value: &mut kvmppc_one_reg) {
    const WORD: usize = if cfg!(target_endian = "little") { 0 } else { 3 };

    word(access, field!(v, vr_tm.vscr.u[WORD]), value);
}

/// Reads or writes register `id`. `EINVAL` for one that is not of this facility.
///
/// Context: the vcpu's mutex is held, the vcpu is not loaded.
pub(crate) fn access(access: Access, v: &mut Vcpu, id: u64, value: &mut kvmppc_one_reg) -> Result {
    let index = |first: u64, count: u64| id.checked_sub(first).filter(|n| *n < count);
    if let Some(n) = index(bindings::KVM_REG_PPC_TM_GPR0, 32) {
        long(access, &mut field!(v, gpr_tm)[n as usize], value);
        return Ok(());
    }
    if let Some(n) = index(bindings::KVM_REG_PPC_TM_VSR0, 64) {
        vsr(access, v, n as usize, value);
        return Ok(());
    }
    match id {
        bindings::KVM_REG_PPC_TFHAR => dword(access, field!(v, tfhar), value),
        bindings::KVM_REG_PPC_TFIAR => dword(access, field!(v, tfiar), value),
        bindings::KVM_REG_PPC_TEXASR => dword(access, field!(v, texasr), value),
        bindings::KVM_REG_PPC_TM_CR => dword_of_word(access, field!(v, cr_tm), value),
        bindings::KVM_REG_PPC_TM_XER => dword(access, field!(v, xer_tm), value),
        bindings::KVM_REG_PPC_TM_LR => dword(access, field!(v, lr_tm), value),
        bindings::KVM_REG_PPC_TM_CTR => dword(access, field!(v, ctr_tm), value),
        bindings::KVM_REG_PPC_TM_FPSCR => dword(access, field!(v, fp_tm.fpscr), value),
        bindings::KVM_REG_PPC_TM_AMR => dword(access, field!(v, amr_tm), value),
        bindings::KVM_REG_PPC_TM_PPR => dword(access, field!(v, ppr_tm), value),
        bindings::KVM_REG_PPC_TM_VRSAVE => dword_of_word(access, field!(v, vrsave_tm), value),
        bindings::KVM_REG_PPC_TM_VSCR => vscr(access, v, value),
        bindings::KVM_REG_PPC_TM_DSCR => dword(access, field!(v, dscr_tm), value),
        bindings::KVM_REG_PPC_TM_TAR => dword(access, field!(v, tar_tm), value),
        // The current counterparts of checkpointed registers, which PR KVM does not know itself.
        bindings::KVM_REG_PPC_DSCR => long(access, field!(v, dscr), value),
        bindings::KVM_REG_PPC_AMR => long(access, field!(v, amr), value),
        bindings::KVM_REG_PPC_UAMOR => long(access, field!(v, uamor), value),
        bindings::KVM_REG_PPC_PPR => long(access, field!(v, ppr), value),
        _ => return Err(EINVAL),
    }
    Ok(())
}
