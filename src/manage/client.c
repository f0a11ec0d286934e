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
#include <unistd.h>
#include <utlist.h>

#include "manage/server.h"

#define REPLY_KEPT (256u << 10)		/* octets of room for replies that are kept for the next one */
#define WRITE_AT_ONCE (64u << 10)	/* octets: a whole reply of a list */

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

/* Send a whole message and the NUL that ends it. False when out of memory. */
static bool send_reply(struct client *client, const struct emit *reply)
{
	if (reply->failed)
		return false;
	return !reply->length || (bufferevent_write(client->stream, reply->text, reply->length) == 0 &&
				  bufferevent_write(client->stream, "", 1) == 0);
}

static void set_waiting(struct client *client, bool waiting)
{
	client->manage->waiting += (unsigned int)waiting - (unsigned int)client->waiting;
	client->waiting = waiting;
}

void client_wake(struct client *client)
{
	set_waiting(client, false);
	add_timer(client->turn, 0);
}

/* One step of the call under way. False: the client is gone. */
static bool proceed(struct client *client)
{
	struct emit *reply = &client->manage->reply;
	enum call_step step = call_next(&client->call, reply);
	bool sent = send_reply(client, reply);

	emit_rewind(reply, 0);
	if (!sent || reply->size > REPLY_KEPT)
		emit_free(reply);
	if (!sent) {
		client_cut_off(client, "no memory for a reply");
		return false;
	}
	if (step == CALL_WAIT && client->input_ended) {
		client_free(client);	/* it has closed its side, so nobody would tell that it has left */
		return false;
	}
	set_waiting(client, step == CALL_WAIT);
	return true;
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

/* Keep the sum of what all clients have sent and what is not understood yet. */
static void count_input(struct client *client)
{
	client->manage->input -= client->input_counted;
	client->input_counted = input_waiting(client);
	client->manage->input += client->input_counted;
}

/* Take the next message from the input, if it is there. False: the client was cut off. */
static bool take_message(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	ssize_t length = message_length(client);
	struct error error = { 0 };
	const char *text;
	bool ok;

	if (length < 0 && input_waiting(client) > CALL_MESSAGE_MAX) {
		client_cut_off(client, "a message that is longer than 256 KiB");
		return false;
	}
	if (length < 0)
		return true;
	text = (const char *)evbuffer_pullup(input, length + 1);
	ok = text && call_begin(&client->call, client->manage, &client->caller, text, (size_t)length, &error);
	if (!ok) {
		client_cut_off(client, text ? error.text : "no memory for its message");
		return false;
	}
	evbuffer_drain(input, (size_t)length + 1);
	count_input(client);
	client->manage->counters.calls++;
	client->called = true;
	client->idle_since = 0;
	return true;
}

/* As far as one turn goes; whatever may come next is seen to by an event. */
static void work(struct client *client)
{
	if (!call_active(client) && !take_message(client))
		return;
	if (call_active(client) && !client->waiting && !output_waiting(client) && !proceed(client))
		return;
	if (call_active(client) || message_length(client) >= 0) {
		if (!output_waiting(client) && !client->waiting)
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

/* Who has sent most of a message. */
static struct client *longest_input(const struct manage *manage)
{
	struct client *client, *longest = NULL;

	DL_FOREACH(manage->clients, client)
		if (!longest || client->input_counted > longest->input_counted)
			longest = client;
	return longest;
}

static void readable(struct bufferevent *stream, void *context)
{
	struct client *client = context, *longest = NULL;

	count_input(client);
	if (client->manage->input > MANAGE_INPUT_MAX) {
		longest = longest_input(client->manage);
		client_cut_off(longest, "all clients together sent more than 16 MiB, and most of it is its");
	}
	if (longest == client)
		return;
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
	if (what & BEV_EVENT_EOF && !client->waiting &&
	    (call_active(client) || output_waiting(client) || message_length(client) >= 0)) {
		client->input_ended = true;	/* it may have closed only its sending side */
		return;
	}
	if (what & BEV_EVENT_EOF && input_waiting(client) && !client->waiting)
		client_cut_off(client, "it left in the middle of a message");
	else
		client_free(client);
}

static bool open_events(struct client *client, int fd)
{
	struct manage *manage = client->manage;

	client->deadline = event_new(manage->loop, -1, 0, silent, client);
	client->turn = event_new(manage->loop, -1, 0, turn, client);
	client->stream = bufferevent_socket_new(manage->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->stream)
		close(fd);
	if (!client->stream || !client->deadline || !client->turn)
		return false;
	return event_priority_set(client->deadline, manage->priority) == 0 &&
	       event_priority_set(client->turn, manage->priority) == 0 &&
	       bufferevent_priority_set(client->stream, manage->priority) == 0;
}

void client_new(struct manage *manage, int fd, const struct caller *caller)
{
	static const struct timeval stalled = { MANAGE_STALLED_MS / 1000, MANAGE_STALLED_MS % 1000 * 1000 };
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return;
	}
	client->manage = manage;
	client->caller = *caller;
	DL_APPEND(manage->clients, client);
	manage->count++;
	manage->counters.clients++;
	if (!open_events(client, fd)) {
		client_free(client);
		return;
	}
	bufferevent_setcb(client->stream, readable, written, happened, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, CALL_MESSAGE_MAX + 1);
	bufferevent_set_max_single_write(client->stream, WRITE_AT_ONCE);
	bufferevent_set_timeouts(client->stream, NULL, &stalled);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	watch_silence(client);
}

void client_free(struct client *client)
{
	DL_DELETE(client->manage->clients, client);
	client->manage->count--;
	client->manage->input -= client->input_counted;
	set_waiting(client, false);
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

	manage->counters.cut_off++;
	log_limited(&manage->cut_off, manage->host.now(), LOG_LEVEL_WARNING, "API: client pid %d (uid %u) cut off: %s",
		    (int)client->caller.pid, (unsigned int)client->caller.uid, why);
	client_free(client);
}
