// SPDX-License-Identifier: GPL-2.0-only

//! The two windows in which no register is the kernel's: around `treclaim.` and `trechkpt.`.
//!
//! Built into the kernel image, not into the module. While r1 and r13 hold a guest's values an
//! interrupt cannot be taken (there is no stack to take it on), so neither the text nor the memory
//! that the windows use may fault. Module text is mapped by ordinary hash table entries that may
//! be evicted at any time; the image is mapped by bolted entries of the linear mapping.
//!
//! # What keeps each window whole
//!
//! | thing | why it cannot fault or be lost |
//! |---|---|
//! | text | kernel image: bolted hash table entry, bolted SLB entry 0 |
//! | stack | thread stack: linear mapping, bolted SLB entry for the stack; its frame was just written |
//! | PACA | only its address is needed: r13 is kept in the frame |
//! | vcpu | not touched while r1 is the guest's, or r13; read or written with MSR[RI] = 1 |
//! | interrupts | MSR[EE] = 0; MSR[RI] = 0 so that a machine check knows it cannot return |
//! | SPRG2, DAR | scratch of exception entry, which cannot return to here: used with MSR[RI] = 0 only |
//! | tracing, kprobes | the symbols are in `.kprobes.text`, which cannot be probed; no C is called |
//!
//! FP, VMX and VSX registers are moved here rather than by `store_fp_state()` and its kin, which leave
//! the registers as they were and load an offset for each: 118 instructions instead of some 200.

use core::mem::{
    offset_of,
    size_of, //
};
use kernel::bindings::{
    kvm_vcpu,
    thread_fp_state,
    thread_vr_state, //
};

/// Offset in `struct kvm_vcpu` of a field of its `arch`.
macro_rules! arch {
    ($($field:tt)+) => { offset_of!(kvm_vcpu, arch.$($field)+) };
}

// The windows address all of these with 16-bit displacements from one register.
const _: () = assert!(size_of::<kvm_vcpu>() < 0x8000);
// Registers first, then FPSCR or VSCR.
const _: () = assert!(offset_of!(thread_fp_state, fpscr) == 32 * 16);
const _: () = assert!(offset_of!(thread_vr_state, vscr) == 32 * 16);
// Otherwise a doubleword of a VSR is where it belongs.
const _: () = assert!(cfg!(target_endian = "little"));

// What both windows share. Their stack frame: the ABI's header, r14 to r31, and what else of the
// host the guest's registers overwrite. The fields of the vcpu.
core::arch::global_asm!(
    r#"
    .set FRAME_R2, 24
    .set FRAME_NVGPRS, 32
    .set FRAME_CR, FRAME_NVGPRS + 18 * 8
    .set FRAME_MSR, FRAME_CR + 8
    .set FRAME_AMR, FRAME_MSR + 8
    .set FRAME_R13, FRAME_AMR + 8
    .set FRAME_VCPU, FRAME_R13 + 8
    .set FRAME_TEXASR, FRAME_VCPU + 8
    .set FRAME_GUEST_R0, FRAME_TEXASR + 8
    .set FRAME_GUEST_R1, FRAME_GUEST_R0 + 8
    .set FRAME_GUEST_R3, FRAME_GUEST_R1 + 8
    .set FRAME_GUEST_R13, FRAME_GUEST_R3 + 8
    .set FRAME_GUEST_R30, FRAME_GUEST_R13 + 8
    .set FRAME_GUEST_R31, FRAME_GUEST_R30 + 8
    .set FRAME_GUEST_DSCR, FRAME_GUEST_R31 + 8
    .set FRAME_GUEST_PPR, FRAME_GUEST_DSCR + 8
    # The stack pointer stays a multiple of 16.
    .set FRAME_SIZE, (FRAME_GUEST_PPR + 8 + 15) & ~15

    .set VCPU_GPR_TM, {gpr_tm}
    .set VCPU_CR_TM, {cr_tm}
    .set VCPU_XER_TM, {xer_tm}
    .set VCPU_LR_TM, {lr_tm}
    .set VCPU_CTR_TM, {ctr_tm}
    .set VCPU_AMR_TM, {amr_tm}
    .set VCPU_PPR_TM, {ppr_tm}
    .set VCPU_DSCR_TM, {dscr_tm}
    .set VCPU_TAR_TM, {tar_tm}
    .set VCPU_VRSAVE_TM, {vrsave_tm}
    .set VCPU_FP_TM, {fp_tm}
    .set VCPU_VR_TM, {vr_tm}
    .set VCPU_TFHAR, {tfhar}
    .set VCPU_TFIAR, {tfiar}
    .set VCPU_TEXASR, {texasr}
    .set VCPU_HOST_TFHAR, {host_tfhar}
    .set VCPU_HOST_TFIAR, {host_tfiar}
    .set VCPU_HOST_TEXASR, {host_texasr}

    .set SPRN_DSCR, 17
    .set SPRN_DAR, 19
    .set SPRN_AMR, 29
    .set SPRN_TFHAR, 128
    .set SPRN_TFIAR, 129
    .set SPRN_TEXASR, 130
    .set SPRN_VRSAVE, 256
    .set SPRN_SPRG2, 274
    .set SPRN_TAR, 815
    .set SPRN_PPR, 896

    .set MSR_RI, 2
    .set MSR_FP, 0x2000
    .set MSR_EE_LG, 15
    .set MSR_VEC_VSX_HI, 0x0280
    .set MSR_TM_LG, 32
    .set MSR_TS_LG, 33

    # Everything of the host that the window destroys, and a MSR for it: EE off, TM, FP, VEC and
    # VSX on.
    # In: r3 = vcpu. Clobbers r0, r5. The MSR at entry stays in the frame.
    .macro WINDOW_PROLOGUE
    mflr    0
    std     0, 16(1)
    stdu    1, -FRAME_SIZE(1)
    std     2, FRAME_R2(1)
    .set    reg, 14
    .rept   18
    std     reg, (FRAME_NVGPRS + (reg - 14) * 8)(1)
    .set    reg, reg + 1
    .endr
    mfcr    0
    std     0, FRAME_CR(1)
    mfspr   5, SPRN_AMR
    std     5, FRAME_AMR(1)
    std     3, FRAME_VCPU(1)
    std     13, FRAME_R13(1)
    mfmsr   5
    std     5, FRAME_MSR(1)
    # EE off: no interrupt shall use the FP and VMX registers from here on.
    rldicl  5, 5, 63 - MSR_EE_LG, 1
    rotldi  5, 5, MSR_EE_LG + 1
    li      0, 1
    rldimi  5, 0, MSR_TM_LG, 63 - MSR_TM_LG
    ori     5, 5, MSR_FP
    oris    5, 5, MSR_VEC_VSX_HI
    mtmsrd  5
    .endm

    # The inverse. In: r5 = MSR to leave with. r3 is the return value.
    .macro WINDOW_EPILOGUE
    mtmsrd  5
    ld      0, FRAME_CR(1)
    mtcr    0
    .set    reg, 14
    .rept   18
    ld      reg, (FRAME_NVGPRS + (reg - 14) * 8)(1)
    .set    reg, reg + 1
    .endr
    addi    1, 1, FRAME_SIZE
    ld      0, 16(1)
    mtlr    0
    blr
    .endm

    # The AMR that the kernel runs with. Clobbers r4.
    .macro WINDOW_HOST_AMR
    ld      4, FRAME_AMR(1)
    mtspr   SPRN_AMR, 4
    isync
    .endm

    # The TM SPRs into the vcpu, three fields from \to on; others from it, three from \from on.
    # Clobbers r4 to r6.
    .macro WINDOW_TM_SPRS vcpu, to, from
    mfspr   4, SPRN_TFHAR
    mfspr   5, SPRN_TFIAR
    mfspr   6, SPRN_TEXASR
    std     4, VCPU_\to\()TFHAR(\vcpu)
    std     5, VCPU_\to\()TFIAR(\vcpu)
    std     6, VCPU_\to\()TEXASR(\vcpu)
    ld      4, VCPU_\from\()TFHAR(\vcpu)
    ld      5, VCPU_\from\()TFIAR(\vcpu)
    ld      6, VCPU_\from\()TEXASR(\vcpu)
    mtspr   SPRN_TFHAR, 4
    mtspr   SPRN_TFIAR, 5
    mtspr   SPRN_TEXASR, 6
    .endm

    # Offsets of eight registers: 0, 16 ... 112 in r4 to r11.
    .macro WINDOW_OFFSETS
    .set    reg, 4
    .rept   8
    li      reg, (reg - 4) * 16
    .set    reg, reg + 1
    .endr
    .endm

    # Does \what with each of 32 registers that are 16 bytes wide, from r12 on; r12 is behind them
    # then. r4 to r11 are the offsets.
    .macro WINDOW_EACH what
    .set    reg, 0
    .rept   4
    .set    offset, 4
    .rept   8
    \what
    .set    reg, reg + 1
    .set    offset, offset + 1
    .endr
    addi    12, 12, 128
    .endr
    .endm

    # stxvd2x and lxvd2x have the doublewords in big-endian order.
    .macro STORE_VSR
    xxpermdi reg, reg, reg, 2
    stxvd2x reg, 12, offset
    .endm
    .macro LOAD_VSR
    lxvd2x  reg, 12, offset
    xxpermdi reg, reg, reg, 2
    .endm
    .macro STORE_VR
    stvx    reg, 12, offset
    .endm
    .macro LOAD_VR
    lvx     reg, 12, offset
    .endm

    # FP, VMX and VSX registers into the vcpu, and they are lost. Clobbers r4 to r12.
    .macro WINDOW_STORE_EXT vcpu
    WINDOW_OFFSETS
    addi    12, \vcpu, VCPU_FP_TM
    WINDOW_EACH STORE_VSR
    mffs    0
    stfd    0, 0(12)
    addi    12, \vcpu, VCPU_VR_TM
    WINDOW_EACH STORE_VR
    mfvscr  0
    stvx    0, 0, 12
    .endm

    # The inverse.
    .macro WINDOW_LOAD_EXT vcpu
    WINDOW_OFFSETS
    addi    12, \vcpu, VCPU_VR_TM + 32 * 16
    lvx     0, 0, 12
    mtvscr  0
    addi    12, \vcpu, VCPU_VR_TM
    WINDOW_EACH LOAD_VR
    addi    12, \vcpu, VCPU_FP_TM
    lfd     0, 32 * 16(12)
    # The whole of it.
    mtfsf   255, 0, 1, 0
    WINDOW_EACH LOAD_VSR
    .endm
"#,
    gpr_tm = const arch!(gpr_tm),
    cr_tm = const arch!(cr_tm),
    xer_tm = const arch!(xer_tm),
    lr_tm = const arch!(lr_tm),
    ctr_tm = const arch!(ctr_tm),
    amr_tm = const arch!(amr_tm),
    ppr_tm = const arch!(ppr_tm),
    dscr_tm = const arch!(dscr_tm),
    tar_tm = const arch!(tar_tm),
    vrsave_tm = const arch!(vrsave_tm),
    fp_tm = const arch!(fp_tm),
    vr_tm = const arch!(vr_tm),
    tfhar = const arch!(tfhar),
    tfiar = const arch!(tfiar),
    texasr = const arch!(texasr),
    host_tfhar = const arch!(pr_tm.host_tfhar),
    host_tfiar = const arch!(pr_tm.host_tfiar),
    host_texasr = const arch!(pr_tm.host_texasr),
);

// u64 kvmppc_pr_tm_reclaim(struct kvm_vcpu *vcpu, u64 code);
//
// Takes the transaction off the CPU: its checkpointed registers go to vcpu->arch.*_tm, the TM SPRs
// as treclaim. leaves them to vcpu->arch.{tfhar,tfiar,texasr}, and those in
// vcpu->arch.pr_tm.host_* take their place; the CPU is in TS=N afterwards.
// Returns TEXASR as it was before, so that the caller knows whether this was the first failure.
//
// Call with the CPU in TS=S (or T), preemption off, and the guest's FP, VMX and VSX registers
// saved: they are lost, and so are TAR, DSCR and VRSAVE. AMR is kept.
//
// |                  | r1    | r3             | r13   | others     | RI |
// |------------------|-------|----------------|-------|------------|----|
// | before treclaim. | host  | code           | host  | host       | 0  |
// | after            | guest | guest          | guest | guest      | 0  |
// | SPRG2, DAR       | host  | guest          | guest | guest      | 0  |
// | frame            | host  | guest, saved   | host  | guest      | 0  |
// | RI on            | host  | vcpu           | host  | guest      | 1  |
core::arch::global_asm!(
    r#"
    .section ".kprobes.text", "ax", @progbits
    .balign 128
    .globl  kvmppc_pr_tm_reclaim
    .type   kvmppc_pr_tm_reclaim, @function
kvmppc_pr_tm_reclaim:
    WINDOW_PROLOGUE
    mfspr   6, SPRN_TEXASR
    std     6, FRAME_TEXASR(1)
    li      0, 0
    mtmsrd  0, 1
    mtspr   SPRN_SPRG2, 1

    treclaim. 4

    mtspr   SPRN_DAR, 1
    mfspr   1, SPRN_SPRG2
    std     13, FRAME_GUEST_R13(1)
    ld      13, FRAME_R13(1)
    std     0, FRAME_GUEST_R0(1)
    mfspr   0, SPRN_PPR
    # The guest may have left a low priority.
    or      2, 2, 2
    std     0, FRAME_GUEST_PPR(1)
    std     3, FRAME_GUEST_R3(1)
    mfspr   3, SPRN_DAR
    std     3, FRAME_GUEST_R1(1)
    li      0, MSR_RI
    mtmsrd  0, 1

    ld      3, FRAME_VCPU(1)
    std     2, VCPU_GPR_TM + 2 * 8(3)
    ld      2, FRAME_R2(1)
    .set    reg, 4
    .rept   28
    .if     reg != 13
    std     reg, VCPU_GPR_TM + reg * 8(3)
    .endif
    .set    reg, reg + 1
    .endr
    ld      4, FRAME_GUEST_R0(1)
    ld      5, FRAME_GUEST_R1(1)
    ld      6, FRAME_GUEST_R3(1)
    ld      7, FRAME_GUEST_R13(1)
    ld      8, FRAME_GUEST_PPR(1)
    std     4, VCPU_GPR_TM + 0 * 8(3)
    std     5, VCPU_GPR_TM + 1 * 8(3)
    std     6, VCPU_GPR_TM + 3 * 8(3)
    std     7, VCPU_GPR_TM + 13 * 8(3)
    std     8, VCPU_PPR_TM(3)

    mfcr    4
    mfxer   5
    mflr    6
    mfctr   7
    mfspr   8, SPRN_AMR
    mfspr   9, SPRN_DSCR
    mfspr   10, SPRN_TAR
    mfspr   11, SPRN_VRSAVE
    stw     4, VCPU_CR_TM(3)
    std     5, VCPU_XER_TM(3)
    std     6, VCPU_LR_TM(3)
    std     7, VCPU_CTR_TM(3)
    std     8, VCPU_AMR_TM(3)
    std     9, VCPU_DSCR_TM(3)
    std     10, VCPU_TAR_TM(3)
    stw     11, VCPU_VRSAVE_TM(3)

    WINDOW_HOST_AMR
    WINDOW_TM_SPRS 3, , HOST_
    WINDOW_STORE_EXT 3

    ld      3, FRAME_TEXASR(1)
    # TS is N now, whatever it was.
    ld      5, FRAME_MSR(1)
    li      0, 0
    rldimi  5, 0, MSR_TS_LG, 62 - MSR_TS_LG
    WINDOW_EPILOGUE
    .size   kvmppc_pr_tm_reclaim, . - kvmppc_pr_tm_reclaim
    .previous
"#
);

// void kvmppc_pr_tm_recheckpoint(struct kvm_vcpu *vcpu);
//
// Puts a reclaimed transaction back: vcpu->arch.*_tm becomes the CPU's checkpoint, and
// vcpu->arch.{tfhar,tfiar,texasr} the TM SPRs, whose values go to vcpu->arch.pr_tm.host_*; the CPU
// is in TS=S afterwards.
//
// Call with the CPU in TS=N, preemption off, no FP, VMX or VSX state of anyone in the registers, and
// FS = 1 in vcpu->arch.texasr. Lost: FP, VMX, VSX, TAR, DSCR and VRSAVE. AMR is kept.
core::arch::global_asm!(
    r#"
    .section ".kprobes.text", "ax", @progbits
    .balign 128
    .globl  kvmppc_pr_tm_recheckpoint
    .type   kvmppc_pr_tm_recheckpoint, @function
kvmppc_pr_tm_recheckpoint:
    WINDOW_PROLOGUE
    mr      31, 3
    WINDOW_TM_SPRS 31, HOST_,
    WINDOW_LOAD_EXT 31
    lwz     4, VCPU_CR_TM(31)
    ld      5, VCPU_XER_TM(31)
    ld      6, VCPU_LR_TM(31)
    ld      7, VCPU_CTR_TM(31)
    ld      8, VCPU_AMR_TM(31)
    ld      10, VCPU_TAR_TM(31)
    lwz     11, VCPU_VRSAVE_TM(31)
    mtcr    4
    mtxer   5
    mtlr    6
    mtctr   7
    mtspr   SPRN_TAR, 10
    mtspr   SPRN_VRSAVE, 11

    # What needs a scratch register goes through the frame: once r1 is the guest's nothing but the
    # stack has been touched.
    ld      3, VCPU_GPR_TM + 1 * 8(31)
    ld      4, VCPU_GPR_TM + 13 * 8(31)
    ld      5, VCPU_GPR_TM + 30 * 8(31)
    ld      6, VCPU_GPR_TM + 31 * 8(31)
    ld      9, VCPU_DSCR_TM(31)
    ld      10, VCPU_PPR_TM(31)
    std     3, FRAME_GUEST_R1(1)
    std     4, FRAME_GUEST_R13(1)
    std     5, FRAME_GUEST_R30(1)
    std     6, FRAME_GUEST_R31(1)
    std     9, FRAME_GUEST_DSCR(1)
    std     10, FRAME_GUEST_PPR(1)
    mtspr   SPRN_AMR, 8
    isync

    ld      0, VCPU_GPR_TM + 0 * 8(31)
    .set    reg, 2
    .rept   28
    .if     reg != 13
    ld      reg, VCPU_GPR_TM + reg * 8(31)
    .endif
    .set    reg, reg + 1
    .endr

    # Left: r30, r31, r13 and r1, in this order.
    li      31, 0
    mtmsrd  31, 1
    mtspr   SPRN_SPRG2, 1
    ld      30, FRAME_GUEST_DSCR(1)
    ld      31, FRAME_GUEST_PPR(1)
    mtspr   SPRN_DSCR, 30
    mtspr   SPRN_PPR, 31
    ld      30, FRAME_GUEST_R30(1)
    ld      31, FRAME_GUEST_R31(1)
    ld      13, FRAME_GUEST_R13(1)
    ld      1, FRAME_GUEST_R1(1)

    trechkpt.

    mfspr   1, SPRN_SPRG2
    or      2, 2, 2
    ld      13, FRAME_R13(1)
    ld      2, FRAME_R2(1)
    li      0, MSR_RI
    mtmsrd  0, 1

    WINDOW_HOST_AMR

    # TS is S now.
    ld      5, FRAME_MSR(1)
    li      0, 1
    rldimi  5, 0, MSR_TS_LG, 62 - MSR_TS_LG
    WINDOW_EPILOGUE
    .size   kvmppc_pr_tm_recheckpoint, . - kvmppc_pr_tm_recheckpoint
    .previous
"#
);

// EXPORT_SYMBOL_GPL of `include/linux/export.h`, which is a C macro.
core::arch::global_asm!(
    r#"
    .macro EXPORT_SYMBOL_GPL sym
    .section ".export_symbol", "a"
__export_symbol_\sym:
    .asciz  "GPL"
    .asciz  ""
    .balign 8
    .quad   \sym
    .previous
    .endm

    EXPORT_SYMBOL_GPL kvmppc_pr_tm_reclaim
    EXPORT_SYMBOL_GPL kvmppc_pr_tm_recheckpoint
"#
);
