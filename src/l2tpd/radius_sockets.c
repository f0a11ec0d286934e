/* SPDX-License-Identifier: MIT */
/* See radius_sockets.h. */
#include "l2tpd/radius_sockets.h"

#include <stdlib.h>

#include "base/log.h"
#include "os/clock.h"
#include "os/datagram.h"
#include "wire/radius.h"

#define AGAIN_MS 1000			/* at the start a predecessor that still ends may have the port */
#define AT_ONCE 64			/* datagrams of a socket, before other events have their turn */

struct radius_socket {
	struct radius_sockets *sockets;
	unsigned int number;
	int fd;
	sa_family_t family;
	struct address source;
	struct event *readable;
};

struct radius_sockets {
	struct event_base *loop;
	struct service *service;
	void (*received)(void *context);
	void *context;
	struct log_limit failed;
	uint16_t port;			/* of the dynamic one; 0: there is none */
	uint64_t again;			/* when it is tried again, at the earliest */
	struct radius_socket *all[RADIUS_SOCKET_DYNAMIC + 1];
};

static void close_socket(struct radius_socket *socket)
{
	if (!socket)
		return;
	socket->sockets->all[socket->number] = NULL;
	if (socket->readable)
		event_free(socket->readable);
	os_datagram_close(socket->fd);
	free(socket);
}

static void readable(evutil_socket_t fd, short what, void *context)
{
	struct radius_socket *socket = context;
	struct radius_sockets *sockets = socket->sockets;
	uint8_t octets[RADIUS_PACKET_MAX];
	struct radius_datagram datagram = { .socket = socket->number, .octets = octets };

	for (int i = 0; i < AT_ONCE; i++) {
		datagram.length = os_datagram_receive(socket->fd, octets, sizeof(octets), &datagram.peer);
		if (!datagram.length)
			break;
		service_radius_received(sockets->service, &datagram, os_clock_ms());
	}
	sockets->received(sockets->context);
}

static struct radius_socket *open_socket(struct radius_sockets *sockets, unsigned int number, sa_family_t family,
					 const struct endpoint *local, bool both)
{
	struct radius_socket *socket = calloc(1, sizeof(*socket));
	struct error error;

	if (!socket)
		return NULL;
	*socket = (struct radius_socket){ .sockets = sockets, .number = number, .family = family,
					  .source = local->address };
	sockets->all[number] = socket;
	socket->fd = os_datagram_open(family, local, both, &error);
	if (socket->fd < 0)
		log_limited(&sockets->failed, os_clock_ms(), LOG_LEVEL_ERROR, "RADIUS: %s", error.text);
	else
		socket->readable = event_new(sockets->loop, socket->fd, EV_READ | EV_PERSIST, readable, socket);
	if (socket->readable && event_add(socket->readable, NULL) == 0)
		return socket;
	close_socket(socket);
	return NULL;
}

static void send_one(struct radius_sockets *sockets, const struct radius_datagram *datagram)
{
	struct radius_socket *socket = sockets->all[datagram->socket];
	struct endpoint local = { .address = datagram->source };
	bool dynamic = datagram->socket == RADIUS_SOCKET_DYNAMIC;

	if (socket && !dynamic && (socket->family != datagram->peer.address.family ||
				   !address_equal(&socket->source, &datagram->source))) {
		close_socket(socket);
		socket = NULL;
	}
	if (!socket && !dynamic)
		socket = open_socket(sockets, datagram->socket, datagram->peer.address.family, &local, false);
	if (socket)
		os_datagram_send(socket->fd, &datagram->peer, datagram->octets, datagram->length);
}

static void listen_where(struct radius_sockets *sockets, uint16_t port)
{
	const struct endpoint local = { .port = port };
	uint64_t now = os_clock_ms();

	if (port == sockets->port || (port && now < sockets->again))
		return;
	close_socket(sockets->all[RADIUS_SOCKET_DYNAMIC]);
	sockets->port = 0;
	if (!port)
		return;
	if (open_socket(sockets, RADIUS_SOCKET_DYNAMIC, AF_INET6, &local, true) ||
	    open_socket(sockets, RADIUS_SOCKET_DYNAMIC, AF_INET, &local, false))
		sockets->port = port;
	else
		sockets->again = now + AGAIN_MS;
}

int radius_sockets_try(const struct radius_sockets *sockets, uint16_t port, struct error *error)
{
	const struct endpoint local = { .port = port };
	struct error reason;
	int fd;

	if (!port || port == sockets->port)
		return 0;
	fd = os_datagram_open(AF_INET6, &local, true, &reason);
	if (fd < 0)
		fd = os_datagram_open(AF_INET, &local, false, &reason);
	if (fd < 0)
		return error_set(error, ERROR_SYSTEM, "radius_coa_port", "%s: give another radius_coa_port",
				 reason.text);
	os_datagram_close(fd);
	return 0;
}

void radius_sockets_settle(struct radius_sockets *sockets)
{
	struct radius_datagram datagram;

	listen_where(sockets, service_system(sockets->service)->radius_coa_port);
	while (service_next_radius(sockets->service, &datagram))
		send_one(sockets, &datagram);
}

struct radius_sockets *radius_sockets_new(struct event_base *loop, struct service *service,
					  void (*received)(void *context), void *context)
{
	struct radius_sockets *sockets = calloc(1, sizeof(*sockets));

	if (sockets)
		*sockets = (struct radius_sockets){ .loop = loop, .service = service, .received = received,
						    .context = context };
	return sockets;
}

void radius_sockets_free(struct radius_sockets *sockets)
{
	if (!sockets)
		return;
	for (unsigned int i = 0; i <= RADIUS_SOCKET_DYNAMIC; i++)
		close_socket(sockets->all[i]);
	free(sockets);
}
