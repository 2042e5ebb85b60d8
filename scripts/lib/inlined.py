# SPDX-License-Identifier: GPL-2.0-only
"""Which instructions of a kernel object come from which inline function.

The kernel is built without debug information. An object is compiled once more
with it, by the command that kbuild has recorded, and the debug information says
where the inlined functions went. The code is the same, but that prologues may be
scheduled differently: instructions are matched, and that each has its match is
checked.
"""

import difflib
import re
import shlex
import subprocess
from collections import Counter

from lib.project import Failure, output, show

LLVM = "-22"


def _command(linux, name):
    folder, _, base = name.rpartition("/")
    recorded = linux / folder / f".{base}.cmd"
    match = re.match(r"savedcmd_\S+ := ([^;]*)", recorded.read_text())
    if not match:
        raise Failure(f"{show(recorded)}: no command")
    return shlex.split(match[1].split("\n")[0])


def _text(path, scratch):
    """The instructions of .text."""
    raw = scratch / "text"
    output([f"llvm-objcopy{LLVM}", "-O", "binary", "-j", ".text", path, raw])
    data = raw.read_bytes()
    return [data[at:at + 4] for at in range(0, len(data), 4)]


def _functions(path, scratch):
    """{function: (offset in .text, its instructions)}"""
    starts = []
    for line in output([f"llvm-nm{LLVM}", path]).splitlines():
        if match := re.match(r"([0-9a-f]+) [tT] (\S+)$", line):
            starts.append((int(match[1], 16), match[2]))
    text = _text(path, scratch)
    starts.sort()
    ends = [start for start, _ in starts[1:]] + [len(text) * 4]
    return {name: (start, text[start // 4:end // 4])
            for (start, name), end in zip(starts, ends, strict=True)}


def _ranges(dwarf, wanted):
    """(name, first, last + 1) of each range of the inlined functions that are wanted."""
    for entry in re.split(r"\n(?=0x[0-9a-f]+:)", dwarf):
        if "DW_TAG_inlined_subroutine" not in entry:
            continue
        name = re.search(r'DW_AT_abstract_origin\s+\(0x[0-9a-f]+ "([^"]+)"\)', entry)
        if not name or not re.match(wanted, name[1]):
            continue
        low = re.search(r"DW_AT_low_pc\s+\((0x[0-9a-f]+)\)", entry)
        high = re.search(r"DW_AT_high_pc\s+\((0x[0-9a-f]+)\)", entry)
        if low and high:
            yield name[1], int(low[1], 16), int(high[1], 16)
        for first, last in re.findall(r"\[(0x[0-9a-f]+), (0x[0-9a-f]+)\)", entry):
            yield name[1], int(first, 16), int(last, 16)


def _match(ours, theirs):
    """For each instruction of a function, the index of the same one in another build."""
    if Counter(ours) != Counter(theirs):
        return None
    found = {}
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for block in matcher.get_matching_blocks():
        for at in range(block.size):
            found[block.a + at] = block.b + at
    free = sorted(set(range(len(theirs))) - set(found.values()))
    for at in sorted(set(range(len(ours))) - set(found)):
        found[at] = next(other for other in free if theirs[other] == ours[at])
        free.remove(found[at])
    return found


class Object:
    """An object of a kernel build, and the same with debug information."""

    def __init__(self, linux, name, scratch):
        self._name = name
        self._built = linux / name
        self._again = scratch / name.replace("/", "-")
        self._scratch = scratch
        command = _command(linux, name)
        command[command.index("-o") + 1] = str(self._again)
        command = [word for word in command if not word.startswith("-Wp,-MMD")]
        subprocess.run([*command, "-g"], cwd=linux, check=True)
        self._dwarf = output([f"llvm-dwarfdump{LLVM}", "--debug-info", self._again])

    def size(self, struct):
        """Of a structure, in bytes."""
        found = re.search(rf'DW_TAG_structure_type\n\s+DW_AT_name\s+\("{struct}"\)\n'
                          r"\s+DW_AT_byte_size\s+\((0x[0-9a-f]+)\)", self._dwarf)
        if not found:
            raise Failure(f"{self._name}: no struct {struct}")
        return int(found[1], 16)

    def inlined(self, wanted):
        """{function: {offset in it: inlined function}} for inlined ones that match @wanted."""
        marks = {}
        for inlined, first, last in _ranges(self._dwarf, wanted):
            for address in range(first, last, 4):
                # What is inlined into an inlined function belongs to the outer one, which is first.
                marks.setdefault(address, inlined)
        built = _functions(self._built, self._scratch)
        again = _functions(self._again, self._scratch)
        found = {}
        for function, (start, code) in again.items():
            inside = {at: marks[start + at * 4] for at in range(len(code))
                      if start + at * 4 in marks}
            if not inside:
                continue
            same = _match(code, built[function][1])
            if same is None:
                raise Failure(f"{self._name}: {function}: compiled again it is not the same")
            found[function] = {same[at] * 4: inlined for at, inlined in inside.items()}
        return found
