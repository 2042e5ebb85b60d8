# SPDX-License-Identifier: GPL-2.0-only
# For programs without an operating system, of $(SOURCES) in the folder that
# includes this or, where they are shared, in this one. A program is linked by
# $(LINK) from the objects among its prerequisites and $(SCRIPT).

BARE := $(dir $(lastword $(MAKEFILE_LIST)))
CROSS_COMPILE ?= powerpc64le-linux-gnu-
OUTPUT ?= .

CC := $(CROSS_COMPILE)gcc

# Big endian like the machine at reset, so that interrupts need no H_SET_MODE.
# General registers only: the others belong to what is being tested.
FLAGS := -mbig-endian -mabi=elfv2 -mcpu=power8 -mhtm -mcmodel=medium \
	 -ffreestanding -nostdlib -fno-stack-protector -fno-pic -no-pie
CFLAGS ?= -O2 -g
CFLAGS += -std=gnu11 -Wall -Wextra -Werror -msoft-float -mno-altivec -mno-vsx \
	  -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables
CPPFLAGS += -I. -I$(BARE)

OBJECTS := $(addprefix $(OUTPUT)/,$(addsuffix .o,$(SOURCES)))
HEADERS := $(wildcard *.h $(BARE)*.h)
SCRIPT := $(BARE)privileged.lds
LINK = $(CC) $(FLAGS) -static -Wl,-T,$(SCRIPT) -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,--no-warn-rwx-segments -o $@ $(filter %.o,$^)

.PHONY: all clean
all:

$(OUTPUT):
	mkdir -p $@

vpath %.c . $(BARE)
vpath %.S . $(BARE)

$(OUTPUT)/%.c.o: %.c $(HEADERS) | $(OUTPUT)
	$(CC) $(CPPFLAGS) $(FLAGS) $(CFLAGS) -c -o $@ $<

$(OUTPUT)/%.S.o: %.S $(HEADERS) | $(OUTPUT)
	$(CC) $(CPPFLAGS) $(FLAGS) -c -o $@ $<
