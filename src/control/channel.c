/* SPDX-License-Identifier: MIT */
/* See channel.h. */
#include "control/channel.h"

#include <stdlib.h>
#include <string.h>

struct channel_message {
	struct channel_message *next;
	uint16_t ns, session_id;
	bool is_sent;
	size_t length;			/* with the header */
	uint8_t octets[];		/* header, then body */
};

void channel_begin(struct channel *channel, const struct channel_settings *settings)
{
	*channel = (struct channel){
		.settings = *settings,
		.peer_window = CHANNEL_WINDOW_DEFAULT,
		.cwnd = 1,
		.ssthresh = CHANNEL_WINDOW_DEFAULT,
		.retransmit_at = CHANNEL_NEVER,
		.interval = settings->retry_timeout,
	};
}

void channel_end(struct channel *channel)
{
	while (channel->first) {
		struct channel_message *message = channel->first;

		channel->first = message->next;
		free(message);
	}
	for (unsigned int i = 0; i < CHANNEL_HELD_MAX; i++)
		free(channel->held[i]);
	free(channel->delivered);
	*channel = (struct channel){ .retransmit_at = CHANNEL_NEVER };
}

void channel_resume(struct channel *channel, uint16_t ns, uint16_t nr)
{
	channel->ns_queued = channel->ns_sent = ns;
	channel->nr = nr;
	channel->ack_owed = true;
}

void channel_set_peer(struct channel *channel, uint32_t connection_id, uint16_t window)
{
	uint16_t most = window < CHANNEL_WINDOW_MOST ? window : CHANNEL_WINDOW_MOST;

	channel->connection_id = connection_id;
	channel->peer_window = channel->ssthresh = most ? most : 1;
	if (channel->cwnd > channel->peer_window)
		channel->cwnd = channel->peer_window;
}

/* --- sending --- */

static struct channel_message *message_new(uint16_t session_id, const uint8_t *body, size_t length)
{
	struct channel_message *message = malloc(sizeof(*message) + CONTROL_HEADER_LENGTH + length);

	if (!message)
		return NULL;
	*message = (struct channel_message){ .session_id = session_id, .length = CONTROL_HEADER_LENGTH + length };
	if (length)
		memcpy(message->octets + CONTROL_HEADER_LENGTH, body, length);
	return message;
}

int channel_send(struct channel *channel, uint16_t session_id, const uint8_t *body, size_t length)
{
	struct channel_message *message = channel->queued < CHANNEL_QUEUE_MAX &&
					  length <= CONTROL_MESSAGE_MAX - CONTROL_HEADER_LENGTH ?
					  message_new(session_id, body, length) : NULL;

	if (!message)
		return -1;
	message->ns = channel->ns_queued++;
	if (channel->last)
		channel->last->next = message;
	else
		channel->first = message;
	channel->last = message;
	if (!channel->next)
		channel->next = message;
	channel->queued++;
	return 0;
}

static void free_from(struct channel *channel, struct channel_message *message)
{
	while (message) {
		struct channel_message *next = message->next;

		free(message);
		channel->queued--;
		message = next;
	}
}

void channel_forget(struct channel *channel, bool all)
{
	struct channel_message **link = &channel->first;

	channel->last = NULL;
	while (!all && *link && (*link)->is_sent) {
		channel->last = *link;
		link = &(*link)->next;
	}
	if (all || (channel->next && !channel->next->is_sent))
		channel->next = NULL;
	free_from(channel, *link);
	*link = NULL;
	channel->ns_queued = channel->ns_sent;
	if (!all)
		return;
	channel->in_flight = 0;
	channel->retransmit_at = CHANNEL_NEVER;
}

static void write_header(const struct channel *channel, uint16_t session_id, uint16_t ns, size_t length,
			 uint8_t out[CONTROL_HEADER_LENGTH])
{
	const struct control_header header = {
		.version = channel->settings.version,
		.connection_id = channel->connection_id,
		.session_id = session_id,
		.ns = ns,
		.nr = channel->nr,
		.length = (uint16_t)length,
	};

	control_header_write(&header, out);
}

static uint16_t window(const struct channel *channel)
{
	return channel->cwnd < channel->peer_window ? channel->cwnd : channel->peer_window;
}

static void arm(struct channel *channel, uint64_t now)
{
	channel->retransmit_at = now + channel->interval;
}

const uint8_t *channel_last_words(struct channel *channel, size_t *length)
{
	struct channel_message *message = channel->last;

	if (!message)
		return NULL;
	write_header(channel, message->session_id, message->ns, message->length, message->octets);
	*length = message->length;
	return message->octets;
}

/* The headers of messages that wait are written when they go: the peer's id may become known meanwhile, and Nr is
 * always that of the moment. */
static const uint8_t *transmit_next(struct channel *channel, uint64_t now, size_t *length)
{
	struct channel_message *message = channel->next;

	write_header(channel, message->session_id, message->ns, message->length, message->octets);
	channel->repeated = message->is_sent;
	if (message->is_sent) {
		channel->counters.retransmitted++;
	} else {
		channel->counters.sent++;
		channel->ns_sent = (uint16_t)(message->ns + 1);
	}
	message->is_sent = true;
	channel->counters.octets_sent += message->length;
	channel->next = message->next;
	channel->in_flight++;
	channel->ack_owed = false;
	if (channel->retransmit_at == CHANNEL_NEVER)
		arm(channel, now);
	*length = message->length;
	return message->octets;
}

const uint8_t *channel_transmit(struct channel *channel, uint64_t now, size_t *length)
{
	if (channel->next && channel->in_flight < window(channel))
		return transmit_next(channel, now, length);
	if (!channel->ack_owed)
		return NULL;
	channel->ack_owed = channel->repeated = false;
	channel->counters.acks_sent++;
	channel->counters.octets_sent += CONTROL_HEADER_LENGTH;
	/* An acknowledgement has the number of the next message without using it up. */
	write_header(channel, 0, channel->ns_sent, CONTROL_HEADER_LENGTH, channel->ack);
	*length = CONTROL_HEADER_LENGTH;
	return channel->ack;
}

/* --- acknowledgements --- */

/* RFC 2661 Appendix A: slow start up to ssthresh, then one more for each window that was acknowledged. */
static void widen(struct channel *channel)
{
	if (channel->cwnd >= channel->peer_window)
		return;
	if (channel->cwnd < channel->ssthresh) {
		channel->cwnd++;
	} else if (++channel->cwnd_part >= channel->cwnd) {
		channel->cwnd_part = 0;
		channel->cwnd++;
	}
}

static void narrow(struct channel *channel)
{
	channel->ssthresh = channel->cwnd > 2 ? channel->cwnd / 2 : 1;
	channel->cwnd = 1;
	channel->cwnd_part = 0;
}

static void drop_first(struct channel *channel)
{
	struct channel_message *message = channel->first;

	channel->first = message->next;
	if (!channel->first)
		channel->last = NULL;
	if (channel->next == message)
		channel->next = message->next;	/* it was to be repeated */
	else
		channel->in_flight--;
	channel->queued--;
	free(message);
}

/* The peer has everything before nr. What was never sent cannot be acknowledged. */
static void acknowledge(struct channel *channel, uint16_t nr, uint64_t now)
{
	bool progress = false;

	while (channel->first && channel->first->is_sent && (int16_t)(nr - channel->first->ns) > 0) {
		drop_first(channel);
		widen(channel);
		progress = true;
	}
	if (!progress)
		return;
	channel->retries = 0;
	channel->interval = channel->settings.retry_timeout;
	channel->retransmit_at = CHANNEL_NEVER;
	if (channel->in_flight)
		arm(channel, now);
}

uint16_t channel_acknowledged(const struct channel *channel)
{
	return channel->first ? channel->first->ns : channel->ns_sent;
}

/* Is nr of a message that we sent, or of the next? Others are not to be believed.  (What is queued may be more than
 * numbers tell apart.) */
static bool is_sane(const struct channel *channel, uint16_t nr)
{
	uint16_t oldest = channel_acknowledged(channel);

	return (uint16_t)(nr - oldest) <= (uint16_t)(channel->ns_sent - oldest);
}

/* --- receiving --- */

static void hold(struct channel *channel, const struct control_header *header, const uint8_t *body, size_t length)
{
	struct channel_message **place = &channel->held[header->ns % CHANNEL_HELD_MAX];
	uint16_t ahead = (uint16_t)(header->ns - channel->nr);

	if (ahead >= CHANNEL_HELD_MAX || ahead >= channel->settings.receive_window) {
		channel->counters.discarded++;
		return;
	}
	if (*place) {
		channel->counters.duplicates++;
		return;
	}
	*place = message_new(header->session_id, body, length);
	if (!*place)
		return;		/* as if it had been lost */
	(*place)->ns = header->ns;
	channel->counters.held++;
}

enum channel_arrival channel_receive(struct channel *channel, const struct control_header *header,
				     const uint8_t *body, size_t length, uint64_t now)
{
	int16_t ahead = (int16_t)(header->ns - channel->nr);

	channel->counters.octets_received += CONTROL_HEADER_LENGTH + length;
	if (is_sane(channel, header->nr))
		acknowledge(channel, header->nr, now);
	if (!length) {
		channel->counters.acks_received++;
		return CHANNEL_NOTHING;
	}
	/* Whatever becomes of it, the sender learns where we are. */
	channel->ack_owed = true;
	if (ahead < 0)
		channel->counters.duplicates++;
	else if (ahead > 0)
		hold(channel, header, body, length);
	if (ahead != 0)
		return CHANNEL_NOTHING;
	channel->nr++;
	channel->counters.received++;
	return CHANNEL_DELIVER;
}

bool channel_next_held(struct channel *channel, uint16_t *session_id, uint8_t **octets, size_t *length)
{
	struct channel_message **place = &channel->held[channel->nr % CHANNEL_HELD_MAX], *message = *place;

	if (!message || message->ns != channel->nr)
		return false;
	*place = NULL;
	free(channel->delivered);
	channel->delivered = message;
	channel->nr++;
	channel->counters.received++;
	*session_id = message->session_id;
	*octets = message->octets + CONTROL_HEADER_LENGTH;
	*length = message->length - CONTROL_HEADER_LENGTH;
	return true;
}

/* --- time --- */

void *channel_keep_held(struct channel *channel)
{
	void *kept = channel->delivered;

	channel->delivered = NULL;
	return kept;
}

uint64_t channel_deadline(const struct channel *channel)
{
	return channel->retransmit_at;
}

static uint32_t doubled(const struct channel *channel)
{
	uint32_t twice = channel->interval > UINT32_MAX / 2 ? UINT32_MAX : channel->interval * 2;
	uint32_t most = channel->settings.retry_timeout_most;

	return most && twice > most ? most : twice;
}

bool channel_expire(struct channel *channel, uint64_t now)
{
	if (now < channel->retransmit_at)
		return true;
	if (channel->retries >= channel->settings.max_retries)
		return false;
	channel->retries++;
	channel->interval = doubled(channel);
	narrow(channel);
	/* From the oldest on, as the window allows: it is the one that is missing. */
	channel->next = channel->first;
	channel->in_flight = 0;
	arm(channel, now);
	return true;
}

void channel_add_counters(struct channel_counters *sum, const struct channel_counters *more)
{
	sum->sent += more->sent;
	sum->received += more->received;
	sum->retransmitted += more->retransmitted;
	sum->duplicates += more->duplicates;
	sum->held += more->held;
	sum->discarded += more->discarded;
	sum->acks_sent += more->acks_sent;
	sum->acks_received += more->acks_received;
	sum->octets_sent += more->octets_sent;
	sum->octets_received += more->octets_received;
}
