# SPDX-License-Identifier: GPL-2.0-only
"""What the architecture forces a put and a load with a transaction to execute.

One line for each kind of state: how many there are, and how many instructions
move one of them when the vcpu is put and when it is loaded. A register that
loads and stores reach takes one; a special purpose register two, by way of a
general one. Addresses, constants, decisions, calls and returns are left out:
this is what no implementation can do without.

Power ISA 2.07B, Book II chapter 5 (what a checkpoint holds), Book III-S chapter 5.
"""

from dataclasses import dataclass

from lib.tables import Table


@dataclass(frozen=True)
class Part:
    what: str
    count: int
    put: int
    load: int


PARTS = (
    # The checkpoint, which treclaim. puts in the registers and trechkpt. takes from there.
    Part("checkpointed general registers", 32, 1, 1),
    Part("checkpointed CR, XER, LR, CTR", 4, 2, 2),
    Part("checkpointed AMR, DSCR, PPR, TAR, VRSAVE", 5, 2, 2),
    Part("checkpointed VSR 0 to 63", 64, 1, 1),
    Part("checkpointed FPSCR, VSCR", 2, 2, 2),
    Part("treclaim. or trechkpt.", 1, 1, 1),
    # What the guest runs with and the host does, too.
    Part("the guest's TFHAR, TFIAR, TEXASR", 3, 2, 2),
    Part("the guest's TAR, DSCR, VRSAVE", 3, 2, 2),
    Part("the host's TFHAR, TFIAR, TEXASR, TAR, DSCR, VRSAVE", 6, 2, 2),
    # A checkpoint is all of the registers: nothing of the host stays in one.
    Part("the host's r1, r2, r13 to r31, saved and put back", 21, 2, 2),
    Part("the host's CR and LR, saved and put back", 2, 4, 4),
    Part("the host's AMR, saved and put back", 1, 4, 4),
    # MSR: mfmsr; TM, FP, VEC, VSX on and EE off; RI off and on; back.
    Part("MSR: read; TM, FP, VEC, VSX on and EE off; RI off; RI on; back", 5, 1, 1),
)


PUT = sum(part.count * part.put for part in PARTS)
LOAD = sum(part.count * part.load for part in PARTS)


def table():
    lines = [(part.what, str(part.count), str(part.count * part.put), str(part.count * part.load))
             for part in PARTS]
    return Table("The floor of put and load with a transaction", ("", "how many", "put", "load"),
                 [*lines, ("sum", "", str(PUT), str(LOAD))])
