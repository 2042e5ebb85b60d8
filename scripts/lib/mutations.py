# SPDX-License-Identifier: GPL-2.0-only
"""The ways in which scripts/mutate breaks the module, and which test has to notice each.

A mutation changes one instruction of the kernel image (the two windows of
rust/window.rs are part of it), or one place in a source file of the module.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lib.image import RECHECKPOINT, RECLAIM

NOP = 0x60000000


def left_out(_):
    return NOP


def from_register(number):
    """Stores another register than the instruction does."""
    return lambda word: word & ~(31 << 21) | number << 21


def from_spr(number):
    """Reads another SPR than the instruction does."""
    return lambda word: word & ~(0x3ff << 11) | (number & 31) << 16 | number >> 5 << 11


@dataclass
class Image:
    """The first instruction of a function that matches, as disassembled, becomes another."""
    function: str
    pattern: str
    change: Callable[[int], int] = left_out


@dataclass
class Source:
    """A text that is once in a file below rust/ becomes another."""
    file: str
    old: str
    new: str


@dataclass
class Mutation:
    what: str
    edit: Image | Source
    #: The kind of test, and what it needs to know: see scripts/mutate.
    test: tuple


def bank(registers):
    """The bank in a guest, which must name one of these registers. A VSR is an FPR or VR."""
    return ("bank", registers)


RULES = ("rules",)
KUNIT = ("kunit",)


def privileged(row, busy=False):
    """The tests of the bare guest kernel with a text in their names."""
    return ("privileged", row, busy)


def program(name):
    """A VMM of selftests/module in level 1."""
    return ("program", name)


MUTATIONS = {
    # The windows around treclaim. and trechkpt.
    "fp-restore": Mutation(
        "FPR20 does not get into the checkpoint",
        Image(RECHECKPOINT, r"lxvd2x 20, "), bank("FPR|VSR|FPSCR")),
    "vmx-restore": Mutation(
        "VR20 does not get into the checkpoint",
        Image(RECHECKPOINT, r"lvx 20, "), bank("VR|VSR|VSCR")),
    "fp-save": Mutation(
        "FPR20 of the checkpoint is not saved",
        Image(RECLAIM, r"stxvd2x 20, "), bank("FPR|VSR|FPSCR")),
    "vmx-save": Mutation(
        "VR20 of the checkpoint is not saved",
        Image(RECLAIM, r"stvx 20, "), bank("VR|VSR|VSCR")),
    "tar": Mutation(
        "TAR does not get into the checkpoint",
        Image(RECHECKPOINT, r"mt(spr\s+815|tar)"), bank("TAR")),
    "ctr": Mutation(
        "CTR does not get into the checkpoint",
        Image(RECHECKPOINT, r"mtctr"), bank("CTR")),
    "lr": Mutation(
        "LR does not get into the checkpoint",
        Image(RECHECKPOINT, r"mtlr"), bank("LR")),
    "xer": Mutation(
        "XER does not get into the checkpoint",
        Image(RECHECKPOINT, r"mtxer"), bank("XER")),
    "cr": Mutation(
        "CR does not get into the checkpoint",
        Image(RECHECKPOINT, r"mtc(rf\s+255,|r\s)"), bank("CR")),
    "gpr": Mutation(
        "r20 of the checkpoint is not saved",
        Image(RECLAIM, r"std\s+20, \d{3,}\(3\)"), bank("GPR20|R20|r20")),
    "vrsave": Mutation(
        "VRSAVE does not get into the checkpoint",
        Image(RECHECKPOINT, r"mt(spr\s+256|vrsave)"), bank("VRSAVE")),
    "gprs-mixed-up": Mutation(
        "r21 is saved in the place of r20",
        Image(RECLAIM, r"std\s+20, \d{3,}\(3\)", from_register(21)), KUNIT),
    "lr-for-ctr": Mutation(
        "LR is saved in the place of CTR",
        Image(RECLAIM, r"mf(ctr|spr\s+7, 9)", from_spr(8)), KUNIT),
    "dscr": Mutation(
        "DSCR does not get into the checkpoint",
        Image(RECHECKPOINT, r"mt(spr\s+17,|dscr|udscr)\s*30"), KUNIT),
    "ppr": Mutation(
        "PPR does not get into the checkpoint",
        Image(RECHECKPOINT, r"mt(spr\s+896,|ppr)\s*31"), KUNIT),

    # The rules.
    "tend-suspended": Mutation(
        "tend. in Suspended state is no TM Bad Thing",
        Source("isa/emulate.rs", "(Insn::End { .. }, Ts::S) => return Err(BadThing),",
               "(Insn::End { .. }, Ts::S) => effect(report, Action::None),"), RULES),
    "trechkpt-unchecked": Mutation(
        "trechkpt. does not look at TEXASR[FS]",
        Source("isa/emulate.rs", "(Insn::Recheckpoint, Ts::N) if failed =>",
               "(Insn::Recheckpoint, Ts::N) =>"), RULES),
    "state-kept": Mutation(
        "an interrupt in Transactional state does not suspend",
        Source("isa/msr.rs", "Ts::S | Ts::T => Ts::S,", "Ts::S => Ts::S, Ts::T => Ts::T,"),
        RULES),
    "wrong-bit": Mutation(
        "TEXASR[FS] is taken for another bit",
        Source("isa/texasr.rs", "27:27 fs => bool;", "30:30 fs => bool;"), RULES),
    "into-transaction": Mutation(
        "rfid and mtmsrd may go from Non-transactional to Transactional state",
        Source("isa/transition.rs", "(Ts::S | Ts::T, Ok(Ts::T), true) => Ok(Ts::T),",
               "(_, Ok(Ts::T), true) => Ok(Ts::T),"), RULES),

    # What is done with a vcpu.
    "wrong-cr0": Mutation(
        "a failure handler finds CR0 as after a suspension",
        Source("isa/emulate.rs", "CR0_FAILURE: u8 = 0b1010", "CR0_FAILURE: u8 = 0b0010"), KUNIT),
    "fs-not-set": Mutation(
        "trechkpt. is executed without a recorded failure",
        Source("switch.rs", "if !texasr.fs() {", "if false {"), KUNIT),
    "host-tar": Mutation(
        "the host does not get its TAR back",
        Source("switch.rs", "TAR.set(v.host_tar());", ""), KUNIT),
    "vrsave-forgotten": Mutation(
        "an emulated trechkpt. or treclaim. leaves VRSAVE out",
        Source("vcpu.rs", "arch.vrsave: u32, vrsave_tm: u32;", ""), KUNIT),
    "one-reg-mixed-up": Mutation(
        "user space reads and writes CTR for the checkpointed LR",
        Source("one_reg.rs", "KVM_REG_PPC_TM_LR => dword(access, field!(v, lr_tm), value)",
               "KVM_REG_PPC_TM_LR => dword(access, field!(v, ctr_tm), value)"), KUNIT),

    # What only a guest shows.
    "msr-unchecked": Mutation(
        "rfid and mtmsrd give no TM Bad Thing",
        Source("emulate.rs", "bad_thing(v);\n            false", "true"),
        privileged("N1 to T1")),
    "state-not-suspended": Mutation(
        "an interrupt is delivered to the guest in Transactional state",
        Source("ops.rs", "v.set_transaction(v.ts().on_interrupt(), v.place());", ""),
        privileged("trap, T, problem state")),
    "wrong-cause": Mutation(
        "a store that KVM would have to emulate has another cause recorded",
        Source("ops.rs", "switch::fail(v, cause::EMULATE | cause::PERSISTENT)",
               "switch::fail(v, cause::KVM_RESCHED)"),
        privileged("a store to a device, T")),
    "host-address": Mutation(
        "the guest sees in TFIAR where the host reclaimed its transaction",
        Source("switch.rs", "v.set_texasr(after.record(code, at).into_raw());\n"
               "        v.set_tfiar(at.tfiar());",
               "v.set_texasr(after.record(code, at).into_raw());"),
        privileged("TFIAR after a failure", busy=True)),
    "tfhar-not-written": Mutation(
        "a guest kernel's write to TFHAR of a transaction on the CPU is lost",
        Source("emulate.rs", "TmSprs::access().set(TFHAR, value);",
               "let _ = TmSprs::access().get(TFHAR);"),
        privileged("S of a live transaction, privileged")),
    "ext-not-loaded": Mutation(
        "a transaction begins with somebody else's FP and VMX registers",
        Source("switch.rs", "bindings::kvmppc_pr_load_ext(v.as_ptr(), Msr::EXT_MASK as usize)",
               "bindings::kvmppc_pr_load_ext(v.as_ptr(), 0)"), program("extensions")),
}
