/* SPDX-License-Identifier: MIT */
/*
 * UDP sockets of programs that are tunnels' (L2TP_ATTR_FD).  No descriptor of them is kept, so that the program's last
 * one is the last: what it does not get is told to a filter that it has (os/claim.h), and that it is gone is told by
 * the kernel, which has a multicast group for that in each network namespace.
 *
 * A socket that has no tunnel any more keeps its filter, with nothing claimed.  It cannot have another tunnel: with the
 * kernel it cannot either.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <utlist.h>

#include "base/log.h"
#include "l2tpd/kernel_internal.h"
#include "os/claim.h"
#include "os/clock.h"
#include "os/close.h"
#include "os/socket.h"
#include "os/udp_find.h"

#define WITNESS_AT_ONCE 256		/* messages, before others have their turn */

/* Who tells of the ends of sockets in a network namespace. */
struct witness {
	struct kernel_api *api;
	uint64_t netns;
	unsigned int users;
	bool has_missed;		/* there were more than it has room for */
	int fd;
	struct event *readable;
	struct witness *prev, *next;
};

static struct taken_socket *find(const struct kernel_api *api, uint64_t cookie)
{
	struct taken_socket *taken;

	DL_SEARCH_SCALAR(api->sockets, taken, cookie, cookie);
	return taken;
}

/* --- how they end --- */

static void witness_put(struct witness *witness)
{
	if (--witness->users)
		return;
	DL_DELETE(witness->api->witnesses, witness);
	watch_end(witness->readable);
	os_close(&witness->fd);
	free(witness);
}

static void forget(struct kernel_api *api, struct taken_socket *taken)
{
	DL_DELETE(api->sockets, taken);
	if (taken->inode)
		supervisors_tell_socket(api, taken->inode, false);
	os_close(&taken->claims);
	if (taken->witness)
		witness_put(taken->witness);
	free(taken);
}

/* Returns whether it was, or had been, a tunnel's. */
static bool ended(struct kernel_api *api, uint64_t cookie)
{
	struct taken_socket *taken = find(api, cookie);

	if (!taken)
		return false;
	kernel_socket_closed(api->kernel, cookie, os_clock_ms());
	forget(api, taken);
	return true;
}

/* Those of a family that are not there are gone. Of one that was never bound it cannot be told: it has no frames. */
static bool look_for_family(const struct witness *witness, sa_family_t family)
{
	struct kernel_api *api = witness->api;
	struct os_udp_socket *sockets = NULL;
	struct taken_socket *taken, *next;
	bool changed = false;
	size_t count = 0;

	DL_FOREACH_SAFE(api->sockets, taken, next) {
		const struct os_udp_socket *found;

		if (taken->witness != witness || taken->family != family || !taken->local.port)
			continue;
		if (!sockets && !(sockets = sockets_find(api, taken, &count)))
			break;
		found = os_udp_get(sockets, count, taken->cookie);
		if (found && !found->found)
			changed |= ended(api, taken->cookie);
	}
	free(sockets);
	return changed;
}

/* Not before all that there is was read: until then more are lost. Returns whether any was a tunnel's. */
static bool look_for_missed(struct witness *witness)
{
	bool changed;

	if (!witness->has_missed)
		return false;
	witness->has_missed = false;
	changed = look_for_family(witness, AF_INET);
	return look_for_family(witness, AF_INET6) || changed;
}

static void readable(evutil_socket_t fd, short what, void *context)
{
	struct witness *witness = context;
	struct kernel_api *api = witness->api;
	bool changed = false, more = true;
	uint64_t cookie;

	witness->users++;	/* as long as it is read */
	for (int i = 0; i < WITNESS_AT_ONCE && (more = os_udp_end(fd, &cookie, &witness->has_missed)); i++)
		if (cookie && ended(api, cookie))
			changed = true;
	if (!more && look_for_missed(witness))
		changed = true;
	if (witness->has_missed)	/* its queue may be empty now: nobody else would say so */
		event_active(witness->readable, EV_READ, 0);
	witness_put(witness);
	if (changed)
		api->changed(api->context);
}

static int open_there(const char *netns)
{
	int saved = netns_enter(netns, NULL), fd;

	if (saved < 0)
		return -1;
	fd = os_udp_ends_open();
	netns_leave(saved);
	return fd;
}

/* NULL: there is none to be had. */
static struct witness *witness_get(struct kernel_api *api, const char *netns)
{
	uint64_t identity = netns_identity(netns);
	struct witness *witness;

	DL_SEARCH_SCALAR(api->witnesses, witness, netns, identity);
	if (witness) {
		witness->users++;
		return witness;
	}
	witness = calloc(1, sizeof(*witness));
	if (!witness)
		return NULL;
	*witness = (struct witness){ .api = api, .netns = identity, .users = 1, .fd = open_there(netns) };
	DL_APPEND(api->witnesses, witness);
	if (witness->fd >= 0)
		witness->readable = event_new(api->loop, witness->fd, EV_READ | EV_PERSIST, readable, witness);
	if (witness->readable && event_add(witness->readable, NULL) == 0)
		return witness;
	witness_put(witness);
	return NULL;
}

/* --- how they begin --- */

static int refused(const char *why, int failed)
{
	log_warning("a program's socket cannot become a tunnel's: %s", why);
	return failed;
}

static int put_filter(const struct taken_socket *taken, int fd)
{
	int failed;

	if (os_filter_of(fd) != OS_FILTER_NONE)
		return refused("it has a filter of the program's own, and can have one only", EBUSY);
	failed = os_claims_attach(taken->claims, fd);
	return failed ? refused(strerror(failed), failed) : 0;
}

static struct taken_socket *taken_new(struct kernel_api *api, const char *netns, int fd, uint64_t cookie)
{
	struct taken_socket *taken = calloc(1, sizeof(*taken));
	struct stat about;

	if (!taken)
		return NULL;
	*taken = (struct taken_socket){ .cookie = cookie, .claims = os_claims_new(),
					.witness = witness_get(api, netns),
					.inode = fstat(fd, &about) == 0 ? about.st_ino : 0 };
	snprintf(taken->netns, sizeof(taken->netns), "%s", netns);
	DL_APPEND(api->sockets, taken);
	if (taken->claims >= 0 && taken->witness)
		return taken;
	forget(api, taken);
	return NULL;
}

int socket_take(struct kernel_api *api, const char *netns, int fd, uint64_t *cookie)
{
	struct taken_socket *taken;
	int failed;

	*cookie = os_socket_cookie(fd);
	taken = find(api, *cookie);
	if (taken && !taken->is_free)
		return EBUSY;
	if (taken) {	/* it has its filter */
		taken->is_free = false;
		return 0;
	}
	taken = taken_new(api, netns, fd, *cookie);
	if (!taken)
		return refused("l2tpd may not use BPF (CAP_SYS_ADMIN), or would not be told of its end", ENOMEM);
	failed = put_filter(taken, fd);
	if (failed)
		forget(api, taken);
	else if (taken->inode)
		supervisors_tell_socket(api, taken->inode, true);
	return failed;
}

void socket_seen(struct kernel_api *api, const struct kernel_socket *seen)
{
	struct taken_socket *taken = find(api, seen->cookie);

	taken->family = seen->local.address.family;
	taken->local = seen->local;
	taken->peer = seen->peer;
	taken->is_connected = seen->is_connected;
	if (!seen->is_connected)
		sockets_look_soon(api);
}

void socket_drop(struct kernel_api *api, uint64_t cookie)
{
	struct taken_socket *taken = find(api, cookie);

	if (taken)
		taken->is_free = true;
}

int socket_claim(struct kernel_api *api, uint64_t cookie, struct os_claim claim, bool claimed)
{
	const struct taken_socket *taken = find(api, cookie);

	return taken ? os_claims_set(taken->claims, claim, claimed) : EBADF;
}

void sockets_free(struct kernel_api *api)
{
	struct taken_socket *taken, *next;

	DL_FOREACH_SAFE(api->sockets, taken, next)
		forget(api, taken);
}
