// SPDX-License-Identifier: GPL-2.0-only

//! Did the machine do what the model says?
//!
//! The model runs from one interrupt that the machine has recorded to the next. Where a decrementer
//! interrupt comes is the machine's affair, and so is whether a transaction fails for a reason
//! outside of the program; all else follows.

use crate::{
    isa::{
        msr::{Msr, Ts},
        texasr::{At, Texasr},
    },
    machine::{
        Cause, Machine, Registers, Stop, MSR_EE, SRR1_TRAP, VECTOR_DECREMENTER, VECTOR_FACILITY,
        VECTOR_PROGRAM,
    },
    memory::{Memory, LINE},
    program::{Action, Program},
    record::{Addresses, Record, State},
    statistics::Statistics,
};

/// Instructions between two interrupts, at most.
const MAX_STEPS: u32 = 20_000;

#[derive(Clone)]
pub(crate) struct Disagreement {
    pub(crate) what: String,
    /// Name, the machine's value, the model's.
    pub(crate) values: Vec<(String, String, String)>,
}

pub(crate) enum Verdict {
    Agree(Statistics),
    /// As far as it went: it was stopped after too long or too many interrupts.
    Stopped(Statistics),
    Disagree(Disagreement),
    /// The model cannot tell: the program does what no program should.
    Unknown(String),
}

/// Why a program was not followed to its end.
enum Trouble {
    Differs(Disagreement),
    Unknown(String),
}

impl From<Disagreement> for Trouble {
    fn from(found: Disagreement) -> Self {
        Trouble::Differs(found)
    }
}

#[derive(Default)]
struct Differences(Vec<(String, String, String)>);

impl Differences {
    fn compare(&mut self, name: impl Into<String>, machine: u64, model: u64) {
        if machine != model {
            self.add(name, format!("{machine:016x}"), format!("{model:016x}"));
        }
    }

    fn add(&mut self, name: impl Into<String>, machine: String, model: String) {
        self.0.push((name.into(), machine, model));
    }

    fn registers(&mut self, machine: &Registers, model: &Registers) {
        for i in 0..32 {
            self.compare(format!("r{i}"), machine.gpr[i], model.gpr[i]);
        }
        self.compare("CR", machine.cr.into(), model.cr.into());
        self.compare("LR", machine.lr, model.lr);
        self.compare("CTR", machine.ctr, model.ctr);
        self.compare("XER", machine.xer, model.xer);
        self.compare("VRSAVE", machine.vrsave, model.vrsave);
        self.compare("TAR", machine.tar, model.tar);
        self.compare("DSCR", machine.dscr, model.dscr);
        self.compare("FPSCR", machine.fpscr, model.fpscr);
        for i in 0..64 {
            if machine.vsr[i] != model.vsr[i] {
                let show = |value: u128| format!("{value:032x}");
                self.add(format!("vs{i}"), show(machine.vsr[i]), show(model.vsr[i]));
            }
        }
    }

    fn failure(&mut self, machine: &State, model: &Machine) {
        self.compare("TFHAR", machine.tfhar, model.tfhar);
        self.texasr(machine, model);
    }

    fn texasr(&mut self, machine: &State, model: &Machine) {
        self.compare("TEXASR", machine.texasr, model.texasr.into_raw());
        self.compare("TFIAR", machine.tfiar, model.tfiar);
    }

    fn result(self, what: String) -> Result<(), Disagreement> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Disagreement {
                what,
                values: self.0,
            }),
        }
    }
}

/// The model takes an interrupt where it is; is the machine in the same state after that?
fn take_interrupt(
    model: &mut Machine,
    (vector, reason): (u64, u64),
    state: &State,
) -> Result<(), Disagreement> {
    let handler = model.interrupt(vector, reason);
    let mut differences = Differences::default();
    differences.compare("vector", state.vector, vector);
    differences.compare("SRR0", state.srr0, model.srr0);
    differences.compare("SRR1", state.srr1, model.srr1);
    let seen = state.msr & Msr::TS_TM_MASK;
    differences.compare("handler's TS, TM", seen, handler.into_raw());
    differences.registers(&state.registers, &model.registers);
    differences.failure(state, model);
    let place = state.srr0.wrapping_sub(model.code_address);
    differences.result(format!(
        "interrupt {:#x} at program + {place:#x}",
        state.vector
    ))
}

/// Runs the model to the interrupt that the machine has recorded.
fn run_to(mut model: Machine, state: &State) -> Result<Machine, Trouble> {
    let decrementer = state.vector == VECTOR_DECREMENTER;
    // In a loop it may have come at a later turn: the first difference is as good as any.
    let mut difference = None;
    for _ in 0..MAX_STEPS {
        let enabled = model.msr.into_raw() & MSR_EE != 0;
        if decrementer && enabled && model.pc == state.srr0 {
            let mut taken = model.clone();
            match take_interrupt(&mut taken, (VECTOR_DECREMENTER, 0), state) {
                Ok(()) => return Ok(taken),
                Err(found) => difference = difference.or(Some(found)),
            }
        }
        match model.step() {
            Ok(()) => (),
            Err(Stop::Interrupt(vector, reason)) => {
                return match take_interrupt(&mut model, (vector, reason), state) {
                    Ok(()) => Ok(model),
                    Err(found) => Err(difference.unwrap_or(found).into()),
                }
            }
            Err(stop) => {
                let text = format!("the model stops at {:#x}: {stop:?}", model.pc);
                return Err(difference.map_or(Trouble::Unknown(text), Trouble::Differs));
            }
        }
    }
    let text = "the model does not get to the next interrupt".to_owned();
    Err(difference.map_or(Trouble::Unknown(text), Trouble::Differs))
}

/// TEXASR bits 12 to 16: a reason for failure that the program need not have given.
const OUTSIDE_CAUSES: u64 = 0x1f << (63 - 16);

/// Runs the model to the interrupt with a failure on the way that the machine has recorded.
fn run_with_failure(model: &Machine, state: &State) -> Option<Machine> {
    let texasr = Texasr::from_raw(state.texasr);
    if !texasr.fs() || texasr.abort() || state.texasr & OUTSIDE_CAUSES == 0 {
        return None;
    }
    let mut before = model.clone();
    for _ in 0..MAX_STEPS {
        let mut failing = before.clone();
        let suspended = failing.ts() == Ts::S;
        let same = failing.texasr.level() == texasr.level()
            && failing.texasr.rot() == texasr.rot()
            && suspended == texasr.suspended()
            && failing.msr.pr() == texasr.pr()
            && !failing.texasr.fs();
        if failing.ts().is_active() && same {
            failing.fail_as_recorded(texasr, state.tfiar);
            if let Ok(model) = run_to(failing, state) {
                return Some(model);
            }
        }
        if before.step().is_err() {
            break;
        }
    }
    None
}

struct Judge<'a> {
    program: &'a Program,
    addresses: Addresses,
    model: Machine,
    interrupts: usize,
}

impl Judge<'_> {
    fn interrupt(&mut self, state: &State, last: bool) -> Result<(), Trouble> {
        self.model = match run_to(self.model.clone(), state) {
            Ok(model) => model,
            Err(found) => run_with_failure(&self.model, state).ok_or(found)?,
        };
        self.interrupts += 1;
        if last {
            return Ok(());
        }
        let skip = match state.vector {
            VECTOR_PROGRAM | VECTOR_FACILITY => 4,
            _ => 0,
        };
        match self.action() {
            Action::Nothing => (),
            Action::Store { offset } => {
                let at = At {
                    nip: self.addresses.store,
                    ts: Ts::S,
                    pr: false,
                };
                if self.model.memory.store(offset.into(), &[offset as u8]) {
                    self.model.record_cause(Cause::SelfInducedConflict, at);
                }
            }
            // What there is to do comes when it is recorded, and then the program goes on.
            Action::Reclaim { .. } => {
                self.model.srr0 = state.srr0 + skip;
                return Ok(());
            }
        }
        self.model.return_from_interrupt(state.srr0 + skip);
        Ok(())
    }

    fn action(&self) -> Action {
        let actions = &self.program.actions;
        match self.model.ts().is_active() && !actions.is_empty() {
            true => actions[(self.interrupts - 1) % actions.len()],
            false => Action::Nothing,
        }
    }

    fn reclaimed(&mut self, state: &State, last: bool) -> Result<(), Disagreement> {
        let model = &mut self.model;
        let live = (model.registers.clone(), model.msr, model.srr0);
        let mut at = At {
            nip: self.addresses.finish,
            ts: Ts::S,
            pr: false,
        };
        let mut code = 0;
        if !last {
            let actions = &self.program.actions;
            let Action::Reclaim { code: given } = actions[(self.interrupts - 1) % actions.len()]
            else {
                panic!("the machine reclaims where no program asks for it");
            };
            code = given;
            at.nip = self.addresses.reclaim;
        }
        model.reclaim(code, at);
        model.set_cr(0, Ts::S.in_cr());
        let mut differences = Differences::default();
        differences.registers(&state.registers, &model.registers);
        differences.texasr(state, model);
        differences.result("the checkpoint, after treclaim.".to_owned())?;
        if !last {
            model.recheckpoint();
            (model.registers, model.msr) = (live.0, live.1);
            model.return_from_interrupt(live.2);
        }
        Ok(())
    }

    fn memory(&self, lines: &[(usize, &[u8])]) -> Result<(), Disagreement> {
        let mut machine = Memory::new(self.addresses.memory, self.program.seed);
        for (number, data) in lines {
            machine.set_line(*number, data);
        }
        let mut differences = Differences::default();
        let model = self.model.memory.bytes();
        for (number, (machine, model)) in machine.bytes().chunks(8).zip(model.chunks(8)).enumerate()
        {
            let word = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().unwrap());
            let name = format!("memory + {:#x}, line {}", 8 * number, 8 * number / LINE);
            differences.compare(name, word(machine), word(model));
        }
        differences.result("memory at the end".to_owned())
    }
}

fn start(program: &Program, addresses: Addresses, state: &State) -> Machine {
    Machine {
        code: program.words(),
        code_address: state.srr0,
        pc: state.srr0,
        msr: Msr::from_raw(state.srr1),
        registers: state.registers.clone(),
        checkpoint: state.registers.clone(),
        doomed: false,
        tfhar: state.tfhar,
        tfiar: state.tfiar,
        texasr: Texasr::from_raw(state.texasr),
        srr0: state.srr0,
        srr1: state.srr1,
        memory: Memory::new(addresses.memory, program.seed),
        reservation: None,
        statistics: Statistics::default(),
    }
}

/// Judges what the machine did with a program.
pub(crate) fn judge(program: &Program, addresses: Addresses, records: &[Record]) -> Verdict {
    match follow(program, addresses, records) {
        Ok(verdict) => verdict,
        Err(Trouble::Differs(found)) => Verdict::Disagree(found),
        Err(Trouble::Unknown(why)) => Verdict::Unknown(why),
    }
}

fn follow(program: &Program, addresses: Addresses, records: &[Record]) -> Result<Verdict, Trouble> {
    let Some((Record::Start(state), records)) = records.split_first() else {
        panic!("the first record is not the start");
    };
    let mut judge = Judge {
        program,
        addresses,
        model: start(program, addresses, state),
        interrupts: 0,
    };
    let mut lines = Vec::new();
    let mut ended = false;
    for (number, record) in records.iter().enumerate() {
        let later = &records[number + 1..];
        let last = !later
            .iter()
            .any(|record| matches!(record, Record::Interrupt(_)));
        match record {
            Record::Start(_) => panic!("a second start"),
            Record::Interrupt(state) => {
                judge.interrupt(state, last)?;
                ended = state.vector == VECTOR_PROGRAM && state.srr1 & SRR1_TRAP != 0;
            }
            Record::Reclaimed(state) => judge.reclaimed(state, last)?,
            Record::ChangedLine(number, data) => lines.push((*number, data.as_slice())),
        }
    }
    judge.memory(&lines)?;
    let statistics = judge.model.statistics;
    Ok(match ended {
        true => Verdict::Agree(statistics),
        false => Verdict::Stopped(statistics),
    })
}
