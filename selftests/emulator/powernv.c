// SPDX-License-Identifier: GPL-2.0-only
/*
 * In place of ../privileged/firmware.c where this program is the firmware of a
 * POWER8, in hypervisor state: the page table is its own, the console is a UART
 * behind the LPC bus, which is reached by registers of the chip (XSCOM).
 */
#include "privileged.h"
#include "xscom.h"

#define LPC		xscom(0xb0020)
#define LPC_COMMAND	0
#define LPC_DATA	3
#define LPC_WRITE_BYTE	(0xdull << 60 | 1ull << 56)
#define LPC_IO		0xd0010000ull
#define UART_DATA	0x3f8

#define SPR_SDR1	25
#define SPR_LPCR	318
/* Guests' real mode has 256 MiB, at 0. */
#define LPCR_RMLS_256M	(4ull << 26)
#define LPCR_RMLS	(15ull << 26)

/* Where ./machine.py puts them: a firmware is given none. */
#define ARGUMENTS	((const char *)0x2001000)

#define PAGE_TABLE	0x1000000ull
#define PAGE_TABLE_LOG2	18
#define GROUP_ENTRIES	8

char boot_arguments[256];
uint32_t page_table_log2 = PAGE_TABLE_LOG2;
/* Registers that take anything. */
const uint64_t device_address = XSCOM + 0xb00000;

void ask_firmware(uint64_t entry)
{
	unsigned int i;

	(void)entry;
	for (i = 0; i < sizeof(boot_arguments) - 1; i++)
		boot_arguments[i] = ARGUMENTS[i];
}

void find_hypercall(void)
{
	uint64_t lpcr;

	asm volatile("mfspr %0, %1" : "=r" (lpcr) : "i" (SPR_LPCR));
	lpcr = (lpcr & ~LPCR_RMLS) | LPCR_RMLS_256M;
	asm volatile("mtspr %0, %1" : : "i" (SPR_LPCR), "r" (lpcr));
	/* The size is in units of 256 KiB. */
	asm volatile("mtspr %0, %1" : : "i" (SPR_SDR1), "r" (PAGE_TABLE));
}

bool enter_translation(uint64_t group, uint64_t virtual, uint64_t real)
{
	volatile uint64_t *entry = (volatile uint64_t *)PAGE_TABLE + group * GROUP_ENTRIES * 2;
	unsigned int i;

	for (i = 0; i < GROUP_ENTRIES; i++, entry += 2) {
		if (entry[0])
			continue;
		entry[1] = real;
		entry[0] = virtual;
		asm volatile("ptesync" : : : "memory");
		return true;
	}
	return false;
}

/* It has come to head.S's elect, or will when it gets its turn. */
bool start_cpu(unsigned int number, uint64_t entry, uint64_t r3)
{
	volatile uint32_t *tickets = (volatile uint32_t *)START_TICKETS;
	volatile uint64_t *order = (volatile uint64_t *)
				   (START_TICKETS + ((uint64_t)number << START_ORDER_LG));
	unsigned int i;

	for (i = 0; i < 1000 && *tickets <= number; i++)
		asm volatile("or 1, 1, 1" : : : "memory");
	if (*tickets <= number)
		return false;
	order[1] = r3;
	asm volatile("lwsync" : : : "memory");
	order[0] = entry;
	return true;
}

void put_char(char c)
{
	LPC[LPC_DATA] = (uint64_t)(unsigned char)c << 56;
	LPC[LPC_COMMAND] = LPC_WRITE_BYTE | (LPC_IO + UART_DATA);
}

/* It can't: the last line tells the runner to do it. */
void power_off(void)
{
	for (;;)
		;
}
