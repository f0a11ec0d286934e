/* SPDX-License-Identifier: MIT */
/*
 * Commands on tunnels, with the errnos of the kernel in the order in which it finds them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/internal.h"

struct kernel_tunnel *kernel_tunnel_named(const struct request *request)
{
	struct kernel *kernel = request_kernel(request);

	return kernel_tunnel_find(kernel, space_find(kernel, request->client->netns),
				  get_u32(request, L2TP_ATTR_CONN_ID));
}

static int find(const struct request *request, struct kernel_tunnel **tunnel)
{
	if (!has(request, L2TP_ATTR_CONN_ID))
		return EINVAL;
	*tunnel = kernel_tunnel_named(request);
	return *tunnel ? 0 : ENODEV;
}

static void notify(const struct request *request, const struct kernel_tunnel *tunnel, uint8_t command)
{
	struct reply reply;

	reply_begin(&reply, request, command, NLM_F_ACK);
	record_tunnel(request_kernel(request), tunnel, reply.message);
	reply_multicast(&reply, request);
}

/* --- create --- */

/* Shorter ones are filled up with zeros. */
static void get_address(const struct request *request, sa_family_t family, unsigned int type, struct address *address)
{
	const struct nlattr *attribute = request->attributes.of[type];
	size_t length = mnl_attr_get_payload_len(attribute), most = family == AF_INET ? 4 : 16;

	*address = (struct address){ .family = family };
	memcpy(address->bytes, mnl_attr_get_payload(attribute), length < most ? length : most);
}

static uint16_t get_port(const struct request *request, unsigned int type)
{
	return has(request, type) ? get_u16(request, type) : 0;
}

/* IPv6 counts where both are given. Of checksums it is what is there that counts, whatever it says. */
static int get_ends(const struct request *request, struct kernel_wanted *wanted, struct kernel_socket *socket)
{
	if (has(request, L2TP_ATTR_IP6_SADDR) && has(request, L2TP_ATTR_IP6_DADDR)) {
		get_address(request, AF_INET6, L2TP_ATTR_IP6_SADDR, &wanted->local.address);
		get_address(request, AF_INET6, L2TP_ATTR_IP6_DADDR, &wanted->peer.address);
	} else if (has(request, L2TP_ATTR_IP_SADDR) && has(request, L2TP_ATTR_IP_DADDR)) {
		get_address(request, AF_INET, L2TP_ATTR_IP_SADDR, &wanted->local.address);
		get_address(request, AF_INET, L2TP_ATTR_IP_DADDR, &wanted->peer.address);
	} else {
		return EINVAL;
	}
	wanted->local.port = get_port(request, L2TP_ATTR_UDP_SPORT);
	wanted->peer.port = get_port(request, L2TP_ATTR_UDP_DPORT);
	socket->udp_checksum = has(request, L2TP_ATTR_UDP_CSUM);
	socket->udp_zero_csum6_tx = has(request, L2TP_ATTR_UDP_ZERO_CSUM6_TX);
	socket->udp_zero_csum6_rx = has(request, L2TP_ATTR_UDP_ZERO_CSUM6_RX);
	return 0;
}

static int get_tunnel(const struct request *request, struct kernel_tunnel *tunnel, struct kernel_wanted *wanted)
{
	static const struct address any = { .family = AF_INET };
	int error = 0;

	if (!has(request, L2TP_ATTR_CONN_ID) || !has(request, L2TP_ATTR_PEER_CONN_ID) ||
	    !has(request, L2TP_ATTR_PROTO_VERSION) || !has(request, L2TP_ATTR_ENCAP_TYPE))
		return EINVAL;
	tunnel->peer_id = get_u32(request, L2TP_ATTR_PEER_CONN_ID);
	tunnel->version = get_u8(request, L2TP_ATTR_PROTO_VERSION);
	tunnel->encap = get_u16(request, L2TP_ATTR_ENCAP_TYPE);
	wanted->local.address = wanted->peer.address = any;	/* for a negative descriptor, which is none */
	if (!has(request, L2TP_ATTR_FD))
		error = get_ends(request, wanted, &tunnel->socket);
	if (error || tunnel->encap > L2TP_ENCAPTYPE_IP)
		return EINVAL;
	snprintf(wanted->netns, sizeof(wanted->netns), "%s", request->client->netns);
	wanted->encap = tunnel->encap == L2TP_ENCAPTYPE_IP ? CONFIG_ENCAP_IP : CONFIG_ENCAP_UDP;
	wanted->tunnel_id = get_u32(request, L2TP_ATTR_CONN_ID);
	wanted->peer_tunnel_id = tunnel->peer_id;
	return 0;
}

/* Is the port that of a tunnel here that has no socket to hold it?  Else bind() finds out. */
static bool is_port_taken(const struct space *space, const struct endpoint *local)
{
	const struct kernel_tunnel *holder;

	DL_FOREACH(space->portless, holder) {
		const struct endpoint *theirs = &holder->socket.local;

		if (theirs->port == local->port && theirs->address.family == local->address.family &&
		    (address_equal(&theirs->address, &local->address) || address_is_any(&theirs->address) ||
		     address_is_any(&local->address)))
			return true;
	}
	return false;
}

static int get_socket(struct kernel *kernel, const struct kernel_descriptor *descriptor, struct kernel_tunnel *tunnel,
		      const struct kernel_wanted *wanted)
{
	const struct kernel_host *host = &kernel->host;
	struct kernel_socket found = tunnel->socket;
	int error;

	if (descriptor->fd >= 0) {
		error = host->take_socket(host->context, wanted->netns, descriptor->pid, descriptor->fd, wanted->encap,
					  &tunnel->socket);
		tunnel->is_managed = !error;
		return error;
	}
	error = host->probe(host->context, wanted, &found);
	if (!error && wanted->encap == CONFIG_ENCAP_UDP && is_port_taken(tunnel->space, &found.local))
		error = EADDRINUSE;
	tunnel->socket.local = found.local;
	tunnel->socket.peer = found.peer;
	return error;
}

/* Its id is free, and its space is there. */
static int make(struct kernel *kernel, const struct kernel_descriptor *descriptor, struct kernel_tunnel *tunnel,
		const struct kernel_wanted *wanted, uint64_t now)
{
	int error;

	if (kernel->tunnel_count >= SERVICE_TUNNELS_MAX)
		return ENOMEM;
	error = get_socket(kernel, descriptor, tunnel, wanted);
	if (error)
		return error;
	error = carry_tunnel(kernel, tunnel, wanted->tunnel_id, now);
	if (!error)
		kernel_tunnel_insert(kernel, tunnel, wanted->tunnel_id);
	else if (tunnel->is_managed)
		kernel->host.drop_socket(kernel->host.context, tunnel->socket.cookie);
	return error;
}

int kernel_tunnel_make(struct kernel *kernel, const struct kernel_descriptor *descriptor, struct kernel_tunnel *tunnel,
		       const struct kernel_wanted *wanted, uint64_t now)
{
	struct space *space = space_find(kernel, wanted->netns);
	int error;

	if (kernel_tunnel_find(kernel, space, wanted->tunnel_id))
		return EEXIST;
	tunnel->space = space_get(kernel, wanted->netns);
	if (!tunnel->space)
		return ENOMEM;
	error = make(kernel, descriptor, tunnel, wanted, now);
	if (error)
		space_put(kernel, tunnel->space);
	return error;
}

int kernel_tunnel_create(const struct request *request)
{
	struct kernel_tunnel *tunnel = calloc(1, sizeof(*tunnel));
	struct kernel_descriptor descriptor = { .pid = request->caller->pid, .fd = -1 };
	struct kernel_wanted wanted = { .netns = "" };
	int error;

	if (!tunnel)
		return ENOMEM;
	error = get_tunnel(request, tunnel, &wanted);
	if (has(request, L2TP_ATTR_FD))
		descriptor.fd = (int32_t)get_u32(request, L2TP_ATTR_FD);
	tunnel->fd = descriptor.fd;
	if (!error)
		error = kernel_tunnel_make(request_kernel(request), &descriptor, tunnel, &wanted, request->now);
	if (error) {
		free(tunnel);
		return error;
	}
	notify(request, tunnel, L2TP_CMD_TUNNEL_CREATE);
	return 0;
}

/* --- the others --- */

void kernel_tunnel_destroy(struct kernel *kernel, struct kernel_tunnel *tunnel, uint64_t now)
{
	struct order_node *node;

	for (node = order_from(&tunnel->sessions, 0); node; node = order_from(&tunnel->sessions, node->id + 1ull))
		pppox_remember(kernel_session_of_node(node));
	carry_tunnel_no_more(kernel, tunnel, now);
	kernel_tunnel_forget(kernel, tunnel);
}

int kernel_tunnel_delete(const struct request *request)
{
	struct kernel_tunnel *tunnel;
	int error = find(request, &tunnel);

	if (error)
		return error;
	notify(request, tunnel, L2TP_CMD_TUNNEL_DELETE);
	kernel_tunnel_destroy(request_kernel(request), tunnel, request->now);
	return 0;
}

/* There is nothing that it could change. */
int kernel_tunnel_modify(const struct request *request)
{
	struct kernel_tunnel *tunnel;
	int error = find(request, &tunnel);

	if (!error)
		notify(request, tunnel, L2TP_CMD_TUNNEL_MODIFY);
	return error;
}

int kernel_tunnel_get(const struct request *request)
{
	struct kernel_tunnel *tunnel;
	struct reply reply;
	int error = find(request, &tunnel);

	if (error)
		return error;
	reply_begin(&reply, request, L2TP_CMD_TUNNEL_GET, NLM_F_ACK);	/* a flag that asks for what it is itself */
	record_tunnel(request_kernel(request), tunnel, reply.message);
	reply_send(&reply, request);
	return 0;
}
