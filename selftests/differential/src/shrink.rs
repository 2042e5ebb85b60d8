// SPDX-License-Identifier: GPL-2.0-only

//! Makes a program that shows a disagreement as small as it can be.
//!
//! All candidates of a round are run in one boot; the smallest that still disagrees is the next
//! round's program.

use crate::{
    emulator::Emulator,
    judge::{judge, Verdict},
    program::Program,
};

/// Programs with less in them.
fn candidates(program: &Program) -> Vec<Program> {
    let mut found = Vec::new();
    let items = program.items.len();
    let mut length = items.div_ceil(2);
    while length > 0 {
        for from in (0..items).step_by(length) {
            let mut less = program.clone();
            less.items.drain(from..(from + length).min(items));
            found.push(less);
        }
        length /= 2;
    }
    for i in 0..program.intervals.len() {
        let mut less = program.clone();
        less.intervals.truncate(i);
        found.push(less);
    }
    for i in 0..program.actions.len() {
        let mut less = program.clone();
        less.actions.remove(i);
        found.push(less);
    }
    for bit in 0..4 {
        let mut less = program.clone();
        less.flags &= !(1 << bit);
        found.push(less);
    }
    // Words that belong together, after all.
    for (i, item) in program.items.iter().enumerate() {
        if item.iter().any(|word| word.needs_the_others()) {
            continue;
        }
        for word in (0..item.len()).filter(|_| item.len() > 1) {
            let mut less = program.clone();
            less.items[i].remove(word);
            found.push(less);
        }
    }
    found.retain(|less| less.size() < program.size());
    found.sort_by_key(Program::size);
    found
}

pub(crate) fn shrink(emulator: &Emulator, program: &Program) -> Program {
    let mut smallest = program.clone();
    loop {
        let candidates = candidates(&smallest);
        if candidates.is_empty() {
            return smallest;
        }
        // One of them may hang the machine: then this is as small as it gets.
        let Ok((addresses, records)) = emulator.run(&candidates) else {
            return smallest;
        };
        let found = candidates.iter().zip(&records).find(|(program, records)| {
            matches!(judge(program, addresses, records), Verdict::Disagree(_))
        });
        match found {
            Some((program, _)) => smallest = program.clone(),
            None => return smallest,
        }
    }
}
