/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load or store a whole struct registers. The base register is free to choose
 * because the caller may have any pattern in the others: load_registers loads
 * the base last (from the structure, like every other), store_registers stores
 * all GPRs before it uses r0 as scratch.
 */
#include "registers.h"

#define SPR_USER_DSCR	3
#define SPR_USER_AMR	13
#define SPR_USER_VRSAVE	256
#define SPR_USER_TAR	815
#define SPR_USER_PPR	896

	.macro load_spr base, offset, reg, spr
	ld	0, \offset + 8 * \reg(\base)
	mtspr	\spr, 0
	.endm

	.macro store_spr base, offset, reg, spr
	mfspr	0, \spr
	std	0, \offset + 8 * \reg(\base)
	.endm

	.macro load_registers base, offset=0
	/* FPSCR and VSCR go through f0 and v0, so they come before these. */
	lfd	0, \offset + 8 * REG_FPSCR(\base)
	mtfsf	0xff, 0, 1, 0
	li	0, \offset + 8 * REG_VSCR
	lxvd2x	32, \base, 0
	mtvscr	0
	.set	.Lvsr, 0
	.rept	64
	li	0, \offset + 8 * REG_VSR + 16 * .Lvsr
	lxvd2x	.Lvsr, \base, 0
	.set	.Lvsr, .Lvsr + 1
	.endr
	load_spr \base, \offset, REG_DSCR, SPR_USER_DSCR
	load_spr \base, \offset, REG_PPR, SPR_USER_PPR
	load_spr \base, \offset, REG_AMR, SPR_USER_AMR
	load_spr \base, \offset, REG_TAR, SPR_USER_TAR
	load_spr \base, \offset, REG_VRSAVE, SPR_USER_VRSAVE
	ld	0, \offset + 8 * REG_LR(\base)
	mtlr	0
	ld	0, \offset + 8 * REG_CTR(\base)
	mtctr	0
	ld	0, \offset + 8 * REG_XER(\base)
	mtxer	0
	ld	0, \offset + 8 * REG_CR(\base)
	mtcr	0
	.set	.Lgpr, 0
	.rept	32
	.if	.Lgpr - \base
	ld	.Lgpr, \offset + 8 * .Lgpr(\base)
	.endif
	.set	.Lgpr, .Lgpr + 1
	.endr
	ld	\base, \offset + 8 * \base(\base)
	.endm

	.macro store_registers base, offset=0
	.set	.Lgpr, 0
	.rept	32
	std	.Lgpr, \offset + 8 * .Lgpr(\base)
	.set	.Lgpr, .Lgpr + 1
	.endr
	mfcr	0
	std	0, \offset + 8 * REG_CR(\base)
	mfxer	0
	std	0, \offset + 8 * REG_XER(\base)
	mfctr	0
	std	0, \offset + 8 * REG_CTR(\base)
	mflr	0
	std	0, \offset + 8 * REG_LR(\base)
	store_spr \base, \offset, REG_VRSAVE, SPR_USER_VRSAVE
	store_spr \base, \offset, REG_TAR, SPR_USER_TAR
	store_spr \base, \offset, REG_AMR, SPR_USER_AMR
	store_spr \base, \offset, REG_PPR, SPR_USER_PPR
	store_spr \base, \offset, REG_DSCR, SPR_USER_DSCR
	.set	.Lvsr, 0
	.rept	64
	li	0, \offset + 8 * REG_VSR + 16 * .Lvsr
	stxvd2x	.Lvsr, \base, 0
	.set	.Lvsr, .Lvsr + 1
	.endr
	mfvscr	0
	li	0, \offset + 8 * REG_VSCR
	stxvd2x	32, \base, 0
	mffs	0
	stfd	0, \offset + 8 * REG_FPSCR(\base)
	.endm
