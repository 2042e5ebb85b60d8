// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCG plugin that counts transactions: tbegin. executed with the facility on,
 * outside of Suspended state, and tend. executed in Transactional state, by
 * whoever does. At each marker (see mark.c) it writes both counts since the
 * start as a line to the file of its argument out=FILE.
 */
#include <glib.h>
#include <qemu-plugin.h>
#include <stdio.h>
#include <string.h>

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define TBEGIN		0x7c00051du	/* its R bit left out */
#define TBEGIN_R	0x00200000u
#define TEND		0x7c00055du	/* its A bit left out */
#define TEND_A		0x02000000u
#define MARKER		0x0800746du
#define TM(msr)		((msr) >> 32 & 1)
#define TS(msr)		((msr) >> 33 & 3)
#define SUSPENDED	1
#define TRANSACTIONAL	2

static struct qemu_plugin_register *msr_handle;
static uint64_t begins, commits;
static FILE *out;

static uint64_t read_msr(void)
{
	GByteArray *bytes = g_byte_array_new();
	uint64_t msr = 0;

	/* As gdb gets it: in the byte order that the CPU is in, little-endian here. */
	qemu_plugin_read_register(msr_handle, bytes);
	memcpy(&msr, bytes->data, MIN(bytes->len, sizeof(msr)));
	g_byte_array_unref(bytes);
	return msr;
}

static void tbegin(unsigned int cpu, void *data)
{
	uint64_t msr = read_msr();

	(void)cpu, (void)data;
	/* With the facility off it is an interrupt, and executed later. */
	begins += TM(msr) && TS(msr) != SUSPENDED;
}

static void tend(unsigned int cpu, void *data)
{
	(void)cpu, (void)data;
	commits += TS(read_msr()) == TRANSACTIONAL;
}

static void marker(unsigned int cpu, void *data)
{
	(void)cpu, (void)data;
	fprintf(out, "%" PRIu64 " %" PRIu64 "\n", begins, commits);
	fflush(out);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t code = 0;

		qemu_plugin_insn_data(insn, &code, sizeof(code));
		if ((code & ~TBEGIN_R) == TBEGIN)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, tbegin,
							       QEMU_PLUGIN_CB_R_REGS, NULL);
		else if ((code & ~TEND_A) == TEND)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, tend,
							       QEMU_PLUGIN_CB_R_REGS, NULL);
		else if (code == MARKER)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marker,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

static void vcpu_init(qemu_plugin_id_t id, unsigned int cpu)
{
	GArray *registers = qemu_plugin_get_registers();

	(void)id, (void)cpu;
	for (guint i = 0; i < registers->len; i++) {
		qemu_plugin_reg_descriptor *reg =
			&g_array_index(registers, qemu_plugin_reg_descriptor, i);

		if (!strcmp(reg->name, "msr"))
			msr_handle = reg->handle;
	}
	g_array_free(registers, TRUE);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv)
{
	(void)info;
	if (argc == 1 && g_str_has_prefix(argv[0], "out="))
		out = fopen(argv[0] + strlen("out="), "w");
	if (!out) {
		fprintf(stderr, "commits: no out=FILE, or it cannot be written\n");
		return -1;
	}
	qemu_plugin_register_vcpu_init_cb(id, vcpu_init);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
