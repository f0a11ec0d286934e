/* SPDX-License-Identifier: MIT */
/* SCCRQs from sources that are not there: for calls.c. IPv4, through a raw socket. */
#ifndef L2TPD_TESTS_CALLS_FLOOD_H
#define L2TPD_TESTS_CALLS_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

struct flood_sources {
	uint32_t first, mask;	/* host order; mask: what is drawn */
};

/* "10.128.0.0/9" */
bool flood_parse_sources(const char *text, struct flood_sources *sources);
/* The socket, -1: errno says why. */
int flood_open(const struct endpoint *peer);
/* Each has a source, a port and a tunnel id of its own. Returns how many went. */
uint64_t flood_send(int fd, const struct flood_sources *sources, unsigned int count);

#endif
