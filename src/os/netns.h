/* SPDX-License-Identifier: MIT */
/*
 * Named network namespaces (`ip netns add NAME`): the calling thread steps into one, makes what
 * it needs there, and steps back.  Other threads are not affected.
 *
 * A namespace that has no name there is called "@" and its number, as long as it is kept.
 */
#ifndef L2TPD_OS_NETNS_H
#define L2TPD_OS_NETNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define NETNS_NAME_MAX 64

/* Keep the namespace of this descriptor, which is taken over, until it is let go as often: name is what it is called
 * then, that below /run/netns where it has one, "" when it is ours. -1: out of memory, or no namespace. */
int netns_keep(int fd, char name[NETNS_NAME_MAX]);
/* The same, without looking for a name. */
int netns_keep_number(int fd, char name[NETNS_NAME_MAX]);
void netns_let_go(const char *name);

/* What tells namespaces apart whatever their names: "" is the one we are in; 0 when there is none of
 * that name. */
uint64_t netns_identity(const char *name);

/* That of this descriptor; 0: it is none. */
uint64_t netns_identity_fd(int fd);

/* A descriptor of this namespace, "" being ours; -1 with *error filled. */
int netns_open(const char *name, struct error *error);

/* Step into name, "": stay where we are, which always succeeds. What it returns is for netns_leave(), and only for
 * that; -1 with *error filled. */
int netns_enter(const char *name, struct error *error);
/* Step into the namespace of this descriptor, which stays the caller's. As netns_enter(). */
int netns_enter_fd(int target, struct error *error);
/* Step back from where netns_enter() led, -1: nowhere; errno stays as it is. */
void netns_leave(int saved);

#endif
