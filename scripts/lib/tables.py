# SPDX-License-Identifier: GPL-2.0-only
"""The tables of `make bench`: both implementations, their ratio, the target."""

import re
from dataclasses import dataclass, field

#: States of the guest, by the suffix of a path.
STATES = {"off": "no TM ever", "on": "TM on, FP off", "on-fp": "TM on, FP on",
          "used": "TM used before", "S": "suspended", "T": "transactional"}
#: What a count consists of.
KINDS = ("instructions", "loads", "stores", "mtmsr", "mfmsr", "mtspr", "mfspr")


def _number(value):
    return "-" if value is None else f"{value:g}"


@dataclass
class Row:
    what: str
    c: float | None
    rust: float | None
    target: float | None = None		# of rust / c, at most
    part: bool = False			# of the row above

    @property
    def ratio(self):
        return self.rust / self.c if self.c and self.rust is not None else None

    @property
    def met(self):
        if self.target is None or self.ratio is None:
            return None
        return self.ratio <= self.target

    def cells(self):
        return ("  " * self.part + self.what, _number(self.c), _number(self.rust),
                "-" if self.ratio is None else f"{self.ratio:.2f}",
                "" if self.target is None else f"{self.target:.2f}",
                {None: "", True: "met", False: "MISSED"}[self.met])


@dataclass
class Table:
    """What is shown as text, and the same in Documentation."""
    title: str
    head: tuple
    lines: list				# of tuples of cells
    missed: list = field(default_factory=list)	# targets
    met: int = 0

    def text(self):
        widths = [max(len(line[at]) for line in [self.head, *self.lines])
                  for at in range(len(self.head))]

        def line(cells):
            return "  ".join([cells[0].ljust(widths[0]),
                              *(cell.rjust(width) for cell, width
                                in zip(cells[1:], widths[1:], strict=True))]).rstrip()
        return "\n".join([f"\n{self.title}", *(f"  {line(cells)}"
                                              for cells in [self.head, *self.lines])])

    def markdown(self):
        def line(cells):
            return "| " + " | ".join(cells) + " |"
        return "\n".join([
            f"### {self.title}\n", line(self.head), line(["---", *["---:"] * (len(self.head) - 1)]),
            *(line([cells[0].replace("  ", "... "), *cells[1:]]) for cells in self.lines), ""])


def table(title, rows):
    """Of counts, C's and ours."""
    rows = list(rows)
    return Table(title, ("", "C", "Rust", "ratio", "at most", ""), [row.cells() for row in rows],
                 [f"{title}, {row.what}" for row in rows if row.met is False],
                 sum(row.met is True for row in rows))


def _get(figures, path, figure, kind="instructions"):
    found = (figures.get(path) or {}).get(figure)
    return found[kind] if found else None


def _surplus(figures, path, kind="instructions"):
    """What the first entry after a load executes in the enter hook beyond any other entry."""
    first = _get(figures, path, "enter", kind)
    usual = _get(figures, f"fault/{path.partition('/')[2]}", "enter", kind)
    return (first or 0) - (usual or 0)


def _with_surplus(figures, path, figure, kind="instructions"):
    value = _get(figures, path, figure, kind)
    return None if value is None else value + _surplus(figures, path, kind)


def _whole(figures, path, kind="instructions"):
    """Put and load; the enter hook's surplus and what it gives the guest of FP, VMX and VSX."""
    value = _with_surplus(figures, path, "switch", kind)
    ext = _get(figures, path, "ext", kind) if _get(figures, path, "enter") else 0
    return None if value is None else value + ext


def _both(c, rust, get, *words):
    return get(c, *words), get(rust, *words)


#: Paths with a put and a load.
SWITCHES = {"mmio": "exit to user space", "preempt": "preempted"}
SWITCH_STATES = ("off", "on", "on-fp", "used", "S")


def tm_part(c, rust, floor):
    """@floor: what cannot be gone below with a transaction."""
    targets = {"off": 0.15, "on": 0.8, "on-fp": 0.8, "used": 0.8, "S": 0.9}
    rows = []
    for path, what in SWITCHES.items():
        for state in SWITCH_STATES:
            name = f"{path}/{state}"
            rows.append(Row(f"{what}: {STATES[state]}",
                            *_both(c, rust, _with_surplus, name, "switch_tm"), targets[state]))
            if state in ("used", "S"):
                rows += [Row("put", *_both(c, rust, _get, name, "put_tm"), part=True),
                         Row("load", *_both(c, rust, _get, name, "load_tm"), part=True),
                         Row("first entry, beyond any other", None, _surplus(rust, name),
                             part=True),
                         Row("besides: FP, VMX, VSX", *_both(c, rust, _get, name, "ext"),
                             part=True)]
        rows.append(Row(f"{what}: suspended, against the floor", floor,
                        _with_surplus(rust, f"{path}/S", "switch_tm"), 1.3))
    return rows


def put_and_load(c, rust):
    targets = {"off": 0.88, "S": 0.75}
    return [Row(f"{what}: {STATES[state]}",
                *_both(c, rust, _whole, f"{path}/{state}"), targets.get(state))
            for path, what in SWITCHES.items() for state in SWITCH_STATES]


def exits(c, rust):
    def rows(path, what, targets):
        for state in STATES:
            if f"{path}/{state}" in rust:
                yield Row(f"{what}: {STATES[state]}", _get(c, f"{path}/{state}", "whole"),
                          _get(rust, f"{path}/{state}", "whole"), targets.get(state))

    return [*rows("mmio", "exit to user space and back", {"off": 1.0}),
            *rows("hypercall", "hypercall", {"off": 1.0}),
            *rows("mfsrr0", "mfspr SRR0 of a guest kernel", {"off": 1.0}),
            *rows("fault", "page fault", {"off": 1.0, "T": 0.9}),
            *rows("tick", "timer interrupt of the host", {"off": 1.0, "T": 0.9})]


def exit_hooks(c, rust):
    """What of an exit and the entry after it is for transactional memory."""
    return [Row(f"page fault: {STATES[state]}", *_both(c, rust, _get, f"fault/{state}", "tm"))
            for state in STATES]


def injection(c, rust):
    rows = []
    for state in STATES:
        rows += [
            Row(f"system call to guest kernel: {STATES[state]}",
                *_both(c, rust, _get, f"call/{state}", "whole")),
            Row("of it the injection", *_both(c, rust, _get, f"call/{state}", "inject"), part=True),
            Row("and back (rfid)", *_both(c, rust, _get, f"call/{state}/return", "whole"),
                part=True)]
    return rows


def emulation(c, rust):
    targets = {"trechkpt": 0.6, "treclaim": 0.6}
    names = [path.partition("/")[2] for path in rust if path.startswith("emulate/")]
    rows = [Row(f"{name}, exit to entry", *_both(c, rust, _get, f"emulate/{name}", "whole"),
                targets.get(name)) for name in names]
    return rows + [Row(f"{name}, kvmppc_core_emulate_op_pr()",
                       *_both(c, rust, _get, f"emulate/{name}", "emulate"), target)
                   for name, target in targets.items()]


def one_reg(c, rust):
    return [Row(f"one_reg, {how} the whole TM state",
                *_both(c, rust, _get, f"one_reg/{how}", "whole")) for how in ("get", "set")]


def composition(c, rust):
    """Loads, stores and moves of the paths that matter most: C's and ours."""
    def line(what, get, *words):
        cells = []
        for kind in KINDS:
            values = _both(c, rust, get, *words, kind)
            cells.append(" ".join(_number(value) for value in values))
        return (what, *cells)

    lines = [line(f"preempted, TM part: {STATES[state]}", _with_surplus, f"preempt/{state}",
                  "switch_tm") for state in ("off", "used", "S")]
    lines += [line(f"preempted, whole: {STATES[state]}", _whole, f"preempt/{state}")
              for state in ("off", "used", "S")]
    lines += [line(f"page fault: {STATES[state]}", _get, f"fault/{state}", "whole")
              for state in ("off", "used", "S", "T")]
    return Table("What the counts consist of (C, Rust)", ("", *KINDS), lines)


def _function(name):
    """A function's name as the source has it."""
    if not name.startswith("_R"):
        # What lies behind the last symbol of a module are the stubs for calls out of it.
        return "stubs" if name == "init_module" or name.startswith("trace_raw") else name + "()"
    path, rest = [], name[name.index("kvm_pr_tm") - 1:]
    while match := re.match(r"(\d+)_?", rest):
        length = int(match[1])
        path.append(rest[match.end():match.end() + length])
        rest = rest[match.end() + length:]
    return "::".join(path[1:]) + "()"


def functions(rust):
    """Where the TM part of a preemption goes, exit before and entry after it included."""
    paths = [f"preempt/{state}" for state in ("used", "S")]
    counts = [(rust.get(path) or {}).get("functions", {}) for path in paths]
    names = dict.fromkeys(name for of in reversed(counts) for name in of)
    lines = [(_function(name), *(_number(of.get(name)) for of in counts)) for name in names]
    return Table("Rust: where the TM part of a preemption goes",
                 ("", *(STATES[path.partition("/")[2]] for path in paths)),
                 [*lines, ("sum", *(str(sum(of.values())) for of in counts))])
