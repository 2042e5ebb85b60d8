// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCG plugin: which instructions in a range of virtual addresses were executed at
 * least once, in whatever level. QEMU's own drcov.so keeps 32 bits of an address,
 * in which a kernel's image and its modules are the same, and takes a block whose
 * first instruction was executed for executed to its end.
 *
 * Arguments: range=FIRST-LAST, once or more, and out=FOLDER, where a file of each
 * QEMU gets a line "ADDRESS WORD" for each instruction when the machine ends. The
 * word is as the CPU executes it, so that it tells what was loaded there.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <qemu-plugin.h>

#define RANGES 8

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

struct instruction {
	uint64_t address;
	uint32_t word;
	bool executed;
};

static struct {
	uint64_t first, last;
} ranges[RANGES];
static size_t range_count;
static char *out;
/* A set: what is translated anew, or loaded elsewhere after it, has its entry. */
static GHashTable *instructions;
static GMutex lock;

static guint hash(gconstpointer key)
{
	const struct instruction *instruction = key;

	return (instruction->address >> 2) ^ instruction->word;
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
	const struct instruction *one = a, *other = b;

	return one->address == other->address && one->word == other->word;
}

static bool is_wanted(uint64_t address)
{
	size_t i;

	for (i = 0; i < range_count; i++)
		if (address >= ranges[i].first && address <= ranges[i].last)
			return true;
	return false;
}

static struct instruction *entry(uint64_t address, uint32_t word)
{
	struct instruction wanted = { .address = address, .word = word }, *found;

	g_mutex_lock(&lock);
	found = g_hash_table_lookup(instructions, &wanted);
	if (!found) {
		found = g_new(struct instruction, 1);
		*found = wanted;
		g_hash_table_add(instructions, found);
	}
	g_mutex_unlock(&lock);
	return found;
}

static void executed(unsigned int vcpu, void *data)
{
	struct instruction *instruction = data;

	(void)vcpu;
	instruction->executed = true;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i;

	(void)id;
	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		uint32_t word = 0;

		if (!is_wanted(address))
			continue;
		qemu_plugin_insn_data(insn, &word, sizeof(word));
		qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, QEMU_PLUGIN_CB_NO_REGS,
						       entry(address, GUINT32_FROM_LE(word)));
	}
}

static void ended(qemu_plugin_id_t id, void *data)
{
	g_autofree char *path = g_strdup_printf("%s/%d.executed", out, (int)getpid());
	FILE *file = fopen(path, "w");
	GHashTableIter each;
	gpointer key;

	(void)id, (void)data;
	if (!file) {
		perror(path);
		return;
	}
	g_hash_table_iter_init(&each, instructions);
	while (g_hash_table_iter_next(&each, &key, NULL)) {
		const struct instruction *instruction = key;

		if (instruction->executed)
			fprintf(file, "%" PRIx64 " %08" PRIx32 "\n", instruction->address,
				instruction->word);
	}
	if (fclose(file))
		perror(path);
}

static bool argument(const char *text)
{
	if (g_str_has_prefix(text, "out=")) {
		out = g_strdup(text + strlen("out="));
		return true;
	}
	return range_count < RANGES &&
	       sscanf(text, "range=%" SCNx64 "-%" SCNx64, &ranges[range_count].first,
		      &ranges[range_count].last) == 2 && ++range_count;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!argument(argv[i])) {
			fprintf(stderr, "executed: %s: bad argument\n", argv[i]);
			return -1;
		}
	}
	if (!out || !range_count) {
		fprintf(stderr, "executed: no out=FOLDER, or no range=FIRST-LAST\n");
		return -1;
	}
	instructions = g_hash_table_new(hash, equal);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
