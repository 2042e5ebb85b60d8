// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's PCI device for education behind the first PCI host bridge (PHB3) of a
 * powernv8: it has memory of its own, and copies by DMA when it is told to, a
 * tenth of a second later.
 */
#include "copier.h"
#include "xscom.h"

/* The registers that connect the bridge to the machine, at QEMU's addresses. */
#define PHB_ENABLE	0x2012045
#define PHB_ENABLE_MMIO	(BIT(62) | BIT(61))	/* the second window, registers */
#define PHB		0x3fffe40000000ull
#define WINDOW_BASE	0x3ff8000000000ull
#define WINDOW_MASK	0x3ffff80000000ull

/* Those of the bridge, in doublewords. */
#define PHB_CONFIG_DATA		(0x130 / 8)
#define PHB_CONFIG_ADDRESS	(0x140 / 8)
#define PHB_CONTROL		(0x160 / 8)
#define PHB_CONTROL_WINDOW	BIT(47)
#define PHB_REQUESTERS		(0x168 / 8)
#define PHB_WINDOW_BASE		(0x190 / 8)
#define PHB_WINDOW_MASK		(0x198 / 8)
#define PHB_WINDOW_START	(0x1a0 / 8)
#define PHB_TABLE_ADDRESS	(0x220 / 8)
#define PHB_TABLE_DATA		(0x228 / 8)
#define PHB_ENABLED		BIT(63)
#define TRANSLATIONS		(9ull << 48)
#define NOT_TRANSLATED		BIT(12)		/* with bit 59 of the address */
#define BUS_ADDRESS		BIT(59)

/* Which of the requesters has which number: for all, 0. */
#define REQUESTERS	0x2020000ull

/* PCI configuration: the root port, and the device behind it. */
#define ROOT_PORT	0ull
#define DEVICE_BUS	1ull
#define PCI_COMMAND	0x04
#define COMMAND_MASTER	6			/* and memory */
#define PCI_BASE	0x10
#define PCI_BUSES	0x18
#define PCI_MEMORY	0x20
#define PCI_ADDRESS	0x80000000u

/* The device's registers. */
#define EDU		((volatile uint64_t *)WINDOW_BASE)
#define EDU_ID		0x010000ed
#define EDU_SOURCE	(0x80 / 8)
#define EDU_TARGET	(0x88 / 8)
#define EDU_COUNT	(0x90 / 8)
#define EDU_COMMAND	0x98
#define EDU_START	1
#define EDU_TO_MEMORY	2
#define EDU_BUFFER	0x40000

static volatile uint64_t *const bridge = (volatile uint64_t *)PHB;

static void configure(uint64_t bus, unsigned int at, uint32_t value)
{
	bridge[PHB_CONFIG_ADDRESS] = PHB_ENABLED | bus << 52 | (uint64_t)at << 32;
	*(volatile uint32_t *)&bridge[PHB_CONFIG_DATA] = __builtin_bswap32(value);
}

bool find_copier(void)
{
	*xscom(PHB_ENABLE) = PHB_ENABLE_MMIO;
	bridge[PHB_WINDOW_BASE] = WINDOW_BASE;
	bridge[PHB_WINDOW_MASK] = WINDOW_MASK;
	bridge[PHB_WINDOW_START] = PCI_ADDRESS;
	bridge[PHB_CONTROL] = PHB_CONTROL_WINDOW;
	bridge[PHB_REQUESTERS] = PHB_ENABLED | REQUESTERS;
	bridge[PHB_TABLE_ADDRESS] = TRANSLATIONS | 1;
	bridge[PHB_TABLE_DATA] = NOT_TRANSLATED;

	configure(ROOT_PORT, PCI_BUSES, DEVICE_BUS << 16 | DEVICE_BUS << 8);
	configure(ROOT_PORT, PCI_MEMORY, PCI_ADDRESS | PCI_ADDRESS >> 16);
	configure(ROOT_PORT, PCI_COMMAND, COMMAND_MASTER);
	configure(DEVICE_BUS, PCI_BASE, PCI_ADDRESS);
	configure(DEVICE_BUS, PCI_COMMAND, COMMAND_MASTER);
	return *(volatile uint32_t *)EDU == EDU_ID;
}

static uint64_t command(enum direction direction)
{
	return EDU_START | (direction == TO_MEMORY ? EDU_TO_MEMORY : 0);
}

uint64_t prepare_copy(enum direction direction, volatile uint64_t *memory)
{
	const uint64_t address = BUS_ADDRESS | (uintptr_t)memory;

	EDU[EDU_SOURCE] = direction == TO_MEMORY ? EDU_BUFFER : address;
	EDU[EDU_TARGET] = direction == TO_MEMORY ? address : EDU_BUFFER;
	EDU[EDU_COUNT] = WINDOW_SIZE;
	return (uintptr_t)EDU;
}

void emit_copy(enum direction direction)
{
	emit(LI(11, command(direction)));
	emit(STD_AT(11, OTHER, EDU_COMMAND));
	emit(LD_AT(11, OTHER, EDU_COMMAND));
	emit(CMPDI(11, command(direction)));
	emit(BEQ(-2));
}

bool copied(void)
{
	return !(EDU[EDU_COMMAND / 8] & EDU_START);
}

bool copy(enum direction direction, volatile uint64_t *memory)
{
	prepare_copy(direction, memory);
	EDU[EDU_COMMAND / 8] = command(direction);
	while (!copied())
		;
	return true;
}
