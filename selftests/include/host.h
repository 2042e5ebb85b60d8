/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel that a test runs on, and the module in it.
 */
#ifndef _SELFTESTS_HOST_H
#define _SELFTESTS_HOST_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MODULE	"kvm_pr_tm"

/* How many use the module, or -1 if it is not there. */
static inline int references(void)
{
	FILE *file = fopen("/sys/module/" MODULE "/refcnt", "r");
	int count = -1;

	if (file) {
		if (fscanf(file, "%d", &count) != 1)
			count = -1;
		fclose(file);
	}
	return count;
}

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return good;
}

#endif
