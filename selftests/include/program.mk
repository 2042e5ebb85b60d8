# SPDX-License-Identifier: GPL-2.0-only
# Builds the static program $(PROGRAM) from $(SOURCES) and the shared sources
# of this directory, into $(OUTPUT).

SHARED := $(dir $(lastword $(MAKEFILE_LIST)))
COMMON := attempt.S attempt.c registers.c texasr.c

CC := $(CROSS_COMPILE)gcc
CFLAGS ?= -O2 -g
CFLAGS += -std=gnu11 -mcpu=power8 -mhtm -Wall -Wextra -Werror
CPPFLAGS += -I. -I$(SHARED)

OBJECTS := $(addprefix $(OUTPUT)/,$(addsuffix .o,$(SOURCES) $(COMMON)))
HEADERS := $(wildcard *.h $(SHARED)*.h)

.PHONY: all clean
all: $(OUTPUT)/$(PROGRAM)

$(OUTPUT)/$(PROGRAM): $(OBJECTS)
	$(CC) $(CFLAGS) -static -o $@ $^

$(OUTPUT):
	mkdir -p $@

vpath %.c $(SHARED)
vpath %.S $(SHARED)

$(OUTPUT)/%.c.o: %.c $(HEADERS) | $(OUTPUT)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(OUTPUT)/%.S.o: %.S $(HEADERS) | $(OUTPUT)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

clean:
	$(RM) $(OUTPUT)/$(PROGRAM) $(OBJECTS)
