/* SPDX-License-Identifier: MIT */
/*
 * The whole, its clients, and ends that nobody asked for by a message: of a namespace, of a socket.
 */
#include "kernel/kernel.h"

#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/internal.h"

struct kernel *kernel_new(struct service *service, const struct kernel_host *host)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));

	if (!kernel)
		return NULL;
	kernel->service = service;
	kernel->host = *host;
	service_hear_frames(service, kernel_channel_hear, kernel);
	return kernel;
}

/* NULL: there is none. */
static struct kernel_tunnel *first_tunnel(const struct space *space)
{
	struct order_node *node = space ? order_from(&space->tunnels, 0) : NULL;

	return node ? kernel_tunnel_of_node(node) : NULL;
}

void kernel_free(struct kernel *kernel)
{
	struct kernel_tunnel *tunnel;

	if (!kernel)
		return;
	service_hear_frames(kernel->service, NULL, NULL);
	pppox_forget_all(kernel);
	while (kernel->clients)
		kernel_client_free(kernel->clients);
	while ((tunnel = first_tunnel(kernel->spaces)))		/* the last takes the space with it */
		kernel_tunnel_forget(kernel, tunnel);
	free(kernel);
}

struct kernel_client *kernel_client_new(struct kernel *kernel, const char *netns, uint32_t port_id, void *owner)
{
	struct kernel_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->kernel = kernel;
	client->owner = owner;
	client->port_id = port_id;
	snprintf(client->netns, sizeof(client->netns), "%s", netns);
	DL_APPEND(kernel->clients, client);
	return client;
}

void kernel_client_bound(struct kernel_client *client, uint32_t port_id)
{
	client->port_id = port_id;
}

void kernel_client_free(struct kernel_client *client)
{
	if (!client)
		return;
	queue_clear(client);
	DL_DELETE(client->kernel->clients, client);
	free(client);
}

bool kernel_client_option(struct kernel_client *client, int option, int value)
{
	bool ours = (uint32_t)value == client->kernel->host.group_id;

	if ((option == NETLINK_ADD_MEMBERSHIP || option == NETLINK_DROP_MEMBERSHIP) && ours) {
		client->is_member = option == NETLINK_ADD_MEMBERSHIP;
		return true;
	}
	/* these count here and there */
	if (option == NETLINK_CAP_ACK)
		client->cap_ack = value;
	if (option == NETLINK_EXT_ACK)
		client->ext_ack = value;
	return false;
}

uint32_t kernel_netns_gone(struct kernel *kernel, const char *netns, uint64_t now)
{
	struct kernel_tunnel *tunnel;
	uint32_t count = 0;

	for (; (tunnel = first_tunnel(space_find(kernel, netns))); count++)
		kernel_tunnel_destroy(kernel, tunnel, now);
	return count;
}

static struct kernel_tunnel *tunnel_of_socket(const struct kernel *kernel, uint64_t cookie)
{
	struct order_node *node;
	struct space *space;

	for (space = kernel->spaces; space; space = space->hh.next) {
		for (node = order_from(&space->tunnels, 0); node; node = order_from(&space->tunnels, node->id + 1ull)) {
			struct kernel_tunnel *tunnel = kernel_tunnel_of_node(node);

			if (tunnel->is_managed && tunnel->socket.cookie == cookie)
				return tunnel;
		}
	}
	return NULL;
}

bool kernel_has_connection(struct kernel *kernel, const char *netns, uint32_t connection_id,
			   const struct address *local)
{
	const struct kernel_tunnel *tunnel = kernel_tunnel_find(kernel, space_find(kernel, netns), connection_id);
	const struct address *its = tunnel ? &tunnel->socket.local.address : NULL;

	if (!tunnel || tunnel->is_managed || tunnel->encap != L2TP_ENCAPTYPE_IP || its->family != local->family)
		return false;
	return address_is_any(its) || address_is_any(local) || address_equal(its, local);
}

void kernel_socket_moved(struct kernel *kernel, uint64_t cookie, const struct kernel_socket *socket)
{
	struct kernel_tunnel *tunnel = tunnel_of_socket(kernel, cookie);

	if (!tunnel)
		return;
	tunnel->socket.local = socket->local;
	tunnel->socket.peer = socket->peer;
	tunnel->socket.is_connected = socket->is_connected;
	carry_moved_tunnel(kernel, tunnel);
}

void kernel_socket_closed(struct kernel *kernel, uint64_t cookie, uint64_t now)
{
	struct kernel_tunnel *tunnel = tunnel_of_socket(kernel, cookie);

	if (!tunnel)
		return;
	tunnel->is_managed = false;	/* there is nobody to give its sessions back to */
	kernel_tunnel_destroy(kernel, tunnel, now);
}
