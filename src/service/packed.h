/* SPDX-License-Identifier: MIT */
/*
 * A large struct of which little is set, kept in few octets: what is not zero of it.  Who has very many of them keeps
 * them so, and unpacks one to look at it.
 */
#ifndef L2TPD_SERVICE_PACKED_H
#define L2TPD_SERVICE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKED_SIZE_MAX 65535	/* octets of the struct */

struct packed;

/* False: out of memory. *packed is NULL when all of it is zero, too. */
bool packed_make(const void *from, size_t size, struct packed **packed);
/* packed may be NULL; size as it was. */
void packed_open(const struct packed *packed, void *to, size_t size);
/* Wiped; NULL is legal. */
void packed_free(struct packed *packed);

#endif
