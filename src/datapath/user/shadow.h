/* SPDX-License-Identifier: MIT */
/*
 * Raw sockets beside a UDP socket that another program has: they get a copy of each data packet that its peer sends
 * to it, and send by its port.  What UDP sockets do for us elsewhere is done here: UDP headers and their checksums.
 */
#ifndef L2TPD_DATAPATH_USER_SHADOW_H
#define L2TPD_DATAPATH_USER_SHADOW_H

#include <sys/uio.h>

#include "datapath/user/internal.h"
#include "datapath/user/joined.h"

#define SHADOW_HEADER 8			/* octets of a UDP header */

/* In the network namespace where we are: all data sockets of the group are one, of which each worker has a descriptor.
 * -1 with *error. */
int shadow_open(struct socket_group *group, struct error *error);

/* What arrived there: behind its IP header comes UDP's, which is taken off. False: it is not for us. */
bool shadow_strip(const struct socket_group *group, const struct sockaddr_storage *name, uint8_t **octets,
		  size_t *length);

/* The UDP header of what these vectors hold. */
void shadow_put_header(const struct path *path, uint8_t header[SHADOW_HEADER], const struct iovec *iov, size_t count);

#endif
