// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the machine's firmware and hypervisor give a program: boot arguments
 * and the RTAS token by the client interface (IEEE 1275), a console and the
 * way to switch off by hypercalls (PAPR).
 */
#include "encodings.h"
#include "privileged.h"

#define H_ENTER			0x08
#define H_PUT_TERM_CHAR		0x58
#define H_RTAS			0xf000	/* KVM's and QEMU's own number */
#define H_BUSY			1
#define H_PRIVILEGE		-3ull
#define LINE_LENGTH		16

char boot_arguments[256];
uint32_t page_table_log2;

uint32_t store_nvram_token, fetch_nvram_token;

static uint32_t power_off_token, start_cpu_token;
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

static void get_token(const char *name, uint32_t *token)
{
	get_property(find_device("/rtas"), name, token, sizeof(*token));
}

/* Runs where QEMU loaded it: no pointer in a static variable may be used. */
void ask_firmware(uint64_t entry)
{
	uint32_t size[2] = { 0, 0 };

	client_interface = entry;
	get_property(find_device("/chosen"), "bootargs", boot_arguments,
		     sizeof(boot_arguments) - 1);
	get_token("power-off", &power_off_token);
	get_token("start-cpu", &start_cpu_token);
	get_token("nvram-store", &store_nvram_token);
	get_token("nvram-fetch", &fetch_nvram_token);
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

/* Beyond memory, and below the windows of PCI: nothing answers there. */
const uint64_t device_address = 0x100000000000ull;

/* An entry of the page table, anywhere in its group of eight. */
bool enter_translation(uint64_t group, uint64_t virtual, uint64_t real)
{
	return !hypercall(H_ENTER, 0, group * 8, virtual, real);
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

bool call_rtas(uint32_t *call)
{
	return !hypercall(H_RTAS, (uintptr_t)call, 0, 0, 0) && !call[3 + call[1]];
}

bool start_cpu(unsigned int number, uint64_t entry, uint64_t r3)
{
	static uint32_t call[7];

	call[0] = start_cpu_token;
	call[1] = 3;
	call[2] = 1;
	call[3] = number;
	call[4] = entry;
	call[5] = r3;
	call[6] = ~0u;
	return call_rtas(call);
}

void power_off(void)
{
	static uint32_t call[6];

	call[0] = power_off_token;
	call[1] = 2;
	call[2] = 1;
	call[3] = ~0u;
	call[4] = ~0u;
	call_rtas(call);
	/* Not switched off: the last printed line tells the runner to do it. */
	for (;;)
		;
}
