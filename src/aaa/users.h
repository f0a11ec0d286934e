/* SPDX-License-Identifier: MIT */
/*
 * Users from files: /etc/ppp/chap-secrets and /etc/ppp/pap-secrets, read as pppd(8) reads them, so that whoever could
 * dial in yesterday can today.  A line is a client, a server, a secret, and the addresses that the client may have.
 *
 * The text of the files is handed in; a file that does not parse leaves the users as they were.
 */
#ifndef L2TPD_AAA_USERS_H
#define L2TPD_AAA_USERS_H

#include "aaa/grant.h"
#include "base/error.h"

#define USERS_SECRET_MAX 256		/* octets; pppd's MAXSECRETLEN */
#define USERS_PATH_MAX 1024

enum users_file { USERS_CHAP, USERS_PAP };
#define USERS_FILES 2

struct users;

/* Reads a file that a secret stands in, "@/path": at most size octets, whatever they are. The octets are a secret. */
typedef int users_read_fn(void *context, const char *path, char *out, size_t size, size_t *length,
			  struct error *error);

/* read NULL: there are no such files. NULL when out of memory. */
struct users *users_new(users_read_fn *read, void *context);
void users_free(struct users *users);

/* Replace what this file said by text, of length octets; "": it says nothing.  -1: error->text begins with
 * "path:line:column: " and nothing has changed.  What pppd would take and we cannot is told as a warning in the log. */
int users_load(struct users *users, enum users_file file, const char *path, const char *text, size_t length,
	       struct error *error);
/* Lines that count, of a file. */
uint32_t users_count(const struct users *users, enum users_file file);

struct users_found {
	uint8_t secret[USERS_SECRET_MAX];
	size_t length;
	uint32_t line;
};

/* The secret by which client proves itself to server, and what it may have: grant->address, ipv4 and allowed are set,
 * from IPv6 words, which pppd does not have, ipv6 (an address), ipv6_prefix (a /64), delegated (a shorter one); the
 * rest is zero.  client is as it came from the wire; when we are the client, server is the peer's name.
 * -1: nobody by that name (ERROR_UNKNOWN), or the secret cannot be had: error says why, for the log, not for the
 * peer.  found is then zero.  The best line is pppd's: the server's own name counts more than the client's, a name
 * more than "*", and the first among equals. grant may be NULL. */
int users_find(const struct users *users, enum users_file file, const uint8_t *client, size_t client_length,
	       const char *server, struct users_found *found, struct grant *grant, struct error *error);
/* Wipe the secret. */
void users_forget(struct users_found *found);

#endif
