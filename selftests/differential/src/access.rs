// SPDX-License-Identifier: GPL-2.0-only

//! The model's loads and stores.
//!
//! Power ISA 2.07B, Book I chapters 3 to 7; Book II chapter 4 for dcbz, larx and their kind.

use crate::{
    execute::Fields,
    machine::{Machine, Stop},
    memory::LINE,
};

/// How an integer is loaded.
#[derive(Clone, Copy)]
enum Conversion {
    Zero,
    Sign,
    /// Bytes are in the other order.
    Reversed,
}
use Conversion::{Reversed, Sign, Zero};

fn load_integer(
    m: &mut Machine,
    ea: u64,
    size: usize,
    conversion: Conversion,
) -> Result<u64, Stop> {
    let mut bytes = [0; 8];
    m.load(ea, &mut bytes[8 - size..])?;
    let value = u64::from_be_bytes(bytes);
    let shift = 64 - 8 * size as u32;
    Ok(match conversion {
        Zero => value,
        Sign => ((value << shift) as i64 >> shift) as u64,
        Reversed => value.swap_bytes() >> shift,
    })
}

fn store_integer(m: &mut Machine, ea: u64, size: usize, value: u64) -> Result<(), Stop> {
    m.store(ea, &value.to_be_bytes()[8 - size..])
}

/// The loads and stores with a displacement.
pub(crate) fn displacement(m: &mut Machine, f: Fields) -> Result<(), Stop> {
    let (rt, ra) = (f.rt(), f.ra());
    let opcode = f.0 >> 26;
    // The DS form has two bits of the opcode where others have some of the displacement.
    let (d, kind) = match opcode {
        58 | 62 => (f.si() & !3, f.0 & 3),
        56 => (f.si() & !15, 0),
        _ => (f.si(), 0),
    };
    let ea = m.ra_or_0(f).wrapping_add(d);

    match (opcode, kind) {
        (32 | 34 | 40 | 33 | 35 | 41 | 42, _) | (58, _) => {
            let (size, conversion) = match (opcode, kind) {
                (32 | 33, _) => (4, Zero),
                (34 | 35, _) => (1, Zero),
                (40 | 41, _) => (2, Zero),
                (42, _) => (2, Sign),
                (_, 2) => (4, Sign),
                _ => (8, Zero),
            };
            let value = load_integer(m, ea, size, conversion)?;
            m.registers.gpr[rt] = value;
        }
        (36 | 38 | 44 | 37 | 39 | 45, _) | (62, 0 | 1) => {
            let size = match opcode {
                36 | 37 => 4,
                38 | 39 => 1,
                44 | 45 => 2,
                _ => 8,
            };
            store_integer(m, ea, size, m.registers.gpr[rt])?;
        }
        (47, _) => {
            let words = &m.registers.gpr[rt..];
            let bytes: Vec<u8> = words
                .iter()
                .flat_map(|r| (*r as u32).to_be_bytes())
                .collect();
            m.store(ea, &bytes)?;
        }
        (50, _) => m.registers.vsr[rt] = u128::from(load_integer(m, ea, 8, Zero)?) << 64,
        (54, _) => store_integer(m, ea, 8, (m.registers.vsr[rt] >> 64) as u64)?,
        (56, _) => {
            let mut bytes = [0; 16];
            m.load(ea, &mut bytes)?;
            let value = u128::from_be_bytes(bytes);
            m.registers.gpr[rt] = (value >> 64) as u64;
            m.registers.gpr[rt + 1] = value as u64;
        }
        (62, 2) => {
            let (high, low) = (m.registers.gpr[rt], m.registers.gpr[rt + 1]);
            m.store(
                ea,
                &(u128::from(high) << 64 | u128::from(low)).to_be_bytes(),
            )?;
        }
        _ => return Err(Stop::Unknown("primary opcode")),
    }
    let with_update = match opcode {
        58 | 62 => kind == 1,
        33 | 35 | 37 | 39 | 41 | 45 => true,
        _ => false,
    };
    if with_update {
        m.registers.gpr[ra] = ea;
    }
    Ok(())
}

/// The loads and stores with an index, and what else takes an address like them.
pub(crate) fn indexed(m: &mut Machine, f: Fields) -> Result<(), Stop> {
    let (rt, ra) = (f.rt(), f.ra());
    let ea = m.ra_or_0(f).wrapping_add(m.registers.gpr[f.rb()]);
    let vector = rt + 32;
    let vsr = rt + 32 * (f.0 & 1) as usize;

    match f.xo() {
        86 | 982 => m.flush(ea)?,
        1014 => m.store(ea & !(LINE as u64 - 1), &[0; LINE])?,
        20 | 84 => {
            let size = if f.xo() == 20 { 4 } else { 8 };
            let value = load_integer(m, ea, size, Zero)?;
            m.registers.gpr[rt] = value;
            m.reservation = Some((ea, value));
        }
        150 | 214 => {
            // Any reservation may be lost. The emulator loses one if it finds another value
            // there, as when a suspended transaction has failed in between.
            let size = if f.xo() == 150 { 4 } else { 8 };
            let kept = match m.reservation.take() {
                Some((reserved, value)) if reserved == ea => {
                    load_integer(m, ea, size, Zero)? == value
                }
                _ => false,
            };
            if kept {
                store_integer(m, ea, size, m.registers.gpr[rt])?;
            }
            let so = (m.registers.xer >> 31 & 1) as u8;
            m.set_cr(0, u8::from(kept) << 1 | so);
        }
        597 => {
            let length = f.rb();
            let mut bytes = vec![0; length.next_multiple_of(4)];
            m.load(m.ra_or_0(f), &mut bytes[..length])?;
            for (i, word) in bytes.chunks(4).enumerate() {
                m.registers.gpr[rt + i] = u64::from(u32::from_be_bytes(word.try_into().unwrap()));
            }
        }
        725 => {
            let words = &m.registers.gpr[rt..];
            let bytes: Vec<u8> = words
                .iter()
                .flat_map(|r| (*r as u32).to_be_bytes())
                .collect();
            m.store(m.ra_or_0(f), &bytes[..f.rb()])?;
        }
        103 => m.registers.vsr[vector] = load_quad(m, ea & !15)?,
        231 => m.store(ea & !15, &m.registers.vsr[vector].to_be_bytes())?,
        780 | 844 => m.registers.vsr[vsr] = load_quad(m, ea)?,
        908 | 972 => m.store(ea, &m.registers.vsr[vsr].to_be_bytes())?,
        599 => m.registers.vsr[rt] = u128::from(load_integer(m, ea, 8, Zero)?) << 64,
        727 => store_integer(m, ea, 8, (m.registers.vsr[rt] >> 64) as u64)?,
        xo => {
            let load = match xo {
                21 | 53 => Some((8, Zero)),
                23 => Some((4, Zero)),
                87 => Some((1, Zero)),
                279 => Some((2, Zero)),
                341 => Some((4, Sign)),
                343 => Some((2, Sign)),
                532 => Some((8, Reversed)),
                534 => Some((4, Reversed)),
                790 => Some((2, Reversed)),
                _ => None,
            };
            let s = m.registers.gpr[rt];
            if let Some((size, conversion)) = load {
                m.registers.gpr[rt] = load_integer(m, ea, size, conversion)?;
            } else {
                let (size, value) = match xo {
                    149 | 181 => (8, s),
                    151 => (4, s),
                    215 => (1, s),
                    407 => (2, s),
                    660 => (8, s.swap_bytes()),
                    662 => (4, s.swap_bytes() >> 32),
                    918 => (2, s.swap_bytes() >> 48),
                    _ => return Err(Stop::Unknown("opcode 31")),
                };
                store_integer(m, ea, size, value)?;
            }
            if xo == 53 || xo == 181 {
                m.registers.gpr[ra] = ea;
            }
        }
    }
    Ok(())
}

fn load_quad(m: &mut Machine, ea: u64) -> Result<u128, Stop> {
    let mut bytes = [0; 16];
    m.load(ea, &mut bytes)?;
    Ok(u128::from_be_bytes(bytes))
}

/// xxlxor and xxlor; false for others.
pub(crate) fn vsx(m: &mut Machine, f: Fields) -> Result<bool, Stop> {
    let number = |low: usize, high: u32| low + 32 * high as usize;
    let target = number(f.rt(), f.bits(31, 31));
    let a = m.registers.vsr[number(f.ra(), f.bits(29, 29))];
    let b = m.registers.vsr[number(f.rb(), f.bits(30, 30))];

    m.registers.vsr[target] = match f.bits(21, 28) {
        146 => a | b,
        154 => a ^ b,
        _ => return Err(Stop::Unknown("opcode 60")),
    };
    Ok(true)
}
