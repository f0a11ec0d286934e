/* SPDX-License-Identifier: MIT */
/*
 * The client's side of the API: calls and replies of Varlink on a Unix socket, one at a time.
 */
#ifndef L2TPD_L2TPCTL_API_H
#define L2TPD_L2TPCTL_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct api {
	const char *path;	/* of the socket */
	int fd;			/* -1: not connected; the next call connects */
	char *buffer;		/* what has been read and not taken */
	size_t begin, end, size;
	bool (*give_up)(void);	/* asked when a signal interrupts waiting; NULL: never give up */
};

enum api_outcome { API_OK, API_REFUSED, API_UNREACHABLE };

void api_init(struct api *api, const char *path);
void api_close(struct api *api);

/* Send a call of org.l2tpd.METHOD. parameters: taken over. more: replies may be many. */
enum api_outcome api_call(struct api *api, const char *method, json_t *parameters, bool more, struct error *error);
/* Wait for the next reply of the last call: its parameters, the caller's to free. API_REFUSED: the
 * daemon answered with an error. */
enum api_outcome api_reply(struct api *api, json_t **parameters, bool *continues, struct error *error);

#endif
