/* SPDX-License-Identifier: MIT */
/*
 * Text from elsewhere made safe to show: a log line or a terminal must not be steered by what
 * a peer, a client or a file contains.
 */
#ifndef L2TPD_OS_ESCAPE_H
#define L2TPD_OS_ESCAPE_H

#include <stddef.h>

#define OS_ESCAPE_GROWTH 4	/* an escaped octet becomes \x1b: four characters */

/* Copy text with every octet that is not printable ASCII as \xNN and '\' as itself; cut off where
 * out (size octets, at least 1) is full, never within an escape. Returns the length written. */
size_t os_escape(const char *text, char *out, size_t size);

#endif
