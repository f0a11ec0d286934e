/* SPDX-License-Identifier: MIT */
/*
 * radiusclient.conf, which pppd's RADIUS plugin and OpenL2TP's radius_hint name: who the servers are, in the words of
 * another program.  Its text, and that of the file with secrets that it names, are handed in; most of its lines are
 * that program's own business, and are passed over.
 *
 *	authserver HOST[:PORT[:SECRET]][,...]	acctserver likewise	servers FILE
 *	radius_timeout SECONDS	radius_retries TRIES	radius_deadtime SECONDS
 *	bindaddr ADDRESS | *	nas-identifier NAME
 */
#ifndef L2TPD_AAA_RADIUS_HINT_H
#define L2TPD_AAA_RADIUS_HINT_H

#include "aaa/radius.h"

#define RADIUS_HINT_SERVERS_MAX 16
#define RADIUS_HINT_HOST_MAX 256
#define RADIUS_HINT_PATH_MAX 256

struct radius_hint_server {
	char host[RADIUS_HINT_HOST_MAX];	/* an address or a name */
	uint16_t auth_port, acct_port;		/* 0: not that */
	char secret[RADIUS_SECRET_MAX + 1];	/* "" : not known yet */
};

struct radius_hint {
	struct radius_hint_server servers[RADIUS_HINT_SERVERS_MAX];
	unsigned int count;
	char secrets_file[RADIUS_HINT_PATH_MAX];	/* "" : none */
	char nas_identifier[RADIUS_TEXT_MAX];		/* "" : not said */
	struct address source;				/* AF_UNSPEC: any */
	uint32_t timeout, retries, dead_time;		/* as in radius_server_settings */
};

/* Both texts need no NUL. -1: error names the line and the remedy. */
int radius_hint_read(struct radius_hint *hint, const char *text, size_t length, struct error *error);
/* The file with secrets: "HOST[/HOST] SECRET" a line. -1: also when a server has none in the end. */
int radius_hint_read_secrets(struct radius_hint *hint, const char *text, size_t length, struct error *error);
/* As settings, with this name; address AF_UNSPEC: its host is a name, to be looked up. */
void radius_hint_settings(const struct radius_hint *hint, unsigned int index, const char *name,
			  struct radius_server_settings *settings);

#endif
