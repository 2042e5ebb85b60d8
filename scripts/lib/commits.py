# SPDX-License-Identifier: GPL-2.0-only
"""How many transactions commit while something interrupts them (selftests/bench/rates.c)."""

import math

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


def panels(rates):
    """What charts.curves() draws."""
    return [(title, "interruptions per transaction",
             {name: [(0, 1)] + [(_per_transaction(run), _part(run)) for run in _points(
                 runs, WITHOUT_KVM.get(experiment, experiment) if name == "no KVM"
                 else experiment)]
              for name, runs in rates.items()})
            for experiment, title in TITLES.items()]


def _doubt(*runs):
    """Two standard deviations of the difference of the parts."""
    return 2 * math.sqrt(sum(_part(run) * (1 - _part(run)) / run["attempts"] for run in runs))


def show(rates):
    """Prints the table; returns the targets that were missed."""
    missed = []
    print(f"\n{'Transactions that commit':34} {'interruptions per transaction: part':>44}")
    print(f"{'':34} {'no KVM':>20} {'C':>20} {'Rust':>20}")
    for experiment, title in ({"nothing": "nothing but ticks"} | TITLES).items():
        for host, c, rust in zip(
                _points(rates["no KVM"], WITHOUT_KVM.get(experiment, experiment)),
                _points(rates["C"], experiment), _points(rates["Rust"], experiment),
                strict=True):
            cells = "".join(f" {_per_transaction(run):10.3f}: {_part(run):8.4f}"
                            for run in (host, c, rust))
            verdict = ""
            if _part(rust) < _part(c) - _doubt(rust, c):
                verdict = "  fewer than C"
            elif experiment in LIGHT and _part(rust) < 0.98 * _part(host):
                verdict = "  MISSED: 2% of no KVM"
            if verdict:
                missed.append(f"commits, {title}")
            print(f"  {title:32}{cells}{verdict}")
    return missed
