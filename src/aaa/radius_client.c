/* SPDX-License-Identifier: MIT */
/* The RADIUS client as its user sees it: servers, datagrams, events, deadlines.  See radius.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "aaa/radius_internal.h"
#include "base/scatter.h"

#define SEPARATORS ", \t"

struct radius_client *radius_new(radius_random_fn *random, const struct aaa_store *store)
{
	struct radius_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->random = random;
	client->store = store;
	client->next_record = 1;
	if (deadline_reserve(&client->trials, RADIUS_SERVERS_MAX) < 0) {
		radius_free(client);
		return NULL;
	}
	radius_load_records(client);
	return client;
}

static void free_server(struct radius_client *client, struct radius_server *server)
{
	for (unsigned int port = 0; port < RADIUS_PORT_COUNT; port++) {
		deadline_cancel(&client->trials, &server->channels[port].trial);
		for (unsigned int i = 0; i < RADIUS_CHANNEL_SOCKETS; i++)
			free(server->channels[port].sockets[i]);
	}
	client->servers[server->slot] = NULL;
	explicit_bzero(server, sizeof(*server));
	free(server);
}

static void forget_given(struct radius_client *client);

void radius_free(struct radius_client *client)
{
	struct radius_exchange *exchange;
	uint32_t position = 0;

	if (!client)
		return;
	while ((exchange = handle_next(&client->requests, &position)))
		radius_exchange_free(client, exchange);
	forget_given(client);
	radius_free_records(client);
	radius_dynamic_free(client);
	for (unsigned int slot = 0; slot < RADIUS_SERVERS_MAX; slot++)
		if (client->servers[slot])
			free_server(client, client->servers[slot]);
	handle_table_clear(&client->requests);
	deadline_clear(&client->deadlines);
	deadline_clear(&client->trials);
	free(client);
}

void radius_random(struct radius_client *client, void *octets, size_t length)
{
	uint8_t *out = octets;

	if (client->random) {
		client->random(octets, length);
		return;
	}
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)scatter_next(&client->fixed_random);
}

void radius_set_time(struct radius_client *client, uint64_t unix_time, uint64_t now)
{
	client->has_time = unix_time != 0;
	client->unix_ms_at_zero = unix_time * 1000 - now;
}

uint64_t radius_unix_time(const struct radius_client *client, uint64_t now)
{
	return client->has_time ? (client->unix_ms_at_zero + now) / 1000 : 0;
}

void radius_set_nas(struct radius_client *client, const struct radius_nas *nas)
{
	client->nas = *nas;
}

/* --- servers --- */

bool radius_is_list(const char *servers)
{
	return servers && servers[strspn(servers, SEPARATORS)];
}

const char *radius_next_name(const char **list, size_t *length)
{
	const char *name = *list + strspn(*list, SEPARATORS);

	*length = strcspn(name, SEPARATORS);
	*list = name + *length;
	return *length ? name : NULL;
}

struct radius_server *radius_server_by_name(const struct radius_client *client, const char *name, size_t length)
{
	for (unsigned int i = 0; i < client->server_count; i++) {
		struct radius_server *server = client->servers[client->order[i]];

		if (strlen(server->settings.name) == length && !memcmp(server->settings.name, name, length))
			return server;
	}
	return NULL;
}

bool radius_are_servers(const struct radius_client *client, const char *servers)
{
	const char *name;
	size_t length;

	if (!radius_is_list(servers))
		return client->server_count;
	while ((name = radius_next_name(&servers, &length)))
		if (radius_server_by_name(client, name, length))
			return true;
	return false;
}

static int check(const struct radius_server_settings *settings, struct error *error)
{
	if (!settings->name[0] || settings->name[strcspn(settings->name, SEPARATORS)])
		return error_set(error, ERROR_VALUE, "radius_name",
				 "the name of a server has no blanks and no commas, and is not empty");
	if (!settings->secret_length || settings->secret_length > RADIUS_SECRET_MAX)
		return error_set(error, ERROR_MISSING, "secret", "a RADIUS server needs a secret of 1 to %d octets",
				 RADIUS_SECRET_MAX);
	if (!settings->timeout)
		return error_set(error, ERROR_VALUE, "timeout", "requests cannot be repeated after 0 s");
	return 0;
}

static struct radius_server *add_server(struct radius_client *client, struct error *error)
{
	struct radius_server *server;
	unsigned int slot = 0;

	while (slot < RADIUS_SERVERS_MAX && client->servers[slot])
		slot++;
	if (slot == RADIUS_SERVERS_MAX) {
		error_set(error, ERROR_LIMIT, NULL, "there are %d RADIUS servers already, which is the limit",
			  RADIUS_SERVERS_MAX);
		return NULL;
	}
	server = calloc(1, sizeof(*server));
	if (!server) {
		error_set(error, ERROR_LIMIT, NULL, "out of memory");
		return NULL;
	}
	server->slot = slot;
	for (enum radius_port port = 0; port < RADIUS_PORT_COUNT; port++) {
		server->channels[port].server = server;
		server->channels[port].port = port;
	}
	client->servers[slot] = server;
	client->order[client->server_count++] = (uint8_t)slot;
	return server;
}

static bool is_same_end(const struct radius_server_settings *a, const struct radius_server_settings *b)
{
	return address_equal(&a->address, &b->address) && address_equal(&a->source, &b->source) &&
	       a->auth_port == b->auth_port && a->acct_port == b->acct_port && a->secret_length == b->secret_length &&
	       !memcmp(a->secret, b->secret, a->secret_length);
}

/* Nothing is known of it: it is asked as if it were alive. */
static void begin_anew(struct radius_client *client, struct radius_server *server, uint64_t now)
{
	server->authenticated = false;
	for (unsigned int port = 0; port < RADIUS_PORT_COUNT; port++) {
		struct radius_channel *channel = &server->channels[port];

		channel->dead = channel->on_trial = channel->tell = false;
		channel->heard = 0;
		deadline_cancel(&client->trials, &channel->trial);
		radius_restart(client, channel, now);
	}
}

int radius_set_server(struct radius_client *client, const struct radius_server_settings *settings, uint64_t now,
		      struct error *error)
{
	struct radius_server *server = radius_server_by_name(client, settings->name, strlen(settings->name));
	bool same = server && is_same_end(&server->settings, settings);

	if (check(settings, error) < 0)
		return -1;
	if (!server)
		server = add_server(client, error);
	if (!server)
		return -1;
	server->settings = *settings;
	if (!same)
		begin_anew(client, server, now);
	radius_unpark(client, now);
	return 0;
}

void radius_remove_server(struct radius_client *client, const char *name, uint64_t now)
{
	struct radius_server *server = radius_server_by_name(client, name, strlen(name));
	unsigned int i = 0;

	if (!server)
		return;
	while (client->order[i] != server->slot)
		i++;
	client->server_count--;
	memmove(client->order + i, client->order + i + 1, client->server_count - i);
	for (unsigned int port = 0; port < RADIUS_PORT_COUNT; port++)
		radius_restart(client, &server->channels[port], now);
	radius_dynamic_forget(client, server);
	free_server(client, server);
}

/* --- datagrams --- */

static struct endpoint endpoint_of(const struct radius_channel *channel)
{
	const struct radius_server_settings *settings = &channel->server->settings;
	bool access = channel->port == RADIUS_PORT_ACCESS;

	return (struct endpoint){ settings->address, access ? settings->auth_port : settings->acct_port };
}

static unsigned int socket_number(const struct radius_exchange *exchange)
{
	return (exchange->channel->server->slot * RADIUS_PORT_COUNT + exchange->channel->port) *
	       RADIUS_CHANNEL_SOCKETS + exchange->socket;
}

static bool is_from(const struct radius_channel *channel, const struct endpoint *peer)
{
	struct endpoint wanted = endpoint_of(channel);

	return peer->port == wanted.port && address_equal(&peer->address, &wanted.address);
}

void radius_receive(struct radius_client *client, const struct radius_datagram *datagram, uint64_t now)
{
	unsigned int number = datagram->socket / RADIUS_CHANNEL_SOCKETS;
	struct radius_exchange **exchanges, *exchange;
	struct radius_channel *channel;
	struct radius_server *server;
	struct radius_packet packet;

	if (datagram->socket == RADIUS_SOCKET_DYNAMIC) {
		radius_dynamic_receive(client, datagram, now);
		return;
	}
	server = datagram->socket < RADIUS_SOCKETS_MAX ? client->servers[number / RADIUS_PORT_COUNT] : NULL;
	if (!server)
		return;
	channel = &server->channels[number % RADIUS_PORT_COUNT];
	if (!radius_parse(&packet, datagram->octets, datagram->length)) {
		server->counters.malformed++;
		return;
	}
	exchanges = channel->sockets[datagram->socket % RADIUS_CHANNEL_SOCKETS];
	exchange = exchanges ? exchanges[packet.identifier] : NULL;
	if (exchange && is_from(channel, &datagram->peer))
		radius_reply(client, exchange, &packet, now);
	else
		server->counters.unexpected++;
}

bool radius_next_datagram(struct radius_client *client, struct radius_datagram *datagram, uint64_t now)
{
	struct radius_exchange *exchange;

	if (radius_dynamic_datagram(client, datagram))
		return true;
	while ((exchange = client->to_send)) {
		size_t length;

		/* not before: when records are loaded the time of day may not have been told yet */
		if (exchange->record && !exchange->repeated)
			exchange->delay = radius_record_delay(client, exchange->record, now);
		length = radius_compose(client, exchange);
		DL_DELETE2(client->to_send, exchange, send_prev, send_next);
		exchange->to_send = false;
		if (!length)
			continue;
		*datagram = (struct radius_datagram){
			.socket = socket_number(exchange), .source = exchange->channel->server->settings.source,
			.peer = endpoint_of(exchange->channel), .octets = client->packet, .length = length,
		};
		return true;
	}
	return false;
}

/* --- time --- */

uint64_t radius_deadline(const struct radius_client *client)
{
	const struct deadline *first = deadline_first(&client->deadlines), *trial = deadline_first(&client->trials);
	uint64_t when = first ? first->when : RADIUS_NEVER;

	return trial && trial->when < when ? trial->when : when;
}

bool radius_expire(struct radius_client *client, uint64_t now)
{
	struct deadline *first = deadline_first(&client->deadlines), *trial = deadline_first(&client->trials);

	if (trial && trial->when <= now) {
		deadline_cancel(&client->trials, trial);
		radius_try_again(client, now);
		return true;
	}
	if (!first || first->when > now)
		return false;
	deadline_cancel(&client->deadlines, first);
	radius_exchange_expire(client, (void *)((char *)first - offsetof(struct radius_exchange, deadline)), now);
	return true;
}

/* --- events --- */

/* What the last event pointed to is not needed any more. */
static void forget_given(struct radius_client *client)
{
	if (client->given)
		radius_exchange_free(client, client->given);
	client->given = NULL;
	radius_answer_free(client->given_answer);
	client->given_answer = NULL;
	free(client->given_dynamic);
	client->given_dynamic = NULL;
}

/* The conversation may go on, for a while. */
static void converse(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	exchange->stage = RADIUS_CONVERSING;
	memcpy(exchange->state, exchange->answer->state, exchange->answer->state_length);
	exchange->state_length = exchange->answer->state_length;
	client->given_answer = exchange->answer;
	exchange->answer = NULL;
	deadline_set(&client->deadlines, &exchange->deadline, now + RADIUS_CONVERSATION);
}

static void fill_answer(struct radius_event *event, const struct radius_answer *answer)
{
	event->text = answer->remark;
	if (answer->unusable)
		return;
	event->kind = RADIUS_EVENT_ANSWER;
	event->verdict = &answer->verdict;
	event->grant = answer->verdict.result == CREDENTIALS_ACCEPTED ? &answer->grant : NULL;
	event->user_name = answer->user_name[0] ? answer->user_name : NULL;
}

static void tell_finished(struct radius_client *client, struct radius_event *event, uint64_t now)
{
	struct radius_exchange *exchange = client->finished;

	DL_DELETE(client->finished, exchange);
	snprintf(client->given_server, sizeof(client->given_server), "%s", exchange->server_name);
	*event = (struct radius_event){ .kind = RADIUS_EVENT_FAILURE, .request = exchange->handle,
					.owner = exchange->owner, .server = client->given_server,
					.text = exchange->reason ? exchange->reason : "no RADIUS server can be asked" };
	if (exchange->answer)
		fill_answer(event, exchange->answer);
	if (event->kind == RADIUS_EVENT_ANSWER && event->verdict->result == CREDENTIALS_CONTINUE) {
		converse(client, exchange, now);
		return;
	}
	handle_remove(&client->requests, exchange->handle);
	client->given = exchange;
}

static bool tell_channel(struct radius_channel *channel, struct radius_event *event)
{
	bool access = channel->port == RADIUS_PORT_ACCESS;

	if (!channel->tell)
		return false;
	channel->tell = false;
	*event = (struct radius_event){
		.kind = channel->dead ? RADIUS_EVENT_SERVER_DEAD : RADIUS_EVENT_SERVER_ALIVE,
		.server = channel->server->settings.name,
		.text = access ? "authentication" : "accounting",
	};
	return true;
}

static bool tell_news(struct radius_client *client, struct radius_event *event)
{
	for (unsigned int i = 0; client->news && i < client->server_count * RADIUS_PORT_COUNT; i++) {
		struct radius_server *server = client->servers[client->order[i / RADIUS_PORT_COUNT]];

		if (tell_channel(&server->channels[i % RADIUS_PORT_COUNT], event))
			return true;
	}
	client->news = false;
	return false;
}

bool radius_next_event(struct radius_client *client, struct radius_event *event, uint64_t now)
{
	forget_given(client);
	if (client->finished) {
		tell_finished(client, event, now);
		return true;
	}
	return radius_dynamic_event(client, event) || tell_news(client, event);
}

/* --- what there is --- */

int radius_server_info(const struct radius_client *client, unsigned int index, struct radius_server_info *info)
{
	const struct radius_server *server;

	if (index >= client->server_count)
		return -1;
	server = client->servers[client->order[index]];
	*info = (struct radius_server_info){
		.settings = server->settings,
		.authenticated = server->authenticated,
		.round_trip = server->round_trip,
		.counters = server->counters,
	};
	explicit_bzero(info->settings.secret, sizeof(info->settings.secret));
	info->settings.secret_length = 0;
	for (unsigned int port = 0; port < RADIUS_PORT_COUNT; port++) {
		info->dead |= server->channels[port].dead;
		info->outstanding += server->channels[port].outstanding;
	}
	return 0;
}
