// SPDX-License-Identifier: GPL-2.0-only
/* As much of printf as there is need for. */
#include <stdarg.h>

#include "privileged.h"

static void print_number(uint64_t n, unsigned int base)
{
	char digits[24];
	unsigned int length = 0;

	do {
		digits[length++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (length)
		put_char(digits[--length]);
}

static void print_string(const char *s)
{
	while (*s)
		put_char(*s++);
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (; *format; format++) {
		if (*format != '%') {
			put_char(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			print_string(va_arg(args, const char *));
			break;
		case 'x':
			print_number(va_arg(args, uint64_t), 16);
			break;
		case 'u':
			print_number(va_arg(args, unsigned int), 10);
			break;
		case 'c':
			put_char(va_arg(args, int));
			break;
		}
	}
	va_end(args);
}

bool contains(const char *text, const char *word)
{
	unsigned int i;

	for (; *text; text++) {
		for (i = 0; word[i] && text[i] == word[i]; i++)
			;
		if (!word[i])
			return true;
	}
	return false;
}

/* The compiler may call these for structures. */
void *memset(void *to, int value, unsigned long length)
{
	unsigned char *p = to;

	while (length--)
		*p++ = value;
	return to;
}

void *memcpy(void *to, const void *from, unsigned long length)
{
	unsigned char *p = to;
	const unsigned char *q = from;

	while (length--)
		*p++ = *q++;
	return to;
}
