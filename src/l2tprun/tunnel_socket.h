/* SPDX-License-Identifier: MIT */
/*
 * UDP sockets of programs that are tunnels'.  Where one is bound or connected is where its tunnel is, from that moment
 * on: so that is done here, in the program's place, and l2tpd is told before the program goes on.
 */
#ifndef L2TPD_L2TPRUN_TUNNEL_SOCKET_H
#define L2TPD_L2TPRUN_TUNNEL_SOCKET_H

#include <uthash.h>

#include "l2tprun/supervisor.h"

struct tunnel_socket {
	uint64_t inode;
	UT_hash_handle hh;
};

/* l2tpd says that one is a tunnel's, or none any more; or it says nothing any more of any of them. */
void tunnel_socket_told(struct supervisor *supervisor, const struct kernel_attached *told);
void tunnel_sockets_forget(struct supervisor *supervisor);

/* bind() or connect() of this call's socket is answered, now or later. False: it is not for us to do. */
bool tunnel_socket_call(struct supervisor *supervisor, struct trapped *trapped);

#endif
