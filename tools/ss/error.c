// SPDX-License-Identifier: GPL-2.0
/* Errors and warnings; see error.h */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void say(const char *kind, const char *format, va_list args)
{
	fprintf(stderr, "mytcp-ss: %s: ", kind);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

/**
 * die() - end the program with status 1
 * @format: what happened, what was expected, what to do
 */
void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("error", format, args);
	va_end(args);
	exit(EXIT_FAILURE);
}

/**
 * warn() - say what the list does not show, and go on
 * @format: what is missing, and how to get it
 */
void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("warning", format, args);
	va_end(args);
}

/**
 * resize() - make an array larger, or end the program
 * @memory: the array, or NULL
 * @count: how many elements it is to have
 * @size: of one of them
 *
 * Return: the array, perhaps at another place.
 */
void *resize(void *memory, size_t count, size_t size)
{
	memory = reallocarray(memory, count, size);
	if (!memory)
		die("out of memory: %zu times %zu bytes", count, size);
	return memory;
}
