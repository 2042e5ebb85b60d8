// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCG plugin: writes down every instruction that the machine executes between
 * two marks, with the memory accesses it made, so that what a path costs can be
 * counted, and looked at, instruction by instruction.
 *
 * A mark is "twi 0, 0, N" with N other than 0: a trap that never happens. Any
 * level and any privilege can execute it. MARK_START and MARK_STOP (mark.h) turn
 * recording on and off; others are only recorded.
 *
 * Arguments: out=FILE, and skip=FIRST-LAST, addresses of which only marks and
 * the first instruction after one elsewhere are recorded (a guest that spins).
 * The file is an array of struct record in the byte order of this machine.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qemu-plugin.h>

#include "mark.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

struct record {
	uint64_t address;
	uint32_t instruction;
	uint16_t loads, stores;
};

/* Of a vcpu; the inline operations below count in it. */
struct state {
	uint64_t on, loads, stores;
};

static FILE *out;
static uint64_t skip_first = 1, skip_last;
static struct qemu_plugin_scoreboard *states;
static qemu_plugin_u64 on, loads, stores;
static struct record last;
static bool have_last, skipping;

static bool is_mark(uint32_t instruction)
{
	return instruction >> 16 == MARK_OPCODE >> 16 && (uint16_t)instruction;
}

/* Accesses are counted after their instruction's callback: one record is held back. */
static void flush(unsigned int vcpu)
{
	if (have_last) {
		last.loads = qemu_plugin_u64_get(loads, vcpu);
		last.stores = qemu_plugin_u64_get(stores, vcpu);
		fwrite(&last, sizeof(last), 1, out);
	}
	have_last = false;
	qemu_plugin_u64_set(loads, vcpu, 0);
	qemu_plugin_u64_set(stores, vcpu, 0);
}

static void executed(unsigned int vcpu, void *data)
{
	const struct record *instruction = data;
	bool skipped = skipping;

	skipping = instruction->address >= skip_first && instruction->address <= skip_last;
	flush(vcpu);
	if (skipping && skipped && !is_mark(instruction->instruction))
		return;
	last = *instruction;
	have_last = true;
}

static void marked(unsigned int vcpu, void *data)
{
	const struct record *instruction = data;
	uint16_t mark = instruction->instruction;

	if (mark == MARK_START)
		qemu_plugin_u64_set(on, vcpu, 1);
	if (!qemu_plugin_u64_get(on, vcpu))
		return;
	executed(vcpu, data);
	if (mark == MARK_STOP) {
		flush(vcpu);
		fflush(out);
		qemu_plugin_u64_set(on, vcpu, 0);
	}
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i;

	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		/* Lives as long as the translation, which is about as long as we do. */
		struct record *record = calloc(1, sizeof(*record));
		uint8_t bytes[4] = { 0 };

		/* Bytes come in memory order: little endian here, marks of big endian aside. */
		qemu_plugin_insn_data(insn, bytes, sizeof(bytes));
		record->address = qemu_plugin_insn_vaddr(insn);
		record->instruction = bytes[0] | bytes[1] << 8 | bytes[2] << 16 |
				      (uint32_t)bytes[3] << 24;
		if (is_mark(record->instruction))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, QEMU_PLUGIN_CB_NO_REGS,
							       record);
		else
			qemu_plugin_register_vcpu_insn_exec_cond_cb(
				insn, executed, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_COND_NE, on, 0,
				record);
		qemu_plugin_register_vcpu_mem_inline_per_vcpu(insn, QEMU_PLUGIN_MEM_R,
							      QEMU_PLUGIN_INLINE_ADD_U64, loads, 1);
		qemu_plugin_register_vcpu_mem_inline_per_vcpu(insn, QEMU_PLUGIN_MEM_W,
							      QEMU_PLUGIN_INLINE_ADD_U64, stores, 1);
	}
}

static void ended(qemu_plugin_id_t id, void *data)
{
	if (fclose(out))
		perror("trace plugin");
}

static bool argument(const char *text)
{
	if (!strncmp(text, "out=", 4)) {
		out = fopen(text + 4, "wb");
		return out;
	}
	return sscanf(text, "skip=%" SCNx64 "-%" SCNx64, &skip_first, &skip_last) == 2;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!argument(argv[i])) {
			fprintf(stderr, "trace plugin: %s: bad argument\n", argv[i]);
			return 1;
		}
	}
	if (!out) {
		fprintf(stderr, "trace plugin: no out=FILE\n");
		return 1;
	}
	states = qemu_plugin_scoreboard_new(sizeof(struct state));
	on = qemu_plugin_scoreboard_u64_in_struct(states, struct state, on);
	loads = qemu_plugin_scoreboard_u64_in_struct(states, struct state, loads);
	stores = qemu_plugin_scoreboard_u64_in_struct(states, struct state, stores);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
