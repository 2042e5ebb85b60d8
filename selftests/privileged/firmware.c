// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the machine's firmware and hypervisor give a program: boot arguments
 * and the RTAS token by the client interface (IEEE 1275), a console and the
 * way to switch off by hypercalls (PAPR).
 */
#include "encodings.h"
#include "privileged.h"

#define H_PUT_TERM_CHAR		0x58
#define H_RTAS			0xf000	/* KVM's and QEMU's own number */
#define H_BUSY			1
#define H_PRIVILEGE		-3ull
#define LINE_LENGTH		16

char boot_arguments[256];
uint32_t page_table_log2;

static uint32_t power_off_token;
static uint64_t client_interface;

/* The interface's structures have 32-bit cells. */
static uint32_t cell(const volatile void *p)
{
	return (uint32_t)(uintptr_t)p;
}

static uint32_t find_device(const char *path)
{
	uint32_t call[5];

	call[0] = cell("finddevice");
	call[1] = 1;
	call[2] = 1;
	call[3] = cell(path);
	call[4] = ~0u;
	call_firmware(client_interface, call);
	return call[4];
}

static void get_property(uint32_t node, const char *name, void *to, uint32_t length)
{
	uint32_t call[8];

	call[0] = cell("getprop");
	call[1] = 4;
	call[2] = 1;
	call[3] = node;
	call[4] = cell(name);
	call[5] = cell(to);
	call[6] = length;
	call[7] = ~0u;
	call_firmware(client_interface, call);
}

static uint32_t first_child(uint32_t node)
{
	uint32_t call[5];

	call[0] = cell("child");
	call[1] = 1;
	call[2] = 1;
	call[3] = node;
	call[4] = ~0u;
	call_firmware(client_interface, call);
	return call[4];
}

/* Runs where QEMU loaded it: no pointer in a static variable may be used. */
void ask_firmware(uint64_t entry)
{
	uint32_t size[2] = { 0, 0 };

	client_interface = entry;
	get_property(find_device("/chosen"), "bootargs", boot_arguments,
		     sizeof(boot_arguments) - 1);
	get_property(find_device("/rtas"), "power-off", &power_off_token,
		     sizeof(power_off_token));
	get_property(first_child(find_device("/cpus")), "ibm,pft-size", size, sizeof(size));
	page_table_log2 = size[1];
}

/*
 * A guest of PR KVM runs in problem state, so in a host that is a guest itself
 * its sc 1 goes to the host's own hypervisor, who refuses. PR KVM knows an
 * instruction that no machine has instead; SLOF patches kernels likewise.
 */
void find_hypercall(void)
{
	if (hypercall(H_PUT_TERM_CHAR, 0, 0, 0, 0) != H_PRIVILEGE)
		return;
	hypercall_instruction[0] = SC_1_OF_PR_KVM;
	write_instructions(hypercall_instruction, 1);
}

void put_char(char c)
{
	static uint64_t words[LINE_LENGTH / 8];
	static unsigned int used;
	char *bytes = (char *)words;

	bytes[used++] = c;
	if (used < LINE_LENGTH && c != '\n')
		return;
	while (hypercall(H_PUT_TERM_CHAR, 0, used, words[0], words[1]) == H_BUSY)
		;
	used = 0;
}

void power_off(void)
{
	static uint32_t call[6];

	call[0] = power_off_token;
	call[1] = 2;
	call[2] = 1;
	call[3] = ~0u;
	call[4] = ~0u;
	hypercall(H_RTAS, (uintptr_t)call, 0, 0, 0);
	/* Not switched off: the last printed line tells the runner to do it. */
	for (;;)
		;
}
