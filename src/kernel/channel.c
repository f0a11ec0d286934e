/* SPDX-License-Identifier: MIT */
/*
 * PPP channels.  At first a session's frames are the socket's that is connected to it, without our seeing them.  When
 * the channel is bound, which is when the program asks for its index, IP packets are those of a network device, if
 * there is one, and all other frames come here: for who has taken the channel, or to wait until somebody does.
 */
#include <errno.h>
#include <string.h>

#include "kernel/internal.h"

static int tell(struct kernel_channel *channel, const struct datapath_channel *hands)
{
	struct error error;

	channel->hands = *hands;
	if (channel->service == HANDLE_NONE ||
	    service_session_channel(channel->kernel->service, channel->service, hands, &error) == 0)
		return 0;
	return ENOMEM;
}

int kernel_channel_begin(struct kernel_channel *channel, handle service, int frames)
{
	const struct datapath_channel hands = { .frames = frames, .network = -1 };

	channel->service = service;
	if (service != HANDLE_NONE) {
		HASH_ADD(by_service, channel->kernel->channels, service, sizeof(channel->service), channel);
		if (!channel->by_service.tbl)
			return ENOMEM;
	}
	return tell(channel, &hands);
}

void kernel_channel_settle(const struct kernel_channel *channel)
{
	struct error error;

	if (channel->service != HANDLE_NONE && !channel->is_bound)
		(void)service_session_channel(channel->kernel->service, channel->service, NULL, &error);
}

int kernel_channel_bind(struct kernel_channel *channel)
{
	const struct datapath_channel hands = { .frames = -1, .network = -1 };

	if (channel->is_bound)
		return 0;
	kernel_channel_settle(channel);
	channel->is_bound = true;
	return tell(channel, &hands);
}

void kernel_channel_silence(struct kernel_channel *channel)
{
	if (channel->by_service.tbl)
		HASH_DELETE(by_service, channel->kernel->channels, channel);
	channel->by_service.tbl = NULL;
	channel->service = HANDLE_NONE;
}

void kernel_channel_end(struct kernel_channel *channel)
{
	struct kernel_channel_user user = channel->user;

	kernel_channel_silence(channel);
	channel->index = 0;
	held_clear(&channel->held);
	channel->user = (struct kernel_channel_user){ 0 };
	if (user.gone)
		user.gone(user.context);
}

/* --- frames --- */

void kernel_channel_hear(void *context, handle session, const uint8_t *frame, size_t length)
{
	struct kernel *kernel = context;
	struct kernel_channel *channel;

	HASH_FIND(by_service, kernel->channels, &session, sizeof(session), channel);
	if (!channel || !channel->is_bound)	/* it is nobody's */
		return;
	if (channel->user.frame)
		channel->user.frame(channel->user.context, frame, length);
	else
		held_add(&channel->held, frame, length);
}

void kernel_channel_send(struct kernel_channel *channel, const void *frame, size_t length)
{
	service_session_send(channel->kernel->service, channel->service, frame, length);
}

/* --- who has it --- */

struct kernel_channel *kernel_channel_find(struct kernel *kernel, const char *netns, uint32_t index)
{
	struct kernel_pppox *socket;

	DL_FOREACH(kernel->sockets, socket)
		if (index && socket->channel.index == index && strcmp(socket->netns, netns) == 0)
			return &socket->channel;
	return NULL;
}

int kernel_channel_take(struct kernel_channel *channel, const struct kernel_channel_user *user)
{
	if (channel->user.frame)
		return EBUSY;
	channel->user = *user;
	while (channel->held.first && channel->user.frame) {
		channel->user.frame(channel->user.context, channel->held.first->octets, channel->held.first->length);
		held_drop(&channel->held);
	}
	return 0;
}

int kernel_channel_device(struct kernel_channel *channel, const struct kernel_channel_device *device)
{
	struct datapath_channel hands = channel->hands;

	hands.network = device ? device->tun : -1;
	hands.ipv4 = device && device->ipv4;
	hands.ipv6 = device && device->ipv6;
	hands.send_pfc = device && device->send_pfc;
	return tell(channel, &hands);
}

int kernel_channel_frames(struct kernel_channel *channel, int frames)
{
	const struct datapath_channel hands = { .frames = frames, .network = -1 };

	return tell(channel, &hands);
}

static int tell_cipher(const struct kernel_channel *channel, const struct datapath_mppe *mppe, unsigned int fields)
{
	struct error error;

	if (channel->service == HANDLE_NONE)
		return 0;
	if (service_session_encrypt(channel->kernel->service, channel->service, mppe, fields, &error) < 0)
		return ENOMEM;
	return 0;
}

int kernel_channel_encrypt(struct kernel_channel *channel, bool send, const struct kernel_cipher *cipher)
{
	struct datapath_mppe mppe = { .send = cipher && send, .receive = cipher && !send, .any = true };
	int failed;

	_Static_assert(sizeof(mppe.send_key) == KERNEL_CIPHER_KEY, "a key has room");
	if (cipher) {
		mppe.bits = cipher->bits;
		mppe.stateful = cipher->stateful;
		mppe.key_length = sizeof(cipher->key);
		memcpy(send ? mppe.send_key : mppe.receive_key, cipher->key, sizeof(cipher->key));
	}
	failed = tell_cipher(channel, &mppe, send ? DATAPATH_SESSION_MPPE_SEND : DATAPATH_SESSION_MPPE_RECEIVE);
	explicit_bzero(&mppe, sizeof(mppe));
	return failed;
}

void kernel_channel_restart(struct kernel_channel *channel)
{
	static const struct datapath_mppe anew = { .flush = true };

	(void)tell_cipher(channel, &anew, DATAPATH_SESSION_MPPE_FLUSH);
}
