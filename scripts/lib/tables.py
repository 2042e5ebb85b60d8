# SPDX-License-Identifier: GPL-2.0-only
"""The tables of `make bench`: both implementations, their ratio, the target."""

from dataclasses import dataclass

from lib import floor

#: States of the guest, by the suffix of a path.
STATES = {"off": "no TM ever", "on": "TM on, FP off", "on-fp": "TM on, FP on",
          "S": "suspended", "T": "transactional"}


@dataclass
class Row:
    what: str
    c: float | None
    rust: float | None
    target: float | None = None		# of rust / c, at most

    @property
    def ratio(self):
        return self.rust / self.c if self.c and self.rust is not None else None

    @property
    def met(self):
        if self.target is None or self.ratio is None:
            return None
        return self.ratio <= self.target

    def line(self):
        def number(value):
            return "-" if value is None else f"{value:g}"
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        target = "" if self.target is None else f"<= {self.target:.2f}"
        return (f"  {self.what:44} {number(self.c):>8} {number(self.rust):>8} {ratio:>6}  "
                f"{target:8} {verdict}")


def _get(figures, path, figure):
    found = (figures.get(path) or {}).get(figure)
    return found["instructions"] if found else None


def _surplus(figures, state):
    """What the first entry after a load executes in the enter hook beyond any other entry."""
    first = _get(figures, f"mmio/{state}", "enter")
    usual = _get(figures, f"fault/{state}", "enter")
    return (first or 0) - (usual or 0)


def _switch_tm(figures, state):
    value = _get(figures, f"mmio/{state}", "switch_tm")
    return None if value is None else value + _surplus(figures, state)


def _switch(figures, state):
    value = _get(figures, f"mmio/{state}", "switch")
    return None if value is None else value + _surplus(figures, state)


def put_and_load(c, rust):
    parts = {"off": 0.15, "on": 0.8, "on-fp": 0.8, "S": 0.9}
    wholes = {"off": 0.88, "S": 0.75}
    rows = [Row(f"TM part: {STATES[state]}", _switch_tm(c, state), _switch_tm(rust, state), target)
            for state, target in parts.items()]
    lowest = floor.put() + floor.load()
    rows.append(Row("  the same against the floor", lowest, _switch_tm(rust, "S"), 1.3))
    rows += [Row(f"whole: {STATES[state]}", _switch(c, state), _switch(rust, state),
                 wholes.get(state)) for state in parts]
    rows += [Row(f"exit to user space and back: {STATES[state]}", _get(c, f"mmio/{state}", "whole"),
                 _get(rust, f"mmio/{state}", "whole")) for state in parts]
    rows += [Row(f"preempted, whole: {STATES[state]}", _get(c, f"preempt/{state}", "switch"),
                 _get(rust, f"preempt/{state}", "switch")) for state in parts]
    return rows


def exits(c, rust):
    def rows(path, what, targets):
        for state in STATES:
            if f"{path}/{state}" in rust:
                yield Row(f"{what}: {STATES[state]}", _get(c, f"{path}/{state}", "whole"),
                          _get(rust, f"{path}/{state}", "whole"), targets.get(state))

    return [*rows("hypercall", "hypercall", {"off": 1.0}),
            *rows("mfsrr0", "mfspr SRR0 of a guest kernel", {"off": 1.0}),
            *rows("fault", "page fault", {"off": 1.0, "T": 0.9}),
            *rows("tick", "timer interrupt of the host", {"off": 1.0, "T": 0.9})]


def injection(c, rust):
    rows = []
    for state in STATES:
        rows.append(Row(f"system call to guest kernel: {STATES[state]}",
                        _get(c, f"call/{state}", "whole"), _get(rust, f"call/{state}", "whole")))
        rows.append(Row("  of it the injection", _get(c, f"call/{state}", "inject"),
                        _get(rust, f"call/{state}", "inject")))
        rows.append(Row("  and back (rfid)", _get(c, f"call/{state}/return", "whole"),
                        _get(rust, f"call/{state}/return", "whole")))
    return rows


def emulation(c, rust):
    targets = {"trechkpt": 0.6, "treclaim": 0.6}
    names = [path.partition("/")[2] for path in rust if path.startswith("emulate/")]
    return [Row(f"emulated {name}", _get(c, f"emulate/{name}", "whole"),
                _get(rust, f"emulate/{name}", "whole"), targets.get(name)) for name in names]


def one_reg(c, rust):
    return [Row(f"one_reg, {how} the whole TM state", _get(c, f"one_reg/{how}", "whole"),
                _get(rust, f"one_reg/{how}", "whole")) for how in ("get", "set")]


def show(title, rows):
    print(f"\n{title:46} {'C':>8} {'Rust':>8} {'ratio':>6}  target")
    for row in rows:
        print(row.line())
