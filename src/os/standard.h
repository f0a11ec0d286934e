/* SPDX-License-Identifier: MIT */
/*
 * The three standard descriptors of a program: that they are there, and that what was printed arrived.
 */
#ifndef L2TPD_OS_STANDARD_H
#define L2TPD_OS_STANDARD_H

#include <stdlib.h>

#include "base/error.h"

/* First thing in main(): a standard descriptor that is closed would become the program's next socket
 * or device, and text would be written into it.  It is made one that cannot be used instead. */
void os_standard_open(void);

/* Write out what standard output holds back. On error, also an earlier one that nobody was told of,
 * what is left of it is dropped and not reported again. */
int os_standard_flush(struct error *error);

/* Last thing in main(): the same, with the message on standard error. Returns status, or EXIT_FAILURE
 * in place of a status of success. */
int os_standard_close(const char *program, int status);

#endif
