# SPDX-License-Identifier: GPL-2.0-only
# A plugin of the emulator, $(OUTPUT)/NAME.so of NAME.c, for the machine that builds. Its interface is
# a header of QEMU's source.

QEMU_SOURCE ?= ../../build/src/qemu
PLUGIN_FLAGS := -shared -fPIC -Wno-unused-parameter -I$(QEMU_SOURCE)/include/qemu \
		$(shell pkg-config --cflags glib-2.0)

$(OUTPUT)/%.so: %.c | $(OUTPUT)
	$(CC) $(CFLAGS) $(PLUGIN_FLAGS) -o $@ $<

$(OUTPUT):
	mkdir -p $@
