// SPDX-License-Identifier: GPL-2.0-only

//! The module's rules, tested on the build host: exhaustively where the domain is small, by
//! property where it is not.

#[allow(dead_code)]
#[path = "../../../rust/isa/mod.rs"]
mod isa;

#[cfg(test)]
mod emulate;
#[cfg(test)]
mod insn;
#[cfg(test)]
mod texasr;
#[cfg(test)]
mod transition;
