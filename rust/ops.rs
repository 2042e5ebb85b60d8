// SPDX-License-Identifier: GPL-2.0-only

//! The operations that PR KVM calls: the C side of everything.
//!
//! Each converts its arguments and calls the safe function that does the work. C calls them for
//! vcpus of VMs that have them, with the vcpu's mutex held (or the vcpu out of reach, as it is being
//! destroyed) and, but for the `one_reg` pair, `set_msr` and `free`, with preemption disabled and the
//! vcpu loaded; see `asm/kvm_pr_tm.h`.

use crate::{
    cpu,
    emulate::{
        self,
        Emulated, //
    },
    isa::{
        msr::{
            Msr,
            Ts, //
        },
        texasr::cause, //
    },
    one_reg::{
        self,
        Access, //
    },
    stats,
    switch,
    trace,
    vcpu::Vcpu, //
};
use kernel::{
    bindings::{
        self,
        kvm_vcpu,
        kvmppc_one_reg,
        kvmppc_pr_tm_ops, //
    },
    error::to_result,
    ffi::{
        c_int,
        c_ulong, //
    },
    prelude::*, //
};

// The rules have no bindings: what they call a cause is what user space knows by that name.
const _: () = {
    assert!(cause::PERSISTENT as u32 == bindings::TM_CAUSE_PERSISTENT);
    assert!(cause::EMULATE as u32 == bindings::TM_CAUSE_EMULATE);
    assert!(cause::KVM_RESCHED as u32 == bindings::TM_CAUSE_KVM_RESCHED);
    assert!(cause::KVM_FAC_UNAV as u32 == bindings::TM_CAUSE_KVM_FAC_UNAV);
};

/// Runs `$body` with `$v` as the vcpu.
macro_rules! with {
    ($v:ident, $body:expr) => {{
        // SAFETY: C calls an operation with a vcpu of a VM that has them, and for it alone.
        let $v = unsafe { Vcpu::from_raw($v) };
        $body
    }};
}

unsafe extern "C" fn enter(v: *mut kvm_vcpu) -> bool {
    with!(v, switch::enter(v))
}

unsafe extern "C" fn exit(v: *mut kvm_vcpu) {
    with!(v, switch::exit(v))
}

unsafe extern "C" fn load(v: *mut kvm_vcpu) {
    with!(v, switch::load(v))
}

unsafe extern "C" fn put(v: *mut kvm_vcpu) {
    with!(v, switch::put(v))
}

unsafe extern "C" fn interrupt(v: *mut kvm_vcpu) {
    with!(v, {
        let suspended = v.ts() == Ts::T;
        v.set_transaction(v.ts().on_interrupt(), v.place());
        if suspended {
            v.count(stats::SUSPENDS);
            trace::suspend(v);
        }
    })
}

unsafe extern "C" fn write_msr(v: *mut kvm_vcpu, msr: u64) -> bool {
    with!(v, emulate::write_msr(v, Msr::from_raw(msr)))
}

unsafe extern "C" fn set_msr(v: *mut kvm_vcpu, msr: u64) {
    with!(v, emulate::set_msr(v, Msr::from_raw(msr)))
}

unsafe extern "C" fn fail(v: *mut kvm_vcpu) {
    with!(v, {
        if switch::fail(v, cause::EMULATE | cause::PERSISTENT) {
            v.count(stats::FAILED_ACCESS);
        }
    })
}

impl Emulated {
    fn into_c(self) -> c_int {
        (match self {
            Emulated::Done => bindings::emulation_result_EMULATE_DONE,
            Emulated::Interrupted => bindings::emulation_result_EMULATE_AGAIN,
            Emulated::NotOurs => bindings::emulation_result_EMULATE_FAIL,
        }) as c_int
    }
}

unsafe extern "C" fn emulate(v: *mut kvm_vcpu, inst: u32) -> c_int {
    with!(v, emulate::instruction(v, inst).into_c())
}

unsafe extern "C" fn get_spr(v: *mut kvm_vcpu, sprn: c_int, val: *mut c_ulong) -> c_int {
    with!(v, {
        match emulate::mfspr(v, sprn as u32) {
            Ok(value) => {
                // SAFETY: C passes a pointer to a local variable.
                unsafe { *val = value as c_ulong };
                Emulated::Done
            }
            Err(e) => e,
        }
        .into_c()
    })
}

unsafe extern "C" fn set_spr(v: *mut kvm_vcpu, sprn: c_int, val: c_ulong) -> c_int {
    with!(v, emulate::mtspr(v, sprn as u32, val as u64).into_c())
}

/// # Safety
///
/// As for the operations `get_one_reg` and `set_one_reg`.
unsafe fn one_reg(access: Access, v: *mut kvm_vcpu, id: u64, val: *mut kvmppc_one_reg) -> c_int {
    // SAFETY: A local variable of the caller.
    let val = unsafe { &mut *val };
    with!(v, {
        let result = one_reg::access(access, v, id, val);
        v.notice_keys();
        match result {
            Ok(()) => 0,
            Err(e) => e.to_errno(),
        }
    })
}

unsafe extern "C" fn get_one_reg(v: *mut kvm_vcpu, id: u64, val: *mut kvmppc_one_reg) -> c_int {
    // SAFETY: Called as this operation.
    unsafe { one_reg(Access::Get, v, id, val) }
}

unsafe extern "C" fn set_one_reg(v: *mut kvm_vcpu, id: u64, val: *mut kvmppc_one_reg) -> c_int {
    // SAFETY: Called as this operation.
    unsafe { one_reg(Access::Set, v, id, val) }
}

unsafe extern "C" fn free(v: *mut kvm_vcpu) {
    with!(v, stats::retire(v))
}

/// The operations while they are registered with PR KVM.
///
/// # Invariants
///
/// The pointer came from `KBox::into_raw` and is registered.
pub(crate) struct Registration(*mut kvmppc_pr_tm_ops);

// SAFETY: The operations are not tied to a thread.
unsafe impl Send for Registration {}
// SAFETY: Nothing is done through a shared reference.
unsafe impl Sync for Registration {}

impl Registration {
    /// Gives VMs that are created from now on transactional memory, in guest privileged state too if
    /// `privileged`.
    ///
    /// Fails with `ENODEV` on a host that cannot run transactions, `EBUSY` if there are operations
    /// registered already, or `ENOMEM`.
    pub(crate) fn new(module: &'static ThisModule, privileged: bool) -> Result<Self> {
        if !cpu::has_tm() {
            return Err(ENODEV);
        }
        let ops = KBox::into_raw(KBox::new(
            kvmppc_pr_tm_ops {
                owner: module.as_ptr(),
                privileged,
                enter: Some(enter),
                exit: Some(exit),
                load: Some(load),
                put: Some(put),
                interrupt: Some(interrupt),
                write_msr: Some(write_msr),
                set_msr: Some(set_msr),
                fail: Some(fail),
                emulate: Some(emulate),
                get_spr: Some(get_spr),
                set_spr: Some(set_spr),
                get_one_reg: Some(get_one_reg),
                set_one_reg: Some(set_one_reg),
                free: Some(free),
            },
            GFP_KERNEL,
        )?);
        // SAFETY: The operations stay until they are unregistered, and every VM that takes them
        // holds a reference on the module until it is destroyed.
        let result = to_result(unsafe { bindings::kvmppc_pr_tm_register(ops) });
        if let Err(e) = result {
            // SAFETY: From `into_raw` above, and not registered.
            drop(unsafe { KBox::from_raw(ops) });
            return Err(e);
        }
        Ok(Self(ops))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: Registered, by the type invariant. The module is being unloaded, so no VM holds
        // a reference on it.
        unsafe { bindings::kvmppc_pr_tm_unregister(self.0) };
        // SAFETY: By the type invariant; no VM has the operations and none can get them.
        drop(unsafe { KBox::from_raw(self.0) });
    }
}
