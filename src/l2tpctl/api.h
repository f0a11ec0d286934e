/* SPDX-License-Identifier: MIT */
/*
 * The client's side of the API: calls and replies of Varlink on a Unix socket, one at a time.
 */
#ifndef L2TPD_L2TPCTL_API_H
#define L2TPD_L2TPCTL_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct api {
	const char *path;	/* of the socket; NULL: the default */
	char *host;		/* whose daemon, over ssh; NULL: this one's */
	pid_t ssh;		/* the program that connects us to host */
	bool warned;		/* that the host's version is another */
	int fd;			/* -1: not connected; the next call connects */
	char *buffer;		/* what has been read and not taken */
	size_t begin, end, size;
	bool silence_told;	/* that the last call has no answer yet */
	bool (*give_up)(void);	/* asked when a signal interrupts waiting; NULL: never give up */
	bool (*wait)(void *context, int fd);	/* until fd can be read; false: give up. NULL: recv() waits */
	void *wait_context;
};

/* What became of a call. DENIED: who asks may not; UNKNOWN: there is no such object; REFUSED: any other error
 * that the daemon answered with. */
enum api_outcome { API_OK, API_REFUSED, API_UNKNOWN, API_DENIED, API_UNREACHABLE };

/* path and host may be NULL; path must outlive it. */
void api_init(struct api *api, const char *path, const char *host);
/* End the connection: the next call begins another. */
void api_close(struct api *api);
/* And it is not used any more. */
void api_free(struct api *api);
/* From now on this host's daemon; NULL: the one of this host. */
void api_use_host(struct api *api, const char *host);
/* Connect, where that has not happened yet: what api_call() does first. */
enum api_outcome api_open(struct api *api, struct error *error);

/* "l2tpd", or the host's name: for messages and prompts. */
const char *api_server(const struct api *api);
/* Of the socket, on whatever host it is. */
const char *api_path(const struct api *api);

/* Send a call of METHOD, of org.l2tpd unless it has a dot. parameters: taken over. more: replies may be
 * many. */
enum api_outcome api_call(struct api *api, const char *method, json_t *parameters, bool more, struct error *error);
/* The replies of the call that was made last come when something happens: nobody is told that there are none. */
void api_be_patient(struct api *api);
/* Wait for the next reply of the last call: its parameters, the caller's to free. */
enum api_outcome api_reply(struct api *api, json_t **parameters, bool *continues, struct error *error);
/* The same as text, for long lists: *parameters is an object, to be used before the next call of any of
 * these. */
enum api_outcome api_reply_text(struct api *api, const char **parameters, bool *continues, struct error *error);

/* Has a reply arrived whole, so that api_reply() need not wait? */
bool api_has_reply(const struct api *api);

#endif
