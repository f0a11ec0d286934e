/* SPDX-License-Identifier: MIT */
/*
 * Messages of the generic netlink family "l2tp": requests are written, records read. Octets only.
 */
#ifndef L2TPD_DATAPATH_KERNEL_MESSAGE_H
#define L2TPD_DATAPATH_KERNEL_MESSAGE_H

#include <libmnl/libmnl.h>

#include "datapath/datapath.h"

#define NATIVE_REQUEST_MAX 512		/* octets of the largest one: a session to be made has some 150 */

/* All begin in buffer, of NATIVE_REQUEST_MAX octets, and ask for an acknowledgement; who sends one numbers it. */

/* tunnel_id: what the kernel shall call it. fd: its socket, bound; it has all that the addresses would say. */
struct nlmsghdr *native_tunnel_create(char *buffer, uint16_t family, const struct datapath_tunnel_config *config,
				      uint32_t tunnel_id, int fd);
/* command: L2TP_CMD_TUNNEL_DELETE or L2TP_CMD_TUNNEL_GET */
struct nlmsghdr *native_tunnel_request(char *buffer, uint16_t family, uint8_t command, uint32_t tunnel_id);

/* Its device shall be called ifname; "": it has none, or of another making. */
struct nlmsghdr *native_session_create(char *buffer, uint16_t family, const struct datapath_session_config *config,
				       uint32_t tunnel_id, const char *ifname);
/* What fields (enum datapath_session_field) say, and the kernel knows. */
struct nlmsghdr *native_session_change(char *buffer, uint16_t family, const struct datapath_session_config *config,
				       uint32_t tunnel_id, unsigned int fields);
/* command: L2TP_CMD_SESSION_DELETE or L2TP_CMD_SESSION_GET */
struct nlmsghdr *native_session_request(char *buffer, uint16_t family, uint8_t command, uint32_t tunnel_id,
					uint32_t session_id);

/* Of a tunnel or a session. */
struct native_record {
	bool send_seq;			/* session: in effect */
	struct datapath_stats stats;
};

/* What the answer to a GET says; what it does not say is 0. */
void native_record_read(const struct nlmsghdr *message, struct native_record *record);

#endif
