// SPDX-License-Identifier: GPL-2.0-only

//! Random programs around transactions.
//!
//! They keep to these rules: r31 is the program's address, r30 points into its memory, r29 is an
//! offset in it and r28 an address, within bounds. All branches but those of small loops go
//! forward; so does TFHAR when a program sets it.

use crate::{
    program::{
        Action, Item, Program, Word, FAILED_BEFORE, MAX_WORDS, TRANSLATED, USER, WITHOUT_TM,
    },
    random::Random,
};
use Word::{Address, Branch, Plain};

mod ordinary;
mod transactional;

const MAX_ITEMS: u32 = 56;

/// `addi rt, ra, si` and other D forms.
fn d(opcode: u32, rt: u32, ra: u32, low: u32) -> u32 {
    opcode << 26 | rt << 21 | ra << 16 | low & 0xffff
}

/// An X form of primary opcode 31; also XO forms, whose opcode may include OE.
fn x(xo: u32, rt: u32, ra: u32, rb: u32) -> u32 {
    31 << 26 | rt << 21 | ra << 16 | rb << 11 | xo << 1
}

fn spr(xo: u32, number: u32, r: u32) -> u32 {
    x(xo, r, number & 31, number >> 5)
}

fn mfspr(r: u32, number: u32) -> u32 {
    spr(339, number, r)
}

fn mtspr(number: u32, r: u32) -> u32 {
    spr(467, number, r)
}

const RECORD: u32 = 1;
const TBEGIN: u32 = 654;
const TEND: u32 = 686;
const TCHECK: u32 = 718;
const TSR: u32 = 750;
const TABORT: u32 = 910;
const TRECLAIM: u32 = 942;
const TRECHKPT: u32 = 1006;
const SPR_XER: u32 = 1;
const SPR_DSCR: u32 = 3;
const SPR_LR: u32 = 8;
const SPR_CTR: u32 = 9;
const SPR_SRR0: u32 = 26;
const SPR_SRR1: u32 = 27;
const SPR_TFHAR: u32 = 128;
const SPR_TFIAR: u32 = 129;
const SPR_TEXASR: u32 = 130;
const SPR_TEXASRU: u32 = 131;
const SPR_VRSAVE: u32 = 256;
const SPR_TAR: u32 = 815;
const SC: u32 = 17 << 26 | 2;
const RFID: u32 = 19 << 26 | 18 << 1;
const MFMSR: u32 = 83;
const MTMSR: u32 = 146;
const MTMSRD: u32 = 178;

/// What a program is mostly about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    Mixed,
    /// Many lines.
    Wide,
    /// Deep nests.
    Deep,
}

struct Generator {
    random: Random,
    privileged: bool,
    theme: Theme,
}

impl Generator {
    fn below(&mut self, n: u32) -> u32 {
        self.random.below(n)
    }

    /// A register to read.
    fn any(&mut self) -> u32 {
        self.below(32)
    }

    /// A register to change: few, so that values meet, and now and then any.
    fn target(&mut self) -> u32 {
        match self.random.one_in(4) {
            true => self.below(28),
            false => 3 + self.below(8),
        }
    }

    /// A displacement from r30: mostly in a few lines, now and then elsewhere.
    fn offset(&mut self) -> u32 {
        match self.below(8) {
            0 => self.below(0x3f00),
            // Around the end of a page.
            1 => 0x1000 - 24 + self.below(48),
            // Around the end of a line.
            2 => 128 * self.below(4) + 120 + self.below(16),
            _ => self.below(0x200),
        }
    }

    fn forward(&mut self) -> u8 {
        match self.random.one_in(4) {
            true => self.below(12) as u8,
            false => self.below(3) as u8,
        }
    }

    fn items(&mut self, to: &mut Vec<Item>) {
        match self.below(32) {
            0..=8 => to.push(self.access()),
            9 | 10 if self.theme == Theme::Wide => to.push(self.wide()),
            9..=13 => to.push(self.arithmetic()),
            14 | 15 => to.push(self.others()),
            16 => to.push(self.pointers()),
            17 | 18 => to.push(self.branch()),
            19 | 20 => to.extend(self.begin_and_handle()),
            21..=26 => to.push(self.transactional()),
            27 => to.push(self.write_spr()),
            28 => to.push(vec![Plain(SC)]),
            29 if self.theme == Theme::Deep => {
                let item = self.deep();
                to.push(item);
            }
            // Something that commits.
            29 => {
                to.extend(self.begin_and_handle());
                for _ in 0..1 + self.below(4) {
                    to.push(self.access());
                }
                to.push(vec![Plain(x(TEND, 0, 0, 0) | RECORD)]);
            }
            30 if self.privileged && self.random.one_in(4) => self.unaware(to),
            _ if self.privileged || self.random.one_in(8) => to.push(self.privileged()),
            _ => to.push(self.access()),
        }
    }
}

/// The program with this number of the run with this seed.
pub(crate) fn program(seed: u64, number: u64) -> Program {
    let seed = crate::random::mix(seed ^ crate::random::mix(number));
    let mut random = Random::new(seed);
    let mut flags = 0;
    match random.below(8) {
        0..=3 => flags |= USER | TRANSLATED,
        4 => flags |= TRANSLATED,
        _ => (),
    }
    if random.one_in(32) {
        flags |= WITHOUT_TM;
    }
    if random.one_in(3) {
        flags |= FAILED_BEFORE;
    }
    let theme = match random.below(8) {
        0 => Theme::Deep,
        1 | 2 => Theme::Wide,
        _ => Theme::Mixed,
    };
    let intervals = (0..random.below(9))
        .map(|_| 95 + random.below(60))
        .collect();
    let actions = (0..random.below(5))
        .map(|_| match random.below(4) {
            0 => Action::Reclaim {
                code: random.next() as u8,
            },
            1 => Action::Store {
                offset: 0x2000 + random.below(0x280) as u16,
            },
            _ => Action::Nothing,
        })
        .collect();
    let mut generator = Generator {
        random,
        privileged: flags & USER == 0,
        theme,
    };
    let length = 4 + generator.below(MAX_ITEMS - 4);
    let mut items = Vec::new();
    while items.len() < length as usize {
        generator.items(&mut items);
    }
    let mut words = 0;
    items.retain(|item: &Item| {
        words += item.len();
        words < MAX_WORDS
    });
    Program {
        seed,
        flags,
        items,
        intervals,
        actions,
    }
}
