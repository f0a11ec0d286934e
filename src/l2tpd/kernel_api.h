/* SPDX-License-Identifier: MIT */
/*
 * The kernel's L2TP API for programs that run under l2tprun: its sockets.  What is said on them is the room kernel's.
 *
 * l2tprun connects here, and for each netlink socket that a program under it opens it hands over our end of that
 * socket (kernel/attach.h); from then on the program and we speak without it.
 */
#ifndef L2TPD_L2TPD_KERNEL_API_H
#define L2TPD_L2TPD_KERNEL_API_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct service;
struct kernel_api;

/* Listen on path, for root only.  changed: call it when the service was told something.  NULL with *error filled. */
struct kernel_api *kernel_api_open(struct event_base *loop, struct service *service, const char *path,
				   void (*changed)(void *context), void *context, struct error *error);
/* As of struct manage_host. api may be NULL: it is not offered. */
void *kernel_api_text_begin(struct kernel_api *api, const char *netns, bool version2, struct error *error);
size_t kernel_api_text_next(void *text, char *piece);
void kernel_api_text_end(void *text);
struct datapath_event;
/* What the datapath tells of sessions that programs have made. api may be NULL. */
void kernel_api_datapath_event(struct kernel_api *api, const struct datapath_event *event);
/* Programs find the end of their sockets. NULL is legal. */
void kernel_api_close(struct kernel_api *api);

#endif
