/* SPDX-License-Identifier: MIT */
/*
 * The configuration of the RADIUS client that pppd uses, as OpenL2TP's radius_hint names it: which servers there are,
 * and their secrets, which are in a second file.  Reading is the caller's: this room opens no files.
 */
#ifndef L2TPD_CONFIG_RADIUSCLIENT_H
#define L2TPD_CONFIG_RADIUSCLIENT_H

#include "config/objects.h"

#define RADIUSCLIENT_SERVERS_MAX 16

struct radiusclient {
	char servers_file[CONFIG_PATH_MAX];	/* where the secrets are */
	/* rows that are set: radius_name ("radiusclient-ADDRESS"), address, ports, timeout and retries; secret */
	struct radius_profile_config servers[RADIUSCLIENT_SERVERS_MAX];
	unsigned int count;
	uint32_t timeout, retries, dead_time;	/* RADIUSCLIENT_UNSAID: they are not said */
};

#define RADIUSCLIENT_UNSAID UINT32_MAX

/* authserver, acctserver, servers, radius_timeout, radius_retries, radius_deadtime; other lines are passed over.
 * -1: a server is no address, or there are too many, or none: *error says which line. */
int radiusclient_read(const char *text, size_t length, struct radiusclient *client, struct error *error);
/* The text of servers_file. -1: a server has no secret, or one that is none; *error quotes nothing of it. */
int radiusclient_read_secrets(const char *text, size_t length, struct radiusclient *client, struct error *error);

#endif
