# SPDX-License-Identifier: GPL-2.0-only
"""How many transactions commit while something interrupts them (selftests/bench/rates.c)."""

import math

from lib.tables import Table

TITLES = {
    "light": "timer interrupts of the host",
    "timer": "timer interrupts of the guest",
    "call": "system calls, while suspended",
    "fault": "page faults",
    "preempt": "preemption",
}
#: Where nothing but the architecture may fail a transaction.
LIGHT = ("nothing", "light", "fault", "call")
#: The same load for a program without KVM, where it has another name.
WITHOUT_KVM = {"timer": "light"}


def _points(runs, experiment):
    return [run for run in runs if run["experiment"] == experiment]


def _part(run):
    return run["commits"] / run["attempts"]


def _per_transaction(run):
    return run["interruptions"] / run["attempts"]


def _host(experiment):
    return WITHOUT_KVM.get(experiment, experiment)


def panels(rates):
    """What charts.curves() draws."""
    return [(title, "interruptions per transaction",
             {name: [(0, 1)] + [(_per_transaction(run), _part(run)) for run in _points(
                 runs, _host(experiment) if name == "no KVM" else experiment)]
              for name, runs in rates.items()})
            for experiment, title in TITLES.items()]


def _doubt(*runs):
    """Three standard deviations of the difference of the parts."""
    return 3 * math.sqrt(sum(_part(run) * (1 - _part(run)) / run["attempts"] for run in runs))


def _at_rate_of(run, other):
    """What part would commit if there were as many interruptions as in another run."""
    rate = _per_transaction(run)
    return 1 - (1 - _part(run)) * (max(1, _per_transaction(other) / rate) if rate else 1)


def _verdict(experiment, host, c, rust):
    if _part(rust) < _at_rate_of(c, rust) - _doubt(rust, c):
        return "fewer than C"
    if experiment in LIGHT and _part(rust) < 0.98 * _part(host) - _doubt(rust, host):
        return "not within 2% of no KVM"
    return ""


def table(rates):
    """Each cell: interruptions per transaction, and the part that commits."""
    lines, missed, met = [], [], 0
    for experiment, title in ({"nothing": "nothing but ticks"} | TITLES).items():
        for runs in zip(_points(rates["no KVM"], _host(experiment)),
                        _points(rates["C"], experiment), _points(rates["Rust"], experiment),
                        strict=True):
            verdict = _verdict(experiment, *runs)
            lines.append((title, *(f"{_per_transaction(run):.3f}: {_part(run):.4f}"
                                   for run in runs), verdict))
            if verdict:
                missed.append(f"commits, {title}")
            met += not verdict
    return Table("Interruptions per transaction, and what part commits",
                 ("", "no KVM", "C", "Rust", ""), lines, missed, met)
