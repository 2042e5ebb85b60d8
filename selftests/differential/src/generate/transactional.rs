// SPDX-License-Identifier: GPL-2.0-only

//! The instructions of transactional memory, and those that write MSR.

use super::*;

impl Generator {
    pub(super) fn begin(&mut self) -> Item {
        let rollback_only = u32::from(self.random.one_in(5));
        vec![Plain(x(TBEGIN, rollback_only, 0, 0) | RECORD)]
    }

    /// `tbegin.` with a branch to a failure handler.
    pub(super) fn begin_and_handle(&mut self) -> [Item; 2] {
        let skip = 4 + self.below(20) as u8;
        // beq
        [
            self.begin(),
            vec![Branch(16 << 26 | 12 << 21 | 2 << 16, skip)],
        ]
    }

    /// A nest, maybe deeper than one can be.
    pub(super) fn deep(&mut self) -> Item {
        vec![
            Plain(d(14, 27, 0, 1 + self.below(70))),
            Plain(mtspr(SPR_CTR, 27)),
            self.begin()[0],
            // beq out of the loop, bdnz to tbegin.
            Plain(16 << 26 | 12 << 21 | 2 << 16 | 8),
            Plain(16 << 26 | 16 << 21 | 0xfff8),
        ]
    }

    pub(super) fn conditional_abort(&mut self) -> Item {
        // Most are not taken.
        let to = match self.random.one_in(3) {
            true => self.below(32),
            false => self.random.pick(&[0, 4, 16, 8, 2, 1]),
        };
        let xo = self.random.pick(&[782, 814, 846, 878]);
        vec![Plain(x(xo, to, self.any(), self.any()) | RECORD)]
    }

    pub(super) fn transactional(&mut self) -> Item {
        let one = |word| vec![Plain(word)];
        match self.below(20) {
            0..=2 => self.begin(),
            3..=5 => one(x(TEND, u32::from(self.random.one_in(4)) << 4, 0, 0) | RECORD),
            6..=8 => one(x(TSR, 0, 0, 0) | RECORD),
            9..=12 => one(x(TSR, 1, 0, 0) | RECORD),
            13 => one(x(TABORT, 0, self.any(), 0) | RECORD),
            14 | 15 => self.conditional_abort(),
            16 | 17 => one(x(TCHECK, self.below(8) << 2, 0, 0)),
            _ => {
                let number = self
                    .random
                    .pick(&[SPR_TFHAR, SPR_TFIAR, SPR_TEXASR, SPR_TEXASRU]);
                one(mfspr(self.target(), number))
            }
        }
    }

    pub(super) fn write_spr(&mut self) -> Item {
        match self.below(3) {
            0 => {
                let number = self.random.pick(&[SPR_TFIAR, SPR_TEXASR, SPR_TEXASRU]);
                vec![Plain(mtspr(number, self.any()))]
            }
            _ => vec![
                Address(d(14, 27, 31, 0), self.forward()),
                Plain(mtspr(SPR_TFHAR, 27)),
            ],
        }
    }

    /// What only a kernel may do. In problem state each of these is an interrupt.
    pub(super) fn privileged(&mut self) -> Item {
        let bits = self.random.pick(&[0, 1, 2, 3, 5, 5, 3, 2, 4, 6, 7]);
        match self.below(10) {
            0 | 1 => vec![Plain(x(TRECLAIM, 0, self.any(), 0) | RECORD)],
            // With its own TFHAR: an older one could lead back, again and again.
            2..=4 => vec![
                Address(d(14, 27, 31, 0), self.forward()),
                Plain(mtspr(SPR_TFHAR, 27)),
                Plain(x(TRECHKPT, 0, 0, 0) | RECORD),
            ],
            5 | 6 => {
                let mut item = self.msr_with(bits);
                item.push(Plain(x(MTMSRD, 27, 0, 0)));
                item
            }
            7 => vec![Plain(x(MFMSR, 27, 0, 0)), Plain(x(MTMSR, 27, 0, 0))],
            8 => vec![Plain(x(MFMSR, self.target(), 0, 0))],
            _ => {
                let mut item = vec![
                    // MSR[EE] off, as an interrupt would change SRR0 and SRR1.
                    Plain(d(14, 26, 0, 2)),
                    Plain(x(MTMSRD, 26, 1, 0)),
                ];
                item.extend(self.msr_with(bits));
                item.extend([
                    // EE in the MSR to be
                    Plain(d(24, 27, 27, 0x8000)),
                    Plain(mtspr(SPR_SRR1, 27)),
                    Address(d(14, 27, 31, 0), self.forward()),
                    Plain(mtspr(SPR_SRR0, 27)),
                    Plain(RFID),
                    // Had it been an interrupt.
                    Plain(d(24, 26, 26, 0x8002)),
                    Plain(x(MTMSRD, 26, 1, 0)),
                ]);
                item
            }
        }
    }

    /// What software does that knows nothing of transactions: MSR[TM] goes off in Suspended
    /// state, MSR is written with TS and TM zero, and then they come back.
    pub(super) fn unaware(&mut self, to: &mut Vec<Item>) {
        to.extend(self.begin_and_handle());
        to.push(vec![Plain(x(TSR, 0, 0, 0) | RECORD)]);
        for bits in [2, 0, 3] {
            let mut item = self.msr_with(bits);
            item.push(Plain(x(MTMSRD, 27, 0, 0)));
            to.push(item);
            to.push(self.access());
        }
        to.push(vec![Plain(x(TSR, 1, 0, 0) | RECORD)]);
    }

    /// r27 = MSR with TS || TM = `bits`.
    pub(super) fn msr_with(&mut self, bits: u32) -> Item {
        vec![
            Plain(x(MFMSR, 27, 0, 0)),
            // rldicl 27, 27, 29, 3: rotated so that they come first, and cleared
            Plain(30 << 26 | 27 << 21 | 27 << 16 | 29 << 11 | 3 << 6),
            // rldicl 27, 27, 35, 0: and back
            Plain(30 << 26 | 27 << 21 | 27 << 16 | 3 << 11 | 1 << 1),
            Plain(d(14, 26, 0, bits)),
            // rldicr 26, 26, 32, 31
            Plain(30 << 26 | 26 << 21 | 26 << 16 | 31 << 6 | 1 << 2 | 1 << 1),
            Plain(x(444, 27, 27, 26)),
        ]
    }
}
