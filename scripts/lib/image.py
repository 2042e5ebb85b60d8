# SPDX-License-Identifier: GPL-2.0-only
"""The two windows of rust/window.rs in a kernel image."""

import re

from lib.project import output

RECLAIM, RECHECKPOINT = "kvmppc_pr_tm_reclaim", "kvmppc_pr_tm_recheckpoint"


def instructions(vmlinux, function):
    """Address and text of each instruction of a function."""
    listing = output(["llvm-objdump-22", "-d", "--no-show-raw-insn",
                      f"--disassemble-symbols={function}", vmlinux])
    return [(int(address, 16), text)
            for address, text in re.findall(r"^\s*([0-9a-f]+):\s+(\S.*)$", listing, re.M)]
