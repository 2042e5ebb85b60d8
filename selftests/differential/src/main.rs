// SPDX-License-Identifier: GPL-2.0-only

//! Random programs around transactions, on the emulated machine and on a model of the ISA's rules.
//!
//! What the machine did has to be what the model says: registers, CR, TEXASR, TFHAR, TFIAR, TS at
//! each interrupt, the checkpoint, and memory. A program for which it is not is made as small as
//! possible and shown. Documentation/differential.md

mod access;
mod emulator;
mod execute;
mod generate;
#[allow(dead_code)]
#[path = "../../../rust/isa/mod.rs"]
mod isa;
mod judge;
mod machine;
mod memory;
mod program;
mod random;
mod record;
mod report;
mod shrink;
mod spr;
mod statistics;
#[cfg(test)]
mod tests;

use emulator::Emulator;
use judge::{judge, Disagreement, Verdict};
use program::Program;
use record::{Addresses, Record};
use statistics::Statistics;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

const USAGE: &str = "\
usage: run [--seed N] [--count N] [--first N] [--batch N] [--emulator FILE]

  --seed N         which programs (default 1); the same for the same N
  --count N        how many (default 4000)
  --first N        number of the first (default 0)
  --batch N        programs for each boot (default 4000)
  --emulator FILE  default build/qemu/qemu-system-ppc64
  --firmware DIR   default build/firmware
  --output DIR     where differential.elf is, and scratch files go";

struct Options {
    seed: u64,
    count: u64,
    first: u64,
    batch: u64,
    emulator: Emulator,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        seed: 1,
        count: 4000,
        first: 0,
        batch: 4000,
        emulator: Emulator {
            qemu: PathBuf::from("build/qemu/qemu-system-ppc64"),
            firmware: PathBuf::from("build/firmware"),
            runner: PathBuf::new(),
            scratch: PathBuf::new(),
        },
    };
    let mut output = PathBuf::from("build/selftests/differential");
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        let number = || {
            value
                .parse()
                .map_err(|_| format!("{word} {value}: not a number"))
        };
        match word.as_str() {
            "--seed" => options.seed = number()?,
            "--count" => options.count = number()?,
            "--first" => options.first = number()?,
            "--batch" => options.batch = number()?.max(1),
            "--emulator" => options.emulator.qemu = value.into(),
            "--firmware" => options.emulator.firmware = value.into(),
            "--output" => output = value.into(),
            _ => return Err(USAGE.to_owned()),
        }
    }
    options.emulator.runner = output.join("differential.elf");
    options.emulator.scratch = output.join(format!("scratch-{}", std::process::id()));
    Ok(options)
}

/// What came of all programs.
#[derive(Default)]
struct Tally {
    statistics: Statistics,
    agree: u64,
    stopped: u64,
    /// The others; the first of them is shown.
    wrong: u64,
}

impl Tally {
    /// A program is found wrong: whether it is the first, after a line that says which.
    fn is_first_wrong(&mut self, options: &Options, number: u64, what: &str) -> bool {
        self.wrong += 1;
        if self.wrong == 1 {
            println!("not ok: seed {}, program {number}: {what}", options.seed);
        }
        self.wrong == 1
    }

    fn judge(
        &mut self,
        options: &Options,
        number: u64,
        program: &Program,
        (addresses, records): (Addresses, &[Record]),
    ) -> Result<(), String> {
        match judge(program, addresses, records) {
            Verdict::Agree(of) => {
                self.agree += 1;
                self.statistics.add(&of);
            }
            Verdict::Stopped(of) => {
                self.stopped += 1;
                self.statistics.add(&of);
            }
            Verdict::Unknown(why) => {
                if self.is_first_wrong(options, number, &why) {
                    report::show(&options.emulator, program, records, None)?;
                }
            }
            Verdict::Disagree(found) => {
                if self.is_first_wrong(options, number, &found.what) {
                    show_shrunk(&options.emulator, program, records, &found)?;
                }
            }
        }
        Ok(())
    }

    /// Runs and judges programs. If the machine hangs, in halves, to find out which does it.
    fn run(&mut self, options: &Options, first: u64, programs: &[Program]) -> Result<(), String> {
        let emulator = &options.emulator;
        match (emulator.run(programs), programs) {
            (Ok((addresses, records)), _) => {
                for (i, (program, records)) in programs.iter().zip(&records).enumerate() {
                    self.judge(options, first + i as u64, program, (addresses, records))?;
                }
            }
            (Err(why), [program]) => {
                if self.is_first_wrong(options, first, &why) {
                    report::show(emulator, program, &[], None)?;
                }
            }
            (Err(why), _) => {
                eprintln!("programs from {first}: {why}");
                let (one, other) = programs.split_at(programs.len() / 2);
                self.run(options, first, one)?;
                self.run(options, first + one.len() as u64, other)?;
            }
        }
        Ok(())
    }
}

/// Shrinks and shows a program that the machine and the model do not agree on.
fn show_shrunk(
    emulator: &Emulator,
    program: &Program,
    records: &[Record],
    found: &Disagreement,
) -> Result<(), String> {
    let small = shrink::shrink(emulator, program);
    let (addresses, alone) = emulator.run(std::slice::from_ref(&small))?;
    match judge(&small, addresses, &alone[0]) {
        Verdict::Disagree(found) => report::show(emulator, &small, &alone[0], Some(&found)),
        _ => {
            println!("it agrees when it is run alone: programs before it have to do with it");
            report::show(emulator, program, records, Some(found))
        }
    }
}

/// Runs all; returns how many are wrong.
fn run(options: &Options) -> Result<u64, String> {
    let started = Instant::now();
    let mut tally = Tally::default();
    let end = options.first + options.count;
    let mut next = options.first;
    while next < end {
        let numbers = next..end.min(next + options.batch);
        let programs: Vec<Program> = numbers
            .clone()
            .map(|number| generate::program(options.seed, number))
            .collect();
        tally.run(options, next, &programs)?;
        next = numbers.end;
        let (seconds, done) = (started.elapsed().as_secs_f64(), next - options.first);
        eprintln!("{seconds:6.1}s {done} of {}", options.count);
    }
    tally.statistics.print();
    println!(
        "seed {}, programs {} to {}: {} agree, {} agree until they were stopped, {} do not agree",
        options.seed,
        options.first,
        end - 1,
        tally.agree,
        tally.stopped,
        tally.wrong
    );
    Ok(tally.wrong)
}

fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    let result = run(&options);
    remove(&options.emulator.scratch);
    match result {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(text) => {
            eprintln!("differential: {text}");
            ExitCode::from(2)
        }
    }
}
