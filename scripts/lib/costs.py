# SPDX-License-Identifier: GPL-2.0-only
"""What the paths of selftests/bench/paths.c cost, from their traces.

Each path is walked several times. What is reported is the most frequent count,
with how many of the turns had it: the first turns find cold tables, and an
interrupt of the host may come at any time (such turns are left out, but where
the path is one).
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
FUNCTIONS = frozenset((PUT, LOAD, SAVE, RESTORE, "kvmppc_inject_interrupt_pr",
                       "timer_interrupt"))
#: Paths that an interrupt of the host is a part of.
INTERRUPTED = ("tick/", "preempt/")


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


class Turn:
    """One turn of a path, taken apart."""

    def __init__(self, window, symbols, hooks):
        self.window = window
        self.parts = window.attribute(symbols, FUNCTIONS, hooks)

    def sum(self, *names):
        total = trace.Count()
        for name, count in self.parts:
            if name in names:
                total = total + count
        return total

    def first(self, name):
        """What the first run of a function or hook took; it may lie in several pieces."""
        return next((count for found, count in self.parts if found == name), trace.Count())

    @property
    def has_switch(self):
        """Whether the vcpu was put and loaded, once."""
        names = Counter(name for name, _ in self.parts)
        return names[PUT] == names[LOAD] == 1

    def hooks(self):
        total = trace.Count()
        for name, count in self.parts:
            if name.startswith(HOOK) or name in (SAVE, RESTORE):
                total = total + count
        return total


def _usual(counts):
    """The most frequent of some counts, and how many of them are like it."""
    keys = Counter(count.key() for count in counts)
    key, times = keys.most_common(1)[0]
    count = next(count for count in counts if count.key() == key)
    return count.as_json() | {"turns": len(counts), "same": times}


def _figures(turns):
    """The figures of one path."""
    found = {"whole": _usual([turn.window.count() for turn in turns]),
             "tm": _usual([turn.hooks() for turn in turns])}
    switched = [turn for turn in turns if turn.has_switch]
    if switched:
        found["switch"] = _usual([turn.sum(PUT, LOAD) for turn in switched])
        found["put"] = _usual([turn.sum(PUT) for turn in switched])
        found["load"] = _usual([turn.sum(LOAD) for turn in switched])
        found["switch_tm"] = _usual([
            turn.sum(SAVE, RESTORE, HOOK + "put", HOOK + "load") for turn in switched])
    entered = [turn for turn in turns if any(name == ENTER for name, _ in turn.parts)]
    if entered:
        found["enter"] = _usual([turn.sum(ENTER) for turn in entered])
    injected = [turn for turn in turns if turn.sum("kvmppc_inject_interrupt_pr").instructions]
    if injected:
        found["inject"] = _usual([turn.sum("kvmppc_inject_interrupt_pr") for turn in injected])
    return found


def figures(trace_path, text, functions):
    """{path: {figure: counts}} of one kernel; a path's second half has "/return" added."""
    symbols = trace.Symbols(text)
    hooks = _hook_addresses(functions, symbols)
    found = {}
    segments = trace.read(trace_path)
    names = list(programs(text))
    if len(segments) != len(names):
        raise Failure(f"{len(segments)} segments in the trace, {len(names)} programs ran")
    for (name, complete), segment in zip(names, segments, strict=True):
        if not complete:
            found[name] = None
            continue
        halves = {trace.BEGIN: [], trace.BACK: []}
        for kind, window in trace.windows(segment, GUEST):
            if name.startswith(INTERRUPTED) or not window.disturbed():
                halves[kind].append(Turn(window, symbols, hooks))
        for kind, suffix in ((trace.BEGIN, ""), (trace.BACK, "/return")):
            if halves[kind]:
                found[name + suffix] = _figures(halves[kind])
    return found
