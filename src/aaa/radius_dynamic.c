/* SPDX-License-Identifier: MIT */
/*
 * What servers ask of us: Disconnect- and CoA-Request, RFC 5176.  A request becomes an event when it is genuine,
 * recent, and says nothing that we cannot do; else it is refused here.  Answers are remembered, so that one that is
 * repeated gets the same again and nothing is done twice.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "aaa/radius_internal.h"

#define WINDOW 300			/* s that an Event-Timestamp may differ: RFC 5176 section 6.3 */
#define REPEATED 30000			/* ms that a request may come again: later it is another that says the same */
#define REPLY_ROOM 64			/* of a reply, besides Proxy-State */

struct reading {
	const struct radius_client *client;
	struct radius_dynamic *dynamic;
	enum radius_error_cause cause;	/* the first thing amiss */
	bool selected, has_time;
	bool seen[UINT8_MAX + 1];	/* which selectors there were */
	uint32_t time;
};

/* --- who asks --- */

/* The server by whose secret this is genuine. NULL: none of those that may ask. */
static struct radius_server *asker(const struct radius_client *client, const struct endpoint *peer,
				   const struct radius_packet *packet)
{
	for (unsigned int i = 0; i < client->server_count; i++) {
		struct radius_server *server = client->servers[client->order[i]];
		struct radius_secret secret = { server->settings.secret, server->settings.secret_length };
		enum radius_seal seal;

		if (!server->settings.dynamic || !address_equal(&server->settings.address, &peer->address) ||
		    !radius_request_is_genuine(packet, &secret))
			continue;
		seal = radius_seal(packet, NULL, &secret);
		if (seal == RADIUS_SEAL_GENUINE ||
		    (seal == RADIUS_SEAL_NONE &&
		     server->settings.message_authenticator != RADIUS_AUTHENTICATOR_YES))
			return server;
	}
	return NULL;
}

/* --- what it asks --- */

static void object(struct reading *reading, enum radius_error_cause cause)
{
	if (!reading->cause)
		reading->cause = cause;
}

static void object_unless(struct reading *reading, bool good, enum radius_error_cause cause)
{
	if (!good)
		object(reading, cause);
}

/* Is it us that is meant? What we have not told anybody fits. */
static void check_nas(struct reading *reading, const struct radius_attribute *attribute)
{
	const struct radius_nas *nas = &reading->client->nas;
	char identifier[RADIUS_TEXT_MAX];
	struct address address;
	bool fits;

	if (attribute->type == RADIUS_NAS_IDENTIFIER)
		fits = !nas->identifier[0] || (radius_get_name(attribute, identifier, sizeof(identifier)) &&
					       !strcmp(identifier, nas->identifier));
	else if (attribute->type == RADIUS_NAS_IP_ADDRESS)
		fits = nas->ipv4.family == AF_UNSPEC ||
		       (radius_get_ipv4(attribute, &address) && address_equal(&address, &nas->ipv4));
	else
		fits = nas->ipv6.family == AF_UNSPEC ||
		       (radius_get_ipv6(attribute, &address) && address_equal(&address, &nas->ipv6));
	object_unless(reading, fits, RADIUS_CAUSE_NAS_MISMATCH);
}

static bool take_text(const struct radius_attribute *attribute, char text[RADIUS_TEXT_MAX])
{
	return attribute->length && radius_get_name(attribute, text, RADIUS_TEXT_MAX);
}

static bool take_port(struct radius_selectors *selectors, const struct radius_attribute *attribute)
{
	return selectors->has_port = radius_get_u32(attribute, &selectors->port);
}

static bool take_identifier(struct radius_selectors *selectors, const struct radius_attribute *attribute)
{
	if (attribute->length != sizeof(selectors->identifier))
		return false;
	memcpy(selectors->identifier, attribute->value, sizeof(selectors->identifier));
	return selectors->has_identifier = true;
}

/* False: it selects nothing. *good: it is as it should be. */
static bool take_selector(struct radius_selectors *selectors, const struct radius_attribute *attribute, bool *good)
{
	switch (attribute->type) {
	case RADIUS_USER_NAME: *good = take_text(attribute, selectors->user_name); return true;
	case RADIUS_ACCT_SESSION_ID: *good = take_text(attribute, selectors->session_id); return true;
	case RADIUS_ACCT_MULTI_SESSION_ID: *good = take_text(attribute, selectors->multi_session_id); return true;
	case RADIUS_NAS_PORT_ID: *good = take_text(attribute, selectors->port_id); return true;
	case RADIUS_CALLED_STATION_ID: *good = take_text(attribute, selectors->called); return true;
	case RADIUS_CALLING_STATION_ID: *good = take_text(attribute, selectors->calling); return true;
	case RADIUS_NAS_PORT: *good = take_port(selectors, attribute); return true;
	case RADIUS_FRAMED_INTERFACE_ID: *good = take_identifier(selectors, attribute); return true;
	case RADIUS_FRAMED_IP_ADDRESS: *good = radius_get_ipv4(attribute, &selectors->ipv4); return true;
	case RADIUS_FRAMED_IPV6_ADDRESS: *good = radius_get_ipv6(attribute, &selectors->ipv6); return true;
	case RADIUS_FRAMED_IPV6_PREFIX: *good = radius_get_prefix(attribute, &selectors->ipv6_prefix); return true;
	case RADIUS_DELEGATED_IPV6_PREFIX: *good = radius_get_prefix(attribute, &selectors->delegated); return true;
	default: return false;
	}
}

/* Asking for other things than to change a session (RFC 5176 section 3.2). */
static void check_service(struct reading *reading, const struct radius_attribute *attribute, uint32_t ours)
{
	uint32_t value;

	object_unless(reading, radius_get_u32(attribute, &value), RADIUS_CAUSE_INVALID_VALUE);
	object_unless(reading, reading->cause || value == ours, RADIUS_CAUSE_UNSUPPORTED_SERVICE);
}

static void take_change(struct reading *reading, const struct radius_attribute *attribute)
{
	unsigned int change = radius_grant_change(attribute);

	if (!change || (reading->dynamic->kind != RADIUS_COA && change != RADIUS_CHANGE_CLASS)) {
		object(reading, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE);
		return;
	}
	object_unless(reading, radius_grant_take(&reading->dynamic->grant, attribute) == RADIUS_TAKEN,
		      RADIUS_CAUSE_INVALID_VALUE);
	reading->dynamic->changes |= change;
}

/* Each must be understood and done: RFC 5176 section 2.3. */
static void take(struct reading *reading, const struct radius_attribute *attribute)
{
	bool good = true;

	if (attribute->vendor) {
		take_change(reading, attribute);
	} else if (take_selector(&reading->dynamic->selectors, attribute, &good)) {
		object_unless(reading, good, RADIUS_CAUSE_INVALID_VALUE);
		object_unless(reading, !reading->seen[attribute->type], RADIUS_CAUSE_INVALID_REQUEST);
		reading->selected = reading->seen[attribute->type] = true;
	} else {
		switch (attribute->type) {
		case RADIUS_NAS_IDENTIFIER:
		case RADIUS_NAS_IP_ADDRESS:
		case RADIUS_NAS_IPV6_ADDRESS:
			check_nas(reading, attribute);
			break;
		case RADIUS_SERVICE_TYPE:
			check_service(reading, attribute, RADIUS_SERVICE_FRAMED);
			break;
		case RADIUS_FRAMED_PROTOCOL:
			check_service(reading, attribute, RADIUS_PROTOCOL_PPP);
			break;
		case RADIUS_EVENT_TIMESTAMP:
			reading->has_time = radius_get_u32(attribute, &reading->time);
			object_unless(reading, reading->has_time, RADIUS_CAUSE_INVALID_VALUE);
			break;
		case RADIUS_MESSAGE_AUTHENTICATOR:
		case RADIUS_PROXY_STATE:
		case RADIUS_REPLY_MESSAGE:
		case RADIUS_ACCT_TERMINATE_CAUSE:
			break;
		default:
			take_change(reading, attribute);
		}
	}
}

static void read_request(struct reading *reading, const struct radius_packet *packet)
{
	struct radius_attribute attribute;
	struct radius_walk walk;

	radius_walk(&walk, packet);
	while (radius_next(&walk, &attribute))
		take(reading, &attribute);
	if (!reading->selected || (reading->dynamic->kind == RADIUS_COA && !reading->dynamic->changes))
		object(reading, RADIUS_CAUSE_MISSING_ATTRIBUTE);
}

/* --- what is remembered --- */

static void forget(struct radius_client *client, struct radius_ask *ask)
{
	if (!ask)
		return;
	if (ask->list)
		DL_DELETE(*ask->list, ask);
	handle_remove(&client->asks, ask->handle);
	free(ask->dynamic);
	free(ask->proxy_states);
	free(ask->reply);
	free(ask);
}

static void enlist(struct radius_ask *ask, struct radius_ask **list)
{
	if (ask->list)
		return;
	ask->list = list;
	DL_APPEND(*list, ask);
}

static void delist(struct radius_ask *ask)
{
	DL_DELETE(*ask->list, ask);
	ask->list = NULL;
}

static struct radius_ask *repeated(const struct radius_client *client, const struct endpoint *peer,
				   const struct radius_packet *packet, uint64_t now)
{
	for (unsigned int i = 0; i < RADIUS_DYNAMIC_KEPT; i++) {
		struct radius_ask *ask = client->kept[i];

		if (ask && now - ask->came <= REPEATED && ask->peer.port == peer->port &&
		    address_equal(&ask->peer.address, &peer->address) &&
		    ask->code == packet->code && ask->identifier == packet->identifier &&
		    !memcmp(ask->authenticator, packet->authenticator, RADIUS_AUTHENTICATOR_LENGTH))
			return ask;
	}
	return NULL;
}

/* All Proxy-States, as they are: the reply has them in the same order (RFC 2865 section 5.33). */
static bool keep_proxy_states(struct radius_ask *ask, const struct radius_packet *packet)
{
	struct radius_attribute attribute;
	struct radius_walk walk;

	radius_walk(&walk, packet);
	while (radius_next(&walk, &attribute)) {
		size_t length = 2 + (size_t)attribute.length;
		uint8_t *states;

		if (attribute.vendor || attribute.type != RADIUS_PROXY_STATE)
			continue;
		states = realloc(ask->proxy_states, ask->proxy_states_length + length);
		if (!states)
			return false;
		ask->proxy_states = states;
		memcpy(states + ask->proxy_states_length, attribute.value - 2, length);
		ask->proxy_states_length += length;
	}
	return true;
}

static struct radius_ask *remember(struct radius_client *client, const struct endpoint *peer,
				   struct radius_server *server, const struct radius_packet *packet, uint64_t now)
{
	struct radius_ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return NULL;
	*ask = (struct radius_ask){ .peer = *peer, .server = server, .code = packet->code,
				    .identifier = packet->identifier, .came = now };
	memcpy(ask->authenticator, packet->authenticator, sizeof(ask->authenticator));
	ask->dynamic = calloc(1, sizeof(*ask->dynamic));
	if (ask->dynamic && keep_proxy_states(ask, packet))
		ask->handle = handle_add(&client->asks, ask);
	if (ask->handle == HANDLE_NONE) {
		forget(client, ask);
		return NULL;
	}
	ask->dynamic->kind = packet->code == RADIUS_COA_REQUEST ? RADIUS_COA : RADIUS_DISCONNECT;
	forget(client, client->kept[client->kept_next]);
	client->kept[client->kept_next] = ask;
	client->kept_next = (client->kept_next + 1) % RADIUS_DYNAMIC_KEPT;
	return ask;
}

/* --- answers --- */

static uint8_t reply_code(uint8_t code, bool done)
{
	if (code == RADIUS_COA_REQUEST)
		return done ? RADIUS_COA_ACK : RADIUS_COA_NAK;
	return done ? RADIUS_DISCONNECT_ACK : RADIUS_DISCONNECT_NAK;
}

static void count_answer(struct radius_counters *counters, uint8_t code)
{
	switch (code) {
	case RADIUS_COA_ACK: counters->coa_acks++; break;
	case RADIUS_COA_NAK: counters->coa_naks++; break;
	case RADIUS_DISCONNECT_ACK: counters->disconnect_acks++; break;
	default: counters->disconnect_naks++; break;
	}
}

static void answer(struct radius_client *client, struct radius_ask *ask, bool done, enum radius_error_cause cause)
{
	struct radius_secret secret = { ask->server->settings.secret, ask->server->settings.secret_length };
	size_t size = RADIUS_HEADER_LENGTH + REPLY_ROOM + ask->proxy_states_length;
	uint8_t code = reply_code(ask->code, done);
	struct radius_builder builder;

	ask->reply = malloc(size);
	if (!ask->reply)
		return;			/* it will be asked for again */
	radius_begin(&builder, ask->reply, size, code, ask->identifier, NULL);
	radius_put_message_authenticator(&builder);
	if (cause)
		radius_put_u32(&builder, RADIUS_ERROR_CAUSE, cause);
	radius_put_raw(&builder, ask->proxy_states, ask->proxy_states_length);
	ask->reply_length = radius_sign_reply(&builder, ask->authenticator, &secret);
	if (!ask->reply_length)
		return;
	count_answer(&ask->server->counters, code);
	enlist(ask, &client->answered);
}

void radius_dynamic_answer(struct radius_client *client, handle request, bool done, enum radius_error_cause cause,
			   uint64_t now)
{
	struct radius_ask *ask = handle_get(&client->asks, request);

	if (ask && !ask->reply)
		answer(client, ask, done, cause);
}

/* --- as datagrams come --- */

/* Too old, or of a clock that is not ours: it may have been sent before, and is dropped without an answer. */
static bool is_recent(const struct reading *reading, uint64_t unix_time)
{
	uint64_t time = reading->time;

	if (!reading->has_time || !unix_time)
		return true;
	return time <= unix_time + WINDOW && unix_time <= time + WINDOW;
}

static void act(struct radius_client *client, struct radius_server *server, const struct radius_packet *packet,
		const struct endpoint *peer, uint64_t now)
{
	struct radius_dynamic dynamic = { .kind = packet->code == RADIUS_COA_REQUEST ? RADIUS_COA : RADIUS_DISCONNECT };
	struct reading reading = { .client = client, .dynamic = &dynamic };
	struct radius_ask *ask;

	read_request(&reading, packet);
	ask = is_recent(&reading, radius_unix_time(client, now)) ? remember(client, peer, server, packet, now) : NULL;
	if (!ask) {
		server->counters.dynamic_dropped++;
		return;
	}
	*ask->dynamic = dynamic;
	(*(dynamic.kind == RADIUS_COA ? &server->counters.coa_requests : &server->counters.disconnect_requests))++;
	if (reading.cause)
		answer(client, ask, false, reading.cause);
	else
		enlist(ask, &client->asked);
}

/* A server's, as far as its address goes. */
static void count_drop(const struct radius_client *client, const struct endpoint *peer)
{
	for (unsigned int i = 0; i < client->server_count; i++) {
		struct radius_server *server = client->servers[client->order[i]];

		if (!address_equal(&server->settings.address, &peer->address))
			continue;
		server->counters.dynamic_dropped++;
		return;
	}
}

void radius_dynamic_receive(struct radius_client *client, const struct radius_datagram *datagram, uint64_t now)
{
	struct radius_server *server = NULL;
	struct radius_packet packet;
	struct radius_ask *ask;

	if (radius_parse(&packet, datagram->octets, datagram->length) &&
	    (packet.code == RADIUS_COA_REQUEST || packet.code == RADIUS_DISCONNECT_REQUEST))
		server = asker(client, &datagram->peer, &packet);
	if (!server) {
		count_drop(client, &datagram->peer);
		return;
	}
	ask = repeated(client, &datagram->peer, &packet, now);
	if (!ask) {
		act(client, server, &packet, &datagram->peer, now);
		return;
	}
	server->counters.dynamic_duplicates++;
	if (ask->reply_length)
		enlist(ask, &client->answered);
}

bool radius_dynamic_event(struct radius_client *client, struct radius_event *event)
{
	struct radius_ask *ask = client->asked;

	if (!ask)
		return false;
	delist(ask);
	client->given_dynamic = ask->dynamic;
	ask->dynamic = NULL;
	*event = (struct radius_event){ .kind = RADIUS_EVENT_DYNAMIC, .request = ask->handle,
					.dynamic = client->given_dynamic,
					.server = ask->server->settings.name, .text = "" };
	return true;
}

bool radius_dynamic_datagram(struct radius_client *client, struct radius_datagram *datagram)
{
	struct radius_ask *ask = client->answered;

	if (!ask)
		return false;
	delist(ask);
	*datagram = (struct radius_datagram){ .socket = RADIUS_SOCKET_DYNAMIC, .peer = ask->peer,
					      .octets = ask->reply, .length = ask->reply_length };
	return true;
}

void radius_dynamic_forget(struct radius_client *client, const struct radius_server *server)
{
	for (unsigned int i = 0; i < RADIUS_DYNAMIC_KEPT; i++)
		if (client->kept[i] && client->kept[i]->server == server) {
			forget(client, client->kept[i]);
			client->kept[i] = NULL;
		}
}

void radius_dynamic_free(struct radius_client *client)
{
	for (unsigned int i = 0; i < RADIUS_DYNAMIC_KEPT; i++)
		forget(client, client->kept[i]);
	handle_table_clear(&client->asks);
}
