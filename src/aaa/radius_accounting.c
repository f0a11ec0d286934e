/* SPDX-License-Identifier: MIT */
/*
 * Accounting records: each is kept, here and in the store, until a server has acknowledged it.  Records of one session
 * are sent one after the other, those of others beside them, a window's worth at a time; when no server lives they are
 * parked until one may be back.
 *
 * In the store a record is: a version; the length of the list of servers, and the list; the time of day in seconds;
 * then attributes, all but Acct-Delay-Time, which is found out each time that it is sent.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "aaa/radius_internal.h"
#include "base/octets.h"

#define VERSION 1
#define FIXED_LENGTH (2 + 8)		/* what there is besides servers and attributes */
#define DELAY_ROOM (2 + 4)
#define STATUS_ON 7
#define STATUS_OFF 8

/* --- lists --- */

static void enlist(struct radius_kept **list, struct radius_kept *record)
{
	record->list = list;
	DL_APPEND(*list, record);
}

static void delist(struct radius_kept *record)
{
	if (record->list)
		DL_DELETE(*record->list, record);
	record->list = NULL;
}

/* --- books --- */

static struct radius_book *book_of(struct radius_client *client, const char *session_id, size_t length)
{
	struct radius_book *book;

	HASH_FIND(hh, client->books, session_id, length, book);
	if (book)
		return book;
	book = calloc(1, sizeof(*book) + length + 1);
	if (!book)
		return NULL;
	memcpy(book->session_id, session_id, length);
	HASH_ADD(hh, client->books, session_id, length, book);
	if (book->hh.tbl)
		return book;
	free(book);
	return NULL;
}

static void close_book(struct radius_client *client, struct radius_book *book)
{
	if (book->first)
		return;
	HASH_DEL(client->books, book);
	free(book);
}

/* The last of its session. Only the first may be sent. */
static void write_down(struct radius_client *client, struct radius_book *book, struct radius_kept *record)
{
	client->records++;
	record->book = book;
	if (book->last)
		book->last->later = record;
	else
		book->first = record;
	book->last = record;
	if (book->first == record)
		enlist(&client->ready, record);
}

/* Gone from its session, wherever it stood. */
static void cross_out(struct radius_client *client, struct radius_kept *record)
{
	struct radius_book *book = record->book;
	struct radius_kept *before = NULL;

	delist(record);
	client->records--;
	for (struct radius_kept *at = book->first; at != record; at = at->later)
		before = at;
	*(before ? &before->later : &book->first) = record->later;
	if (book->last == record)
		book->last = before;
	if (!before && book->first)
		enlist(&client->ready, book->first);
	close_book(client, book);
}

static void remove_record(struct radius_client *client, struct radius_kept *record)
{
	if (client->store && record->id)
		client->store->record_remove(client->store->context, record->id);
	cross_out(client, record);
	free(record);
}

/* --- what is in the store --- */

static bool is_whole(const uint8_t *attributes, size_t length, struct radius_attribute *session, uint32_t *status)
{
	uint8_t packet[RADIUS_PACKET_MAX] = { RADIUS_ACCOUNTING_REQUEST };
	struct radius_packet parsed;
	struct radius_attribute attribute;

	if (RADIUS_HEADER_LENGTH + length > sizeof(packet) - DELAY_ROOM)
		return false;
	octets_put_be16(packet + 2, (uint16_t)(RADIUS_HEADER_LENGTH + length));
	memcpy(packet + RADIUS_HEADER_LENGTH, attributes, length);
	if (!radius_parse(&parsed, packet, RADIUS_HEADER_LENGTH + length) ||
	    !radius_find(&parsed, 0, RADIUS_ACCT_STATUS_TYPE, &attribute) || !radius_get_u32(&attribute, status) ||
	    !radius_find(&parsed, 0, RADIUS_ACCT_SESSION_ID, session) || !session->length)
		return false;
	session->value = attributes + (session->value - packet - RADIUS_HEADER_LENGTH);
	return true;
}

/* False: not one of ours. record's octets are there. */
static bool read_record(struct radius_kept *record, struct radius_attribute *session)
{
	struct cursor cursor = cursor_over(record->octets, record->length);
	const uint8_t *head = cursor_take(&cursor, 2);
	const uint8_t *servers = head ? cursor_take(&cursor, (size_t)head[1] + 1) : NULL;
	uint32_t status;

	if (!servers || head[0] != VERSION || servers[head[1]])
		return false;
	record->servers = (const char *)servers;
	record->unix_time = (uint64_t)cursor_get_u32(&cursor) << 32;
	record->unix_time |= cursor_get_u32(&cursor);
	record->attributes_length = cursor_left(&cursor);
	record->attributes = cursor_take(&cursor, record->attributes_length);
	if (!cursor_ok(&cursor) || !is_whole(record->attributes, record->attributes_length, session, &status) ||
	    status < RADIUS_STATUS_START || status > RADIUS_STATUS_INTERIM)
		return false;
	record->status = (enum radius_status)status;
	return true;
}

static void load_record(void *argument, uint64_t id, const uint8_t *octets, size_t length)
{
	struct radius_client *client = argument;
	struct radius_kept *record = calloc(1, sizeof(*record) + length);
	struct radius_attribute session;
	struct radius_book *book;

	if (id >= client->next_record)
		client->next_record = id + 1;
	if (!record)
		return;			/* it remains in the store, for another life */
	record->length = length;
	record->loaded = true;
	record->id = id;
	if (length)
		memcpy(record->octets, octets, length);
	book = read_record(record, &session) ? book_of(client, (const char *)session.value, session.length) : NULL;
	if (book)
		write_down(client, book, record);
	else
		free(record);
}

void radius_load_records(struct radius_client *client)
{
	/* What cannot be read must not be written over, either: this life's records are not durable then. */
	if (client->store && client->store->record_load(client->store->context, load_record, client) < 0)
		client->store = NULL;
}

void radius_free_records(struct radius_client *client)
{
	struct radius_book *book, *next;

	HASH_ITER(hh, client->books, book, next) {
		struct radius_kept *record;

		while ((record = book->first)) {
			book->first = record->later;
			if (record->exchange)
				radius_exchange_free(client, record->exchange);
			free(record);
		}
		HASH_DEL(client->books, book);
		free(book);
	}
}

/* --- sending --- */

uint32_t radius_record_delay(const struct radius_client *client, const struct radius_kept *record, uint64_t now)
{
	uint64_t unix_time = radius_unix_time(client, now);

	if (!record->loaded)
		return (uint32_t)((now - record->made) / 1000);
	return unix_time > record->unix_time && record->unix_time ? (uint32_t)(unix_time - record->unix_time) : 0;
}

/* False: nothing is under way for it. *result: why not. */
static bool start_record(struct radius_client *client, struct radius_kept *record, uint64_t now,
			 enum radius_start *result)
{
	struct radius_exchange *exchange = radius_exchange_new(client, record->servers);

	*result = RADIUS_FULL;
	if (!exchange)
		return false;
	exchange->record = record;
	*result = radius_start(client, exchange, now);
	if (*result != RADIUS_STARTED) {
		radius_exchange_free(client, exchange);
		return false;
	}
	record->exchange = exchange;
	delist(record);
	return true;
}

/* Begin what can begin. */
static void radius_pump(struct radius_client *client, uint64_t now)
{
	struct radius_kept *record;
	enum radius_start result;

	while ((record = client->ready)) {
		if (start_record(client, record, now, &result))
			continue;
		if (result == RADIUS_FULL)
			return;
		delist(record);
		enlist(&client->parked, record);
	}
}

void radius_unpark(struct radius_client *client, uint64_t now)
{
	struct radius_kept *record;

	while ((record = client->parked)) {
		delist(record);
		enlist(&client->ready, record);
	}
	radius_pump(client, now);
}

void radius_try_again(struct radius_client *client, uint64_t now)
{
	struct radius_kept *record, *next;
	enum radius_start result;

	DL_FOREACH_SAFE(client->parked, record, next)
		if (start_record(client, record, now, &result))
			return;
}

void radius_record_done(struct radius_client *client, struct radius_exchange *exchange, bool acknowledged,
			uint64_t now)
{
	struct radius_kept *record = exchange->record;

	radius_exchange_free(client, exchange);
	record->exchange = NULL;
	if (acknowledged)
		remove_record(client, record);
	else
		enlist(&client->ready, record);
	radius_pump(client, now);
}

uint32_t radius_unacknowledged(const struct radius_client *client)
{
	return client->records;
}

/* --- records are made --- */

static void put_counter(struct radius_builder *builder, enum radius_type low, enum radius_type high, uint64_t value)
{
	radius_put_u32(builder, low, (uint32_t)value);
	if (high)
		radius_put_u32(builder, high, (uint32_t)(value >> 32));
}

static void put_use(struct radius_builder *builder, const struct radius_record *record)
{
	radius_put_u32(builder, RADIUS_ACCT_SESSION_TIME, record->session_time);
	put_counter(builder, RADIUS_ACCT_INPUT_OCTETS, RADIUS_ACCT_INPUT_GIGAWORDS, record->octets_received);
	put_counter(builder, RADIUS_ACCT_OUTPUT_OCTETS, RADIUS_ACCT_OUTPUT_GIGAWORDS, record->octets_sent);
	put_counter(builder, RADIUS_ACCT_INPUT_PACKETS, 0, record->packets_received);
	put_counter(builder, RADIUS_ACCT_OUTPUT_PACKETS, 0, record->packets_sent);
	if (record->status == RADIUS_STATUS_STOP && record->cause)
		radius_put_u32(builder, RADIUS_ACCT_TERMINATE_CAUSE, record->cause);
}

static void put_addresses(struct radius_builder *builder, const struct radius_record *record)
{
	radius_put_address(builder, RADIUS_FRAMED_IP_ADDRESS, RADIUS_FRAMED_IPV6_ADDRESS, &record->ipv4);
	radius_put_address(builder, RADIUS_FRAMED_IP_ADDRESS, RADIUS_FRAMED_IPV6_ADDRESS, &record->ipv6);
	radius_put_prefix(builder, RADIUS_FRAMED_IPV6_PREFIX, &record->ipv6_prefix);
	radius_put_prefix(builder, RADIUS_DELEGATED_IPV6_PREFIX, &record->delegated);
	if (record->has_identifier)
		radius_put(builder, RADIUS_FRAMED_INTERFACE_ID, record->identifier, sizeof(record->identifier));
}

static void put_connection(struct radius_builder *builder, const struct radius_tunnel *tunnel)
{
	char text[16];

	if (!tunnel || !tunnel->connection)
		return;
	snprintf(text, sizeof(text), "%" PRIu32, tunnel->connection);
	radius_put_text(builder, RADIUS_ACCT_TUNNEL_CONNECTION, text);
}

static void put_record(struct radius_builder *builder, const struct radius_client *client,
		       const struct radius_record *record, uint64_t unix_time)
{
	radius_put_u32(builder, RADIUS_ACCT_STATUS_TYPE, record->status);
	radius_put_text(builder, RADIUS_USER_NAME, record->session->user_name);
	radius_put_session(builder, client, record->session);
	put_connection(builder, record->session->tunnel);
	if (record->authentic)
		radius_put_u32(builder, RADIUS_ACCT_AUTHENTIC, record->authentic);
	if (unix_time)
		radius_put_u32(builder, RADIUS_EVENT_TIMESTAMP, (uint32_t)unix_time);
	put_addresses(builder, record);
	for (unsigned int i = 0; i < record->class_count; i++)
		radius_put(builder, RADIUS_CLASS, record->classes[i].octets, record->classes[i].length);
	if (record->status != RADIUS_STATUS_START)
		put_use(builder, record);
}

/* As it is in the store. NULL: it does not fit, or out of memory. */
static struct radius_kept *keep(const char *servers, const struct radius_builder *builder, uint64_t unix_time,
				uint64_t now)
{
	size_t servers_length = strlen(servers), attributes_length = radius_length(builder) - RADIUS_HEADER_LENGTH;
	size_t length = FIXED_LENGTH + servers_length + 1 + attributes_length;
	struct radius_kept *record;
	struct cursor cursor;

	if (servers_length > UINT8_MAX || !cursor_ok(&builder->cursor))
		return NULL;
	record = calloc(1, sizeof(*record) + length);
	if (!record)
		return NULL;
	cursor = cursor_over(record->octets, length);
	cursor_put_u16(&cursor, (uint16_t)(VERSION << 8 | servers_length));
	record->servers = memcpy(cursor_take(&cursor, servers_length + 1), servers, servers_length + 1);
	cursor_put_u32(&cursor, (uint32_t)(unix_time >> 32));
	cursor_put_u32(&cursor, (uint32_t)unix_time);
	record->attributes = cursor.position;
	cursor_put(&cursor, builder->octets + RADIUS_HEADER_LENGTH, attributes_length);
	record->attributes_length = attributes_length;
	record->length = length;
	record->unix_time = unix_time;
	record->made = now;
	return record;
}

/* Interim records that wait say less than what comes now. */
static void drop_interim(struct radius_client *client, const char *session_id)
{
	struct radius_book *book;
	struct radius_kept *record, *later;

	HASH_FIND_STR(client->books, session_id, book);
	for (record = book ? book->first : NULL; record; record = later) {
		later = record->later;
		if (record->status == RADIUS_STATUS_INTERIM && !record->exchange)
			remove_record(client, record);
	}
}

static bool takes_records(const struct radius_server *server)
{
	return server && server->settings.acct_port;
}

static bool does_any_take_records(const struct radius_client *client, const char *servers)
{
	const char *name;
	size_t length;

	for (unsigned int i = 0; !radius_is_list(servers) && i < client->server_count; i++)
		if (takes_records(client->servers[client->order[i]]))
			return true;
	while (radius_is_list(servers) && (name = radius_next_name(&servers, &length)))
		if (takes_records(radius_server_by_name(client, name, length)))
			return true;
	return false;
}

static int check(const struct radius_client *client, const struct radius_record *record, struct error *error)
{
	const char *session_id = record->session->session_id;

	if (!session_id || !*session_id || strlen(session_id) > RADIUS_VALUE_MAX)
		return error_set(error, ERROR_VALUE, NULL, "an accounting record needs an Acct-Session-Id");
	if (!radius_are_servers(client, record->servers))
		return error_set(error, ERROR_UNKNOWN, "radius_servers",
				 "there is no such RADIUS server: make it by `radius create'");
	if (client->records >= RADIUS_RECORDS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "%d accounting records wait for a RADIUS server already",
				 RADIUS_RECORDS_MAX);
	return 0;
}

/* A record that is made, to the others. */
static int add(struct radius_client *client, struct radius_kept *record, const char *session_id, struct error *error)
{
	struct radius_book *book = record ? book_of(client, session_id, strlen(session_id)) : NULL;

	if (book) {
		write_down(client, book, record);
		return 0;
	}
	free(record);
	return error_set(error, ERROR_LIMIT, NULL, "an accounting record is too long, or there is no memory for it");
}

int radius_account(struct radius_client *client, const struct radius_record *record, uint64_t now,
		   struct error *error)
{
	uint8_t packet[RADIUS_PACKET_MAX - DELAY_ROOM];
	uint64_t unix_time = radius_unix_time(client, now);
	struct radius_builder builder;
	struct radius_kept *kept;

	if (check(client, record, error) < 0)
		return -1;
	if (!does_any_take_records(client, record->servers))
		return 0;
	radius_begin(&builder, packet, sizeof(packet), RADIUS_ACCOUNTING_REQUEST, 0, NULL);
	put_record(&builder, client, record, unix_time);
	kept = keep(record->servers ? record->servers : "", &builder, unix_time, now);
	if (kept)
		kept->status = record->status;
	if (kept && record->status != RADIUS_STATUS_START)
		drop_interim(client, record->session->session_id);
	if (add(client, kept, record->session->session_id, error) < 0)
		return -1;
	if (client->store) {
		kept->id = client->next_record++;
		client->store->record_save(client->store->context, kept->id, kept->octets, kept->length);
	}
	radius_pump(client, now);
	return 0;
}

/* --- the daemon's own --- */

#define NO_SESSION "00000000"		/* RFC 2866 section 5.5: each record has an Acct-Session-Id */

/* In no store: what begins and ends is this life. */
static void account_server(struct radius_client *client, const struct radius_server *server, bool on, uint64_t now)
{
	uint8_t packet[1024];
	char session_id[1 + RADIUS_NAME_MAX];
	uint64_t unix_time = radius_unix_time(client, now);
	struct radius_builder builder;

	if (!takes_records(server))
		return;
	radius_begin(&builder, packet, sizeof(packet), RADIUS_ACCOUNTING_REQUEST, 0, NULL);
	radius_put_u32(&builder, RADIUS_ACCT_STATUS_TYPE, on ? STATUS_ON : STATUS_OFF);
	radius_put_nas(&builder, &client->nas);
	radius_put_text(&builder, RADIUS_ACCT_SESSION_ID, NO_SESSION);
	if (unix_time)
		radius_put_u32(&builder, RADIUS_EVENT_TIMESTAMP, (uint32_t)unix_time);
	/* of a book that no session has: theirs are printable */
	snprintf(session_id, sizeof(session_id), "\x01%s", server->settings.name);
	add(client, keep(server->settings.name, &builder, unix_time, now), session_id, NULL);
}

void radius_account_daemon(struct radius_client *client, const char *servers, bool on, uint64_t now)
{
	const char *name;
	size_t length;

	for (unsigned int i = 0; !radius_is_list(servers) && i < client->server_count; i++)
		account_server(client, client->servers[client->order[i]], on, now);
	while (radius_is_list(servers) && (name = radius_next_name(&servers, &length)))
		account_server(client, radius_server_by_name(client, name, length), on, now);
	radius_pump(client, now);
}
