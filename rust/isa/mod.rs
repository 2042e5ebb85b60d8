// SPDX-License-Identifier: GPL-2.0-only

//! The rules of transactional memory, as data and pure functions.
//!
//! Power ISA 2.07B, Book II chapter 5 and Book III-S section 3.2.2. Nothing here is `unsafe`,
//! touches a register or knows a vcpu: the same files build into the module and into a host crate
//! (`selftests/rules`), where they are tested exhaustively.

#![forbid(unsafe_code)]

pub(crate) mod emulate;
pub(crate) mod insn;
pub(crate) mod msr;
pub(crate) mod texasr;
pub(crate) mod transition;
