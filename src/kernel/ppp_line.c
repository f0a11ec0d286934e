/* SPDX-License-Identifier: MIT */
/*
 * Lines: what has a peer that takes frames. The kernel calls them channels.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ppp_internal.h"

#define LINK_PROTOCOLS 0xc000		/* from here on: LCP, authentication, quality */

/* --- coming and going --- */

struct kernel_line *kernel_line_new(struct kernel_ppp *ppp, const char *netns, int32_t index,
				    const struct kernel_line_ops *ops, void *owner)
{
	struct kernel_line *line = calloc(1, sizeof(*line));

	if (!line)
		return NULL;
	line->ppp = ppp;
	line->index = index;
	line->ops = ops;
	line->owner = owner;
	snprintf(line->netns, sizeof(line->netns), "%s", netns);
	DL_APPEND(ppp->lines, line);
	return line;
}

struct kernel_line *line_find(struct kernel_ppp *ppp, const char *netns, int32_t index)
{
	struct kernel_line *line;

	DL_FOREACH(ppp->lines, line)
		if (line->index == index && strcmp(line->netns, netns) == 0)
			return line;
	return ppp->host.line(ppp->host.context, ppp, netns, index);
}

void line_disconnect(struct kernel_line *line)
{
	struct kernel_unit *unit = line->unit;

	line->unit = NULL;
	if (unit)
		unit_leave(unit, line);
}

static void end_bridged(struct kernel_line *line)
{
	line->bridge = NULL;
	if (line->ops)
		(void)line->ops->frames(line->owner, -1);
}

static void unbridge(struct kernel_line *line)
{
	if (!line->bridge)
		return;
	end_bridged(line->bridge);
	end_bridged(line);
}

void line_put(struct kernel_line *line)
{
	if (line->ops || line->readers.files)
		return;
	unbridge(line);		/* also one that was gone before can have been bridged */
	held_clear(&line->readers.held);
	free(line);
}

void kernel_line_settle(struct kernel_line *line)
{
	if (line->unit && line->unit->lines == line)
		unit_settle(line->unit);
}

void kernel_line_gone(struct kernel_line *line)
{
	if (!line)
		return;
	line->ops = NULL;
	line_disconnect(line);
	unbridge(line);
	DL_DELETE(line->ppp->lines, line);
	readers_end(&line->readers);
	line_put(line);
}

/* --- frames --- */

/* Whose protocol field is compressed gets a whole one: at room, which has an octet more. */
static const uint8_t *expand(const uint8_t *frame, size_t *length, uint8_t *room)
{
	if (!(frame[0] & 1))
		return frame;
	room[0] = 0;
	memcpy(room + 1, frame, *length);
	(*length)++;
	return room;
}

static void sort(struct kernel_line *line, const uint8_t *frame, size_t length)
{
	uint16_t protocol = frame_protocol(frame);

	if (line->unit && protocol < LINK_PROTOCOLS && protocol != PPP_CCPFRAG)
		unit_receive(line->unit, frame, length);
	else
		readers_give(&line->readers, line->ppp, frame, length);
}

int32_t kernel_line_unit(const struct kernel_line *line)
{
	return line->unit ? line->unit->index : -1;
}

void kernel_line_receive(struct kernel_line *line, const uint8_t *frame, size_t length)
{
	uint8_t *room;

	if (!length || (length < 2 && !(frame[0] & 1)))
		return;
	room = malloc(length + 1);
	if (!room)
		return;
	frame = expand(frame, &length, room);
	if (!line->bridge)
		sort(line, frame, length);
	else if (line->bridge->ops)
		line->bridge->ops->send(line->bridge->owner, frame, length);
	free(room);
}

/* --- ioctls of its file --- */

static int connect_to(struct kernel_line *line, const char *netns, int32_t index)
{
	struct kernel_unit *unit = unit_find(line->ppp, netns, index);

	if (!unit)
		return ENXIO;
	if (line->unit || line->bridge)
		return EINVAL;
	if (!line->ops)
		return ENOTCONN;
	line->unit = unit;
	unit_join(unit, line);
	return 0;
}

static int disconnect(struct kernel_line *line)
{
	if (!line->unit)
		return EINVAL;
	line_disconnect(line);
	return 0;
}

/* What the lines have does not come by here any more. Frames to one that is gone are dropped. */
static int join_frames(struct kernel_line *line, struct kernel_line *other)
{
	const struct kernel_ppp_host *host = &line->ppp->host;
	int ends[2], failed;

	if (!line->ops || !other->ops)
		return 0;
	failed = host->pair_new(host->context, ends);
	if (failed)
		return failed;
	failed = line->ops->frames(line->owner, ends[0]);
	if (!failed)
		failed = other->ops->frames(other->owner, ends[1]);
	host->pair_free(host->context, ends);
	return failed;
}

static int bridge(struct kernel_line *line, const char *netns, int32_t index)
{
	struct kernel_line *other = line_find(line->ppp, netns, index);
	int failed;

	if (!other)
		return ENXIO;
	if (other == line || line->unit || line->bridge || other->unit || other->bridge)
		return EALREADY;
	line->bridge = other;
	other->bridge = line;
	failed = join_frames(line, other);
	if (failed)
		unbridge(line);
	return failed;
}

static int end_bridge(struct kernel_line *line)
{
	if (!line->bridge)
		return EINVAL;
	unbridge(line);
	return 0;
}

int line_ioctl(struct kernel_file *file, struct kernel_ioctl *ioctl)
{
	switch (ioctl->command) {
	case PPPIOCCONNECT:
		return connect_to(file->line, file->netns, ioctl_int(ioctl));
	case PPPIOCDISCONN:
		return disconnect(file->line);
	case PPPIOCBRIDGECHAN:
		return bridge(file->line, file->netns, ioctl_int(ioctl));
	case PPPIOCUNBRIDGECHAN:
		return end_bridge(file->line);
	default:
		return ENOTTY;
	}
}
