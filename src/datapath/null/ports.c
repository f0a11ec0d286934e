/* SPDX-License-Identifier: MIT */
/*
 * Ports of the null datapath, their control messages, and the frames of sessions: what is sent is kept for a test that
 * asked for it, or arrives at another null datapath (null.h), or is lost, as in a dry run.
 */
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "datapath/null/internal.h"

#define EPHEMERAL_FIRST 49152		/* ports given to those who ask for any (RFC 6335 section 6) */

static int no_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
}

/* --- ports --- */

static struct null_port *find_shared(const struct null_datapath *null, const struct datapath_port_config *config)
{
	struct null_port *port;

	DL_FOREACH(null->ports, port)
		if (config->local.port && port->config.local.port == config->local.port &&
		    address_equal(&port->config.local.address, &config->local.address) &&
		    strcmp(port->config.bind_interface, config->bind_interface) == 0)
			return port;
	return NULL;
}

static struct null_port *port_new(struct null_datapath *null, const struct datapath_port_config *config,
				  struct error *error)
{
	struct null_port *port = calloc(1, sizeof(*port));

	if (!port)
		goto fail;
	port->config = *config;
	if (!port->config.local.port)
		port->config.local.port = (uint16_t)(EPHEMERAL_FIRST + null->ephemeral++ % (65536 - EPHEMERAL_FIRST));
	port->handle = handle_add(&null->port_handles, port);
	if (port->handle == HANDLE_NONE)
		goto fail;
	DL_APPEND(null->ports, port);
	return port;
fail:
	free(port);
	no_memory(error);
	return NULL;
}

static struct null_port *null_port_get(struct null_datapath *null, const struct datapath_port_config *config,
				struct error *error)
{
	struct null_port *port = find_shared(null, config);

	if (!port)
		port = port_new(null, config, error);
	if (port)
		port->users++;
	return port;
}

void null_port_put(struct null_datapath *null, struct null_port *port)
{
	if (!port || --port->users > 0)
		return;
	handle_remove(&null->port_handles, port->handle);
	DL_DELETE(null->ports, port);
	free(port);
}

static struct null_port *open_port(struct null_datapath *null, handle h, struct error *error)
{
	struct null_port *port = handle_get(&null->port_handles, h);

	if (!port)
		error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such port");
	else
		port->users++;
	return port;
}

int null_port_of_tunnel(struct null_datapath *null, struct null_tunnel *tunnel, struct error *error)
{
	const struct datapath_tunnel_config *config = &tunnel->config;
	struct datapath_port_config wanted = { .local = config->local };

	if (tunnel->port || config->peer.address.family == AF_UNSPEC || config->encap != L2TP_ENCAP_UDP)
		return 0;
	if (config->port != HANDLE_NONE) {
		tunnel->port = open_port(null, config->port, error);
		return tunnel->port ? 0 : -1;
	}
	wanted.local.address.family = config->peer.address.family;
	memcpy(wanted.bind_interface, config->bind_interface, sizeof(wanted.bind_interface));
	tunnel->port = null_port_get(null, &wanted, error);
	return tunnel->port ? 0 : -1;
}

static int listen_on(struct null_datapath *null, const struct datapath_port_config *config, handle *port,
		     struct error *error)
{
	struct null_port *found;

	if (config->port == HANDLE_NONE && config->local.address.family == AF_UNSPEC)
		return error_set(error, ERROR_VALUE, NULL, "a port has an address, which may be 0.0.0.0 or ::");
	if (null_fails(null, DATAPATH_NULL_LISTEN, error))
		return -1;
	found = config->port == HANDLE_NONE ? null_port_get(null, config, error) :
					      open_port(null, config->port, error);
	if (!found)
		return -1;
	found->listeners++;
	*port = found->handle;
	return 0;
}

int null_listen(struct datapath *dp, const struct datapath_port_config *config, handle *port, struct error *error)
{
	struct datapath_null_entry entry = { .operation = DATAPATH_NULL_LISTEN };

	entry.failed = listen_on(null_of(dp), config, port, error) < 0;
	if (!entry.failed)
		entry.port = *port;
	null_log(null_of(dp), &entry);
	return entry.failed ? -1 : 0;
}

void null_unlisten(struct datapath *dp, handle port)
{
	struct null_port *found = handle_get(&null_of(dp)->port_handles, port);
	struct datapath_null_entry entry = { .operation = DATAPATH_NULL_UNLISTEN, .port = port };

	entry.failed = !found || !found->listeners;
	null_log(null_of(dp), &entry);
	if (entry.failed)
		return;
	found->listeners--;
	null_port_put(null_of(dp), found);
}

/* --- messages --- */

static void forget(struct null_message **list)
{
	struct null_message *message, *next;

	DL_FOREACH_SAFE(*list, message, next)
		free(message);
	*list = NULL;
}

void null_forget_messages(struct null_datapath *null)
{
	struct null_port *port, *next;

	DL_FOREACH_SAFE(null->ports, port, next)
		free(port);
	null->ports = NULL;
	handle_table_clear(&null->port_handles);
	forget(&null->arrived);
	forget(&null->received);
	forget(&null->sent);
	forget(&null->taken);
}

static bool keep(struct null_message **list, const struct datapath_message *message)
{
	struct null_message *copy = calloc(1, sizeof(*copy) + message->length);

	if (!copy)
		return false;
	copy->message = *message;
	copy->message.octets = copy->octets;
	memcpy(copy->octets, message->octets, message->length);
	DL_APPEND(*list, copy);
	return true;
}

static int take(struct null_message **from, struct null_message **given, struct datapath_message *messages, int max)
{
	int count = 0;

	forget(given);
	while (count < max && *from) {
		struct null_message *message = *from;

		DL_DELETE(*from, message);
		DL_APPEND(*given, message);
		messages[count++] = message->message;
	}
	return count;
}

int null_receive(struct datapath *dp, struct datapath_message *messages, int max)
{
	struct null_datapath *null = null_of(dp);

	return take(&null->arrived, &null->received, messages,
		    max < DATAPATH_MESSAGES_MAX ? max : DATAPATH_MESSAGES_MAX);
}

/* Where it arrives over there. An exact address goes before any. */
static const struct null_port *destination_of(const struct null_datapath *null, const struct endpoint *to)
{
	const struct null_port *port, *found = NULL;

	DL_FOREACH(null->ports, port) {
		if (port->config.local.port != to->port || port->config.local.address.family != to->address.family)
			continue;
		if (address_equal(&port->config.local.address, &to->address))
			return port;
		if (address_is_any(&port->config.local.address))
			found = port;
	}
	return found;
}

/* Is this the other end of the session? */
static bool faces(const struct null_session *session, const struct null_session *other)
{
	const struct datapath_tunnel_config *here = &session->tunnel->config, *there = &other->tunnel->config;

	return other->session_id == session->peer_session_id && other->peer_session_id == session->session_id &&
	       there->tunnel_id == here->peer_tunnel_id && there->peer_tunnel_id == here->tunnel_id;
}

static const struct null_session *opposite(const struct null_datapath *other, const struct null_session *session)
{
	const struct null_session *found = handle_get(&other->sessions, session->facing);
	uint32_t position = 0;

	if (found && faces(session, found))
		return found;
	while ((found = handle_next(&other->sessions, &position)))
		if (found != session && faces(session, found))
			return found;
	return NULL;
}

static void carry(struct null_datapath *null, const struct datapath_null_route *route,
		  const struct datapath_message *message)
{
	if (null->carry)
		null->carry(null->carry_context, route, message->octets, message->length);
}

static void carry_frame(struct null_datapath *null, const struct null_session *session,
			const struct datapath_message *frame)
{
	const struct null_tunnel *tunnel = session->tunnel;
	struct datapath_null_route route = {
		.from = tunnel->config.local, .to = tunnel->config.peer,
		.tunnel_id = tunnel->config.peer_tunnel_id, .session_id = session->peer_session_id,
	};

	if (tunnel->port)
		route.from.port = tunnel->port->config.local.port;
	carry(null, &route, frame);
}

static void send_frame(struct null_datapath *null, const struct datapath_message *frame)
{
	struct null_session *session = handle_get(&null->sessions, frame->session);
	struct datapath_message arriving = *frame;
	const struct null_session *to;

	if (!session || session->frames)
		return;
	if (null->keeps_sent)
		(void)keep(&null->sent, frame);
	carry_frame(null, session, frame);
	to = null->other ? opposite(null->other, session) : NULL;
	if (!to || to->frames)
		return;
	session->facing = arriving.session = to->handle;
	(void)keep(&null->other->arrived, &arriving);
}

static bool arrive_message(struct null_datapath *null, const struct datapath_null_route *route, uint8_t *octets,
			   uint32_t length)
{
	const struct null_port *port = destination_of(null, &route->to);
	struct datapath_message arriving = {
		.local = route->to, .peer = route->from, .octets = octets, .length = length,
	};

	if (!port)
		return false;
	arriving.port = port->handle;
	return keep(&null->arrived, &arriving);
}

static void send_message(struct null_datapath *null, const struct datapath_message *message)
{
	const struct null_port *from = handle_get(&null->port_handles, message->port);
	struct datapath_null_route route = { .from = message->local, .to = message->peer };

	if (!from)
		return;
	if (null->keeps_sent)
		(void)keep(&null->sent, message);
	if (address_is_any(&message->local.address))
		route.from.address = from->config.local.address;
	route.from.port = from->config.local.port;
	carry(null, &route, message);
	if (null->other)
		(void)arrive_message(null->other, &route, message->octets, message->length);
}

void null_send(struct datapath *dp, const struct datapath_message *messages, int count)
{
	for (int i = 0; i < count; i++)
		if (messages[i].session != HANDLE_NONE)
			send_frame(null_of(dp), &messages[i]);
		else
			send_message(null_of(dp), &messages[i]);
}

/* --- for tests --- */

void datapath_null_join(struct datapath *dp, struct datapath *other)
{
	null_of(dp)->other = other ? null_of(other) : NULL;
}

void datapath_null_carry(struct datapath *dp, datapath_null_carry_fn *carry_by, void *context)
{
	null_of(dp)->carry = carry_by;
	null_of(dp)->carry_context = context;
}

static bool is_sent_to(const struct null_session *session, const struct datapath_null_route *route)
{
	const struct datapath_tunnel_config *tunnel = &session->tunnel->config;

	return session->session_id == route->session_id && tunnel->tunnel_id == route->tunnel_id &&
	       tunnel->peer.port == route->from.port && address_equal(&tunnel->peer.address, &route->from.address);
}

bool datapath_null_arrive(struct datapath *dp, const struct datapath_null_route *route, uint8_t *octets,
			  uint32_t length)
{
	struct null_datapath *null = null_of(dp);
	struct datapath_message arriving = { .octets = octets, .length = length };
	const struct null_session *session;
	uint32_t position = 0;

	if (!route->session_id)
		return arrive_message(null, route, octets, length);
	while ((session = handle_next(&null->sessions, &position)))
		if (is_sent_to(session, route))
			break;
	if (!session || session->frames)
		return false;
	arriving.session = session->handle;
	return keep(&null->arrived, &arriving);
}

void datapath_null_keep_sent(struct datapath *dp)
{
	null_of(dp)->keeps_sent = true;
}

int datapath_null_sent(struct datapath *dp, struct datapath_message *messages, int max)
{
	return take(&null_of(dp)->sent, &null_of(dp)->taken, messages, max);
}

bool datapath_null_message(struct datapath *dp, const struct datapath_message *message)
{
	return keep(&null_of(dp)->arrived, message);
}
