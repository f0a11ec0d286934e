/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server that tells the metrics, libmicrohttpd's on the loop: GET /metrics and nothing else.
 */
#ifndef L2TPD_MANAGE_HTTP_H
#define L2TPD_MANAGE_HTTP_H

#include <event2/util.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/objects.h"

#define HTTP_CONNECTIONS_MAX 32
#define HTTP_TIMEOUT_S 10		/* without progress */
#define HTTP_MEMORY_MAX (32u << 10)	/* octets of one request and of its answer's next part, each connection */

struct http;
struct manage;

/* Listen and answer. NULL: *error says why not, naming metrics_port or metrics_address. */
struct http *http_open(struct manage *manage, const struct endpoint *local, struct error *error);
/* Serve a connection that came otherwise, for tests; takes fd over. -1: it was not taken. */
int http_add(struct http *http, int fd);
void http_close(struct http *http);	/* NULL is legal */

/* As manage_try_system() and manage_settle(): the server that the system's configuration wants. */
int http_try(struct manage *manage, const struct system_config *wanted, struct error *error);
void http_settle(struct manage *manage);
/* An event's: what could not be opened is tried again. */
void http_again(evutil_socket_t fd, short what, void *manage);

/* Is this the header "Authorization: Bearer TOKEN"?  No token wanted (""): always.  The time that it takes
 * tells nothing of the token but its length. header NULL: there is none. */
bool http_authorized(const char *header, const char *token);

#endif
