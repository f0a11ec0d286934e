/* SPDX-License-Identifier: MIT */
/*
 * Units: interfaces, and what is said of them.
 *
 * Packets that nobody has to look at are the datapath's, which is told here when that changes; others come by
 * ppp_packet.c.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ppp_internal.h"

#define UNITS_MAX 100000		/* numbers to try */
#define NAME_MAX_OCTETS 16
#define MRU_DEFAULT 1500
#define SLOTS_DEFAULT 16		/* of TCP connections from the peer */
/* Who has never sent or received did so when the kernel's clock, of 250 a second, stood at 0: it begins 300 seconds
 * before it passes 32 bits. */
#define NEVER_MS (-(((INT64_C(1) << 32) - INT64_C(300) * 250) * 4))
#define FLAGS_SETTABLE                                                                                      \
	(SC_NO_TCP_CCID | SC_CCP_OPEN | SC_CCP_UP | SC_LOOP_TRAFFIC | SC_MULTILINK | SC_MP_SHORTSEQ |       \
	 SC_MP_XSHORTSEQ | SC_COMP_TCP | SC_REJ_COMP_TCP | SC_MUST_COMP)

/* --- what its line carries --- */

/* Can its packets pass without being looked at here? */
static bool is_carried(const struct kernel_unit *unit, enum network_protocol protocol)
{
	return unit->lines && unit->device >= 0 && unit->mode[protocol] == NPMODE_PASS && !unit_filters(unit) &&
	       !(unit->flags & SC_LOOP_TRAFFIC) && !(unit->vj && unit->flags & SC_COMP_TCP) && !ccp_holds_back(unit);
}

static void watch(struct kernel_unit *unit, bool on)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;

	if (unit->device >= 0 && unit->watched != on)
		host->device_watch(host->context, unit->device, on);
	unit->watched = on;
}

/* One reader at a time: should the line not carry them, packets come here. */
void unit_carry(struct kernel_unit *unit)
{
	const struct kernel_line *line = unit->lines;
	bool ipv4 = is_carried(unit, NETWORK_IP), ipv6 = is_carried(unit, NETWORK_IPV6);

	if (ipv4 || ipv6) {
		watch(unit, false);
		if (line->ops->carry(line->owner, ipv4, ipv6, unit->device) == 0)
			return;
	}
	if (line)
		(void)line->ops->carry(line->owner, false, false, -1);
	watch(unit, true);
}

void unit_join(struct kernel_unit *unit, struct kernel_line *line)
{
	bool is_first = !unit->lines;

	DL_APPEND2(unit->lines, line, unit_prev, unit_next);
	if (!is_first)
		return;
	unit_begin_counting(unit);
	ccp_tell(unit);
	unit_carry(unit);
}

/* Without a line there is nothing to be read, as at the end of a file. */
void unit_leave(struct kernel_unit *unit, struct kernel_line *line)
{
	const struct kernel_ppp *ppp = unit->ppp;

	unit_settle(unit);
	if (unit->lines == line && line->ops) {
		(void)line->ops->carry(line->owner, false, false, -1);
		(void)line->ops->encrypt(line->owner, true, NULL);
		(void)line->ops->encrypt(line->owner, false, NULL);
	}
	DL_DELETE2(unit->lines, line, unit_prev, unit_next);
	unit_begin_counting(unit);
	ccp_tell(unit);
	unit_carry(unit);
	if (!unit->lines && unit->device >= 0 && unit->readers.files && !(unit->flags & SC_LOOP_TRAFFIC))
		ppp->host.give(ppp->host.context, unit->readers.files->owner, "", 0);
}

/* --- coming and going --- */

struct kernel_unit *unit_find(const struct kernel_ppp *ppp, const char *netns, int32_t index)
{
	struct kernel_unit *unit;

	DL_FOREACH(ppp->units, unit)
		if (unit->index == index && strcmp(unit->netns, netns) == 0)
			return unit;
	return NULL;
}

struct kernel_unit *unit_of_device(const struct kernel_ppp *ppp, int device)
{
	struct kernel_unit *unit;

	DL_SEARCH_SCALAR(ppp->units, unit, device, device);
	return unit;
}

static int try_index(struct kernel_unit *unit, int32_t index)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;
	char name[NAME_MAX_OCTETS];

	if (unit_find(unit->ppp, unit->netns, index))
		return -EEXIST;
	snprintf(name, sizeof(name), "ppp%d", index);
	unit->index = index;
	return host->device_new(host->context, unit->netns, name);
}

/* The one that is asked for, or the first that is free. A descriptor, or an errno, negative. */
static int make_device(struct kernel_unit *unit, int32_t wanted)
{
	int device = -EEXIST;

	if (wanted >= 0)
		return try_index(unit, wanted);
	for (int32_t index = 0; index < UNITS_MAX && device == -EEXIST; index++)
		device = try_index(unit, index);
	return device;
}

int unit_new(struct kernel_file *file, struct kernel_ioctl *ioctl)
{
	struct kernel_unit *unit = calloc(1, sizeof(*unit));
	int device;

	if (!unit)
		return ENOMEM;
	unit->ppp = file->ppp;
	memcpy(unit->netns, file->netns, sizeof(unit->netns));
	device = make_device(unit, ioctl_int(ioctl));
	if (device < 0) {
		free(unit);
		return -device;
	}
	unit->device = device;
	unit->maker = file;
	unit->mru = MRU_DEFAULT;
	unit->filters[FILTER_PASS] = unit->filters[FILTER_ACTIVE] = -1;
	unit->counted.last_sent = unit->counted.last_received = NEVER_MS;
	DL_APPEND(file->ppp->units, unit);
	file->unit = unit;
	readers_add(&unit->readers, file);
	unit_carry(unit);
	return ioctl_answer_int(ioctl, unit->index);
}

/* The device goes with the file that made it, whoever else has one. */
static void end(struct kernel_unit *unit)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;
	int device = unit->device;

	unit->device = -1;
	while (unit->lines)
		line_disconnect(unit->lines);
	host->device_free(host->context, device);
	DL_DELETE(unit->ppp->units, unit);
	readers_end(&unit->readers);
}

static void drop_filter(struct kernel_unit *unit, int which)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;

	if (unit->filters[which] >= 0)
		host->filter_free(host->context, unit->filters[which]);
	unit->filters[which] = -1;
}

void unit_put(struct kernel_unit *unit, const struct kernel_file *file)
{
	if (unit->maker == file) {
		unit->maker = NULL;
		end(unit);
	}
	if (unit->readers.files || unit->maker)
		return;
	held_clear(&unit->readers.held);
	ccp_close(unit);
	vj_free(unit->vj);
	for (int i = 0; i < FILTERS; i++)
		drop_filter(unit, i);
	free(unit);
}

/* --- ioctls of its file --- */

static int set_flags(struct kernel_unit *unit, int32_t flags)
{
	bool closes = unit->flags & ~(uint32_t)flags & SC_CCP_OPEN;

	unit->flags = (uint32_t)flags & FLAGS_SETTABLE;
	if (closes)
		ccp_close(unit);
	unit_carry(unit);
	return 0;
}

static int network_mode(struct kernel_unit *unit, struct kernel_ioctl *ioctl)
{
	struct npioctl wanted;
	int network;

	memcpy(&wanted, ioctl->octets, sizeof(wanted));
	network = network_of((uint32_t)wanted.protocol);
	if (network < 0)
		return EINVAL;
	if (ioctl->command == PPPIOCGNPMODE) {
		wanted.mode = unit->mode[network];
		return ioctl_answer(ioctl, &wanted, sizeof(wanted));
	}
	unit->mode[network] = (uint8_t)wanted.mode;
	unit_carry(unit);
	return 0;
}

/* Two numbers in one, and the numbers of slots are these and one more. */
static int set_slots(struct kernel_unit *unit, int32_t value)
{
	int32_t receive = value >> 16 ? (value >> 16) + 1 : SLOTS_DEFAULT;
	int32_t send = (value >> 16 ? value & 0xffff : value) + 1;
	struct vj *vj;

	if (receive < 1 || receive > VJ_SLOTS_MAX || send < 1 || send > VJ_SLOTS_MAX)
		return EINVAL;
	vj = vj_new((unsigned int)receive, (unsigned int)send);
	if (!vj)
		return ENOMEM;
	vj_free(unit->vj);
	unit->vj = vj;
	unit_carry(unit);
	return 0;
}

/* Without instructions there is none. */
static int set_filter(struct kernel_unit *unit, const struct kernel_ioctl *ioctl)
{
	const struct kernel_ppp_host *host = &unit->ppp->host;
	int which = ioctl->command == PPPIOCSPASS ? FILTER_PASS : FILTER_ACTIVE, filter = -1;
	struct sock_fprog asked;

	memcpy(&asked, ioctl->octets, sizeof(asked));
	if (asked.len && ioctl->code_length != asked.len * sizeof(struct sock_filter))
		return EFAULT;
	if (asked.len)
		filter = host->filter_new(host->context, ioctl->code, asked.len);
	if (asked.len && filter < 0)
		return -filter;
	drop_filter(unit, which);
	unit->filters[which] = filter;
	unit_carry(unit);
	return 0;
}

static int get_or_set_debug(struct kernel_unit *unit, struct kernel_ioctl *ioctl)
{
	if (ioctl->command == PPPIOCGDEBUG)
		return ioctl_answer_int(ioctl, (int32_t)unit->debug);
	unit->debug = (uint32_t)ioctl_int(ioctl);
	return 0;
}

int unit_ioctl(struct kernel_file *file, struct kernel_ioctl *ioctl, uint64_t now)
{
	struct kernel_unit *unit = file->unit;

	if (unit->device < 0)
		return ENOTTY;
	switch (ioctl->command) {
	case PPPIOCGUNIT:
		return ioctl_answer_int(ioctl, unit->index);
	case PPPIOCGFLAGS:
		return ioctl_answer_int(ioctl, (int32_t)(unit->flags | unit->ccp.state));
	case PPPIOCSFLAGS:
		return set_flags(unit, ioctl_int(ioctl));
	case PPPIOCGNPMODE:
	case PPPIOCSNPMODE:
		return network_mode(unit, ioctl);
	case PPPIOCGIDLE32:
	case PPPIOCGIDLE64:
		return unit_idle(unit, ioctl, now);
	case PPPIOCGDEBUG:
	case PPPIOCSDEBUG:
		return get_or_set_debug(unit, ioctl);
	case PPPIOCSMRU:	/* what is too long is none's business but that of Deflate */
		unit->mru = (uint32_t)ioctl_int(ioctl);
		return 0;
	case PPPIOCSCOMPRESS:
		return ccp_set(unit, ioctl);
	case PPPIOCSMAXCID:
		return set_slots(unit, ioctl_int(ioctl));
	case PPPIOCSPASS:
	case PPPIOCSACTIVE:
		return set_filter(unit, ioctl);
	default:	/* multilink among them */
		return ENOTTY;
	}
}
