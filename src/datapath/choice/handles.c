/* SPDX-License-Identifier: MIT */
/* Whose handle is whose. A handle's lower half is a slot, and never 0 (base/handle.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/choice/internal.h"

#define SLOTS_LEAST 16

static handle with_slot(handle from, uint32_t slot)
{
	return (from & ~(handle)UINT32_MAX) | slot;
}

handle choice_session_handle(enum choice_backend backend, handle inner)
{
	return inner == HANDLE_NONE ? HANDLE_NONE : with_slot(inner, (uint32_t)inner << 1 | (uint32_t)backend);
}

handle choice_session_inner(handle session, enum choice_backend *backend)
{
	*backend = session & 1 ? CHOICE_KERNEL : CHOICE_USER;
	return with_slot(session, (uint32_t)session >> 1);
}

struct choice_tunnel *choice_tunnel_called(const struct choice *choice, enum choice_backend backend, handle inner)
{
	const struct choice_owners *owners = &choice->owners[backend];
	struct choice_tunnel *tunnel = (uint32_t)inner < owners->count ? owners->slots[(uint32_t)inner] : NULL;

	return tunnel && tunnel->inner[backend] == inner ? tunnel : NULL;
}

handle choice_tunnel_outer(const struct choice *choice, enum choice_backend backend, handle inner)
{
	const struct choice_tunnel *tunnel = inner == HANDLE_NONE ? NULL : choice_tunnel_called(choice, backend, inner);

	return tunnel ? tunnel->self : HANDLE_NONE;
}

static int make_room(struct choice_owners *owners, uint32_t slot)
{
	uint32_t count = owners->count ? owners->count : SLOTS_LEAST;
	struct choice_tunnel **slots;

	while (count <= slot)
		count *= 2;
	if (count == owners->count)
		return 0;
	slots = realloc(owners->slots, count * sizeof(struct choice_tunnel *));
	if (!slots)
		return -1;
	memset(slots + owners->count, 0, (count - owners->count) * sizeof(struct choice_tunnel *));
	owners->slots = slots;
	owners->count = count;
	return 0;
}

int choice_tunnel_is_called(struct choice *choice, enum choice_backend backend, struct choice_tunnel *tunnel)
{
	uint32_t slot = (uint32_t)tunnel->inner[backend];

	if (make_room(&choice->owners[backend], slot) < 0)
		return -1;
	choice->owners[backend].slots[slot] = tunnel;
	return 0;
}
