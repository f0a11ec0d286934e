/* SPDX-License-Identifier: MIT */
/*
 * What the files of the RADIUS client share: radius_client.c (who may be asked, what is under way), radius_request.c
 * (what is asked), radius_reply.c and radius_grant.c (what is answered), radius_accounting.c (records that wait), and
 * radius_dynamic.c (what servers ask).
 */
#ifndef L2TPD_AAA_RADIUS_INTERNAL_H
#define L2TPD_AAA_RADIUS_INTERNAL_H

#define HASH_NONFATAL_OOM 1	/* an element that could not be added has hh.tbl NULL */
#include <uthash.h>

#include "aaa/radius.h"
#include "base/deadline.h"
#include "wire/radius.h"

#define RADIUS_CHANNEL_SOCKETS 16
#define RADIUS_IDENTIFIERS 256
#define RADIUS_REQUESTS_MAX 65536	/* under way or waiting: more than servers answer before users give up */
#define RADIUS_PATIENCE 30000		/* ms that a request waits until a server has room for it */
#define RADIUS_CONVERSATION 120000	/* ms until the peer must have answered a challenge */
#define RADIUS_ACCOUNTING_OUTSTANDING 256	/* records under way to one server: the rest waits here */
#define RADIUS_REST 30000		/* ms until a record that was not acknowledged is sent again; doubles ... */
#define RADIUS_RESTS_MAX 7		/* ... so often: an hour */
#define RADIUS_RECORDS_MAX 262144
#define RADIUS_RECORD_MAX RADIUS_PACKET_MAX	/* octets of a record in the store */
#define RADIUS_DYNAMIC_KEPT 256		/* requests whose answers are remembered */

enum radius_port { RADIUS_PORT_ACCESS, RADIUS_PORT_ACCOUNTING, RADIUS_PORT_COUNT };

struct radius_exchange;

/* What is under way to one port of a server. */
struct radius_channel {
	struct radius_server *server;
	enum radius_port port;
	struct radius_exchange **sockets[RADIUS_CHANNEL_SOCKETS];	/* by identifier; NULL: never needed */
	uint16_t used[RADIUS_CHANNEL_SOCKETS];
	uint8_t next[RADIUS_CHANNEL_SOCKETS];	/* identifiers are not used again at once */
	uint32_t outstanding;
	struct radius_exchange *waiting;	/* for an identifier */
	bool dead, on_trial;			/* on_trial: dead, but one may try whether it is back */
	bool tell;				/* an event about dead is owed */
	uint64_t dead_until, heard;		/* heard: when the last genuine reply came; 0: never */
	struct deadline trial;			/* of accounting: records wait for it */
};

struct radius_server {
	struct radius_server_settings settings;
	unsigned int slot;
	bool authenticated;
	uint32_t round_trip;
	struct radius_channel channels[RADIUS_PORT_COUNT];
	struct radius_counters counters;
};

enum radius_stage {
	RADIUS_WAITING,			/* new, or for an identifier */
	RADIUS_OUT,
	RADIUS_FINISHED,		/* an event is owed, or was just taken */
	RADIUS_CONVERSING,
	RADIUS_RESTING,			/* of accounting: servers live, but none acknowledged it */
};

/* What an Access-Accept, -Reject or -Challenge said. */
struct radius_answer {
	struct credentials_verdict verdict;
	struct grant grant;
	char user_name[RADIUS_TEXT_MAX];	/* "" : not said */
	char remark[RADIUS_REASON_MAX];
	bool unusable;				/* remark says why */
	uint8_t eap[CREDENTIALS_EAP_MAX];
	uint8_t state[RADIUS_VALUE_MAX];
	uint8_t state_length;
};

/* One request to one server after another. */
struct radius_exchange {
	struct radius_exchange *prev, *next;		/* of channel->waiting, client->finished */
	struct radius_exchange *send_prev, *send_next;	/* of client->to_send */
	bool to_send;
	bool on_trial;
	enum radius_stage stage;
	struct deadline deadline;
	handle handle;
	void *owner;
	struct radius_kept *record;	/* accounting; NULL: access */
	char *servers;			/* names */
	uint64_t tried;			/* servers' slots, as bits */
	struct radius_channel *channel;	/* WAITING, OUT */
	char server_name[RADIUS_NAME_MAX];	/* the last one asked */
	uint8_t socket, identifier;	/* OUT */
	uint32_t repeated;
	uint32_t rests;
	uint32_t forged;		/* replies that were not genuine */
	uint32_t delay;			/* Acct-Delay-Time, s */
	uint64_t begun;			/* with this server */
	uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH];
	/* access */
	enum credentials_method method;
	uint8_t *attributes;		/* all that need no secret */
	size_t attributes_length;
	uint8_t password[RADIUS_PASSWORD_MAX];
	size_t password_length;
	bool has_password;
	uint8_t challenge[8];		/* MS-CHAPv1 */
	uint8_t state[RADIUS_VALUE_MAX];	/* of the conversation */
	uint8_t state_length;
	struct radius_answer *answer;	/* FINISHED, else NULL: no server answered */
	char *reason;
};

/* A record that no server has acknowledged. */
struct radius_kept {
	struct radius_kept *prev, *next;	/* of client->ready or parked; not while it is under way, or has to wait
						 * for one before it */
	struct radius_kept *later;		/* the next of its session */
	struct radius_book *book;
	struct radius_kept **list;		/* that it is in */
	struct radius_exchange *exchange;	/* under way */
	uint64_t id;				/* in the store; 0: not there */
	uint64_t unix_time, made;		/* when it happened; unix_time 0: not known */
	bool loaded;				/* made in another life */
	enum radius_status status;
	const char *servers;			/* in octets */
	const uint8_t *attributes;		/* in octets */
	size_t attributes_length, length;
	uint8_t octets[];			/* as it is in the store */
};

/* Records of one session, in their order. */
struct radius_book {
	UT_hash_handle hh;
	struct radius_kept *first, *last;
	char session_id[];
};

/* A request of a server, and its answer. */
struct radius_ask {
	struct radius_ask *prev, *next;	/* of client->asked (an event is owed), or client->answered (to be sent) */
	struct radius_ask **list;
	handle handle;
	struct radius_dynamic *dynamic;	/* until the event is taken */
	struct endpoint peer;
	struct radius_server *server;
	uint8_t code, identifier;
	uint64_t came;
	uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH];
	uint8_t *proxy_states;		/* to be given back */
	size_t proxy_states_length;
	uint8_t *reply;			/* NULL: not answered yet */
	size_t reply_length;
};

struct radius_client {
	radius_random_fn *random;
	uint64_t fixed_random;
	const struct aaa_store *store;
	struct radius_nas nas;
	bool has_time;
	uint64_t unix_ms_at_zero;	/* time of day - now; wraps round */
	struct radius_server *servers[RADIUS_SERVERS_MAX];	/* by slot */
	uint8_t order[RADIUS_SERVERS_MAX];
	unsigned int server_count;
	bool news;			/* some channel has to tell something */

	struct handle_table requests;
	struct deadline_heap deadlines, trials;	/* of exchanges, of channels */
	uint32_t exchanges;		/* there is room for a deadline of each */
	struct radius_exchange *to_send, *finished;
	struct radius_exchange *given;	/* whose event was taken last: it is over */
	struct radius_answer *given_answer;	/* of one that is a conversation now */
	char given_server[RADIUS_NAME_MAX];
	uint8_t packet[RADIUS_PACKET_MAX];

	struct radius_kept *ready, *parked;	/* parked: no server of theirs is alive */
	struct radius_book *books;
	uint32_t records;
	uint64_t next_record;

	struct handle_table asks;
	struct radius_ask *kept[RADIUS_DYNAMIC_KEPT];	/* a ring */
	unsigned int kept_next;
	struct radius_ask *asked, *answered;
	struct radius_dynamic *given_dynamic;
};

/* --- radius_client.c --- */

void radius_random(struct radius_client *client, void *octets, size_t length);
struct radius_server *radius_server_by_name(const struct radius_client *client, const char *name, size_t length);
/* Does this list name a server there is? */
bool radius_are_servers(const struct radius_client *client, const char *servers);
/* Are there names in it? Else all servers are meant. */
bool radius_is_list(const char *servers);
/* Names one after the other; NULL: no more. */
const char *radius_next_name(const char **list, size_t *length);
/* The time of day of now; 0: not known. */
uint64_t radius_unix_time(const struct radius_client *client, uint64_t now);

/* --- radius_exchange.c --- */

enum radius_start { RADIUS_STARTED, RADIUS_NO_SERVER, RADIUS_FULL };
/* To the next server that was not tried. FULL: of accounting only, others wait. */
enum radius_start radius_start(struct radius_client *client, struct radius_exchange *exchange, uint64_t now);
/* NULL: out of memory */
struct radius_exchange *radius_exchange_new(struct radius_client *client, const char *servers);
/* Off its channel, with all that was to happen. It remains the caller's. */
void radius_stop(struct radius_client *client, struct radius_exchange *exchange);
void radius_answer_free(struct radius_answer *answer);
void radius_exchange_free(struct radius_client *client, struct radius_exchange *exchange);
/* It has an answer, or none (NULL): it becomes an event. */
void radius_finish(struct radius_client *client, struct radius_exchange *exchange, struct radius_answer *answer);
/* What is under way on it begins anew, elsewhere if it may not be asked any more. */
void radius_restart(struct radius_client *client, struct radius_channel *channel, uint64_t now);
/* The deadline of an exchange. */
void radius_exchange_expire(struct radius_client *client, struct radius_exchange *exchange, uint64_t now);
/* The exchange as a packet in client->packet; its length, 0: it does not fit. */
size_t radius_compose(struct radius_client *client, const struct radius_exchange *exchange);
/* A reply that belongs to it by socket and identifier. */
void radius_reply(struct radius_client *client, struct radius_exchange *exchange, const struct radius_packet *packet,
		  uint64_t now);

/* --- radius_reply.c --- */

/* What a genuine reply says. NULL: out of memory */
struct radius_answer *radius_read_answer(const struct radius_exchange *exchange, const struct radius_packet *packet,
					 const struct radius_secret *secret);

/* --- radius_grant.c --- */

enum radius_taken { RADIUS_TAKEN, RADIUS_UNKNOWN, RADIUS_BAD, RADIUS_IGNORED };
/* What one attribute grants. BAD: it has a wrong length or value. IGNORED: a value that we have no use for. */
enum radius_taken radius_grant_take(struct grant *grant, const struct radius_attribute *attribute);
/* Which change a CoA asks for by this attribute; 0: it is none of those. */
unsigned int radius_grant_change(const struct radius_attribute *attribute);

/* --- radius_request.c --- */

void radius_put_nas(struct radius_builder *builder, const struct radius_nas *nas);
/* Attributes that tell of a session, in requests and records alike. */
void radius_put_session(struct radius_builder *builder, const struct radius_client *client,
			const struct radius_session *session);

/* --- radius_accounting.c --- */

void radius_load_records(struct radius_client *client);
void radius_free_records(struct radius_client *client);
/* A server is back: all that waited may try. */
void radius_unpark(struct radius_client *client, uint64_t now);
/* Time to see whether a dead one is back: one may try. */
void radius_try_again(struct radius_client *client, uint64_t now);
/* A record's exchange is over, and is freed. */
void radius_record_done(struct radius_client *client, struct radius_exchange *exchange, bool acknowledged,
			uint64_t now);
/* How long ago it happened, s. */
uint32_t radius_record_delay(const struct radius_client *client, const struct radius_kept *record, uint64_t now);

/* --- radius_dynamic.c --- */

void radius_dynamic_receive(struct radius_client *client, const struct radius_datagram *datagram, uint64_t now);
bool radius_dynamic_event(struct radius_client *client, struct radius_event *event);
bool radius_dynamic_datagram(struct radius_client *client, struct radius_datagram *datagram);
void radius_dynamic_forget(struct radius_client *client, const struct radius_server *server);
void radius_dynamic_free(struct radius_client *client);

#endif
