/* SPDX-License-Identifier: MIT */
/*
 * Texts in which the kernel tells of tunnels: for a program under l2tprun that opens the file all of it at once, into a
 * memfd; for others piece by piece.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "l2tpd/kernel_internal.h"
#include "manage/manage.h"

#define AT_ONCE (16 * KERNEL_VIEW_PIECE)	/* octets of one write() */

/* To anything else than memory could have to be waited for. */
static bool is_memory(int fd)
{
	return fcntl(fd, F_GET_SEALS) >= 0;
}

static bool write_all(int fd, const char *text, size_t length)
{
	return !length || write(fd, text, length) == (ssize_t)length;
}

static int write_text(struct kernel *kernel, const char *netns, enum kernel_view view, int fd)
{
	struct kernel_view_place place = { .begun = false };
	char text[AT_ONCE];
	size_t used = 0, more;

	while ((more = kernel_view_next(kernel, netns, view, &place, text + used))) {
		used += more;
		if (used <= sizeof(text) - KERNEL_VIEW_PIECE)
			continue;
		if (!write_all(fd, text, used))
			return ENOMEM;
		used = 0;
	}
	return write_all(fd, text, used) ? 0 : ENOMEM;
}

int view_write(struct kernel_api *api, const struct kernel_attach *attach, const int fds[2])
{
	const char *netns = space_called(api, fds[KERNEL_ATTACH_FD_NETNS]);

	if ((uint32_t)attach->option >= KERNEL_VIEWS || !is_memory(fds[KERNEL_ATTACH_FD_CLIENT]))
		return EPROTO;
	/* where nobody has used it there is the head alone: as of a name that no namespace has */
	return write_text(api->kernel, netns ? netns : "@", (enum kernel_view)attach->option,
			  fds[KERNEL_ATTACH_FD_CLIENT]);
}

/* --- for the management API --- */

_Static_assert(MANAGE_KERNEL_PIECE >= KERNEL_VIEW_PIECE, "a piece has room");

struct view_reading {
	const struct kernel_api *api;
	char netns[CONFIG_NETNS_MAX];
	enum kernel_view view;
	struct kernel_view_place place;
};

void *kernel_api_text_begin(struct kernel_api *api, const char *netns, bool version2, struct error *error)
{
	struct view_reading *reading = NULL;

	if (!api)
		error_set(error, ERROR_UNSUPPORTED, NULL,
			  "the kernel's API is not offered: begin l2tpd with --kernel-socket=PATH");
	else if (netns[0] && !netns_identity(netns))
		error_set(error, ERROR_UNKNOWN, "netns", "there is no network namespace %s", netns);
	else if (!(reading = calloc(1, sizeof(*reading))))
		error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	if (!reading)
		return NULL;
	reading->api = api;
	reading->view = version2 ? KERNEL_VIEW_PPPOL2TP : KERNEL_VIEW_TUNNELS;
	snprintf(reading->netns, sizeof(reading->netns), "%s", netns);
	return reading;
}

size_t kernel_api_text_next(void *text, char *piece)
{
	struct view_reading *reading = text;

	return kernel_view_next(reading->api->kernel, reading->netns, reading->view, &reading->place, piece);
}

void kernel_api_text_end(void *text)
{
	free(text);
}
