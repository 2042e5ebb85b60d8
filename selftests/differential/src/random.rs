// SPDX-License-Identifier: GPL-2.0-only

//! Random numbers that depend on nothing but a seed (splitmix64).

const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The generator's output for a state; runner.c has it, too.
pub(crate) fn mix(state: u64) -> u64 {
    let x = state.wrapping_add(INCREMENT);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        let x = mix(self.0);
        self.0 = self.0.wrapping_add(INCREMENT);
        x
    }

    /// Less than `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }
}
