// SPDX-License-Identifier: GPL-2.0-only

//! The program's memory, and what a transaction has of it.
//!
//! Power ISA 2.07B, Book II sections 5.1 and 5.3.

use crate::random::mix;
use std::collections::BTreeMap;

pub(crate) const LINE: usize = 128;
pub(crate) const SIZE: usize = 0x8000;
const PAGE: usize = 4096;
/// Lines that a POWER8's transaction can touch.
const MAX_LINES: usize = 64;

#[derive(Clone)]
struct Line {
    data: [u8; LINE],
    written: bool,
}

/// Lines that a transaction has read or written, as it sees them.
#[derive(Clone, Default)]
pub(crate) struct Footprint(BTreeMap<usize, Line>);

/// There is no room for another line.
pub(crate) struct Overflow;

/// An access to what is not the program's memory: the generator is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outside;

#[derive(Clone)]
pub(crate) struct Memory {
    base: u64,
    bytes: Vec<u8>,
    footprint: Footprint,
}

impl Memory {
    /// As runner.c fills it.
    pub(crate) fn new(base: u64, seed: u64) -> Self {
        let words = 0..SIZE as u64 / 8;
        let bytes = words
            .flat_map(|i| mix(seed.wrapping_add(0x1000 + i)).to_be_bytes())
            .collect();
        Self {
            base,
            bytes,
            footprint: Footprint::default(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn set_line(&mut self, line: usize, data: &[u8]) {
        self.bytes[line * LINE..][..LINE].copy_from_slice(data);
    }

    pub(crate) fn offset(&self, ea: u64, length: usize) -> Result<usize, Outside> {
        let offset = ea.wrapping_sub(self.base);
        match offset <= (SIZE - length) as u64 {
            true => Ok(offset as usize),
            false => Err(Outside),
        }
    }

    /// What a load outside of Transactional state reads: memory, but the
    /// transaction's own stores if it is suspended and has not failed.
    pub(crate) fn load(&self, offset: usize, to: &mut [u8]) {
        for (i, byte) in to.iter_mut().enumerate() {
            let at = offset + i;
            *byte = match self.footprint.0.get(&(at / LINE)) {
                Some(line) if line.written => line.data[at % LINE],
                _ => self.bytes[at],
            };
        }
    }

    /// A store outside of Transactional state. True if it conflicts.
    pub(crate) fn store(&mut self, offset: usize, from: &[u8]) -> bool {
        self.bytes[offset..][..from.len()].copy_from_slice(from);
        self.touches(offset, from.len())
    }

    /// Whether the transaction has touched any of these bytes' lines.
    pub(crate) fn touches(&self, offset: usize, length: usize) -> bool {
        let lines = offset / LINE..(offset + length - 1) / LINE + 1;
        self.footprint.0.range(lines).next().is_some()
    }

    fn touch(&mut self, line: usize, store: bool) -> Result<&mut Line, Overflow> {
        if self.footprint.0.len() == MAX_LINES && !self.footprint.0.contains_key(&line) {
            return Err(Overflow);
        }
        let bytes = &self.bytes;
        let line = self.footprint.0.entry(line).or_insert_with(|| Line {
            data: bytes[line * LINE..][..LINE].try_into().unwrap(),
            written: false,
        });
        line.written |= store;
        Ok(line)
    }

    /// A load in Transactional state. A rollback-only one need not track it,
    /// and does not where nothing of it, in a page, was touched before.
    pub(crate) fn load_transactional(
        &mut self,
        offset: usize,
        to: &mut [u8],
        rollback_only: bool,
    ) -> Result<(), Overflow> {
        let end = offset + to.len();
        let boundary = (offset / PAGE + 1) * PAGE;
        for (from, to) in [(offset, end.min(boundary)), (boundary, end)] {
            if from >= to || rollback_only && !self.touches(from, to - from) {
                continue;
            }
            for line in from / LINE..(to - 1) / LINE + 1 {
                self.touch(line, false)?;
            }
        }
        for (i, byte) in to.iter_mut().enumerate() {
            let at = offset + i;
            *byte = match self.footprint.0.get(&(at / LINE)) {
                Some(line) => line.data[at % LINE],
                None => self.bytes[at],
            };
        }
        Ok(())
    }

    pub(crate) fn store_transactional(
        &mut self,
        offset: usize,
        from: &[u8],
    ) -> Result<(), Overflow> {
        for line in offset / LINE..(offset + from.len() - 1) / LINE + 1 {
            self.touch(line, true)?;
        }
        for (i, byte) in from.iter().enumerate() {
            let at = offset + i;
            self.footprint.0.get_mut(&(at / LINE)).unwrap().data[at % LINE] = *byte;
        }
        Ok(())
    }

    /// The transaction's stores become memory.
    pub(crate) fn commit(&mut self) {
        for (number, line) in std::mem::take(&mut self.footprint).0 {
            if line.written {
                self.set_line(number, &line.data);
            }
        }
    }

    /// They never were.
    pub(crate) fn discard(&mut self) {
        self.footprint = Footprint::default();
    }
}
