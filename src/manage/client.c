/* SPDX-License-Identifier: MIT */
/*
 * One connection to the API: cuts the stream into messages, carries out one call after the other
 * and sends its replies no faster than they are read.
 *
 * Two rules keep one client from harming the rest.  Memory: what is read waits in the kernel
 * beyond one message, and a reply is only made when the last one has left.  Time: after each
 * reply the loop turns, whatever else the client has sent ahead.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "manage/server.h"

static bool call_active(const struct client *client)
{
	return client->call.method || client->call.refusal;
}

static size_t output_waiting(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

static size_t input_waiting(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_input(client->stream));
}

static void add_timer(struct event *timer, unsigned int ms)
{
	const struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

	event_add(timer, &delay);
}

/* Silence is limited only while it is the client's turn to speak. */
static void watch_silence(struct client *client)
{
	bool unfinished = input_waiting(client) || !client->called;

	if (call_active(client) || output_waiting(client)) {
		client->idle_since = 0;
		event_del(client->deadline);
		return;
	}
	if (!client->idle_since) {
		client->idle_since = client->manage->host.now();
		event_del(client->deadline);
	}
	/* a message that arrives octet by octet gets no more time with each of them */
	if (!event_pending(client->deadline, EV_TIMEOUT, NULL) || (unfinished && !client->unfinished))
		add_timer(client->deadline, unfinished ? MANAGE_UNFINISHED_MS : MANAGE_IDLE_MS);
	client->unfinished = unfinished;
}

static void silent(evutil_socket_t fd, short what, void *context)
{
	struct client *client = context;

	client_cut_off(client, input_waiting(client) ? "the rest of a message did not come in time" :
		       client->called ? "it was idle for too long" : "it did not say what it wants in time");
}

/* Send a whole message, with the NUL that ends it. False when out of memory. */
static bool send_reply(struct client *client, const json_t *reply)
{
	char *text = json_dumps(reply, JSON_COMPACT);
	bool ok = text && bufferevent_write(client->stream, text, strlen(text) + 1) == 0;

	free(text);
	return ok;
}

/* One step of the call under way. False: the client was cut off. */
static bool proceed(struct client *client)
{
	json_t *reply;
	enum call_step step = call_next(&client->call, &reply);
	bool ok = true;

	if (reply)
		ok = send_reply(client, reply);
	else if (step == CALL_REPLY && !client->call.oneway)
		ok = false;
	json_decref(reply);
	if (!ok)
		client_cut_off(client, "no memory for a reply");
	return ok;
}

/* Length of the first message in the input without its NUL; -1: it has not come to its end. */
static ssize_t message_length(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	struct evbuffer_ptr from, found;

	if (client->searched >= evbuffer_get_length(input))
		return -1;
	evbuffer_ptr_set(input, &from, client->searched, EVBUFFER_PTR_SET);
	found = evbuffer_search(input, "", 1, &from);
	client->searched = found.pos < 0 ? evbuffer_get_length(input) : 0;
	return found.pos;
}

/* Take the next message from the input, if it is there. False: the client was cut off. */
static bool take_message(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	struct manage *manage = client->manage;
	ssize_t length = message_length(client);
	struct error error = { 0 };
	const char *text;
	bool ok;

	if (length < 0 && input_waiting(client) > CALL_MESSAGE_MAX) {
		client_cut_off(client, "a message that is longer than 1 MiB");
		return false;
	}
	if (length < 0)
		return true;
	text = (const char *)evbuffer_pullup(input, length + 1);
	ok = text && call_begin(&client->call, manage->service, &manage->host, text, (size_t)length, &error);
	if (!ok) {
		client_cut_off(client, text ? error.text : "no memory for its message");
		return false;
	}
	evbuffer_drain(input, (size_t)length + 1);
	client->called = true;
	client->idle_since = 0;
	return true;
}

/* As far as one turn goes; whatever may come next is seen to by an event. */
static void work(struct client *client)
{
	if (!call_active(client) && !take_message(client))
		return;
	if (call_active(client) && !output_waiting(client) && !proceed(client))
		return;
	if (call_active(client) || message_length(client) >= 0) {
		if (!output_waiting(client))
			add_timer(client->turn, 0);
		/* else written() comes back */
	} else if (client->input_ended && !output_waiting(client)) {
		client_free(client);
		return;
	}
	watch_silence(client);
}

static void turn(evutil_socket_t fd, short what, void *context)
{
	work(context);
}

static void readable(struct bufferevent *stream, void *context)
{
	struct client *client = context;

	if (!call_active(client) && !output_waiting(client) && !event_pending(client->turn, EV_TIMEOUT, NULL))
		work(client);
}

/* All that was to be sent has left. */
static void written(struct bufferevent *stream, void *context)
{
	work(context);
}

static void happened(struct bufferevent *stream, short what, void *context)
{
	struct client *client = context;

	if (what & BEV_EVENT_TIMEOUT) {
		client_cut_off(client, "it does not read its replies");
		return;
	}
	if (what & BEV_EVENT_EOF && (call_active(client) || output_waiting(client) || message_length(client) >= 0)) {
		client->input_ended = true;	/* it may have closed only its sending side */
		return;
	}
	if (what & BEV_EVENT_EOF && input_waiting(client))
		client_cut_off(client, "it left in the middle of a message");
	else
		client_free(client);
}

static void learn_peer(struct client *client, int fd)
{
	struct ucred peer = { 0 };
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0) {
		client->pid = peer.pid;
		client->uid = peer.uid;
	}
}

void client_new(struct manage *manage, int fd)
{
	static const struct timeval stalled = { MANAGE_STALLED_MS / 1000, MANAGE_STALLED_MS % 1000 * 1000 };
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return;
	}
	client->manage = manage;
	learn_peer(client, fd);
	DL_APPEND(manage->clients, client);
	manage->count++;
	client->deadline = event_new(manage->loop, -1, 0, silent, client);
	client->turn = event_new(manage->loop, -1, 0, turn, client);
	client->stream = bufferevent_socket_new(manage->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->stream)
		close(fd);
	if (!client->stream || !client->deadline || !client->turn) {
		client_free(client);
		return;
	}
	bufferevent_setcb(client->stream, readable, written, happened, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, CALL_MESSAGE_MAX + 1);
	bufferevent_set_timeouts(client->stream, NULL, &stalled);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	watch_silence(client);
}

void client_free(struct client *client)
{
	DL_DELETE(client->manage->clients, client);
	client->manage->count--;
	call_end(&client->call);
	if (client->stream)
		bufferevent_free(client->stream);
	if (client->deadline)
		event_free(client->deadline);
	if (client->turn)
		event_free(client->turn);
	free(client);
}

void client_cut_off(struct client *client, const char *why)
{
	struct manage *manage = client->manage;

	log_limited(&manage->cut_off, manage->host.now(), LOG_LEVEL_WARNING, "API: client pid %d (uid %u) cut off: %s",
		    (int)client->pid, (unsigned int)client->uid, why);
	client_free(client);
}
