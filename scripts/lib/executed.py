# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of rust/ the instructions of kvm_pr_tm.ko are from, and which were executed.

The kernel is built without debug information. The module is compiled and linked once
more with it, by the command that kbuild has recorded. Its code is not quite the same
(compilers schedule prologues differently then), so the instructions are aligned.

Nobody tells where the module was loaded: that follows from what was executed, see
selftests/coverage/executed.c.
"""

import difflib
import json
import re
import struct
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass

from lib import kbuild
from lib.project import Failure, output, show

SOURCES = f"/{kbuild.PART}/rust/"
SECTIONS = (".text", ".init.text", ".exit.text")
WINDOWS = ("kvmppc_pr_tm_reclaim", "kvmppc_pr_tm_recheckpoint")
#: Becomes another instruction where a module calls what is outside, or is patched.
NOP = 0x60000000
#: Instructions in a row that are looked for.
RUN = 4
#: How many of the instructions have to be the same: in a build with debug information, and where
#: the module is loaded, which patches some.
ALIKE = 0.95


@dataclass(frozen=True)
class Place:
    """A line of a file below rust/, and the function that it is in if the file has it."""
    file: str
    line: int
    function: str | None


@dataclass
class Section:
    words: list		# as in the module's file
    places: list	# of each instruction, from the inlined function to the outermost

    def bases(self, executed):
        """Where it was loaded, in some machine or time."""
        runs = [halves(self.words[at:at + RUN]) for at in range(len(self.words) - RUN + 1)]
        count = Counter(runs)
        unique = defaultdict(list)
        for at, run in enumerate(runs):
            if count[run] == 1:
                unique[run[0]].append((at, run))
        upper = defaultdict(tuple, ((address, halves(words))
                                    for address, words in executed.items()))
        votes = {address - 4 * at
                 for address, found in list(upper.items()) for half in found
                 for at, run in unique[half]
                 if all(run[n] in upper[address + 4 * n] for n in range(1, RUN))}
        return [base for base in votes if self._is_at(base, executed)]

    def _is_at(self, base, executed):
        known = [at for at in range(len(self.words)) if base + 4 * at in executed]
        return len(self.executed_at(base, executed)) >= ALIKE * len(known)

    def executed_at(self, base, executed):
        """Which instructions were, if it was loaded there. Others may have been there too."""
        return [at for at, word in enumerate(self.words)
                if any(word == NOP or word >> 26 == other >> 26
                       for other in executed.get(base + 4 * at, ()))]


def halves(words):
    """What of instructions relocation does not change, mostly."""
    return tuple(word >> 16 for word in words)


def _section(path, name, scratch):
    raw = scratch / "section"
    output(["llvm-objcopy-22", "-O", "binary", "-j", name, path, raw])
    data = raw.read_bytes()
    return list(struct.unpack(f"<{len(data) // 4}I", data))


def _build_again(linux, folder):
    """The module as an executable with debug information: each section has its addresses."""
    compiled, linked = folder / "kvm_pr_tm.o", folder / "kvm_pr_tm.elf"
    kbuild.again(linux, "rust/.kvm_pr_tm.o.cmd", {
        r"--emit=dep-info=\S+": "", r"--emit=obj=\S+": f"--emit=obj={compiled} -Cdebuginfo=2"},
        "kvm_pr_tm with debug information")
    output(["ld.lld-22", "-m", "elf64lppc", "--unresolved-symbols=ignore-all",
            "--no-toc-optimize", "--entry=0", "-o", linked, compiled])
    return linked


def _addresses(linked):
    """{section: its address}"""
    found = re.findall(r"\] (\.\S*text)\s+PROGBITS\s+([0-9a-f]+)",
                       output(["llvm-readelf-22", "-SW", linked]))
    return {name: int(address, 16) for name, address in found}


def _places(linked, addresses):
    """Of each address."""
    text = "".join(f"{address:#x}\n" for address in addresses)
    result = subprocess.run(
        ["llvm-symbolizer-22", f"--obj={linked}", "--inlines", "--output-style=JSON"],
        input=text, capture_output=True, text=True, check=True)
    for line in result.stdout.splitlines():
        found = []
        for frame in json.loads(line).get("Symbol", []):
            _, ours, file = frame["FileName"].partition(SOURCES)
            if ours and frame["Line"]:
                begins_here = frame["StartFileName"] == frame["FileName"]
                found.append(Place(file, frame["Line"],
                                   _short(frame["FunctionName"]) if begins_here else None))
        yield found


def _short(name):
    """Ts::try_from of <kvm_pr_tm::isa::msr::Ts as core::convert::TryFrom<u64>>::try_from"""
    name = re.sub(r"::\{closure.*|::<\w+>$", "", name)
    if match := re.match(r"<([\w:]+).*>::(\w+)$", name):
        return f"{match[1].rpartition('::')[2]}::{match[2]}"
    return name.rpartition("::")[2]


def _align(words, again, places):
    """The places of instructions, by those of a similar build; of a stray one, its neighbour's."""
    matcher = difflib.SequenceMatcher(None, halves(words), halves(again), autojunk=False)
    found, last = [], 0
    same = {block.a + at: block.b + at for block in matcher.get_matching_blocks()
            for at in range(block.size)}
    for at in range(len(words)):
        last = same.get(at, last)
        found.append(places[last])
    return found, len(same)


class Module:
    """kvm_pr_tm.ko of a kernel build, and the windows in its image."""

    def __init__(self, linux, folder):
        module = linux / kbuild.PART / "kvm_pr_tm.ko"
        linked = _build_again(linux, folder)
        starts = _addresses(linked)
        self.sections = []
        for name in SECTIONS:
            words, again = _section(module, name, folder), _section(linked, name, folder)
            addresses = range(starts[name], starts[name] + 4 * len(again), 4)
            places, same = _align(words, again, list(_places(linked, addresses)))
            if same < ALIKE * len(words):
                raise Failure(f"{show(module)}: {name} is another when it is compiled again")
            self.sections.append(Section(words, places))
        self.windows = windows(linux)

    def code(self):
        """All places that have instructions."""
        return {place for section in self.sections for places in section.places
                for place in places}

    def executed(self, instructions):
        """Of them those that were, by {address: words} of a machine."""
        found = set()
        for section in self.sections:
            for base in section.bases(instructions):
                for at in section.executed_at(base, instructions):
                    found.update(section.places[at])
        return found


def windows(linux):
    """{function of rust/window.rs: its addresses}"""
    found = {}
    for line in output(["llvm-nm-22", "-S", linux / "vmlinux"]).splitlines():
        words = line.split()
        if words[-1] in WINDOWS:
            start, size = (int(word, 16) for word in words[:2])
            found[words[-1]] = range(start, start + size, 4)
    if set(found) != set(WINDOWS):
        raise Failure(f"{show(linux)}/vmlinux has no windows")
    return found
