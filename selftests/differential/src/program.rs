// SPDX-License-Identifier: GPL-2.0-only

//! A program for the machine: what can be removed from it, and how it gets there.

/// An instruction, maybe one that refers to a place further on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Word {
    Plain(u32),
    /// A branch over as many items after this one.
    Branch(u32, u8),
    /// `addi`, which gets the distance from the program's start to such a place.
    Address(u32, u8),
}

impl Word {
    /// A loop's branch, an address, a write of MSR: what comes before makes it harmless.
    pub(crate) fn needs_the_others(self) -> bool {
        match self {
            Word::Plain(word) if word >> 26 == 16 => word & 0x8000 != 0,
            Word::Plain(word) => [MTMSRD, RFID].contains(&(word & 0xfc01_07fe)),
            Word::Branch(..) => false,
            Word::Address(..) => true,
        }
    }
}

/// Instructions that belong together: removed together, never branched into.
pub(crate) type Item = Vec<Word>;

/// The program runs in problem state.
pub(crate) const USER: u32 = 1;
/// With address translation, as problem state always does.
pub(crate) const TRANSLATED: u32 = 2;
/// MSR[TM] is off.
pub(crate) const WITHOUT_TM: u32 = 4;
/// TEXASR starts with a failure.
pub(crate) const FAILED_BEFORE: u32 = 8;

pub(crate) const TRAP: u32 = 0x7fe0_0008;
/// Without their operands.
const MTMSRD: u32 = 0x7c00_0164;
const RFID: u32 = 0x4c00_0024;
pub(crate) const MAX_WORDS: usize = 512;
const MAX_LIST: usize = 8;

/// What the interrupt handler does when it finds a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    /// Stores a byte to the program's memory.
    Store {
        offset: u16,
    },
    /// `treclaim.` with this code, then `trechkpt.`
    Reclaim {
        code: u8,
    },
}

impl Action {
    fn encode(self) -> u32 {
        match self {
            Action::Nothing => 0,
            Action::Store { offset } => 1 << 16 | u32::from(offset),
            Action::Reclaim { code } => 2 << 16 | u32::from(code),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Of the initial state.
    pub(crate) seed: u64,
    pub(crate) flags: u32,
    pub(crate) items: Vec<Item>,
    /// Ticks of the decrementer from each of its interrupts to the next.
    pub(crate) intervals: Vec<u32>,
    /// At the first interrupt, the second, and so on, round and round.
    pub(crate) actions: Vec<Action>,
}

impl Program {
    /// Where the items begin, the trap that ends all being the last.
    fn places(&self) -> Vec<usize> {
        let mut at = 0;
        let mut places: Vec<usize> = Vec::new();
        for item in &self.items {
            places.push(at);
            at += item.len();
        }
        places.push(at);
        places
    }

    pub(crate) fn words(&self) -> Vec<u32> {
        let places = self.places();
        let mut words = Vec::new();
        for (number, item) in self.items.iter().enumerate() {
            let target = |skip: u8| {
                let item = (number + 1 + usize::from(skip)).min(places.len() - 1);
                4 * places[item] as u32
            };
            for word in item {
                let here = 4 * words.len() as u32;
                words.push(match *word {
                    Word::Plain(word) => word,
                    Word::Branch(word, skip) => word | (target(skip) - here) & 0xfffc,
                    Word::Address(word, skip) => word | target(skip),
                });
            }
        }
        words.push(TRAP);
        assert!(words.len() <= MAX_WORDS);
        words
    }

    /// As runner.c reads it.
    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        let mut put = |word: u32| to.extend(word.to_be_bytes());
        let words = self.words();
        put((self.seed >> 32) as u32);
        put(self.seed as u32);
        put(self.flags);
        put(words.len() as u32);
        put(self.intervals.len() as u32);
        put(self.actions.len() as u32);
        // TFHAR at the start: the end.
        put(words.len() as u32 - 1);
        put(0);
        let actions: Vec<u32> = self.actions.iter().map(|action| action.encode()).collect();
        for list in [&self.intervals, &actions] {
            assert!(list.len() <= MAX_LIST);
            for i in 0..MAX_LIST {
                put(list.get(i).copied().unwrap_or(0));
            }
        }
        for i in 0..words.len().next_multiple_of(2) {
            put(words.get(i).copied().unwrap_or(0));
        }
    }

    /// What shrinking makes smaller.
    pub(crate) fn size(&self) -> usize {
        self.words().len() + self.intervals.len() + self.actions.len() + self.flags as usize
    }
}
