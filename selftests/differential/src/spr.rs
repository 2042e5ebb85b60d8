// SPDX-License-Identifier: GPL-2.0-only

//! The model's special purpose registers.
//!
//! Power ISA 2.07B, Book II section 5.4 for those of transactional memory.

use crate::{
    execute::Fields,
    isa::{
        msr::Ts,
        texasr::Texasr,
        transition::BadThing, //
    },
    machine::{Machine, Stop},
};

const TFHAR: u32 = 128;
const TFIAR: u32 = 129;
const TEXASR: u32 = 130;
const TEXASRU: u32 = 131;

pub(crate) fn move_from(m: &mut Machine, f: Fields) -> Result<(), Stop> {
    let value = match f.spr() {
        1 => m.registers.xer,
        3 => m.registers.dscr,
        8 => m.registers.lr,
        9 => m.registers.ctr,
        256 => m.registers.vrsave,
        815 => m.registers.tar,
        TFHAR..=TEXASRU => {
            m.facility()?;
            match f.spr() {
                TFHAR => m.tfhar,
                TFIAR => m.tfiar,
                TEXASR => m.texasr.into_raw(),
                _ => m.texasr.into_raw() >> 32,
            }
        }
        _ => return Err(Stop::Unknown("mfspr")),
    };
    m.registers.gpr[f.rt()] = value;
    Ok(())
}

pub(crate) fn move_to(m: &mut Machine, f: Fields) -> Result<(), Stop> {
    let value = m.registers.gpr[f.rt()];
    match f.spr() {
        1 => m.registers.xer = value,
        3 => m.registers.dscr = value,
        8 => m.registers.lr = value,
        9 => m.registers.ctr = value,
        26 | 27 => {
            m.privileged()?;
            match f.spr() {
                26 => m.srr0 = value,
                _ => m.srr1 = value,
            }
        }
        256 => m.registers.vrsave = value & 0xffff_ffff,
        815 => m.registers.tar = value,
        TFHAR..=TEXASRU => {
            m.facility()?;
            // TFHAR alone can be written while a transaction is suspended.
            match (m.ts(), f.spr()) {
                (Ts::N, _) | (Ts::S, TFHAR) => (),
                _ => return Err(BadThing.into()),
            }
            match f.spr() {
                TFHAR => m.tfhar = value,
                TFIAR => m.tfiar = value,
                TEXASR => m.texasr = Texasr::from_raw(value),
                _ => {
                    let low = m.texasr.into_raw() & 0xffff_ffff;
                    m.texasr = Texasr::from_raw(value << 32 | low);
                }
            }
        }
        _ => return Err(Stop::Unknown("mtspr")),
    }
    Ok(())
}
