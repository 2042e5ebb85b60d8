// SPDX-License-Identifier: GPL-2.0-only

//! What the programs did, to see that they did something.

use crate::isa::{insn::Insn, msr::Ts, texasr::Texasr};
use std::collections::BTreeMap;

#[derive(Clone, Default)]
pub(crate) struct Statistics {
    pub(crate) steps: u64,
    pub(crate) commits: u64,
    pub(crate) spontaneous: u64,
    counts: BTreeMap<(&'static str, String), u64>,
}

impl Statistics {
    fn count(&mut self, table: &'static str, row: String) {
        *self.counts.entry((table, row)).or_default() += 1;
    }

    pub(crate) fn instruction(&mut self, insn: Insn, ts: Ts) {
        let name = match insn {
            Insn::Begin { .. } => "tbegin.",
            Insn::End { .. } => "tend.",
            Insn::Abort { .. } => "tabort.",
            Insn::AbortConditional { .. } => "tabort[wd]c[i].",
            Insn::SuspendOrResume { resume: false } => "tsuspend.",
            Insn::SuspendOrResume { resume: true } => "tresume.",
            Insn::Check { .. } => "tcheck",
            Insn::Reclaim { .. } => "treclaim.",
            Insn::Recheckpoint => "trechkpt.",
        };
        self.count("instructions", format!("{name} in {ts:?}"));
    }

    pub(crate) fn failure(&mut self, texasr: Texasr) {
        let raw = texasr.into_raw();
        let cause = match (
            texasr.abort(),
            (8..17).find(|bit| raw >> (63 - bit) & 1 != 0),
        ) {
            (true, _) => "asked for".to_owned(),
            (false, Some(bit)) => format!("TEXASR bit {bit}"),
            (false, None) => "unknown".to_owned(),
        };
        let state = if texasr.suspended() { "S" } else { "T" };
        self.count("failures", format!("{cause} in {state}"));
    }

    pub(crate) fn interrupt(&mut self, vector: u64, ts: Ts) {
        self.count("interrupts", format!("{vector:#x} in {ts:?}"));
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.commits += other.commits;
        self.spontaneous += other.spontaneous;
        for (key, n) in &other.counts {
            *self.counts.entry(key.clone()).or_default() += n;
        }
    }

    pub(crate) fn print(&self) {
        println!("  {:40} {:>10}", "instructions executed", self.steps);
        println!("  {:40} {:>10}", "transactions committed", self.commits);
        println!(
            "  {:40} {:>10}",
            "failures that nothing in a program explains", self.spontaneous
        );
        for ((table, row), n) in &self.counts {
            println!("  {:40} {n:>10}", format!("{table}: {row}"));
        }
    }
}
