// SPDX-License-Identifier: GPL-2.0-only

//! The model: a CPU with transactional memory.
//!
//! What the instructions of the facility do is decided by the module's own rules (rust/isa). Here
//! they get registers, memory and interrupts; `execute.rs` has the ordinary instructions.
//!
//! Power ISA 2.07B, Book II chapter 5, Book III-S sections 3.2.2 and 6.5.

use crate::{
    execute::ordinary,
    isa::{
        emulate::{execute, set_cr_field, Action, CR0_FAILURE},
        insn::Insn,
        msr::{Msr, Ts},
        texasr::{At, Texasr},
        transition::{by_instruction, BadThing},
    },
    memory::{Memory, Outside, Overflow},
    statistics::Statistics,
};

/// What is checkpointed. (Of CR all but field 0, which no failure restores.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registers {
    pub(crate) gpr: [u64; 32],
    pub(crate) cr: u32,
    pub(crate) lr: u64,
    pub(crate) ctr: u64,
    pub(crate) xer: u64,
    pub(crate) vsr: [u128; 64],
    pub(crate) fpscr: u64,
    pub(crate) vrsave: u64,
    pub(crate) tar: u64,
    pub(crate) dscr: u64,
}

pub(crate) const VECTOR_DECREMENTER: u64 = 0x900;
pub(crate) const VECTOR_PROGRAM: u64 = 0x700;
pub(crate) const VECTOR_SYSTEM_CALL: u64 = 0xc00;
pub(crate) const VECTOR_FACILITY: u64 = 0xf60;

pub(crate) const SRR1_BAD_THING: u64 = 1 << 21;
pub(crate) const SRR1_PRIVILEGED: u64 = 1 << 18;
pub(crate) const SRR1_TRAP: u64 = 1 << 17;
/// What an interrupt saves no MSR bits in.
const SRR1_REASONS: u64 = 0x783f_0000;

pub(crate) const MSR_EE: u64 = 1 << 15;

/// Why a failure happened that the processor itself found: bits of TEXASR by the ISA's numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Disallowed = 8,
    NestingOverflow = 9,
    FootprintOverflow = 10,
    SelfInducedConflict = 11,
}

/// The deepest nesting of a POWER8.
const MAX_LEVEL: u64 = 62;

/// Why an instruction did not complete.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is an interrupt: vector and reason, the bits that SRR1 gets.
    Interrupt(u64, u64),
    /// The transaction failed, and the failure handler is next.
    Failed,
    /// This program or word is none of the generator's.
    Unknown(&'static str),
}

impl From<BadThing> for Stop {
    fn from(_: BadThing) -> Self {
        Stop::Interrupt(VECTOR_PROGRAM, SRR1_BAD_THING)
    }
}

impl From<Outside> for Stop {
    fn from(_: Outside) -> Self {
        Stop::Unknown("access outside of the program's memory")
    }
}

#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) code: Vec<u32>,
    pub(crate) code_address: u64,
    pub(crate) pc: u64,
    pub(crate) msr: Msr,
    pub(crate) registers: Registers,
    pub(crate) checkpoint: Registers,
    pub(crate) doomed: bool,
    pub(crate) tfhar: u64,
    pub(crate) tfiar: u64,
    pub(crate) texasr: Texasr,
    pub(crate) srr0: u64,
    pub(crate) srr1: u64,
    pub(crate) memory: Memory,
    /// Address, and the value that was there.
    pub(crate) reservation: Option<(u64, u64)>,
    pub(crate) statistics: Statistics,
}

impl Machine {
    pub(crate) fn ts(&self) -> Ts {
        self.msr.ts().expect("0b11 is never in MSR[TS]")
    }

    pub(crate) fn set_ts(&mut self, ts: Ts) {
        self.msr = self.msr.with_ts(ts);
        self.reservation = None;
    }

    pub(crate) fn set_cr(&mut self, field: u8, value: u8) {
        self.registers.cr = set_cr_field(self.registers.cr, field, value);
    }

    fn at(&self) -> At {
        At {
            nip: self.pc,
            ts: self.ts(),
            pr: self.msr.pr(),
        }
    }

    /// Records a failure, the first one only, and dooms the transaction.
    fn record(&mut self, texasr: Texasr, tfiar: u64) {
        self.doomed = true;
        self.memory.discard();
        if !self.texasr.fs() {
            self.texasr = texasr;
            self.tfiar = tfiar;
            self.statistics.failure(texasr);
        }
    }

    fn record_code(&mut self, code: u8, at: At) {
        self.record(self.texasr.record(code, at), at.tfiar());
    }

    pub(crate) fn record_cause(&mut self, cause: Cause, at: At) {
        let texasr = self.texasr.record(1, at).with_abort(false);
        let texasr = Texasr::from_raw(texasr.into_raw() | 1 << (63 - cause as u32));
        self.record(texasr, at.tfiar());
    }

    /// A failure that the machine says happened, for a reason outside of the program.
    pub(crate) fn fail_as_recorded(&mut self, texasr: Texasr, tfiar: u64) {
        self.record(texasr, tfiar);
        self.statistics.spontaneous += 1;
        if self.ts() == Ts::T {
            self.handle_failure();
        }
    }

    fn handle_failure(&mut self) {
        self.registers = self.checkpoint.clone();
        self.set_cr(0, CR0_FAILURE);
        self.set_ts(Ts::N);
        self.pc = self.tfhar & !3;
    }

    /// The instruction at hand makes its transaction fail.
    pub(crate) fn fail(&mut self, cause: Cause) -> Stop {
        self.record_cause(cause, self.at());
        self.handle_failure();
        Stop::Failed
    }

    /// After a change of TS to T: a doomed transaction fails now.
    fn resumed(&mut self) -> Result<(), Stop> {
        match self.ts() == Ts::T && self.doomed {
            true => {
                self.handle_failure();
                Err(Stop::Failed)
            }
            false => Ok(()),
        }
    }

    pub(crate) fn load(&mut self, ea: u64, to: &mut [u8]) -> Result<(), Stop> {
        let offset = self.memory.offset(ea, to.len())?;
        match self.ts() {
            Ts::T => {
                let rollback_only = self.texasr.rot();
                self.memory
                    .load_transactional(offset, to, rollback_only)
                    .map_err(|Overflow| self.fail(Cause::FootprintOverflow))
            }
            _ => {
                self.memory.load(offset, to);
                Ok(())
            }
        }
    }

    pub(crate) fn store(&mut self, ea: u64, from: &[u8]) -> Result<(), Stop> {
        let offset = self.memory.offset(ea, from.len())?;
        if self.ts() == Ts::T {
            return self
                .memory
                .store_transactional(offset, from)
                .map_err(|Overflow| self.fail(Cause::FootprintOverflow));
        }
        if self.memory.store(offset, from) {
            self.record_cause(Cause::SelfInducedConflict, self.at());
        }
        Ok(())
    }

    /// dcbf or icbi of the line of `ea`.
    pub(crate) fn flush(&mut self, ea: u64) -> Result<(), Stop> {
        let offset = self.memory.offset(ea, 1)?;
        match self.ts() {
            Ts::T => return Err(self.fail(Cause::Disallowed)),
            Ts::S if self.memory.touches(offset, 1) => {
                self.record_cause(Cause::SelfInducedConflict, self.at());
            }
            _ => (),
        }
        Ok(())
    }

    pub(crate) fn privileged(&self) -> Result<(), Stop> {
        match self.msr.pr() {
            true => Err(Stop::Interrupt(VECTOR_PROGRAM, SRR1_PRIVILEGED)),
            false => Ok(()),
        }
    }

    pub(crate) fn facility(&self) -> Result<(), Stop> {
        match self.msr.tm() {
            true => Ok(()),
            false => Err(Stop::Interrupt(VECTOR_FACILITY, 0)),
        }
    }

    /// mtmsrd with L=0, or the MSR of an rfid.
    pub(crate) fn write_msr(&mut self, value: u64, next: u64) -> Result<(), Stop> {
        let value = Msr::from_raw(value);
        let ts = by_instruction(self.ts(), self.msr.tm(), value)?;
        self.msr = value;
        self.set_ts(ts);
        self.pc = next;
        self.resumed()
    }

    fn transactional(&mut self, insn: Insn) -> Result<(), Stop> {
        if insn.is_privileged() {
            self.privileged()?;
        }
        self.facility()?;
        let failed = match insn {
            Insn::Recheckpoint => self.texasr.fs(),
            _ => self.doomed,
        };
        let gpr = |r: u8| self.registers.gpr[usize::from(r)];
        let effect = execute(insn, self.ts(), failed, gpr)?;
        let at = self.at();
        let next = self.pc + 4;

        self.statistics.instruction(insn, at.ts);
        match effect.action {
            Action::None => (),
            Action::Begin { rollback_only } => {
                self.texasr = Texasr::from_raw(1)
                    .with_rot(rollback_only)
                    .with_pr(self.msr.pr());
                self.tfhar = next;
                self.doomed = false;
                self.checkpoint = self.registers.clone();
                self.set_ts(Ts::T);
            }
            Action::Nest if self.texasr.level().get() >= MAX_LEVEL => {
                return Err(self.fail(Cause::NestingOverflow));
            }
            Action::Nest => {
                self.add_level(1);
                if let Insn::Begin {
                    rollback_only: false,
                } = insn
                {
                    self.texasr = self.texasr.with_rot(false);
                }
            }
            Action::End { all } if all || self.texasr.level().get() == 1 => {
                let level = self.texasr.level().get();
                self.add_level(level.wrapping_neg());
                self.memory.commit();
                self.set_ts(Ts::N);
                self.statistics.commits += 1;
            }
            Action::End { .. } => self.add_level(1_u64.wrapping_neg()),
            Action::Fail { code } => {
                self.record_code(code, at);
                if at.ts == Ts::T {
                    self.handle_failure();
                    return Err(Stop::Failed);
                }
            }
            Action::Suspend => self.set_ts(Ts::S),
            Action::Resume => {
                self.set_ts(Ts::T);
                self.resumed()?;
            }
            Action::Reclaim { code } => {
                self.reclaim(code, at);
            }
            Action::Recheckpoint => self.recheckpoint(),
        }
        self.set_cr(effect.cr_field, effect.cr);
        self.pc = next;
        Ok(())
    }

    fn add_level(&mut self, levels: u64) {
        self.texasr = Texasr::from_raw(self.texasr.into_raw().wrapping_add(levels));
    }

    pub(crate) fn reclaim(&mut self, code: u8, at: At) {
        self.record_code(code, at);
        self.registers = self.checkpoint.clone();
        self.set_ts(Ts::N);
    }

    pub(crate) fn recheckpoint(&mut self) {
        self.checkpoint = self.registers.clone();
        self.doomed = true;
        self.set_ts(Ts::S);
    }

    pub(crate) fn word(&self) -> Option<u32> {
        let offset = self.pc.wrapping_sub(self.code_address);
        match offset % 4 {
            0 => self.code.get((offset / 4) as usize).copied(),
            _ => None,
        }
    }

    /// Executes an instruction. An interrupt that it causes is returned, and not taken yet.
    pub(crate) fn step(&mut self) -> Result<(), Stop> {
        let word = self.word().ok_or(Stop::Unknown("no instruction here"))?;
        let result = match Insn::decode(word) {
            Some(insn) => self.transactional(insn),
            None => ordinary(self, word),
        };
        self.statistics.steps += 1;
        match result {
            Err(Stop::Failed) => Ok(()),
            other => other,
        }
    }

    /// An interrupt is taken; the handler's MSR is returned. The program's stays in `msr`.
    pub(crate) fn interrupt(&mut self, vector: u64, reason: u64) -> Msr {
        let next = u64::from(vector == VECTOR_SYSTEM_CALL) * 4;
        self.srr0 = self.pc + next;
        self.srr1 = self.msr.into_raw() & !SRR1_REASONS | reason;
        self.reservation = None;
        self.statistics.interrupt(vector, self.ts());
        Msr::from_raw(0).with_ts(self.ts().on_interrupt())
    }

    /// The handler's rfid, to this place.
    pub(crate) fn return_from_interrupt(&mut self, to: u64) {
        self.pc = to;
        self.srr0 = to;
        self.reservation = None;
        // An error would be the failure, which has changed the state already.
        let _ = self.resumed();
    }
}
