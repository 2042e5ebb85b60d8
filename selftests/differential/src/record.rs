// SPDX-License-Identifier: GPL-2.0-only

//! What the machine says of a program, as runner.c and interrupt.S have left it.

use crate::machine::Registers;

/// registers.h
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) registers: Registers,
    pub(crate) srr0: u64,
    pub(crate) srr1: u64,
    /// The interrupt handler's.
    pub(crate) msr: u64,
    pub(crate) vector: u64,
    pub(crate) tfhar: u64,
    pub(crate) tfiar: u64,
    pub(crate) texasr: u64,
}

const STATE_SIZE: usize = 0x580;

#[derive(Clone, Debug)]
pub(crate) enum Record {
    /// Of the state that the program begins in.
    Start(State),
    Interrupt(State),
    /// The checkpoint, by treclaim.
    Reclaimed(State),
    ChangedLine(usize, Vec<u8>),
}

/// Where the runner has what the model has to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) store: u64,
    pub(crate) reclaim: u64,
    pub(crate) finish: u64,
    pub(crate) memory: u64,
}

/// Reads the machine's memory, which is big-endian.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }

    fn u64(&mut self) -> u64 {
        u64::from_be_bytes(self.bytes(8).try_into().unwrap())
    }

    fn state(&mut self) -> State {
        let mut reader = Reader(self.0.split_at(STATE_SIZE).0);
        self.0 = &self.0[STATE_SIZE..];
        let gpr = std::array::from_fn(|_| reader.u64());
        let [cr, lr, ctr, xer, srr0, srr1, msr, vector, tfhar, tfiar, texasr]: [u64; 11] =
            std::array::from_fn(|_| reader.u64());
        let [vrsave, tar, dscr, fpscr, _]: [u64; 5] = std::array::from_fn(|_| reader.u64());
        let vsr =
            std::array::from_fn(|_| u128::from(reader.u64()) << 64 | u128::from(reader.u64()));
        State {
            registers: Registers {
                gpr,
                cr: cr as u32,
                lr,
                ctr,
                xer,
                vsr,
                fpscr,
                vrsave,
                tar,
                dscr,
            },
            srr0,
            srr1,
            msr,
            vector,
            tfhar,
            tfiar,
            texasr,
        }
    }
}

/// The records of all programs, in their order.
pub(crate) fn read(output: &[u8]) -> (Addresses, Vec<Vec<Record>>) {
    let mut reader = Reader(output);
    let programs = reader.u64();
    let [store, reclaim, finish, memory, _, _]: [u64; 6] = std::array::from_fn(|_| reader.u64());
    let addresses = Addresses {
        store,
        reclaim,
        finish,
        memory,
    };
    let program = |_| {
        let mut records = Vec::new();
        loop {
            let (kind, number) = (reader.u64(), reader.u64());
            records.push(match kind {
                1 => Record::Start(reader.state()),
                2 => Record::Interrupt(reader.state()),
                3 => Record::Reclaimed(reader.state()),
                4 => Record::ChangedLine(number as usize, reader.bytes(crate::memory::LINE)),
                5 => break records,
                _ => panic!("record of unknown kind {kind:#x}"),
            });
        }
    };
    (addresses, (0..programs).map(program).collect())
}
