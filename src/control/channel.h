/* SPDX-License-Identifier: MIT */
/*
 * Reliable delivery of control messages: RFC 2661 section 5.8 and Appendix A, RFC 3931 section 4.2.
 *
 * Messages to send are copied into a queue and stay there until the peer has acknowledged them; those that
 * arrive ahead of their turn are held.  Time and datagrams come in, datagrams go out: nothing here knows a
 * socket or a clock.  Times are monotonic milliseconds; CHANNEL_NEVER is no deadline.
 *
 * After each batch of calls channel_transmit() is asked until it has no more; after each call
 * channel_deadline() says when channel_expire() is to be called.
 */
#ifndef L2TPD_CONTROL_CHANNEL_H
#define L2TPD_CONTROL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/control_header.h"

#define CHANNEL_NEVER UINT64_MAX
#define CHANNEL_WINDOW_DEFAULT 4	/* of a peer that says nothing: RFC 2661 section 4.4.3 */
#define CHANNEL_WINDOW_MOST 16384	/* numbers are 16 bits: what is under way must stay below half of them */
#define CHANNEL_HELD_MAX 64		/* messages ahead of their turn, whatever window we announced */
#define CHANNEL_QUEUE_MAX 262144	/* messages: more than a tunnel's sessions need at once */

struct channel_settings {
	uint8_t version;		/* 2 or 3 */
	uint16_t receive_window;	/* that we announce, >= 1 */
	uint32_t retry_timeout;		/* ms until the first retransmission, >= 1; doubles ... */
	uint32_t retry_timeout_most;	/* ... up to this, 0: without end */
	uint32_t max_retries;
};

struct channel_counters {
	uint64_t sent, received;		/* messages; without acknowledgements and repetitions */
	uint64_t retransmitted, duplicates, held, discarded;
	uint64_t acks_sent, acks_received;	/* messages without body */
	uint64_t octets_sent, octets_received;	/* of all of these, each time, with their headers */
};

struct channel_message;

struct channel {
	struct channel_settings settings;
	uint32_t connection_id;			/* the peer's: for the headers; 0 while it is not known */
	uint16_t peer_window;
	uint16_t ns_queued;			/* of the next message to be queued */
	uint16_t ns_sent;			/* of the next message that was never sent */
	uint16_t nr;				/* that we expect */
	bool ack_owed;
	bool repeated;				/* what channel_transmit() gave last had been sent before */
	struct channel_message *first, *last, *next;	/* unacknowledged; next: to be sent (again) */
	uint32_t queued;
	uint16_t in_flight;			/* messages before next */
	uint16_t cwnd, ssthresh, cwnd_part;	/* of messages */
	uint64_t retransmit_at;
	uint32_t interval;			/* ms, of the running timer */
	uint32_t retries;
	struct channel_message *held[CHANNEL_HELD_MAX];	/* by Ns modulo this */
	struct channel_message *delivered;	/* the last of channel_next_held() */
	struct channel_counters counters;
	uint8_t ack[CONTROL_HEADER_LENGTH];
};

void channel_begin(struct channel *channel, const struct channel_settings *settings);
void channel_end(struct channel *channel);

/* Of a channel whose first messages went by another way: the next to send and to expect. An acknowledgement is owed. */
void channel_resume(struct channel *channel, uint16_t ns, uint16_t nr);

/* The peer's AVPs tell both. A window of 0 counts as 1. */
void channel_set_peer(struct channel *channel, uint32_t connection_id, uint16_t window);

/* Queue a message. session_id: of the header (version 2). -1: out of memory, or the queue is full. */
int channel_send(struct channel *channel, uint16_t session_id, const uint8_t *body, size_t length);

/* What was queued and never sent is not to be sent any more; all: nor is anything repeated. */
void channel_forget(struct channel *channel, bool all);

/* The last message, as a datagram, unless the peer has acknowledged it (NULL): of a channel that ends. */
const uint8_t *channel_last_words(struct channel *channel, size_t *length);

/* The next datagram that should be sent now, NULL: none. It is valid until the next call for this channel. */
const uint8_t *channel_transmit(struct channel *channel, uint64_t now, size_t *length);

enum channel_arrival {
	CHANNEL_DELIVER,	/* it is the next: act on it, then ask channel_next_held() */
	CHANNEL_NOTHING,	/* an acknowledgement, a duplicate, ahead of its turn, or beyond all bounds */
};

/* A message with this header arrived. body: what follows the header. */
enum channel_arrival channel_receive(struct channel *channel, const struct control_header *header,
				     const uint8_t *body, size_t length, uint64_t now);
/* A message that was held and whose turn it is now. octets may be changed, and are valid until the next call. */
bool channel_next_held(struct channel *channel, uint16_t *session_id, uint8_t **octets, size_t *length);

/* The octets of the last message that was held, if they are to outlive the channel: the caller frees them. */
void *channel_keep_held(struct channel *channel);

uint64_t channel_deadline(const struct channel *channel);
/* False: the peer does not answer, and is given up. */
bool channel_expire(struct channel *channel, uint64_t now);

/* sum grows by more. */
void channel_add_counters(struct channel_counters *sum, const struct channel_counters *more);

/* The number of the first message that the peer has not acknowledged, or of the next. */
uint16_t channel_acknowledged(const struct channel *channel);

/* Has the peer acknowledged everything? */
static inline bool channel_is_idle(const struct channel *channel)
{
	return !channel->first;
}

#endif
