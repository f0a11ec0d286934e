/* SPDX-License-Identifier: MIT */
/*
 * Dumps, in pieces: each datagram has as many records as fit, and begins where the one before it ended, by ids, so that
 * what comes and goes meanwhile does no harm.  What a request filters by is ignored, as the kernel does.
 */
#include <errno.h>
#include <string.h>

#include "kernel/internal.h"

struct piece {
	_Alignas(KERNEL_ALIGNMENT) uint8_t octets[DUMP_MAX];
	size_t length;
};

static struct nlmsghdr *record_begin(const struct kernel_client *client, void *octets)
{
	return message_begin(client, octets, client->kernel->host.family_id, client->dump.command,
			     client->dump.sequence, NLM_F_MULTI);
}

/* Makes the next record, and says where to go on behind it.  NULL: there is no other. */
static const struct nlmsghdr *next_tunnel(const struct kernel_client *client, struct dump *behind, void *octets)
{
	struct kernel *kernel = client->kernel;
	struct kernel_tunnel *tunnel = kernel_tunnel_from(kernel, space_find(kernel, client->netns), behind->tunnel_id);
	struct nlmsghdr *message;

	if (!tunnel)
		return NULL;
	message = record_begin(client, octets);
	record_tunnel(kernel, tunnel, message);
	behind->tunnel_id = tunnel->by_id.id + 1ull;
	return message;
}

static const struct nlmsghdr *next_session(const struct kernel_client *client, struct dump *behind, void *octets)
{
	struct kernel *kernel = client->kernel;
	struct kernel_session *session = NULL;
	struct kernel_tunnel *tunnel;
	struct nlmsghdr *message;

	while ((tunnel = kernel_tunnel_from(kernel, space_find(kernel, client->netns), behind->tunnel_id))) {
		if (tunnel->by_id.id != behind->tunnel_id)
			behind->session_id = 0;
		behind->tunnel_id = tunnel->by_id.id;
		session = kernel_session_from(kernel, tunnel, behind->session_id);
		if (session)
			break;
		behind->tunnel_id++;
		behind->session_id = 0;
	}
	if (!session)
		return NULL;
	message = record_begin(client, octets);
	record_session(kernel, session, message);
	behind->session_id = session->by_id.id + 1ull;
	return message;
}

static void fill(struct kernel_client *client, struct piece *piece)
{
	_Alignas(KERNEL_ALIGNMENT) uint8_t octets[RECORD_MAX];
	const struct nlmsghdr *message;
	struct dump behind;

	for (;;) {
		memset(octets, 0, sizeof(octets));	/* what is between attributes is told, too */
		behind = client->dump;
		message = behind.command == L2TP_CMD_TUNNEL_GET ? next_tunnel(client, &behind, octets) :
								  next_session(client, &behind, octets);
		if (!message || message->nlmsg_len > sizeof(piece->octets) - piece->length)
			return;
		memcpy(piece->octets + piece->length, message, message->nlmsg_len);
		piece->length += message->nlmsg_len;
		client->dump = behind;
	}
}

static void finish(struct kernel_client *client)
{
	client->dump.command = 0;
	queue_done(client, client->dump.sequence);
}

/* The end is a datagram of its own. */
void dump_continue(struct kernel_client *client)
{
	struct piece piece = { .length = 0 };

	fill(client, &piece);
	if (piece.length)
		queue_add(client, piece.octets, piece.length);
	else
		finish(client);
}

int dump_begin(const struct request *request, uint8_t command)
{
	struct kernel_client *client = request->client;

	if (client->dump.command)
		return EBUSY;
	client->dump = (struct dump){ .command = command, .sequence = request->message->nlmsg_seq };
	if (!client->queue)	/* else what waits there goes first */
		dump_continue(client);
	return NOT_ACKNOWLEDGED;
}
