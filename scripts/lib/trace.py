# SPDX-License-Identifier: GPL-2.0-only
"""What selftests/bench/trace.c has written down: instructions, one by one.

A trace is cut into segments (one for each program that ran) and those into
windows (one for each turn, between two marks). In a window, functions are told
apart by following calls and returns, and inlined functions by their addresses.
"""

import bisect
import re
import struct
from collections import Counter
from dataclasses import dataclass, field

from lib.project import Failure

RECORD = struct.Struct("=QIHH")
MARK = 0x0c00
START, STOP, BEGIN, END, BACK = 1, 2, 3, 4, 5

#: Vectors of interrupts that no instruction causes, in real mode and relocated.
ASYNCHRONOUS = frozenset(base + vector for base in (0, 0xc000000000000000, 0xc000000000004000)
                         for vector in (0x500, 0x900, 0x980, 0xa00, 0xe80, 0xea0))


@dataclass(frozen=True)
class Step:
    """One executed instruction, and the accesses that it made."""
    address: int
    instruction: int
    loads: int
    stores: int

    @property
    def mark(self):
        return self.instruction & 0xffff if self.instruction >> 16 == MARK else 0

    @property
    def is_call(self):
        primary = self.instruction >> 26
        return bool(self.instruction & 1) and (
            primary in (16, 18)
            or (primary == 19 and self.instruction >> 1 & 0x3ff in (16, 528, 560)))

    @property
    def kind(self):
        """mtmsr, mfmsr, mtspr or mfspr, less LR, CTR and XER, which cost what a register costs."""
        if self.instruction >> 26 != 31:
            return None
        extended = self.instruction >> 1 & 0x3ff
        spr = (self.instruction >> 16 & 0x1f) | (self.instruction >> 11 & 0x1f) << 5
        return {146: "mtmsr", 178: "mtmsr", 83: "mfmsr",
                467: "mtspr" if spr not in (1, 8, 9) else None,
                339: "mfspr" if spr not in (1, 8, 9) else None}.get(extended)


def read(path):
    """The segments of a trace, each a list of steps."""
    segments, current, known = [], None, {}
    data = path.read_bytes()
    for record in RECORD.iter_unpack(data[:len(data) // RECORD.size * RECORD.size]):
        # Instructions repeat: keep one of each.
        step = known.get(record) or known.setdefault(record, Step(*record))
        if step.mark == START:
            current = []
        elif step.mark == STOP and current is not None:
            segments.append(current)
            current = None
        elif current is not None:
            current.append(step)
    return segments


class Symbols:
    """Names of kernel addresses, from /proc/kallsyms."""

    def __init__(self, text):
        found = {}
        for line in text.splitlines():
            if match := re.match(r"([0-9a-f]{16}) [tTwW] (\S+)(?:\t\[(\w+)\])?$", line):
                found.setdefault(int(match[1], 16), match[2])
        if not found:
            raise Failure("no symbols in kallsyms")
        self._addresses = sorted(found)
        self._names = found
        self.by_name = {name: address for address, name in found.items()}

    def entry(self, address):
        """The function that is entered at an address: ELFv2 functions have two entries."""
        return self._names.get(address) or self._names.get(address - 8)

    def name(self, address):
        """(function, offset) of an address."""
        if address < 0xc000000000000000:
            # Real mode: the kernel is at 0.
            address |= 0xc000000000000000
        at = bisect.bisect_right(self._addresses, address) - 1
        if at < 0:
            return hex(address), 0
        start = self._addresses[at]
        return self._names[start], address - start


@dataclass
class Count:
    """What was executed."""
    instructions: int = 0
    loads: int = 0
    stores: int = 0
    moves: Counter = field(default_factory=Counter)

    def add(self, step):
        self.instructions += 1
        self.loads += step.loads
        self.stores += step.stores
        if step.kind:
            self.moves[step.kind] += 1

    def __add__(self, other):
        return Count(self.instructions + other.instructions, self.loads + other.loads,
                     self.stores + other.stores, self.moves + other.moves)

    def __sub__(self, other):
        return Count(self.instructions - other.instructions, self.loads - other.loads,
                     self.stores - other.stores, self.moves - other.moves)

    def key(self):
        return (self.instructions, self.loads, self.stores, *sorted(self.moves.items()))

    def as_json(self):
        return {"instructions": self.instructions, "loads": self.loads, "stores": self.stores,
                **{name: self.moves[name] for name in ("mtmsr", "mfmsr", "mtspr", "mfspr")}}


@dataclass
class _Frame:
    """A function that has been called and has not returned."""
    returns_to: int
    hook: str | None			# the inlined function that the call is in
    functions: list = field(default_factory=list)	# (name, Count) of those that are wanted


class _Follower:
    """Follows calls and returns, and counts for functions and inlined functions.

    @inlined has the name of an inlined function by address; what is called from
    there belongs to it. The instruction that calls a function belongs to both.
    """

    def __init__(self, symbols, wanted, inlined):
        self._symbols, self._wanted, self._inlined = symbols, wanted, inlined
        self._stack, self._hooks, self._previous = [], {}, None
        self.result = []		# (name, Count) in the order in which they were entered

    def step(self, step):
        self._leave(step.address)
        if self._previous and self._previous.is_call \
                and step.address != self._previous.address + 4:
            self._stack.append(_Frame(self._previous.address + 4,
                                      self._inlined.get(self._previous.address)))
        self._enter_function(step.address)
        self._enter_hooks(step.address)
        for frame in self._stack:
            for _, count in frame.functions:
                count.add(step)
        for count in self._hooks.values():
            count.add(step)
        self._previous = step

    def is_in(self, names):
        """Whether the last step belongs to a function or inlined function of these names."""
        return any(names(name) for name in self._hooks) or any(
            names(name) for frame in self._stack for name, _ in frame.functions)

    def _leave(self, address):
        """A return goes to where a call came from; one that comes late ends what it skips."""
        for depth in range(len(self._stack) - 1, -1, -1):
            if self._stack[depth].returns_to == address:
                del self._stack[depth:]
                return

    def _enter_function(self, address):
        name = self._symbols.entry(address)
        if name not in self._wanted or not self._stack:
            return
        frame = self._stack[-1]
        # It may have come here by way of a stub, and has two entries.
        if name not in (function for function, _ in frame.functions):
            frame.functions.append((name, self._open(name)))
            frame.functions[-1][1].add(self._previous)

    def _enter_hooks(self, address):
        names = {frame.hook for frame in self._stack} | {self._inlined.get(address)}
        names.discard(None)
        self._hooks = {name: self._hooks.get(name) or self._open(name) for name in names}

    def _open(self, name):
        self.result.append((name, Count()))
        return self.result[-1][1]


class Window:
    """Steps of the host."""

    def __init__(self, steps):
        self.steps = steps

    def count(self):
        total = Count()
        for step in self.steps:
            total.add(step)
        return total

    def attribute(self, symbols, wanted, inlined, outer, inner):
        """(name, Count) of each run of the wanted functions and of pieces of inlined ones; the
        Count of all steps in those whose name is @outer, each once; of those that are in one that
        is @inner too; and {function: instructions} of those that are not."""
        follower, whole, part = _Follower(symbols, wanted, inlined), Count(), Count()
        functions = Counter()
        for step in self.steps:
            follower.step(step)
            if follower.is_in(outer):
                whole.add(step)
                if follower.is_in(inner):
                    part.add(step)
                else:
                    functions[symbols.name(step.address)[0]] += 1
        return follower.result, whole, part, functions


@dataclass
class Turn:
    """What the host did between two marks of the guest, of which the first is BEGIN or BACK."""
    kind: int
    visits: list = field(default_factory=lambda: [[]])	# each between two guest instructions
    #: An interrupt came into it, or into what led to it: a transaction may be gone.
    disturbed: bool = False


def turns(segment, guest):
    """Those of a segment."""
    found, turn, disturbed = [], None, False
    for step in segment:
        if step.mark in (BEGIN, BACK):
            before = found[-1].disturbed if step.mark == BACK and found else False
            turn = Turn(step.mark, disturbed=disturbed or before)
        elif step.mark == END and turn:
            turn.visits = [Window(visit) for visit in turn.visits if visit]
            found.append(turn)
            turn, disturbed = None, False
        elif step.address in ASYNCHRONOUS:
            disturbed = True
        if turn and step.mark == 0:
            turn.disturbed |= disturbed
            if step.address in guest:
                turn.visits.append([])
            else:
                turn.visits[-1].append(step)
    return found


def joined(visits):
    return Window([step for visit in visits for step in visit.steps])
