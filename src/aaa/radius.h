/* SPDX-License-Identifier: MIT */
/*
 * The RADIUS client of a daemon: who may come in, what they get, what they used, and what a server wants changed later.
 * RFC 2865, 2866, 3579, 5176; the octets are wire/radius.h's.
 *
 * Pure: datagrams, commands and the time come in; datagrams and events are taken out.  After each call of something
 * that takes `now` the caller
 *
 *	1. takes events until there are none (what an event points to is valid until the next is asked for), and may
 *	   give commands while it does so;
 *	2. at the end of its own batch takes datagrams until there are none;
 *	3. sees to it that radius_expire() is called at radius_deadline().
 *
 * Accounting records are in a store (aaa/store.h) until a server has acknowledged them, also across restarts.
 * Handles: of requests; a stale one is ignored by commands. Times are monotonic milliseconds.
 */
#ifndef L2TPD_AAA_RADIUS_H
#define L2TPD_AAA_RADIUS_H

#include "aaa/grant.h"
#include "aaa/store.h"
#include "base/address.h"
#include "base/error.h"
#include "base/handle.h"
#include "wire/credentials.h"

#define RADIUS_NEVER UINT64_MAX
#define RADIUS_SERVERS_MAX 64
#define RADIUS_NAME_MAX 64		/* of a server, with the NUL */
#define RADIUS_SECRET_MAX 256
#define RADIUS_TEXT_MAX 254		/* longest text of an attribute, with the NUL */
#define RADIUS_REASON_MAX 256
#define RADIUS_AUTH_PORT 1812
#define RADIUS_ACCT_PORT 1813
#define RADIUS_DYNAMIC_PORT 3799
#define RADIUS_TIMEOUT 3000		/* ms */
#define RADIUS_RETRIES 3
#define RADIUS_DEAD_TIME 300000		/* ms */

struct radius_client;

/* Fills length octets, unpredictably; never fails. */
typedef void radius_random_fn(void *octets, size_t length);

/* random NULL: a fixed sequence, for simulations. store NULL: accounting records live only as long as this; else it
 * outlives it, and the records that it has are sent. NULL when out of memory. */
struct radius_client *radius_new(radius_random_fn *random, const struct aaa_store *store);
void radius_free(struct radius_client *client);

/* The time of day that is now, in seconds since 1970: for Event-Timestamp and Acct-Delay-Time. To be told at the
 * beginning and each time that it may have been set; without it neither is sent, nor is that of a server checked. */
void radius_set_time(struct radius_client *client, uint64_t unix_time, uint64_t now);

/* --- ourselves and the servers --- */

struct radius_nas {			/* in every request */
	char identifier[RADIUS_TEXT_MAX];	/* NAS-Identifier, "" : not sent */
	struct address ipv4, ipv6;		/* NAS-IP-Address, NAS-IPv6-Address; AF_UNSPEC: not sent */
};
void radius_set_nas(struct radius_client *client, const struct radius_nas *nas);

enum radius_authenticator { RADIUS_AUTHENTICATOR_AUTO, RADIUS_AUTHENTICATOR_YES, RADIUS_AUTHENTICATOR_NO };

struct radius_server_settings {
	char name[RADIUS_NAME_MAX];	/* not empty; no blanks, no commas */
	struct address address;		/* AF_UNSPEC: not known yet; it is then skipped */
	struct address source;		/* AF_UNSPEC: the system's choice */
	uint16_t auth_port, acct_port;	/* 0: not asked for that */
	uint8_t secret[RADIUS_SECRET_MAX];
	uint16_t secret_length;		/* >= 1 */
	uint32_t timeout;		/* ms until a request is repeated, >= 1 */
	uint32_t retries;		/* repetitions until the next server is asked */
	uint32_t dead_time;		/* ms that a silent server is asked last */
	/* Must replies have a Message-Authenticator? AUTO: from the first on that had one and no EAP. Those with EAP
	 * always must. We always send it. */
	enum radius_authenticator message_authenticator;
	bool dynamic;			/* may send Disconnect- and CoA-Requests */
};

/* A new one, or other settings for the one of that name: what is under way begins anew with them. */
int radius_set_server(struct radius_client *client, const struct radius_server_settings *settings, uint64_t now,
		      struct error *error);
/* What is under way goes to the next. */
void radius_remove_server(struct radius_client *client, const char *name, uint64_t now);

/* --- requests --- */

struct radius_tunnel {			/* RFC 2867, 2868 of the L2TP tunnel; "" and 0: not told */
	struct address client, server;	/* endpoints: the LAC's, the LNS' */
	char client_name[RADIUS_TEXT_MAX - 1], server_name[RADIUS_TEXT_MAX - 1];	/* Auth-IDs: host names */
	char private_group[RADIUS_TEXT_MAX - 1];	/* Tunnel-Private-Group-ID: Private Group ID of the call */
	uint32_t connection;		/* Acct-Tunnel-Connection: call serial number */
};

/* What the server learns of a session, when it is asked and in accounting.  Texts: "" or NULL, numbers: 0, addresses:
 * AF_UNSPEC are not told. All is copied. */
struct radius_session {
	const char *user_name;
	const char *session_id;		/* Acct-Session-Id: unique, also after a restart */
	uint32_t port;			/* NAS-Port */
	const char *port_id;		/* NAS-Port-Id */
	const char *called, *calling;	/* station ids */
	const char *connect_info;
	uint16_t mtu;			/* Framed-MTU */
	const struct radius_tunnel *tunnel;	/* NULL: none */
};

struct radius_request {
	const char *servers;		/* names in their order, with commas or blanks between; NULL, "": all */
	const struct radius_session *session;	/* user_name NULL: that of credentials */
	/* method NONE: what does this user get, who need not prove his name? (asked with an empty password) */
	const struct credentials *credentials;
	handle conversation;		/* EAP: the request whose answer was CONTINUE; else HANDLE_NONE */
};

/* An event will follow, also when all servers are silent. owner: given back. The handle of a conversation remains.
 * ERROR_UNKNOWN: no such servers, or the conversation is over; ERROR_LIMIT: too many requests wait; ERROR_VALUE: that
 * cannot be said in RADIUS. With any of them the conversation is over. */
int radius_ask(struct radius_client *client, const struct radius_request *request, void *owner, handle *asked,
	       uint64_t now, struct error *error);
/* Of one that is under way, or a conversation: no event follows. */
void radius_cancel(struct radius_client *client, handle request, uint64_t now);

/* --- events --- */

enum radius_event_kind {
	RADIUS_EVENT_ANSWER,		/* verdict; accepted: grant, user_name; CONTINUE: request is the conversation */
	RADIUS_EVENT_FAILURE,		/* no usable answer from any server: text says why. The request is over */
	RADIUS_EVENT_DYNAMIC,		/* a server wants dynamic: radius_dynamic_answer() */
	RADIUS_EVENT_SERVER_DEAD,	/* server, text */
	RADIUS_EVENT_SERVER_ALIVE,	/* server */
};

enum radius_dynamic_kind { RADIUS_DISCONNECT, RADIUS_COA };

/* Which session a server means: all that are given must fit. "" , 0, AF_UNSPEC: not given. */
struct radius_selectors {
	char user_name[RADIUS_TEXT_MAX], session_id[RADIUS_TEXT_MAX], multi_session_id[RADIUS_TEXT_MAX];
	char port_id[RADIUS_TEXT_MAX], called[RADIUS_TEXT_MAX], calling[RADIUS_TEXT_MAX];
	bool has_port, has_identifier;
	uint32_t port;
	struct address ipv4, ipv6;	/* Framed-IP-Address, Framed-IPv6-Address */
	struct prefix ipv6_prefix, delegated;
	uint8_t identifier[8];		/* Framed-Interface-Id */
};

/* What a CoA changes: what grant says of it, and these bits tell which of its members were said. A Disconnect has at
 * most CLASS: for the accounting record. */
enum radius_change {
	RADIUS_CHANGE_SESSION_TIMEOUT = 1 << 0,	/* from the session's beginning; 0: none */
	RADIUS_CHANGE_IDLE_TIMEOUT = 1 << 1,
	RADIUS_CHANGE_INTERIM = 1 << 2,
	RADIUS_CHANGE_RATE_SEND = 1 << 3,	/* 0: none */
	RADIUS_CHANGE_RATE_RECEIVE = 1 << 4,
	RADIUS_CHANGE_FILTER = 1 << 5,
	RADIUS_CHANGE_CLASS = 1 << 6,
};

struct radius_dynamic {
	enum radius_dynamic_kind kind;
	struct radius_selectors selectors;
	unsigned int changes;		/* of radius_change */
	struct grant grant;
};

struct radius_event {
	enum radius_event_kind kind;
	handle request;			/* ANSWER: stale already, but for CONTINUE; DYNAMIC: to be answered */
	void *owner;			/* ANSWER, FAILURE */
	const struct credentials_verdict *verdict;
	const struct grant *grant;
	const char *user_name;		/* what the server calls the user; NULL: as it was asked */
	const struct radius_dynamic *dynamic;
	const char *server;		/* ANSWER, DYNAMIC too: which */
	const char *text;		/* printable */
};

bool radius_next_event(struct radius_client *client, struct radius_event *event, uint64_t now);

/* RFC 5176 section 3.5 */
enum radius_error_cause {
	RADIUS_CAUSE_NONE = 0, RADIUS_CAUSE_RESIDUAL_REMOVED = 201, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE = 401,
	RADIUS_CAUSE_MISSING_ATTRIBUTE = 402, RADIUS_CAUSE_NAS_MISMATCH = 403, RADIUS_CAUSE_INVALID_REQUEST = 404,
	RADIUS_CAUSE_UNSUPPORTED_SERVICE = 405, RADIUS_CAUSE_UNSUPPORTED_EXTENSION = 406,
	RADIUS_CAUSE_INVALID_VALUE = 407, RADIUS_CAUSE_PROHIBITED = 501, RADIUS_CAUSE_NO_SESSION = 503,
	RADIUS_CAUSE_NOT_REMOVABLE = 504, RADIUS_CAUSE_RESOURCES = 506, RADIUS_CAUSE_MULTIPLE = 508,
};
/* done: ACK, then cause is NONE or RESIDUAL_REMOVED; else NAK. The same answer is given when the request is repeated.
 * All or nothing: answer done only when the session has all that was asked for. */
void radius_dynamic_answer(struct radius_client *client, handle request, bool done, enum radius_error_cause cause,
			   uint64_t now);

/* --- accounting --- */

enum radius_status { RADIUS_STATUS_START = 1, RADIUS_STATUS_STOP = 2, RADIUS_STATUS_INTERIM = 3 };
enum radius_authentic { RADIUS_AUTHENTIC_UNSAID = 0, RADIUS_AUTHENTIC_RADIUS = 1, RADIUS_AUTHENTIC_LOCAL = 2,
			RADIUS_AUTHENTIC_REMOTE = 3 };
/* RFC 2866 section 5.10 */
enum radius_terminate {
	RADIUS_TERMINATE_NONE = 0, RADIUS_TERMINATE_USER_REQUEST = 1, RADIUS_TERMINATE_LOST_CARRIER = 2,
	RADIUS_TERMINATE_LOST_SERVICE = 3, RADIUS_TERMINATE_IDLE_TIMEOUT = 4, RADIUS_TERMINATE_SESSION_TIMEOUT = 5,
	RADIUS_TERMINATE_ADMIN_RESET = 6, RADIUS_TERMINATE_ADMIN_REBOOT = 7, RADIUS_TERMINATE_PORT_ERROR = 8,
	RADIUS_TERMINATE_NAS_ERROR = 9, RADIUS_TERMINATE_NAS_REQUEST = 10, RADIUS_TERMINATE_NAS_REBOOT = 11,
	RADIUS_TERMINATE_PORT_UNNEEDED = 12, RADIUS_TERMINATE_PORT_PREEMPTED = 13, RADIUS_TERMINATE_PORT_SUSPENDED = 14,
	RADIUS_TERMINATE_SERVICE_UNAVAILABLE = 15, RADIUS_TERMINATE_USER_ERROR = 17, RADIUS_TERMINATE_HOST_REQUEST = 18,
};

struct radius_record {
	const char *servers;		/* as in radius_request */
	enum radius_status status;
	const struct radius_session *session;	/* user_name and session_id are needed */
	enum radius_authentic authentic;
	const struct grant_class *classes;	/* of the grant */
	unsigned int class_count;
	struct address ipv4, ipv6;	/* the user's */
	struct prefix ipv6_prefix, delegated;
	bool has_identifier;
	uint8_t identifier[8];
	/* INTERIM, STOP: since the session's beginning */
	uint32_t session_time;		/* s */
	uint64_t octets_received, octets_sent, packets_received, packets_sent;	/* from the user, to the user */
	enum radius_terminate cause;	/* STOP */
};

/* Records of one session arrive in their order. An interim record that waits is replaced by the next. Nothing is kept
 * when none of the servers has an acct_port, and 0 returned. -1: it could not be kept; ERROR_LIMIT: too many wait,
 * ERROR_UNKNOWN: no such servers */
int radius_account(struct radius_client *client, const struct radius_record *record, uint64_t now,
		   struct error *error);
/* Accounting-On (true) or -Off to each of these servers: the daemon has just started, or is about to end. */
void radius_account_daemon(struct radius_client *client, const char *servers, bool on, uint64_t now);
/* Records that no server has acknowledged: who ends may wait until there are none, or leave them to the store. */
uint32_t radius_unacknowledged(const struct radius_client *client);

/* --- datagrams --- */

/* Sockets are the caller's, who makes one when its number comes for the first time: each has a port of its own, bound
 * to source (AF_UNSPEC: any), because a server knows only 256 requests of one. */
#define RADIUS_SOCKETS_MAX (RADIUS_SERVERS_MAX * 32)
#define RADIUS_SOCKET_DYNAMIC RADIUS_SOCKETS_MAX	/* that of Disconnect and CoA: port 3799 */

struct radius_datagram {
	unsigned int socket;		/* 0 .. RADIUS_SOCKET_DYNAMIC */
	struct address source;		/* outgoing */
	struct endpoint peer;
	const uint8_t *octets;
	size_t length;
};

void radius_receive(struct radius_client *client, const struct radius_datagram *datagram, uint64_t now);
/* The next to be sent; its octets are valid until the next call of anything. */
bool radius_next_datagram(struct radius_client *client, struct radius_datagram *datagram, uint64_t now);
uint64_t radius_deadline(const struct radius_client *client);
/* Do one thing that is due. Returns whether there was any: ask again, after taking events. */
bool radius_expire(struct radius_client *client, uint64_t now);

/* --- what there is --- */

/* RFC 4668, 4670 and 4672 have the like. */
struct radius_counters {
	uint64_t access_requests, access_retransmissions, access_accepts, access_rejects, access_challenges;
	uint64_t accounting_requests, accounting_retransmissions, accounting_responses;
	uint64_t timeouts;		/* of all tries of a request */
	uint64_t malformed;		/* replies that are none, or say what cannot be */
	uint64_t bad_authenticators;	/* forged, or of another secret; also a Message-Authenticator that is missing */
	uint64_t unexpected;		/* to nothing that we asked, or not any more */
	uint64_t disconnect_requests, disconnect_acks, disconnect_naks, coa_requests, coa_acks, coa_naks;
	uint64_t dynamic_duplicates, dynamic_dropped;	/* dropped: from its address, but forged, malformed, too old */
};

struct radius_server_info {
	struct radius_server_settings settings;	/* secret_length 0 and no secret */
	bool dead;
	bool authenticated;		/* it has sent a Message-Authenticator without being made to by EAP */
	uint32_t outstanding;		/* requests that it has not answered yet */
	uint32_t round_trip;		/* ms, of the last answer */
	struct radius_counters counters;
};
/* Servers in their order: index from 0. -1: there are not so many. */
int radius_server_info(const struct radius_client *client, unsigned int index, struct radius_server_info *info);

#endif
