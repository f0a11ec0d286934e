/* SPDX-License-Identifier: MIT */
/*
 * One request on its way: to a server, again when it is silent, to the next, until one answers.  Identifiers belong to
 * a channel (a server's port) and one of its sockets; who finds none free waits.
 *
 * A server that let a request go unanswered, and said nothing else meanwhile, is dead: others are asked before it.
 * After dead_time one request may try whether it is back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "aaa/radius_internal.h"

/* --- identifiers --- */

static uint32_t most_outstanding(const struct radius_channel *channel)
{
	return channel->port == RADIUS_PORT_ACCOUNTING ? RADIUS_ACCOUNTING_OUTSTANDING :
							 RADIUS_CHANNEL_SOCKETS * RADIUS_IDENTIFIERS;
}

static bool open_socket(struct radius_channel *channel, unsigned int socket)
{
	if (!channel->sockets[socket])
		channel->sockets[socket] = calloc(RADIUS_IDENTIFIERS, sizeof(**channel->sockets));
	return channel->sockets[socket];
}

static bool take_identifier(struct radius_channel *channel, struct radius_exchange *exchange)
{
	unsigned int socket = 0;

	while (socket < RADIUS_CHANNEL_SOCKETS && channel->used[socket] == RADIUS_IDENTIFIERS)
		socket++;
	if (channel->outstanding >= most_outstanding(channel) || socket == RADIUS_CHANNEL_SOCKETS ||
	    !open_socket(channel, socket))
		return false;
	while (channel->sockets[socket][channel->next[socket]])
		channel->next[socket]++;
	exchange->socket = (uint8_t)socket;
	exchange->identifier = channel->next[socket]++;
	channel->sockets[socket][exchange->identifier] = exchange;
	channel->used[socket]++;
	channel->outstanding++;
	return true;
}

static void free_identifier(struct radius_exchange *exchange)
{
	struct radius_channel *channel = exchange->channel;

	channel->sockets[exchange->socket][exchange->identifier] = NULL;
	channel->used[exchange->socket]--;
	channel->outstanding--;
}

/* --- which server --- */

static bool may_ask(const struct radius_channel *channel, const struct radius_exchange *exchange)
{
	const struct radius_server_settings *settings = &channel->server->settings;

	return settings->address.family != AF_UNSPEC && !(exchange->tried >> channel->server->slot & 1) &&
	       (channel->port == RADIUS_PORT_ACCESS ? settings->auth_port : settings->acct_port);
}

static bool is_usable(const struct radius_channel *channel, uint64_t now)
{
	return !channel->dead || (!channel->on_trial && channel->dead_until <= now);
}

/* The next of a list; all there are, when it is empty. *position: from 0. */
static struct radius_server *next_server(const struct radius_client *client, const char **list, bool all,
					 unsigned int *position)
{
	const char *name;
	size_t length;

	if (all)
		return *position < client->server_count ? client->servers[client->order[(*position)++]] : NULL;
	while ((name = radius_next_name(list, &length))) {
		struct radius_server *server = radius_server_by_name(client, name, length);

		if (server)
			return server;
	}
	return NULL;
}

/* The first that lives; of access else the first that is dead: users cannot wait. */
static struct radius_channel *choose(const struct radius_client *client, const struct radius_exchange *exchange,
				     uint64_t now)
{
	enum radius_port port = exchange->record ? RADIUS_PORT_ACCOUNTING : RADIUS_PORT_ACCESS;
	const char *list = exchange->servers;
	bool all = !radius_is_list(exchange->servers);
	struct radius_channel *dead = NULL;
	struct radius_server *server;
	unsigned int position = 0;

	while ((server = next_server(client, &list, all, &position))) {
		struct radius_channel *channel = &server->channels[port];

		if (!may_ask(channel, exchange))
			continue;
		if (is_usable(channel, now))
			return channel;
		if (!dead)
			dead = channel;
	}
	return exchange->record ? NULL : dead;
}

/* --- on its way --- */

static void send_off(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	if (!exchange->to_send)
		DL_APPEND2(client->to_send, exchange, send_prev, send_next);
	exchange->to_send = true;
	deadline_set(&client->deadlines, &exchange->deadline,
		     now + exchange->channel->server->settings.timeout);
}

static void begin(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	struct radius_channel *channel = exchange->channel;
	struct radius_counters *counters = &channel->server->counters;

	exchange->stage = RADIUS_OUT;
	exchange->repeated = exchange->forged = 0;
	exchange->begun = now;
	exchange->on_trial = channel->dead;
	channel->on_trial |= channel->dead;
	if (!exchange->record)
		radius_random(client, exchange->authenticator, sizeof(exchange->authenticator));
	(*(exchange->record ? &counters->accounting_requests : &counters->access_requests))++;
	snprintf(exchange->server_name, sizeof(exchange->server_name), "%s", channel->server->settings.name);
	send_off(client, exchange, now);
}

enum radius_start radius_start(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	struct radius_channel *channel = choose(client, exchange, now);

	if (!channel)
		return RADIUS_NO_SERVER;
	exchange->channel = channel;
	if (take_identifier(channel, exchange)) {
		begin(client, exchange, now);
		return RADIUS_STARTED;
	}
	if (exchange->record) {
		exchange->channel = NULL;
		return RADIUS_FULL;
	}
	exchange->stage = RADIUS_WAITING;
	DL_APPEND(channel->waiting, exchange);
	deadline_set(&client->deadlines, &exchange->deadline, now + RADIUS_PATIENCE);
	return RADIUS_STARTED;
}

static void start_waiting(struct radius_client *client, struct radius_channel *channel, uint64_t now)
{
	struct radius_exchange *exchange = channel->waiting;

	if (!exchange || !take_identifier(channel, exchange))
		return;
	DL_DELETE(channel->waiting, exchange);
	begin(client, exchange, now);
}

void radius_stop(struct radius_client *client, struct radius_exchange *exchange)
{
	deadline_cancel(&client->deadlines, &exchange->deadline);
	if (exchange->to_send)
		DL_DELETE2(client->to_send, exchange, send_prev, send_next);
	exchange->to_send = false;
	if (exchange->on_trial)
		exchange->channel->on_trial = exchange->on_trial = false;
	if (exchange->stage == RADIUS_OUT)
		free_identifier(exchange);
	else if (exchange->stage == RADIUS_WAITING && exchange->channel)
		DL_DELETE(exchange->channel->waiting, exchange);
	else if (exchange->stage == RADIUS_FINISHED && client->given != exchange)
		DL_DELETE(client->finished, exchange);
	exchange->stage = RADIUS_WAITING;
	exchange->channel = NULL;
}

struct radius_exchange *radius_exchange_new(struct radius_client *client, const char *servers)
{
	struct radius_exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	client->exchanges++;
	exchange->servers = strdup(servers);
	if (exchange->servers && deadline_reserve(&client->deadlines, client->exchanges) == 0)
		return exchange;
	radius_exchange_free(client, exchange);
	return NULL;
}

void radius_answer_free(struct radius_answer *answer)
{
	if (answer)
		explicit_bzero(answer, sizeof(*answer));	/* it has keys */
	free(answer);
}

void radius_exchange_free(struct radius_client *client, struct radius_exchange *exchange)
{
	radius_stop(client, exchange);
	client->exchanges--;
	handle_remove(&client->requests, exchange->handle);
	radius_answer_free(exchange->answer);
	free(exchange->attributes);
	free(exchange->servers);
	free(exchange->reason);
	explicit_bzero(exchange, sizeof(*exchange));
	free(exchange);
}

void radius_finish(struct radius_client *client, struct radius_exchange *exchange, struct radius_answer *answer)
{
	radius_stop(client, exchange);
	exchange->stage = RADIUS_FINISHED;
	exchange->answer = answer;
	DL_APPEND(client->finished, exchange);
}

/* --- no answer --- */

static void tell_reason(struct radius_exchange *exchange, const char *what)
{
	free(exchange->reason);
	if (asprintf(&exchange->reason, "RADIUS server %s %s", exchange->server_name, what) < 0)
		exchange->reason = NULL;
}

/* A record that none of its servers acknowledges, though they answer others: it must not keep them busy. */
static void rest(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	uint64_t pause = (uint64_t)RADIUS_REST << exchange->rests;

	exchange->stage = RADIUS_RESTING;
	if (exchange->rests < RADIUS_RESTS_MAX)
		exchange->rests++;
	deadline_set(&client->deadlines, &exchange->deadline, now + pause);
}

/* To the next server, or to nobody. */
static void go_on(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	enum radius_start start = radius_start(client, exchange, now);

	if (start == RADIUS_STARTED)
		return;
	exchange->tried = 0;
	if (!exchange->record)
		radius_finish(client, exchange, NULL);
	else if (start == RADIUS_NO_SERVER && choose(client, exchange, now))
		rest(client, exchange, now);
	else
		radius_record_done(client, exchange, false, now);
}

/* --- dead or alive --- */

static void take_waiting(struct radius_client *client, struct radius_channel *channel, struct radius_exchange **list)
{
	struct radius_exchange *exchange;

	while ((exchange = channel->waiting)) {
		radius_stop(client, exchange);
		DL_APPEND(*list, exchange);
	}
}

static void all_go_on(struct radius_client *client, struct radius_exchange *list, uint64_t now)
{
	struct radius_exchange *exchange;

	while ((exchange = list)) {
		DL_DELETE(list, exchange);
		go_on(client, exchange, now);
	}
}

static void mark_dead(struct radius_client *client, struct radius_channel *channel, uint64_t now)
{
	struct radius_exchange *waiting = NULL;
	bool was_dead = channel->dead;

	channel->dead = true;
	channel->on_trial = false;
	channel->dead_until = now + channel->server->settings.dead_time;
	if (channel->port == RADIUS_PORT_ACCOUNTING)
		deadline_set(&client->trials, &channel->trial, channel->dead_until);
	if (was_dead)
		return;		/* who waits knew it, and has no other */
	channel->tell = client->news = true;
	take_waiting(client, channel, &waiting);
	all_go_on(client, waiting, now);
}

static void mark_alive(struct radius_client *client, struct radius_channel *channel, uint64_t now)
{
	channel->heard = now;
	if (!channel->dead)
		return;
	channel->dead = channel->on_trial = false;
	channel->tell = client->news = true;
	deadline_cancel(&client->trials, &channel->trial);
	if (channel->port == RADIUS_PORT_ACCOUNTING)
		radius_unpark(client, now);
}

/* --- giving up --- */

static const char other_secret[] = "answers as if it had another secret: compare them";
static const char silent[] = "does not answer: does it run, and know us as a client with this secret?";

static void give_up_server(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	struct radius_channel *channel = exchange->channel;

	channel->server->counters.timeouts++;
	tell_reason(exchange, exchange->forged ? other_secret : silent);
	if (channel->heard < exchange->begun || !channel->heard)
		mark_dead(client, channel, now);
	exchange->tried |= (uint64_t)1 << channel->server->slot;
	radius_stop(client, exchange);
	go_on(client, exchange, now);
	start_waiting(client, channel, now);
}

static void repeat(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	struct radius_counters *counters = &exchange->channel->server->counters;

	exchange->repeated++;
	(*(exchange->record ? &counters->accounting_retransmissions : &counters->access_retransmissions))++;
	send_off(client, exchange, now);
}

void radius_exchange_expire(struct radius_client *client, struct radius_exchange *exchange, uint64_t now)
{
	if (exchange->stage == RADIUS_CONVERSING) {
		radius_exchange_free(client, exchange);
	} else if (exchange->stage == RADIUS_RESTING) {
		go_on(client, exchange, now);
	} else if (exchange->stage == RADIUS_WAITING) {
		snprintf(exchange->server_name, sizeof(exchange->server_name), "%s",
			 exchange->channel->server->settings.name);
		tell_reason(exchange, "has more requests to answer than it can");
		radius_finish(client, exchange, NULL);
	} else if (exchange->repeated < exchange->channel->server->settings.retries) {
		repeat(client, exchange, now);
	} else {
		give_up_server(client, exchange, now);
	}
}

void radius_restart(struct radius_client *client, struct radius_channel *channel, uint64_t now)
{
	struct radius_exchange *all = NULL;

	for (unsigned int i = 0; i < RADIUS_CHANNEL_SOCKETS * RADIUS_IDENTIFIERS; i++) {
		struct radius_exchange **exchanges = channel->sockets[i / RADIUS_IDENTIFIERS];
		struct radius_exchange *exchange = exchanges ? exchanges[i % RADIUS_IDENTIFIERS] : NULL;

		if (!exchange)
			continue;
		radius_stop(client, exchange);
		DL_APPEND(all, exchange);
	}
	take_waiting(client, channel, &all);
	all_go_on(client, all, now);
}

void radius_cancel(struct radius_client *client, handle request, uint64_t now)
{
	struct radius_exchange *exchange = handle_get(&client->requests, request);
	struct radius_channel *channel = exchange ? exchange->channel : NULL;

	if (!exchange)
		return;
	radius_exchange_free(client, exchange);
	if (channel)
		start_waiting(client, channel, now);
}

/* --- packets --- */

static void put_password(struct radius_builder *builder, const struct radius_exchange *exchange,
			 const struct radius_secret *secret)
{
	uint8_t hidden[RADIUS_PASSWORD_MAX];
	size_t length = radius_hide_password(secret, exchange->authenticator, exchange->password,
					     exchange->password_length, hidden);

	radius_put(builder, RADIUS_USER_PASSWORD, hidden, length);
}

static struct radius_secret secret_of(const struct radius_server *server)
{
	return (struct radius_secret){ server->settings.secret, server->settings.secret_length };
}

static size_t compose_record(struct radius_builder *builder, const struct radius_exchange *exchange,
			     const struct radius_secret *secret)
{
	radius_put_raw(builder, exchange->record->attributes, exchange->record->attributes_length);
	radius_put_u32(builder, RADIUS_ACCT_DELAY_TIME, exchange->delay);
	return radius_sign_request(builder, secret);
}

size_t radius_compose(struct radius_client *client, const struct radius_exchange *exchange)
{
	struct radius_secret secret = secret_of(exchange->channel->server);
	struct radius_builder builder;

	radius_begin(&builder, client->packet, sizeof(client->packet),
		     exchange->record ? RADIUS_ACCOUNTING_REQUEST : RADIUS_ACCESS_REQUEST, exchange->identifier,
		     exchange->record ? NULL : exchange->authenticator);
	if (exchange->record)
		return compose_record(&builder, exchange, &secret);
	radius_put_message_authenticator(&builder);
	radius_put_raw(&builder, exchange->attributes, exchange->attributes_length);
	if (exchange->has_password)
		put_password(&builder, exchange, &secret);
	radius_put(&builder, RADIUS_STATE, exchange->state, exchange->state_length);
	return radius_sign_access(&builder, &secret);
}

/* --- replies --- */

static bool is_reply_to(const struct radius_exchange *exchange, uint8_t code)
{
	if (exchange->record)
		return code == RADIUS_ACCOUNTING_RESPONSE;
	return code == RADIUS_ACCESS_ACCEPT || code == RADIUS_ACCESS_REJECT || code == RADIUS_ACCESS_CHALLENGE;
}

/*
 * Is a Message-Authenticator there where it must be, and right where it is?  With EAP it always must (RFC 3579 section
 * 3.2), so one there does not tell that the server has it in other replies, too: FreeRADIUS before 3.2.5 has not.
 */
static bool is_sealed(struct radius_server *server, const struct radius_exchange *exchange,
		      const struct radius_packet *packet, const uint8_t *request, const struct radius_secret *secret)
{
	enum radius_seal seal = radius_seal(packet, request, secret);
	struct radius_attribute eap;
	bool has_eap = radius_find(packet, 0, RADIUS_EAP_MESSAGE, &eap);

	if (exchange->record || seal == RADIUS_SEAL_FORGED)
		return seal != RADIUS_SEAL_FORGED;
	if (seal == RADIUS_SEAL_GENUINE) {
		server->authenticated |= !has_eap;
		return true;
	}
	switch (server->settings.message_authenticator) {
	case RADIUS_AUTHENTICATOR_YES: return false;
	case RADIUS_AUTHENTICATOR_NO: return !has_eap;
	default: return !has_eap && !server->authenticated;
	}
}

static bool is_genuine(struct radius_client *client, const struct radius_exchange *exchange,
		       const struct radius_packet *packet, const struct radius_secret *secret)
{
	uint8_t request[RADIUS_AUTHENTICATOR_LENGTH];

	memcpy(request, exchange->authenticator, sizeof(request));
	if (exchange->record) {	/* an accounting request's follows from what is in it */
		if (!radius_compose(client, exchange))
			return false;
		memcpy(request, client->packet + 4, sizeof(request));
	}
	return radius_reply_is_genuine(packet, request, secret) &&
	       is_sealed(exchange->channel->server, exchange, packet, request, secret);
}

static void count_reply(struct radius_counters *counters, uint8_t code)
{
	switch (code) {
	case RADIUS_ACCESS_ACCEPT: counters->access_accepts++; break;
	case RADIUS_ACCESS_REJECT: counters->access_rejects++; break;
	case RADIUS_ACCESS_CHALLENGE: counters->access_challenges++; break;
	default: counters->accounting_responses++; break;
	}
}

void radius_reply(struct radius_client *client, struct radius_exchange *exchange, const struct radius_packet *packet,
		  uint64_t now)
{
	struct radius_channel *channel = exchange->channel;
	struct radius_server *server = channel->server;
	struct radius_secret secret = secret_of(server);
	struct radius_answer *answer = NULL;

	if (!is_reply_to(exchange, packet->code)) {
		server->counters.unexpected++;
		return;
	}
	if (!is_genuine(client, exchange, packet, &secret)) {
		server->counters.bad_authenticators++;
		exchange->forged++;
		return;
	}
	if (!exchange->record) {
		answer = radius_read_answer(exchange, packet, &secret);
		if (!answer)
			return;		/* out of memory: as if it was lost */
		server->counters.malformed += answer->unusable;
	}
	count_reply(&server->counters, packet->code);
	server->round_trip = (uint32_t)(now - exchange->begun);
	if (exchange->record)
		radius_record_done(client, exchange, true, now);
	else
		radius_finish(client, exchange, answer);
	mark_alive(client, channel, now);
	start_waiting(client, channel, now);
}
