/* SPDX-License-Identifier: MIT */
/*
 * What waits for a program: datagrams in their order, no more octets than a netlink socket would hold.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/internal.h"

static void wake(const struct kernel_client *client)
{
	const struct kernel_host *host = &client->kernel->host;

	if (host->wake)
		host->wake(host->context, client->owner);
}

void *queue_room(struct kernel_client *client, size_t length)
{
	struct datagram *datagram;

	if (length > KERNEL_QUEUE_MAX - client->queued)
		return NULL;
	datagram = calloc(1, sizeof(*datagram) + length);
	if (!datagram)
		return NULL;
	datagram->length = (uint32_t)length;
	DL_APPEND(client->queue, datagram);
	client->queued += length;
	wake(client);
	return datagram->octets;
}

void queue_add(struct kernel_client *client, const void *octets, size_t length)
{
	void *room = queue_room(client, length);

	if (room)
		memcpy(room, octets, length);
}

void queue_done(struct kernel_client *client, uint32_t sequence)
{
	struct nlmsghdr *message = queue_room(client, NLMSG_LENGTH(sizeof(int)));

	if (!message)
		return;
	message->nlmsg_len = NLMSG_LENGTH(sizeof(int));
	message->nlmsg_type = NLMSG_DONE;
	message->nlmsg_flags = NLM_F_MULTI;
	message->nlmsg_seq = sequence;
	message->nlmsg_pid = client->port_id;
}

static void take(struct kernel_client *client)
{
	struct datagram *first = client->queue;

	client->queued -= first->length;
	DL_DELETE(client->queue, first);
	free(first);
}

void queue_clear(struct kernel_client *client)
{
	while (client->queue)
		take(client);
}

bool kernel_client_next(struct kernel_client *client, const void **octets, size_t *length)
{
	if (!client->queue && client->dump.command)
		dump_continue(client);
	if (!client->queue)
		return false;
	*octets = client->queue->octets;
	*length = client->queue->length;
	return true;
}

void kernel_client_taken(struct kernel_client *client)
{
	if (client->queue)
		take(client);
}
