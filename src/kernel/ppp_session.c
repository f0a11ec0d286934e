/* SPDX-License-Identifier: MIT */
/*
 * Between /dev/ppp, where programs call it a channel, and the session that it belongs to: what one says the other is
 * told.
 */
#include <stdlib.h>

#include "kernel/internal.h"
#include "kernel/ppp.h"

struct session_line {
	struct kernel_channel *channel;
	struct kernel_line *line;
};

/* --- line -> session --- */

static void send_frame(void *owner, const void *frame, size_t length)
{
	const struct session_line *session = owner;

	kernel_channel_send(session->channel, frame, length);
}

static int carry(void *owner, bool ipv4, bool ipv6, int device)
{
	const struct session_line *session = owner;
	struct kernel_channel_device wanted = { .tun = device, .ipv4 = ipv4, .ipv6 = ipv6 };

	return kernel_channel_device(session->channel, device >= 0 ? &wanted : NULL);
}

static int frames(void *owner, int end)
{
	const struct session_line *session = owner;

	return kernel_channel_frames(session->channel, end);
}

static int encrypt(void *owner, bool send, const struct kernel_cipher *cipher)
{
	const struct session_line *session = owner;

	return kernel_channel_encrypt(session->channel, send, cipher);
}

static void restart(void *owner)
{
	const struct session_line *session = owner;

	kernel_channel_restart(session->channel);
}

static bool carried(void *owner, struct kernel_carried *told)
{
	const struct kernel_channel *channel = ((const struct session_line *)owner)->channel;
	const struct datapath_carried *network;
	struct service_session_view view;

	if (service_session_view(channel->kernel->service, channel->service, &view) < 0)
		return false;
	network = &view.info.network;
	*told = (struct kernel_carried){
		.sent_packets = network->tx_packets, .sent_octets = network->tx_bytes,
		.received_packets = network->rx_packets, .received_octets = network->rx_bytes,
		.last_sent = (int64_t)network->tx_time, .last_received = (int64_t)network->rx_time,
	};
	return true;
}

/* --- session -> line --- */

static void take_frame(void *context, const uint8_t *frame, size_t length)
{
	const struct session_line *session = context;

	kernel_line_receive(session->line, frame, length);
}

static void ending(void *context)
{
	const struct session_line *session = context;

	kernel_line_settle(session->line);
}

static void gone(void *context)
{
	struct session_line *session = context;

	kernel_line_gone(session->line);
	free(session);
}

static int32_t unit(const void *context)
{
	const struct session_line *session = context;

	return kernel_line_unit(session->line);
}

struct kernel_line *kernel_line_of_channel(struct kernel *kernel, struct kernel_ppp *ppp, const char *netns,
					   int32_t index)
{
	static const struct kernel_line_ops ops = { .send = send_frame, .carry = carry, .frames = frames,
						    .encrypt = encrypt, .restart = restart, .carried = carried };
	struct kernel_channel *channel = kernel_channel_find(kernel, netns, (uint32_t)index);
	struct session_line *session = channel ? calloc(1, sizeof(*session)) : NULL;
	struct kernel_channel_user user = { .context = session, .frame = take_frame, .ending = ending,
					     .gone = gone, .unit = unit };

	if (!session)
		return NULL;
	session->channel = channel;
	session->line = kernel_line_new(ppp, netns, index, &ops, session);
	if (session->line && kernel_channel_take(channel, &user) == 0)
		return session->line;
	kernel_line_gone(session->line);
	free(session);
	return NULL;
}
