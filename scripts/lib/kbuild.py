# SPDX-License-Identifier: GPL-2.0-only
"""Commands that a kernel build has recorded, to be executed again."""

import re
import subprocess
from pathlib import Path

from lib.project import Failure

#: This repository, in a kernel's source and build.
PART = Path("arch/powerpc/kvm/pr_tm")


def again(linux, file, replaced, what):
    """Executes the command of PART/file, without what follows it, with {pattern: text} replaced."""
    saved = re.match(r"savedcmd_\S+ := ([^;]*)", (linux / PART / file).read_text())
    words = saved[1]
    for old, new in replaced.items():
        if not re.search(old, words):
            raise Failure(f"{file}: no {old} in its command")
        words = re.sub(old, str(new), words)
    process = subprocess.run(["bash", "-c", f"RUSTC_BOOTSTRAP=1 {words}"], cwd=linux,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if process.returncode:
        raise Failure(f"{what} cannot be built:\n{process.stderr}")
