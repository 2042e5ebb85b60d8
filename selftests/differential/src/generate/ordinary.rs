// SPDX-License-Identifier: GPL-2.0-only

//! Instructions that have nothing to do with transactions, but work in them.

use super::*;

impl Generator {
    pub(super) fn access(&mut self) -> Item {
        let r = self.any();
        let t = self.target();
        let offset = self.offset();
        let store = self.random.one_in(2);
        let one = |word| vec![Plain(word)];
        let loads = [32, 34, 40, 42, 58];
        let stores = [36, 38, 44, 62, 62];
        match self.below(16) {
            0..=5 if store => {
                let opcode = self.random.pick(&stores);
                let low = if opcode == 62 { offset & !3 } else { offset };
                one(d(opcode, r, 30, low))
            }
            0..=5 => {
                let opcode = self.random.pick(&loads);
                let ds = self.random.pick(&[0, 2]);
                let low = if opcode == 58 {
                    offset & !3 | ds
                } else {
                    offset
                };
                one(d(opcode, t, 30, low))
            }
            6 | 7 if store => one(x(
                self.random.pick(&[149, 151, 215, 407, 660, 662, 918]),
                r,
                30,
                29,
            )),
            6 | 7 => {
                let loads = [21, 23, 87, 279, 341, 343, 532, 534, 790];
                one(x(self.random.pick(&loads), t, 30, 29))
            }
            // With update.
            8 => {
                let step = (self.below(33) * 4).wrapping_sub(64);
                match store {
                    true => one(d(62, r, 28, step & !3 | 1)),
                    false => one(d(58, t, 28, step & !3 | 1)),
                }
            }
            9 => {
                let step = self.below(129).wrapping_sub(64);
                match store {
                    true => one(d(self.random.pick(&[37, 39, 45]), r, 28, step)),
                    false => one(d(self.random.pick(&[33, 35, 41]), t, 28, step)),
                }
            }
            // Vectors.
            10 | 11 => {
                let stores = [231, 908, 972, 908 | 0x8000_0000, 972 | 0x8000_0000];
                let loads = [103, 780, 844, 780 | 0x8000_0000, 844 | 0x8000_0000];
                let xo = self.random.pick(if store { &stores } else { &loads });
                // The last bit of XX1 forms is the highest of the register's number.
                one(x(xo & 0x3ff, r, 30, 29) | xo >> 31)
            }
            12 if store => one(d(54, r, 30, offset)),
            12 => one(d(50, r, 30, offset)),
            13 => match (self.below(3), store) {
                // Quadwords, aligned ones.
                (0, true) => one(d(62, r & 30, 30, offset & !15 | 2)),
                (0, false) => one(d(56, self.below(12) * 2 + 2, 30, offset & !15)),
                // Strings and multiples.
                (1, true) => one(x(725, 3 + self.below(8), 28, 1 + self.below(16))),
                (1, false) => one(x(597, 3 + self.below(8), 28, 1 + self.below(16))),
                _ => one(d(47, 20 + r % 12, 30, offset)),
            },
            14 => match self.below(4) {
                0 => one(x(86, 0, 30, 29)),
                1 => one(x(982, 0, 30, 29)),
                _ => one(x(1014, 0, 30, 29)),
            },
            _ => {
                // A reservation, with something between or not.
                let (load, store) = self.random.pick(&[(20, 150), (84, 214)]);
                let mut item = vec![
                    Plain(d(28, 29, 27, 0x1f8)),
                    Plain(x(load, t, 30, 27)),
                    Plain(x(store, r, 30, 27) | RECORD),
                ];
                if self.random.one_in(3) {
                    let between = self.transactional();
                    if between.len() == 1 {
                        item.insert(2, between[0]);
                    }
                }
                item
            }
        }
    }

    /// A loop of stores or loads, one to a line.
    pub(super) fn wide(&mut self) -> Item {
        let lines = 1 + self.below(80);
        let step = 128 + 8 * self.below(3);
        let access = match self.random.one_in(2) {
            true => d(62, self.below(28), 28, step | 1),
            false => d(58, 3, 28, step | 1),
        };
        vec![
            Plain(d(14, 27, 0, lines)),
            Plain(mtspr(SPR_CTR, 27)),
            Plain(d(14, 28, 30, 8 * self.below(16))),
            Plain(access),
            // bdnz to the access
            Plain(16 << 26 | 16 << 21 | 0xfffc),
        ]
    }

    pub(super) fn arithmetic(&mut self) -> Item {
        let (t, a, b) = (self.target(), self.any(), self.any());
        let rc = self.below(2);
        let oe = self.below(2) << 9;
        let si = self.random.next() as u32;
        let word = match self.below(24) {
            0 => d(14, t, a, si),
            1 => d(15, t, a, si),
            2 => d(self.random.pick(&[7, 8, 12, 13]), t, a, si),
            // Those that set RA.
            3 => d(self.random.pick(&[24, 25, 26, 27, 28, 29]), a, t, si),
            4..=7 => {
                let forms = [266, 10, 138, 40, 8, 136, 235, 233];
                x(self.random.pick(&forms) | oe, t, a, b) | rc
            }
            8 => x(self.random.pick(&[104, 202, 234]) | oe, t, a, 0) | rc,
            9..=11 => {
                let forms = [28, 444, 316, 476, 124, 60, 27, 539, 24, 536];
                x(self.random.pick(&forms), a, t, b) | rc
            }
            12 => x(self.random.pick(&[954, 922, 986, 58]), a, t, 0) | rc,
            13 => x(506, a, t, 0),
            14 => x(824, a, t, b) | rc,
            15 => 21 << 26 | a << 21 | t << 16 | b << 11 | (si & 0x3ff) << 1 | rc,
            16 => 30 << 26 | a << 21 | t << 16 | b << 11 | (si & 0x3f7) << 1 & !0x18 | rc,
            17 => x(self.random.pick(&[0, 32]), self.below(8) << 2 | rc, a, b),
            18 => d(self.random.pick(&[10, 11]), self.below(8) << 2 | rc, a, si),
            19 => 31 << 26 | t << 21 | a << 16 | b << 11 | (si & 31) << 6 | 15 << 1,
            20 => {
                19 << 26
                    | self.any() << 21
                    | a << 16
                    | b << 11
                    | self.random.pick(&[193, 225, 257, 449]) << 1
            }
            21 => 19 << 26 | self.below(8) << 23 | self.below(8) << 18,
            22 => x(144, a, (si & 0xff) >> 4, (si & 0xf) << 1),
            _ => x(19, t, 0, 0),
        };
        vec![Plain(word)]
    }

    /// Moves of the other registers that a checkpoint holds.
    pub(super) fn others(&mut self) -> Item {
        let (t, r) = (self.target(), self.any());
        let number = self
            .random
            .pick(&[SPR_LR, SPR_CTR, SPR_VRSAVE, SPR_TAR, SPR_DSCR]);
        let v = |g: &mut Self| (g.any(), g.below(2));
        match self.below(12) {
            0..=2 => vec![Plain(mfspr(t, number))],
            3 if number == SPR_DSCR => {
                vec![Plain(d(28, r, 27, 0x1ff)), Plain(mtspr(number, 27))]
            }
            3..=5 if number != SPR_DSCR => vec![Plain(mtspr(number, r))],
            6 => vec![Plain(mfspr(t, SPR_XER))],
            7 => vec![
                Plain(d(14, 27, 0, self.below(128))),
                Plain(d(25, 27, 27, self.below(8) << 13)),
                Plain(mtspr(SPR_XER, 27)),
            ],
            8 => vec![Plain(63 << 26 | r << 21 | 583 << 1)],
            9 => vec![Plain(63 << 26 | 7 << 23 | self.below(4) << 12 | 134 << 1)],
            10 => vec![Plain(63 << 26 | r << 21 | self.any() << 11 | 72 << 1)],
            _ => {
                let ((t, tx), (a, ax), (b, bx)) = (v(self), v(self), v(self));
                let xo = self.random.pick(&[146, 154]);
                let word = 60 << 26 | t << 21 | a << 16 | b << 11 | xo << 3;
                vec![Plain(word | ax << 2 | bx << 1 | tx)]
            }
        }
    }

    pub(super) fn pointers(&mut self) -> Item {
        vec![match self.random.one_in(2) {
            true => Plain(d(14, 28, 30, self.offset() & 0x1fff)),
            false => Plain(d(14, 29, 0, self.offset())),
        }]
    }

    pub(super) fn branch(&mut self) -> Item {
        let skip = self.forward();
        vec![match self.below(8) {
            0 => Branch(18 << 26, skip),
            // bdnz, bdz
            1 => Branch(16 << 26 | self.random.pick(&[16, 18]) << 21, skip),
            // On a bit of CR0, mostly.
            2..=5 => Branch(
                16 << 26 | self.random.pick(&[4, 12]) << 21 | self.below(4) << 16,
                skip,
            ),
            _ => Branch(
                16 << 26 | self.random.pick(&[4, 12]) << 21 | self.any() << 16,
                skip,
            ),
        }]
    }
}
