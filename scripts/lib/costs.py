# SPDX-License-Identifier: GPL-2.0-only
"""What the paths of selftests/bench/paths.c cost, from their traces.

Each path is walked several times. What is reported is the most frequent count,
with how many of the turns had it: the first turns find cold tables, and an
interrupt of the host may come at any time (such turns are left out, but where
the path is one: there what the interrupt's handler does is left out).
"""

from collections import Counter

from lib import trace
from lib.project import Failure

#: Where the guest's code is, as the programs have it (GUEST_BASE, GUEST_SIZE).
GUEST = range(0x30000000, 0x30010000)
PUT, LOAD = "kvmppc_core_vcpu_put_pr", "kvmppc_core_vcpu_load_pr"
SAVE, RESTORE = "kvmppc_save_tm_pr", "kvmppc_restore_tm_pr"
HOOK = "kvmppc_pr_tm_"
ENTER = HOOK + "enter"
INJECT, TIMER = "kvmppc_inject_interrupt_pr", "timer_interrupt"
EMULATE = "kvmppc_core_emulate_op_pr"
#: FP, VMX and VSX registers for the guest, of each implementation.
EXT = frozenset(("kvmppc_handle_ext", "kvmppc_pr_load_ext"))
FUNCTIONS = EXT | {PUT, LOAD, SAVE, RESTORE, INJECT, TIMER, EMULATE, HOOK + "emulate",
                   HOOK + "used"}
#: Paths that an interrupt of the host is a part of: each visit of the host is looked at alone.
TICK, PREEMPT = "tick/", "preempt/"
ONE_REG = "one_reg/"


def programs(text):
    """The paths that were run, in order, and None for those that did not come to their end."""
    for line in text.splitlines():
        if line.startswith("path "):
            name, _, how = line[5:].partition(" ")
            yield name, not how


def _hook_addresses(functions, symbols):
    """{address: inlined hook}, from {function: {offset: hook}}"""
    found = {}
    for function, offsets in functions.items():
        if function not in symbols.by_name:
            raise Failure(f"{function} is not in kallsyms")
        for offset, hook in offsets.items():
            found[symbols.by_name[function] + offset] = hook
    return found


def _is_tm(name):
    return name.startswith(HOOK) or name in (SAVE, RESTORE)


def _is_ext(name):
    return name in EXT


class Turn:
    """One turn of a path, or one visit of the host, taken apart."""

    def __init__(self, window, symbols, hooks):
        self.whole = window.count()
        self.parts, tm, self.ext, functions = window.attribute(
            symbols, FUNCTIONS, hooks, _is_tm, _is_ext)
        self.functions = tuple(functions.items())
        self.tm = tm - self.ext

    def sum(self, *names):
        total = trace.Count()
        for name, count in self.parts:
            if name in names:
                total = total + count
        return total

    def sum_tm(self, *names):
        """Less FP, VMX and VSX: C's restore and our enter hook give them to the guest."""
        total = self.sum(*names)
        return total - self.ext if RESTORE in names or ENTER in names else total

    def has(self, name):
        return any(found == name for found, _ in self.parts)

    @property
    def has_switch(self):
        """Whether the vcpu was put and loaded, once."""
        names = Counter(name for name, _ in self.parts)
        return names[PUT] == names[LOAD] == 1


def _usual(counts):
    """The most frequent of some counts, and how many of them are like it."""
    keys = Counter(count.key() for count in counts)
    key, times = keys.most_common(1)[0]
    count = next(count for count in counts if count.key() == key)
    return count.as_json() | {"turns": len(counts), "same": times}


def _figures(turns, kind):
    """The figures of one path."""
    found = {}
    if kind == TICK:
        turns = [turn for turn in turns if turn.has(TIMER) and not turn.has(PUT)]
        if not turns:
            return None
        found["whole"] = _usual([turn.whole - turn.sum(TIMER) for turn in turns])
    elif kind == PREEMPT:
        turns = [turn for turn in turns if turn.has_switch]
        if not turns:
            return None
    else:
        found["whole"] = _usual([turn.whole for turn in turns])
    found["tm"] = _usual([turn.tm for turn in turns])
    found["ext"] = _usual([turn.ext for turn in turns])
    found["functions"] = dict(Counter(turn.functions for turn in turns).most_common(1)[0][0])
    switched = [turn for turn in turns if turn.has_switch]
    if switched:
        found["switch"] = _usual([turn.sum(PUT, LOAD) for turn in switched])
        found["put"] = _usual([turn.sum(PUT) for turn in switched])
        found["load"] = _usual([turn.sum(LOAD) for turn in switched])
        restore = (RESTORE,) if any(turn.has(RESTORE) for turn in switched) else (HOOK + "load",)
        tm = {"put_tm": (SAVE, HOOK + "put"), "load_tm": restore}
        for figure, names in (tm | {"switch_tm": sum(tm.values(), ())}).items():
            found[figure] = _usual([turn.sum_tm(*names) for turn in switched])
    for figure, name in (("enter", ENTER), ("inject", INJECT), ("emulate", EMULATE)):
        counts = [turn.sum_tm(name) for turn in turns if turn.has(name)]
        if counts:
            found[figure] = _usual(counts)
    return found


def _one_reg(turns, registers):
    """The sum over all registers, each a turn, of what moving it usually takes."""
    usual = [_usual([trace.joined(turn.visits).count() for turn in turns[register::registers]
                     if not turn.disturbed]) for register in range(registers)]
    return {"whole": {kind: sum(counts[kind] for counts in usual) for kind in usual[0]}}


def figures(trace_path, text, functions):
    """{path: {figure: counts}} of one kernel; a path's second half has "/return" added."""
    symbols = trace.Symbols(text)
    hooks = _hook_addresses(functions, symbols)
    found = {}
    segments = trace.read(trace_path)
    names = list(programs(text))
    if len(segments) != len(names):
        raise Failure(f"{len(segments)} segments in the trace, {len(names)} programs ran")
    registers = sum(line.startswith("register ") for line in text.splitlines())
    for (name, complete), segment in zip(names, segments, strict=True):
        if not complete:
            found[name] = None
            continue
        turns = trace.turns(segment, GUEST)
        if name.startswith(ONE_REG):
            found[name] = _one_reg(turns, registers)
            continue
        path = next((path for path in (TICK, PREEMPT) if name.startswith(path)), None)
        for kind, suffix in ((trace.BEGIN, ""), (trace.BACK, "/return")):
            half = [turn for turn in turns if turn.kind == kind]
            windows = ([visit for turn in half for visit in turn.visits] if path else
                       [trace.joined(turn.visits) for turn in half if not turn.disturbed])
            if windows:
                found[name + suffix] = _figures(
                    [Turn(window, symbols, hooks) for window in windows], path)
    return found
