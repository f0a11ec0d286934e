/* SPDX-License-Identifier: MIT */
/* See pending.h. */
#include "l2tprun/pending.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

#include "l2tprun/l2tpip.h"
#include "l2tprun/notification.h"
#include "l2tprun/tunnel_socket.h"
#include "os/clock.h"
#include "os/close.h"

static void close_sent(struct pending *pending)
{
	for (int i = 0; i < KERNEL_ATTACH_FDS_MAX; i++)
		os_close(&pending->fds[i]);
}

int pending_pair(struct pending *asked, int place, bool nonblocking)
{
	struct stat about;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	asked->fds[place] = ends[0];
	asked->end = ends[1];
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 || (nonblocking && fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0) ||
	    fstat(ends[1], &about) < 0)
		return -1;
	asked->client.inode = about.st_ino;
	return 0;
}

void pending_drop(struct pending *asked)
{
	close_sent(asked);
	os_close(&asked->end);
	l2tpip_free(asked->l2tpip);
	caller_close(&asked->caller);
}

static void forget(struct supervisor *supervisor, struct pending *pending)
{
	pending_drop(pending);
	DL_DELETE(supervisor->pending, pending);
	free(pending);
}

/* Else it is about what the program has already. */
static bool is_new(const struct pending *pending)
{
	return pending->end >= 0;
}

void pending_do_without(struct supervisor *supervisor, uint64_t id, const struct kernel_attach *request)
{
	if (request->kind == KERNEL_ATTACH_PPP_DEVICE)	/* all others are the kernel's, and so this may be */
		supervisor_continue(supervisor, id);
	else if (request->kind == KERNEL_ATTACH_MOVED || request->kind == KERNEL_ATTACH_L2TPIP_MOVED)	/* it is done */
		supervisor_answer(supervisor, id, 0);
	else
		supervisor_answer(supervisor, id, ECONNREFUSED);
}

/* Without l2tpd: what the kernel has of it, or an error where the socket is not the kernel's. */
static void do_without(struct supervisor *supervisor, struct pending *pending)
{
	if (pending->answered)
		return;
	pending->answered = true;
	if (is_new(pending))
		supervisor_continue(supervisor, pending->id);
	else
		pending_do_without(supervisor, pending->id, &pending->request);
	os_close(&pending->end);
}

static void lose(struct supervisor *supervisor, int failed)
{
	struct pending *pending, *next;
	char why[128];

	snprintf(why, sizeof(why), "l2tpd has ended the connection%s%s", failed ? ": " : "",
		 failed ? strerror(failed) : "");
	if (supervisor->pending)	/* else it may be there again when it is needed */
		supervisor_tell(supervisor, why);
	daemon_close(&supervisor->daemon);
	tunnel_sockets_forget(supervisor);
	DL_FOREACH_SAFE(supervisor->pending, pending, next) {
		do_without(supervisor, pending);
		forget(supervisor, pending);
	}
}

void pending_flush(struct supervisor *supervisor)
{
	struct pending *pending;
	enum daemon_result result;

	DL_FOREACH(supervisor->pending, pending) {
		if (pending->sent)
			continue;
		result = daemon_send(&supervisor->daemon, &pending->request, pending->fds);
		if (result == DAEMON_LOST)
			lose(supervisor, errno);
		if (result != DAEMON_DONE)
			return;
		pending->sent = true;
		close_sent(pending);
	}
}

void pending_tell(struct supervisor *supervisor, const struct pending *asked)
{
	struct pending *pending = malloc(sizeof(*pending));

	if (!pending)
		abort();	/* nobody answers the program's calls then: it sees ENOSYS, and does not hang */
	*pending = *asked;
	pending->request.version = KERNEL_ATTACH_VERSION;
	pending->deadline_ms = os_clock_ms() + KERNEL_ATTACH_WAIT_MS;
	DL_APPEND(supervisor->pending, pending);
}

void pending_ask(struct supervisor *supervisor, const struct pending *asked)
{
	pending_tell(supervisor, asked);
	pending_flush(supervisor);
}

/* It is known before the program has it: its next call may come at once. */
static void give_socket(struct supervisor *supervisor, struct pending *pending)
{
	struct client *client;
	int failed;

	if (pending->l2tpip) {
		l2tpip_opened(supervisor, pending);
		return;
	}
	client = clients_add(&supervisor->clients, &pending->client);
	failed = client ? notification_inject(supervisor->listener, pending->id, pending->end,
					      pending->close_on_exec) : ENOMEM;
	if (!failed)
		return;
	clients_remove(&supervisor->clients, client);
	supervisor_answer(supervisor, pending->id, failed);
}

/* Where it cannot be, its thread was killed, or has no room for another descriptor. */
static void give_file(struct supervisor *supervisor, struct pending *pending)
{
	int failed = notification_inject(supervisor->listener, pending->id, pending->end, pending->close_on_exec);

	if (failed)
		supervisor_answer(supervisor, pending->id, failed);
}

static void refuse(struct supervisor *supervisor, struct pending *pending, int failed)
{
	char why[128];

	snprintf(why, sizeof(why), "l2tpd refuses%s: %s", failed == EPROTONOSUPPORT ? ", it is of another version" : "",
		 strerror(failed));
	supervisor_tell(supervisor, why);
	supervisor_continue(supervisor, pending->id);
}

static void answer_new(struct supervisor *supervisor, struct pending *pending, const struct kernel_attached *attached)
{
	if (attached->error == ENOBUFS && pending->l2tpip) {	/* the kernel would say that it knows no such socket */
		supervisor_answer(supervisor, pending->id, ENOBUFS);
		return;
	}
	if (attached->error) {
		refuse(supervisor, pending, attached->error);
		return;
	}
	supervisor->told = false;
	if (pending->request.kind == KERNEL_ATTACH_VIEW)
		give_file(supervisor, pending);
	else
		give_socket(supervisor, pending);
}

/* What getsockname() and getsockopt() will tell of it. */
static void remember_option(struct client *client, int32_t option, int32_t value)
{
	uint32_t group = (uint32_t)value - 1, bit = 1u << group % 32;
	bool is_group = option == NETLINK_ADD_MEMBERSHIP || option == NETLINK_DROP_MEMBERSHIP;

	if (is_group && group / 32 >= CLIENT_GROUP_WORDS)
		return;
	if (option == NETLINK_ADD_MEMBERSHIP)
		client->groups[group / 32] |= bit;
	else if (option == NETLINK_DROP_MEMBERSHIP)
		client->groups[group / 32] &= ~bit;
	else if (option >= 0 && option < 32)
		client->options = (client->options & ~(1u << option)) | (value ? 1u << option : 0);
}

/* False: bind() has more groups to join. */
static bool answer_option(struct supervisor *supervisor, struct pending *pending,
			  const struct kernel_attached *attached)
{
	struct client *client = clients_find(&supervisor->clients, pending->client.inode);

	if (client && !attached->error && pending->request.kind == KERNEL_ATTACH_OPTION)
		remember_option(client, pending->request.option, pending->request.value);
	if (!attached->error && pending->groups) {
		pending->request.kind = KERNEL_ATTACH_OPTION;
		pending->request.option = NETLINK_ADD_MEMBERSHIP;
		pending->request.value = ffs((int)pending->groups);
		pending->groups &= pending->groups - 1;
		pending->sent = false;
		return false;
	}
	supervisor_answer(supervisor, pending->id, attached->error);
	return true;
}

/* 0 or an errno. */
static int put_octets(const struct pending *pending, const struct kernel_attached *attached)
{
	const struct pending_place *place = &pending->place;
	uint32_t length = attached->length < place->room ? attached->length : place->room;
	uint32_t told = place->tells_whole ? attached->length : length;

	if (!place->address || attached->length > sizeof(attached->octets))
		return 0;
	if (length && !caller_write(&pending->caller, place->address, attached->octets, length))
		return EFAULT;
	if (place->length_address && !caller_write(&pending->caller, place->length_address, &told, sizeof(told)))
		return EFAULT;
	return 0;
}

static bool is_call(const struct pending *pending)
{
	return pending->request.kind == KERNEL_ATTACH_PPPOX || pending->request.kind == KERNEL_ATTACH_CALL ||
	       pending->request.kind == KERNEL_ATTACH_PPP_DEVICE;
}

/* What l2tpd says is what the program gets; of devices that are not l2tpd's it is the kernel's to say. */
static void answer_call(struct supervisor *supervisor, const struct pending *pending,
			const struct kernel_attached *attached)
{
	int error = attached->error;

	if (!notification_waits(supervisor->listener, pending->id))
		return;		/* its memory may be another's */
	if (error && pending->request.kind == KERNEL_ATTACH_PPP_DEVICE) {
		supervisor_continue(supervisor, pending->id);
		return;
	}
	if (!error)
		error = put_octets(pending, attached);
	supervisor_answer(supervisor, pending->id, error);
}

/* Of one of netlink, as long as it cannot change without us. */
static void remember_names(struct supervisor *supervisor, const struct pending *pending,
			   const struct kernel_attached *attached)
{
	struct client *client = attached->error ? NULL : clients_find(&supervisor->clients, pending->client.inode);
	struct sockaddr_nl peer;

	if (!client)
		return;
	if (attached->port_id)
		client->port_id = attached->port_id;
	if (pending->request.kind == KERNEL_ATTACH_BIND)
		client->groups[0] = 0;		/* what it names comes now, and is all */
	if (pending->request.kind != KERNEL_ATTACH_CONNECT)
		return;
	memcpy(&peer, pending->request.octets, sizeof(peer));
	client->peer_port = peer.nl_family == AF_NETLINK ? peer.nl_pid : 0;
	client->peer_groups = peer.nl_family == AF_NETLINK ? peer.nl_groups & -peer.nl_groups : 0;	/* the first */
}

static void take_answer(struct supervisor *supervisor, const struct kernel_attached *attached)
{
	struct pending *pending;

	DL_FOREACH(supervisor->pending, pending)
		if (pending->sent && pending->request.client == attached->client)
			break;
	if (!pending)
		return;
	remember_names(supervisor, pending, attached);
	if (!pending->answered && is_new(pending))
		answer_new(supervisor, pending, attached);
	else if (!pending->answered && pending->request.kind == KERNEL_ATTACH_L2TPIP_BIND)
		l2tpip_bound(supervisor, pending, attached->error);
	else if (!pending->answered && is_call(pending))
		answer_call(supervisor, pending, attached);
	else if (!pending->answered && !answer_option(supervisor, pending, attached)) {
		DL_DELETE(supervisor->pending, pending);
		DL_APPEND(supervisor->pending, pending);
		pending_flush(supervisor);
		return;
	}
	forget(supervisor, pending);
}

void pending_receive(struct supervisor *supervisor)
{
	struct kernel_attached attached;
	enum daemon_result result = DAEMON_DONE;

	while (supervisor->daemon.fd >= 0 && result == DAEMON_DONE) {
		result = daemon_receive(&supervisor->daemon, &attached);
		if (result == DAEMON_DONE && !attached.client)
			tunnel_socket_told(supervisor, &attached);
		else if (result == DAEMON_DONE)
			take_answer(supervisor, &attached);
		else if (result == DAEMON_LOST)
			lose(supervisor, errno);
	}
}

void pending_expire(struct supervisor *supervisor)
{
	uint64_t now = os_clock_ms();
	struct pending *pending, *next;

	DL_FOREACH_SAFE(supervisor->pending, pending, next) {
		if (pending->answered || now < pending->deadline_ms)
			continue;
		supervisor_tell(supervisor, "l2tpd does not answer");
		do_without(supervisor, pending);
		if (!pending->sent)
			forget(supervisor, pending);
	}
}

int pending_timeout(const struct supervisor *supervisor)
{
	uint64_t now = os_clock_ms(), first = UINT64_MAX;
	const struct pending *pending;

	DL_FOREACH(supervisor->pending, pending)
		if (!pending->answered && pending->deadline_ms < first)
			first = pending->deadline_ms;
	if (first == UINT64_MAX)
		return -1;
	return first <= now ? 0 : (int)(first - now);
}

bool pending_unsent(const struct supervisor *supervisor)
{
	const struct pending *pending;

	DL_FOREACH(supervisor->pending, pending)
		if (!pending->sent)
			return true;
	return false;
}
