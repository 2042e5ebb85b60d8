// SPDX-License-Identifier: GPL-2.0-only

//! What the machine seldom or never does, but may: the model has to accept it, and nothing else.

use crate::{
    isa::{msr::Msr, texasr::Texasr},
    judge::{judge, Verdict},
    machine::{Machine, Registers},
    memory::Memory,
    program::{Program, Word},
    record::{Addresses, Record, State},
    statistics::Statistics,
};

const ADDRESSES: Addresses = Addresses {
    store: 0x100,
    reclaim: 0x200,
    finish: 0x300,
    memory: 0x10000,
};

const CODE: u64 = 0x8000;
const MSR: u64 = 0x8000_0001_0280_b002;

/// tbegin., beq to the end, store, tend.
const WORDS: [u32; 4] = [0x7c00_051d, 0x4182_000c, 0xf87e_0000, 0x7c00_055d];

const CONFLICT: u64 = 1 << (63 - 12);
const RECORDED: u64 = 1 << 27;

fn program() -> Program {
    Program {
        seed: 5,
        flags: 0,
        items: WORDS.iter().map(|word| vec![Word::Plain(*word)]).collect(),
        intervals: Vec::new(),
        actions: Vec::new(),
    }
}

fn state(registers: Registers, srr0: u64, srr1: u64) -> State {
    State {
        registers,
        srr0,
        srr1,
        msr: 0,
        vector: 0x700,
        tfhar: 0,
        tfiar: 0,
        texasr: 0,
    }
}

fn start() -> State {
    let mut registers = Registers {
        gpr: [7; 32],
        cr: 0,
        lr: 0,
        ctr: 0,
        xer: 0,
        vsr: [0; 64],
        fpscr: 0,
        vrsave: 0,
        tar: 0,
        dscr: 0,
    };
    registers.gpr[30] = ADDRESSES.memory;
    state(registers, CODE, MSR)
}

/// What a machine leaves whose transaction fails like this at its store.
fn failed(texasr: u64, cr0: u32) -> Vec<Record> {
    let mut end = state(start().registers, CODE + 16, MSR | 1 << 17);
    end.registers.cr = cr0 << 28;
    end.tfhar = CODE + 4;
    end.tfiar = CODE + 8;
    end.texasr = texasr;
    vec![Record::Start(start()), Record::Interrupt(end)]
}

#[test]
fn a_transaction_may_fail_at_any_time() {
    let records = failed(CONFLICT | RECORDED | 1, 0b1010);
    let Verdict::Agree(statistics) = judge(&program(), ADDRESSES, &records) else {
        panic!("not accepted");
    };
    assert_eq!(statistics.spontaneous, 1);
    assert_eq!(statistics.commits, 0);
}

#[test]
fn but_only_with_everything_that_follows() {
    let disagrees = |records: &[Record]| {
        assert!(matches!(
            judge(&program(), ADDRESSES, records),
            Verdict::Disagree(_)
        ));
    };
    // CR0 is not that of a failure; the nest is deeper; nobody asked for an abort.
    disagrees(&failed(CONFLICT | RECORDED | 1, 0b0010));
    disagrees(&failed(CONFLICT | RECORDED | 2, 0b1010));
    disagrees(&failed(CONFLICT | RECORDED | 1 << 32 | 1, 0b1010));
    // Suspended it never was.
    disagrees(&failed(CONFLICT | RECORDED | 1 << 31 | 1, 0b1010));
    // A register is not rolled back, memory neither.
    let mut records = failed(CONFLICT | RECORDED | 1, 0b1010);
    let Record::Interrupt(end) = &mut records[1] else {
        unreachable!();
    };
    end.registers.gpr[9] = 8;
    disagrees(&records);
    let mut records = failed(CONFLICT | RECORDED | 1, 0b1010);
    records.push(Record::ChangedLine(0, vec![7; 128]));
    disagrees(&records);
}

fn machine(word: u32) -> Machine {
    let registers = start().registers;
    Machine {
        code: vec![word],
        code_address: CODE,
        pc: CODE,
        msr: Msr::from_raw(MSR),
        registers: registers.clone(),
        checkpoint: registers,
        doomed: false,
        tfhar: 0,
        tfiar: 0,
        texasr: Texasr::from_raw(0),
        srr0: 0,
        srr1: 0,
        memory: Memory::new(ADDRESSES.memory, 0),
        reservation: None,
        statistics: Statistics::default(),
    }
}

/// The instructions that the model may get wrong without anybody else to tell: by their examples.
#[test]
fn ordinary_instructions() {
    let run = |word: u32, r3: u64, r4: u64| {
        let mut m = machine(word);
        (m.registers.gpr[3], m.registers.gpr[4]) = (r3, r4);
        assert_eq!(m.step(), Ok(()));
        (
            m.registers.gpr[5],
            m.registers.xer >> 29,
            m.registers.cr >> 28,
        )
    };
    // addo. 5,3,4; adde 5,3,4; subfc 5,3,4; srawi 5,3,4; rldicl 5,3,4,60
    let most = i64::MAX as u64;
    assert_eq!(run(0x7ca3_2615, most, 1), (most + 1, 0b110, 0b1001));
    assert_eq!(run(0x7ca3_2114, u64::MAX, 1), (0, 0b001, 0));
    assert_eq!(run(0x7ca3_2010, 3, 2), (u64::MAX, 0b000, 0));
    assert_eq!(run(0x7c65_2670, 0xffff_fff8, 0), (u64::MAX, 0b001, 0));
    assert_eq!(run(0x7865_2720, 0xf000_0000_0000_0000, 0), (0xf, 0, 0));
}
