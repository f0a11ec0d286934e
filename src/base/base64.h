/* SPDX-License-Identifier: MIT */
/* Octets as text (RFC 4648 section 4), for the API, whose JSON knows text only. */
#ifndef L2TPD_BASE_BASE64_H
#define L2TPD_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Characters that this many octets become, without a NUL. */
#define BASE64_LENGTH(octets) (((octets) + 2) / 3 * 4)

/* out of BASE64_LENGTH(length); it gets no NUL. Returns that length. */
size_t base64_encode(const void *octets, size_t length, char *out);
/* out of length / 4 * 3. Returns the number of octets, or -1 when the text is not base64. */
ssize_t base64_decode(const char *text, size_t length, uint8_t *out);

#endif
