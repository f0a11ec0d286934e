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

/* The octets alone, for who has a place for them. */
#define PACKED_ROOM(size) ((size) + 4)	/* at most: but for the first run, one costs no more than the zeros before it */
/* out has PACKED_ROOM(size); returns how many they are. size is at most PACKED_SIZE_MAX. */
size_t packed_write(const void *from, size_t size, uint8_t *out);
/* size as it was. */
void packed_read(const uint8_t *octets, size_t length, void *to, size_t size);

#endif
