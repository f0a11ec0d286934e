/* SPDX-License-Identifier: MIT */
/*
 * Files of /dev/ppp: what they become, and frames that wait for whoever reads them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ppp_internal.h"

/* --- readers --- */

static void give(const struct kernel_ppp *ppp, const struct kernel_file *file, const void *octets, size_t length)
{
	ppp->host.give(ppp->host.context, file->owner, octets, length);
}

void readers_add(struct readers *readers, struct kernel_file *file)
{
	DL_APPEND(readers->files, file);
	while (readers->held.first) {
		give(file->ppp, readers->files, readers->held.first->octets, readers->held.first->length);
		held_drop(&readers->held);
	}
}

void readers_give(struct readers *readers, const struct kernel_ppp *ppp, const uint8_t *frame, size_t length)
{
	if (readers->files)
		give(ppp, readers->files, frame, length);
	else
		held_add(&readers->held, frame, length);
}

void readers_end(struct readers *readers)
{
	const struct kernel_file *file;

	DL_FOREACH(readers->files, file)
		file->ppp->host.end(file->ppp->host.context, file->owner);
}

/* --- arguments --- */

int32_t ioctl_int(const struct kernel_ioctl *ioctl)
{
	int32_t value;

	memcpy(&value, ioctl->octets, sizeof(value));
	return value;
}

int ioctl_answer(struct kernel_ioctl *ioctl, const void *octets, size_t length)
{
	memcpy(ioctl->octets, octets, length);
	ioctl->length = length;
	return 0;
}

/* --- becoming something --- */

static int attach_unit(struct kernel_file *file, const struct kernel_ioctl *ioctl)
{
	struct kernel_unit *unit = unit_find(file->ppp, file->netns, ioctl_int(ioctl));

	if (!unit)
		return ENXIO;
	file->unit = unit;
	readers_add(&unit->readers, file);
	return 0;
}

static int attach_line(struct kernel_file *file, const struct kernel_ioctl *ioctl)
{
	struct kernel_line *line = line_find(file->ppp, file->netns, ioctl_int(ioctl));

	if (!line)
		return ENXIO;
	file->line = line;
	readers_add(&line->readers, file);
	return 0;
}

static int become(struct kernel_file *file, struct kernel_ioctl *ioctl)
{
	switch (ioctl->command) {
	case PPPIOCNEWUNIT:
		return unit_new(file, ioctl);
	case PPPIOCATTACH:
		return attach_unit(file, ioctl);
	case PPPIOCATTCHAN:
		return attach_line(file, ioctl);
	default:
		return ENOTTY;
	}
}

/* What is not said to be copied back is not. A command that tells of too much is none of those known. */
int kernel_file_ioctl(struct kernel_file *file, struct kernel_ioctl *ioctl, uint64_t now)
{
	size_t size = _IOC_SIZE(ioctl->command);

	if (size > sizeof(ioctl->octets))
		return ENOTTY;
	if (_IOC_DIR(ioctl->command) & _IOC_WRITE && ioctl->length < size)
		return EFAULT;
	ioctl->length = 0;
	if (!file->unit && !file->line)
		return become(file, ioctl);
	if (ioctl->command == PPPIOCDETACH)
		return EINVAL;
	return file->line ? line_ioctl(file, ioctl) : unit_ioctl(file, ioctl, now);
}

/* --- frames of the program --- */

void kernel_file_write(struct kernel_file *file, const uint8_t *frame, size_t length)
{
	const struct kernel_line *line = file->line;

	if (file->unit)
		unit_send(file->unit, frame, length);
	else if (length >= PROTOCOL_OCTETS && line && line->ops)
		line->ops->send(line->owner, frame, length);
}

/* --- coming and going --- */

struct kernel_file *kernel_file_new(struct kernel_ppp *ppp, const char *netns, void *owner)
{
	struct kernel_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->ppp = ppp;
	file->owner = owner;
	snprintf(file->netns, sizeof(file->netns), "%s", netns);
	return file;
}

void kernel_file_free(struct kernel_file *file)
{
	if (!file)
		return;
	if (file->unit) {
		DL_DELETE(file->unit->readers.files, file);
		unit_put(file->unit, file);
	}
	if (file->line) {
		DL_DELETE(file->line->readers.files, file);
		line_put(file->line);
	}
	free(file);
}

struct kernel_ppp *kernel_ppp_new(const struct kernel_ppp_host *host)
{
	struct kernel_ppp *ppp = calloc(1, sizeof(*ppp));

	if (ppp)
		ppp->host = *host;
	return ppp;
}

void kernel_ppp_free(struct kernel_ppp *ppp)
{
	while (ppp && ppp->lines)
		kernel_line_gone(ppp->lines);
	free(ppp);
}
