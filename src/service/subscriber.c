/* SPDX-License-Identifier: MIT */
/*
 * See subscriber.h.  A name is there as long as one of its sessions is.
 */
#include "service/subscriber.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

static struct subscriber *find(const struct service *service, const char *name)
{
	struct subscriber *found;

	HASH_FIND(hh, service->subscribers, name, strlen(name), found);
	return found;
}

static struct subscriber *get(struct service *service, const char *name)
{
	struct subscriber *subscriber = find(service, name);
	size_t length = strlen(name);

	if (subscriber)
		return subscriber;
	subscriber = calloc(1, sizeof(*subscriber) + length + 1);
	if (!subscriber)
		return NULL;
	memcpy(subscriber->name, name, length + 1);
	HASH_ADD_KEYPTR(hh, service->subscribers, subscriber->name, length, subscriber);
	if (subscriber->hh.tbl)
		return subscriber;
	free(subscriber);
	return NULL;
}

uint32_t subscriber_sessions(const struct service *service, const char *name)
{
	const struct subscriber *subscriber = find(service, name);

	return subscriber ? subscriber->count : 0;
}

struct session *subscriber_oldest(const struct service *service, const char *name)
{
	const struct subscriber *subscriber = find(service, name);

	return subscriber ? subscriber->sessions->session : NULL;
}

bool subscriber_enter(struct service *service, struct session_ppp *ppp, const char *name)
{
	struct subscriber *subscriber;

	if (ppp->subscriber && strcmp(ppp->subscriber->name, name) == 0)
		return true;
	subscriber_leave(service, ppp);
	subscriber = get(service, name);
	if (!subscriber)
		return false;
	ppp->subscriber = subscriber;
	subscriber->count++;
	service->subscriber_sessions++;
	DL_APPEND2(subscriber->sessions, ppp, subscriber_prev, subscriber_next);
	return true;
}

void subscriber_leave(struct service *service, struct session_ppp *ppp)
{
	struct subscriber *subscriber = ppp->subscriber;

	if (!subscriber)
		return;
	ppp->subscriber = NULL;
	DL_DELETE2(subscriber->sessions, ppp, subscriber_prev, subscriber_next);
	service->subscriber_sessions--;
	if (--subscriber->count)
		return;
	HASH_DELETE(hh, service->subscribers, subscriber);
	free(subscriber);
}
