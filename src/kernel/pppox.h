/* SPDX-License-Identifier: MIT */
/*
 * Addresses of AF_PPPOX sockets, whichever of their forms they have.
 */
#ifndef L2TPD_KERNEL_PPPOX_H
#define L2TPD_KERNEL_PPPOX_H

#include "kernel/internal.h"

struct pppox_name {
	uint8_t version;		/* of the form: 2 has ids of 16 bits */
	int32_t pid, fd;		/* pid: only written */
	uint32_t tunnel_id, session_id, peer_tunnel_id, peer_session_id;
	struct endpoint peer;		/* only written, and its family says the form */
};

/* False: no form is so long, or another protocol is named. */
bool pppox_name_read(const void *octets, size_t length, struct pppox_name *name);
/* Returns the length. */
size_t pppox_name_write(const struct pppox_name *name, uint8_t octets[KERNEL_PPPOX_NAME_MAX]);

#endif
