/* SPDX-License-Identifier: MIT */
/* See clients.h. */
#include "l2tprun/clients.h"

#include <stdlib.h>

struct client *clients_add(struct clients *clients, const struct client *client)
{
	struct client *copy = malloc(sizeof(*copy)), *old = clients_find(clients, client->inode);

	if (!copy)
		return NULL;
	clients_remove(clients, old);	/* the kernel gave its number away: it was closed */
	*copy = *client;
	HASH_ADD(hh, clients->by_inode, inode, sizeof(copy->inode), copy);
	return copy;
}

struct client *clients_find(struct clients *clients, uint64_t inode)
{
	struct client *client;

	HASH_FIND(hh, clients->by_inode, &inode, sizeof(inode), client);
	return client;
}

void clients_remove(struct clients *clients, struct client *client)
{
	if (!client)
		return;
	HASH_DELETE(hh, clients->by_inode, client);
	free(client);
}

bool clients_want_sweep(const struct clients *clients)
{
	unsigned int count = HASH_COUNT(clients->by_inode);

	return count >= CLIENTS_SWEEP_MIN && count >= clients->sweep_at;
}

/* Num RefCount Protocol Flags Type St Inode [Path] */
static void mark(struct clients *clients, const char *line)
{
	unsigned long long inode;
	struct client *client;

	if (sscanf(line, "%*s %*s %*s %*s %*s %*s %llu", &inode) != 1)
		return;
	client = clients_find(clients, inode);
	if (client)
		client->seen = true;
}

void clients_sweep(struct clients *clients, FILE *list)
{
	struct client *client, *next;
	char *line = NULL;
	size_t size = 0;

	HASH_ITER(hh, clients->by_inode, client, next)
		client->seen = false;
	while (getline(&line, &size, list) > 0)
		mark(clients, line);
	free(line);
	HASH_ITER(hh, clients->by_inode, client, next)
		if (!client->seen)
			clients_remove(clients, client);
	clients->sweep_at = 2 * HASH_COUNT(clients->by_inode);
}

void clients_free(struct clients *clients)
{
	struct client *client, *next;

	HASH_ITER(hh, clients->by_inode, client, next)
		clients_remove(clients, client);
}
