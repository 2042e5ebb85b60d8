// SPDX-License-Identifier: GPL-2.0-only

//! The model's ordinary instructions: those that the generator uses, in 64-bit big-endian mode.
//!
//! Power ISA 2.07B, Book I; Book III-S chapter 4 for mtmsrd, rfid and their kind.

use crate::{
    access,
    isa::{
        insn::condition_holds,
        msr::Msr, //
    },
    machine::{Machine, Stop, MSR_EE, SRR1_TRAP, VECTOR_PROGRAM, VECTOR_SYSTEM_CALL},
    spr,
};

const XER_SO: u64 = 1 << 31;
const XER_OV: u64 = 1 << 30;
const XER_CA: u64 = 1 << 29;

const MSR_RI: u64 = 1 << 1;

/// An instruction's fields, by the ISA's names.
#[derive(Clone, Copy)]
pub(crate) struct Fields(pub(crate) u32);

impl Fields {
    /// Bits first to last, by the ISA's numbers.
    pub(crate) fn bits(self, first: u32, last: u32) -> u32 {
        self.0 << first >> (31 - (last - first))
    }
    pub(crate) fn rt(self) -> usize {
        self.bits(6, 10) as usize
    }
    pub(crate) fn ra(self) -> usize {
        self.bits(11, 15) as usize
    }
    pub(crate) fn rb(self) -> usize {
        self.bits(16, 20) as usize
    }
    pub(crate) fn si(self) -> u64 {
        self.0 as i16 as u64
    }
    fn ui(self) -> u64 {
        u64::from(self.0 as u16)
    }
    pub(crate) fn xo(self) -> u32 {
        self.bits(21, 30)
    }
    fn rc(self) -> bool {
        self.0 & 1 != 0
    }
    pub(crate) fn spr(self) -> u32 {
        self.bits(16, 20) << 5 | self.bits(11, 15)
    }
}

impl Machine {
    fn compare(&mut self, field: u32, less: bool, greater: bool) {
        let so = u8::from(self.registers.xer & XER_SO != 0);
        let equal = !less && !greater;
        let value = u8::from(less) << 3 | u8::from(greater) << 2 | u8::from(equal) << 1 | so;
        self.set_cr(field as u8, value);
    }

    /// CR0 of an instruction with Rc=1.
    fn record_result(&mut self, result: u64) {
        self.compare(0, (result as i64) < 0, result as i64 > 0);
    }

    fn cr_bit(&self, bit: u32) -> bool {
        self.registers.cr >> (31 - bit) & 1 != 0
    }

    fn carry(&self) -> u64 {
        u64::from(self.registers.xer & XER_CA != 0)
    }

    fn set_carry(&mut self, carry: bool) {
        self.registers.xer = self.registers.xer & !XER_CA | if carry { XER_CA } else { 0 };
    }

    fn set_overflow(&mut self, overflow: bool) {
        self.registers.xer &= !XER_OV;
        if overflow {
            self.registers.xer |= XER_OV | XER_SO;
        }
    }

    /// GPR RA, or 0 if that is its number.
    pub(crate) fn ra_or_0(&self, f: Fields) -> u64 {
        match f.ra() {
            0 => 0,
            ra => self.registers.gpr[ra],
        }
    }
}

/// Executes an instruction that is not one of transactional memory.
pub(crate) fn ordinary(m: &mut Machine, word: u32) -> Result<(), Stop> {
    let f = Fields(word);
    let (rt, ra) = (f.rt(), f.ra());
    let s = m.registers.gpr[rt];
    let a = m.registers.gpr[ra];
    let next = m.pc + 4;

    match word >> 26 {
        7 => m.registers.gpr[rt] = a.wrapping_mul(f.si()),
        8 => add(m, rt, !a, f.si(), 1, true),
        10 => m.compare(
            f.bits(6, 8),
            compared(f, a) < f.ui(),
            compared(f, a) > f.ui(),
        ),
        11 => {
            let (a, b) = (compared(f, a) as i64, f.si() as i64);
            let a = if f.bits(10, 10) == 1 {
                a
            } else {
                i64::from(a as i32)
            };
            m.compare(f.bits(6, 8), a < b, a > b);
        }
        12 => add(m, rt, a, f.si(), 0, true),
        13 => {
            add(m, rt, a, f.si(), 0, true);
            m.record_result(m.registers.gpr[rt]);
        }
        14 => m.registers.gpr[rt] = m.ra_or_0(f).wrapping_add(f.si()),
        15 => m.registers.gpr[rt] = m.ra_or_0(f).wrapping_add(f.si() << 16),
        16 => {
            let bo = f.bits(6, 10);
            if bo & 0b00100 == 0 {
                m.registers.ctr = m.registers.ctr.wrapping_sub(1);
            }
            let ctr = bo & 0b00100 != 0 || (m.registers.ctr != 0) != (bo & 0b00010 != 0);
            let cr = bo & 0b10000 != 0 || m.cr_bit(f.bits(11, 15)) == (bo & 0b01000 != 0);
            if ctr && cr {
                m.pc = m.pc.wrapping_add(f.si() & !3);
                return Ok(());
            }
        }
        17 => return Err(Stop::Interrupt(VECTOR_SYSTEM_CALL, 0)),
        18 => {
            m.pc = m.pc.wrapping_add(f.si() & !3);
            return Ok(());
        }
        19 => return opcode_19(m, f),
        20 | 21 => {
            let doubled = u64::from(s as u32) << 32 | u64::from(s as u32);
            let mask = mask(f.bits(21, 25) + 32, f.bits(26, 30) + 32);
            let insert = if word >> 26 == 20 { a & !mask } else { 0 };
            m.registers.gpr[ra] = doubled.rotate_left(f.bits(16, 20)) & mask | insert;
            if f.rc() {
                m.record_result(m.registers.gpr[ra]);
            }
        }
        24 => m.registers.gpr[ra] = s | f.ui(),
        25 => m.registers.gpr[ra] = s | f.ui() << 16,
        26 => m.registers.gpr[ra] = s ^ f.ui(),
        27 => m.registers.gpr[ra] = s ^ f.ui() << 16,
        28 | 29 => {
            let ui = if word >> 26 == 28 {
                f.ui()
            } else {
                f.ui() << 16
            };
            m.registers.gpr[ra] = s & ui;
            m.record_result(s & ui);
        }
        30 => {
            let shift = f.bits(16, 20) | f.bits(30, 30) << 5;
            let limit = f.bits(21, 25) | f.bits(26, 26) << 5;
            let mask = match f.bits(27, 29) {
                0 => mask(limit, 63),
                1 => mask(0, limit),
                _ => return Err(Stop::Unknown("opcode 30")),
            };
            m.registers.gpr[ra] = s.rotate_left(shift) & mask;
            if f.rc() {
                m.record_result(m.registers.gpr[ra]);
            }
        }
        31 => return opcode_31(m, f),
        60 if access::vsx(m, f)? => (),
        63 => match f.xo() {
            583 => m.registers.vsr[rt] = u128::from(m.registers.fpscr) << 64,
            134 if f.bits(6, 8) == 7 => m.registers.fpscr = u64::from(f.bits(16, 19)),
            72 => m.registers.vsr[rt] = m.registers.vsr[f.rb()] >> 64 << 64,
            _ => return Err(Stop::Unknown("opcode 63")),
        },
        _ => access::displacement(m, f)?,
    }
    m.pc = next;
    Ok(())
}

/// The operand of a comparison, of which L=0 takes the low word.
fn compared(f: Fields, value: u64) -> u64 {
    match f.bits(10, 10) {
        1 => value,
        _ => value & 0xffff_ffff,
    }
}

/// Ones from bit `first` to bit `last`, wrapping around.
fn mask(first: u32, last: u32) -> u64 {
    let (from, to) = (u64::MAX >> first, u64::MAX << (63 - last));
    if first <= last {
        from & to
    } else {
        from | to
    }
}

/// rt = a + b + carry, and XER[CA] if asked for. Returns whether it overflows.
fn add(m: &mut Machine, rt: usize, a: u64, b: u64, carry: u64, set_carry: bool) {
    let sum = u128::from(a) + u128::from(b) + u128::from(carry);
    m.registers.gpr[rt] = sum as u64;
    if set_carry {
        m.set_carry(sum >> 64 != 0);
    }
}

fn opcode_19(m: &mut Machine, f: Fields) -> Result<(), Stop> {
    let logic = |m: &mut Machine, op: fn(bool, bool) -> bool| {
        let value = op(m.cr_bit(f.bits(11, 15)), m.cr_bit(f.bits(16, 20)));
        let bit = 1 << (31 - f.bits(6, 10));
        m.registers.cr = m.registers.cr & !bit | if value { bit } else { 0 };
    };
    match f.xo() {
        0 => {
            let value = m.registers.cr >> (28 - 4 * f.bits(11, 13)) & 0xf;
            m.set_cr(f.bits(6, 8) as u8, value as u8);
        }
        18 => {
            m.privileged()?;
            return m.write_msr(m.srr1, m.srr0 & !3);
        }
        150 => (),
        193 => logic(m, |a, b| a ^ b),
        225 => logic(m, |a, b| !(a & b)),
        257 => logic(m, |a, b| a & b),
        449 => logic(m, |a, b| a | b),
        _ => return Err(Stop::Unknown("opcode 19")),
    }
    m.pc += 4;
    Ok(())
}

fn opcode_31(m: &mut Machine, f: Fields) -> Result<(), Stop> {
    let (rt, ra, rb) = (f.rt(), f.ra(), f.rb());
    let (s, a, b) = (
        m.registers.gpr[rt],
        m.registers.gpr[ra],
        m.registers.gpr[rb],
    );
    let next = m.pc + 4;
    let word = |v: u64| i64::from(v as i32);

    // isel has its condition where others have a part of the opcode.
    if f.bits(26, 30) == 15 {
        let chosen = m.cr_bit(f.bits(21, 25));
        m.registers.gpr[rt] = if chosen { m.ra_or_0(f) } else { b };
        m.pc = next;
        return Ok(());
    }
    // Those that set GPR RA from RS.
    let logical = match f.xo() {
        28 => Some(s & b),
        60 => Some(s & !b),
        124 => Some(!(s | b)),
        316 => Some(s ^ b),
        444 => Some(s | b),
        476 => Some(!(s & b)),
        24 => Some(u64::from(
            (s as u32).checked_shl(b as u32 & 63).unwrap_or(0),
        )),
        536 => Some(u64::from(
            (s as u32).checked_shr(b as u32 & 63).unwrap_or(0),
        )),
        27 => Some(s.checked_shl(b as u32 & 127).unwrap_or(0)),
        539 => Some(s.checked_shr(b as u32 & 127).unwrap_or(0)),
        58 => Some(u64::from(s.leading_zeros())),
        506 => Some(u64::from(s.count_ones())),
        922 => Some(s as i16 as u64),
        954 => Some(s as i8 as u64),
        986 => Some(s as i32 as u64),
        824 => {
            let shift = f.bits(16, 20);
            let s = s as i32;
            m.set_carry(s < 0 && s as u32 & ((1 << shift) - 1) != 0);
            Some(i64::from(s >> shift) as u64)
        }
        _ => None,
    };
    if let Some(result) = logical {
        m.registers.gpr[ra] = result;
        if f.rc() && f.xo() != 506 {
            m.record_result(result);
        }
        m.pc = next;
        return Ok(());
    }
    // Those that set GPR RT from RA and RB, maybe XER[OV].
    let ca = m.carry();
    let sum = match f.bits(22, 30) {
        8 => Some((!a, b, 1, true)),
        10 => Some((a, b, 0, true)),
        40 => Some((!a, b, 1, false)),
        104 => Some((!a, 0, 1, false)),
        136 => Some((!a, b, ca, true)),
        138 => Some((a, b, ca, true)),
        202 => Some((a, 0, ca, true)),
        234 => Some((a, u64::MAX, ca, true)),
        266 => Some((a, b, 0, false)),
        _ => None,
    };
    let product = match f.bits(22, 30) {
        233 => {
            let wide = i128::from(a as i64) * i128::from(b as i64);
            Some((wide as u64, wide != i128::from(wide as i64)))
        }
        235 => {
            let wide = word(a) * word(b);
            Some((wide as u64, wide != i64::from(wide as i32)))
        }
        _ => None,
    };
    if let Some((x, y, carry, set_carry)) = sum {
        add(m, rt, x, y, carry, set_carry);
        let result = m.registers.gpr[rt];
        if f.bits(21, 21) == 1 {
            m.set_overflow(!(x ^ y) & (x ^ result) & 1 << 63 != 0);
        }
    } else if let Some((result, overflow)) = product {
        m.registers.gpr[rt] = result;
        if f.bits(21, 21) == 1 {
            m.set_overflow(overflow);
        }
    }
    if sum.is_some() || product.is_some() {
        if f.rc() {
            m.record_result(m.registers.gpr[rt]);
        }
        m.pc = next;
        return Ok(());
    }

    match f.xo() {
        0 if f.bits(10, 10) == 1 => {
            m.compare(f.bits(6, 8), (a as i64) < b as i64, a as i64 > b as i64)
        }
        0 => m.compare(f.bits(6, 8), word(a) < word(b), word(a) > word(b)),
        32 => {
            let (a, b) = (compared(f, a), compared(f, b));
            m.compare(f.bits(6, 8), a < b, a > b);
        }
        4 => {
            if condition_holds(rt as u8, word(a), word(b)) {
                return Err(Stop::Interrupt(VECTOR_PROGRAM, SRR1_TRAP));
            }
        }
        19 => m.registers.gpr[rt] = u64::from(m.registers.cr),
        144 => {
            for field in 0..8 {
                if f.bits(12, 19) >> (7 - field) & 1 == 1 {
                    m.set_cr(field, (s >> (28 - 4 * field)) as u8 & 0xf);
                }
            }
        }
        83 => {
            m.privileged()?;
            m.registers.gpr[rt] = m.msr.into_raw();
        }
        146 | 178 if f.bits(15, 15) == 1 => {
            m.privileged()?;
            let kept = m.msr.into_raw() & !(MSR_EE | MSR_RI);
            m.msr = Msr::from_raw(kept | s & (MSR_EE | MSR_RI));
        }
        146 => {
            m.privileged()?;
            m.msr = Msr::from_raw(m.msr.into_raw() >> 32 << 32 | s & 0xffff_ffff);
        }
        178 => {
            m.privileged()?;
            return m.write_msr(s, next);
        }
        339 => spr::move_from(m, f)?,
        467 => spr::move_to(m, f)?,
        598 => (),
        _ => access::indexed(m, f)?,
    }
    m.pc = next;
    Ok(())
}
