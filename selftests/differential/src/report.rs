// SPDX-License-Identifier: GPL-2.0-only

//! Shows a program that the machine and the model do not agree on.

use crate::{
    emulator::Emulator,
    judge::Disagreement,
    program::{Program, FAILED_BEFORE, TRANSLATED, USER, WITHOUT_TM},
    record::{Record, State},
};
use std::{fs, process::Command};

const OBJDUMP: &str = "powerpc64le-linux-gnu-objdump";

/// The instructions as text, with what the disassembler says if there is one.
fn disassemble(emulator: &Emulator, words: &[u32], address: u64) -> String {
    let file = emulator.scratch.join("program");
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let raw = || words.iter().map(|word| format!("  {word:08x}\n")).collect();
    if fs::write(&file, bytes).is_err() {
        return raw();
    }
    let output = Command::new(OBJDUMP)
        .args([
            "-D",
            "-EB",
            "-b",
            "binary",
            "-m",
            "powerpc:common64",
            "-M",
            "power8",
        ])
        .arg(format!("--adjust-vma={address:#x}"))
        .arg(&file)
        .output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter(|line| line.contains(":\t"))
            .map(|line| format!("{line}\n"))
            .collect(),
        _ => raw(),
    }
}

fn show_state(name: &str, state: &State) {
    println!(
        "  {name}: SRR0 {:x} SRR1 {:016x} CR {:08x} TFHAR {:x} TFIAR {:x} TEXASR {:016x}",
        state.srr0, state.srr1, state.registers.cr, state.tfhar, state.tfiar, state.texasr
    );
}

pub(crate) fn show(
    emulator: &Emulator,
    program: &Program,
    records: &[Record],
    found: Option<&Disagreement>,
) -> Result<(), String> {
    let address = match records.first() {
        Some(Record::Start(start)) => start.srr0,
        _ => 0,
    };
    println!("program (state by seed {:#x}):", program.seed);
    print!("{}", disassemble(emulator, &program.words(), address));
    for (flag, text) in [
        (USER, "in problem state"),
        (TRANSLATED, "with address translation"),
        (WITHOUT_TM, "with MSR[TM] off"),
        (FAILED_BEFORE, "with a failure in TEXASR"),
    ] {
        if program.flags & flag != 0 {
            println!("  starts {text}");
        }
    }
    println!("  decrementer: {:?}", program.intervals);
    println!("  at interrupts in a transaction: {:?}", program.actions);
    println!("what the machine did:");
    let mut lines = Vec::new();
    for record in records {
        match record {
            Record::Start(state) => show_state("start", state),
            Record::Interrupt(state) => {
                show_state(&format!("interrupt {:#x}", state.vector), state);
            }
            Record::Reclaimed(state) => show_state("treclaim.", state),
            Record::ChangedLine(number, _) => lines.push(*number),
        }
    }
    println!("  lines of memory that have changed: {lines:?}");
    let Some(found) = found else {
        return Ok(());
    };
    println!("where it differs: {}", found.what);
    println!("  {:24} {:32} model", "", "machine");
    for (name, machine, model) in &found.values {
        println!("  {name:24} {machine:32} {model}");
    }
    Ok(())
}
