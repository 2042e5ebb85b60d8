// SPDX-License-Identifier: GPL-2.0-only

//! Decoding of the transactional memory instructions.
//!
//! Power ISA 2.07B, Book II section 5.5 and Book III-S section 4.4.

/// Operands of the instructions that may abort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparand {
    /// General register RB.
    Register(u8),
    /// SI, sign-extended.
    Immediate(i64),
}

/// A transactional memory instruction. Registers are numbers 0 to 31.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Insn {
    /// `tbegin. R`
    Begin { rollback_only: bool },
    /// `tend. A`
    End { all: bool },
    /// `tabort. RA`
    Abort { ra: u8 },
    /// `tabortwc.`, `tabortdc.`, `tabortwci.`, `tabortdci.`
    AbortConditional {
        doubleword: bool,
        to: u8,
        ra: u8,
        with: Comparand,
    },
    /// `tsr. L`: suspend (L=0) or resume (L=1).
    SuspendOrResume { resume: bool },
    /// `tcheck BF`
    Check { bf: u8 },
    /// `treclaim. RA`
    Reclaim { ra: u8 },
    /// `trechkpt.`
    Recheckpoint,
}

const PRIMARY_OPCODE: u32 = 31;

const TBEGIN: u32 = 654;
const TEND: u32 = 686;
const TCHECK: u32 = 718;
const TSR: u32 = 750;
const TABORTWC: u32 = 782;
const TABORTDC: u32 = 814;
const TABORTWCI: u32 = 846;
const TABORTDCI: u32 = 878;
const TABORT: u32 = 910;
const TRECLAIM: u32 = 942;
const TRECHKPT: u32 = 1006;

impl Insn {
    /// Whether problem state may not execute it.
    pub(crate) const fn is_privileged(self) -> bool {
        matches!(self, Insn::Reclaim { .. } | Insn::Recheckpoint)
    }

    /// Decodes an instruction word; `None` if it is none of this facility's.
    ///
    /// Reserved bits are ignored, as the processor does. All instructions but tcheck have Rc = 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use kvm_pr_tm::isa::insn::Insn;
    ///
    /// assert_eq!(Insn::decode(0x7c05_071d), Some(Insn::Abort { ra: 5 }));
    /// // An ordinary addition.
    /// assert_eq!(Insn::decode(0x7c64_2a14), None);
    /// ```
    pub(crate) fn decode(word: u32) -> Option<Self> {
        if word >> 26 != PRIMARY_OPCODE {
            return None;
        }
        // The fields by the ISA's bit numbers.
        let field = |first: u32, last: u32| (word >> (31 - last)) & ((1 << (last - first + 1)) - 1);
        let register = |first: u32| field(first, first + 4) as u8;
        let extended = field(21, 30);
        if extended != TCHECK && field(31, 31) == 0 {
            return None;
        }
        let conditional = |doubleword: bool, with: Comparand| Insn::AbortConditional {
            doubleword,
            to: register(6),
            ra: register(11),
            with,
        };
        let rb = Comparand::Register(register(16));
        let si = Comparand::Immediate(i64::from((field(16, 20) << 27) as i32 >> 27));

        Some(match extended {
            TBEGIN => Insn::Begin {
                rollback_only: field(10, 10) == 1,
            },
            TEND => Insn::End {
                all: field(6, 6) == 1,
            },
            TCHECK => Insn::Check {
                bf: field(6, 8) as u8,
            },
            TSR => Insn::SuspendOrResume {
                resume: field(10, 10) == 1,
            },
            TABORT => Insn::Abort { ra: register(11) },
            TABORTWC => conditional(false, rb),
            TABORTDC => conditional(true, rb),
            TABORTWCI => conditional(false, si),
            TABORTDCI => conditional(true, si),
            TRECLAIM => Insn::Reclaim { ra: register(11) },
            TRECHKPT => Insn::Recheckpoint,
            _ => return None,
        })
    }
}

/// Whether a trap or conditional abort with the TO field `to` is taken for operands `a` and `b`.
///
/// Power ISA 2.07B, Book I section 3.3.11.
pub(crate) fn condition_holds(to: u8, a: i64, b: i64) -> bool {
    let (ua, ub) = (a as u64, b as u64);
    (to & 0b10000 != 0 && a < b)
        || (to & 0b01000 != 0 && a > b)
        || (to & 0b00100 != 0 && a == b)
        || (to & 0b00010 != 0 && ua < ub)
        || (to & 0b00001 != 0 && ua > ub)
}
