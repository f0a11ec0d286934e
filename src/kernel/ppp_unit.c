/* SPDX-License-Identifier: MIT */
/*
 * Units: interfaces, and what is said of them.
 *
 * Whether packets pass is looked at by the datapath; here it is told when that changes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ppp_internal.h"

#define UNITS_MAX 100000		/* numbers to try */
#define NAME_MAX_OCTETS 16
#define FLAGS_SETTABLE                                                                                      \
	(SC_NO_TCP_CCID | SC_CCP_OPEN | SC_CCP_UP | SC_LOOP_TRAFFIC | SC_MULTILINK | SC_MP_SHORTSEQ |       \
	 SC_MP_XSHORTSEQ | SC_COMP_TCP | SC_REJ_COMP_TCP | SC_MUST_COMP)

/* --- what its line carries --- */

static bool passes(const struct kernel_unit *unit, enum network_protocol protocol)
{
	return unit->device >= 0 && unit->mode[protocol] == NPMODE_PASS && !ccp_stops(unit);
}

/* Should it fail the packets are lost, as on a link that does. */
void unit_carry(const struct kernel_unit *unit)
{
	const struct kernel_line *line = unit->lines;
	bool ipv4 = passes(unit, NETWORK_IP), ipv6 = passes(unit, NETWORK_IPV6);

	if (line)
		(void)line->ops->carry(line->owner, ipv4, ipv6, ipv4 || ipv6 ? unit->device : -1);
}

static void look_at_traffic(struct kernel_unit *unit, uint64_t now)
{
	uint64_t carried = unit->lines ? unit->lines->ops->carried(unit->lines->owner) : unit->carried;

	if (carried != unit->carried)
		unit->active = now;
	unit->carried = carried;
}

void unit_join(struct kernel_unit *unit, struct kernel_line *line)
{
	bool is_first = !unit->lines;

	DL_APPEND2(unit->lines, line, unit_prev, unit_next);
	if (!is_first)
		return;
	ccp_tell(unit);
	unit_carry(unit);
}

/* Without a line there is nothing to be read, as at the end of a file. */
void unit_leave(struct kernel_unit *unit, struct kernel_line *line)
{
	const struct kernel_ppp *ppp = unit->ppp;

	if (unit->lines == line && line->ops) {
		(void)line->ops->carry(line->owner, false, false, -1);
		(void)line->ops->encrypt(line->owner, true, NULL);
		(void)line->ops->encrypt(line->owner, false, NULL);
	}
	DL_DELETE2(unit->lines, line, unit_prev, unit_next);
	ccp_tell(unit);
	unit_carry(unit);
	if (!unit->lines && unit->device >= 0 && unit->readers.files && !(unit->flags & SC_LOOP_TRAFFIC))
		ppp->host.give(ppp->host.context, unit->readers.files->owner, "", 0);
}

/* --- frames --- */

static int network_of(uint32_t protocol)
{
	static const uint16_t protocols[NETWORKS] = {
		[NETWORK_IP] = PPP_IP, [NETWORK_IPV6] = PPP_IPV6, [NETWORK_IPX] = PPP_IPX, [NETWORK_AT] = PPP_AT,
		[NETWORK_MPLS_UC] = PPP_MPLS_UC, [NETWORK_MPLS_MC] = PPP_MPLS_MC,
	};

	for (int i = 0; i < NETWORKS; i++)
		if (protocols[i] == protocol)
			return i;
	return -1;
}

/* Network packets that come this way are of those that do not pass, or that a TUN device does not take; and TCP headers
 * cannot be expanded.  An enciphered one comes only when the line could not decipher it. */
void unit_receive(struct kernel_unit *unit, const uint8_t *frame, size_t length)
{
	uint16_t protocol = (uint16_t)(frame[0] << 8 | frame[1]);

	if (protocol == PPP_CCP)
		ccp_look(unit, frame, length, true);
	else if (protocol == PPP_COMP)
		ccp_failed(unit);
	if (network_of(protocol) < 0 && protocol != PPP_VJC_COMP && protocol != PPP_VJC_UNCOMP)
		readers_give(&unit->readers, unit->ppp, frame, length);
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

int unit_new(struct kernel_file *file, struct kernel_ioctl *ioctl, uint64_t now)
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
	unit->active = now;
	DL_APPEND(file->ppp->units, unit);
	file->unit = unit;
	readers_add(&unit->readers, file);
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

/* Both ways alike: the datapath counts them together. */
static int idle(struct kernel_unit *unit, struct kernel_ioctl *ioctl, uint64_t now)
{
	struct ppp_idle64 idle64;
	struct ppp_idle32 idle32;
	uint64_t seconds;

	look_at_traffic(unit, now);
	seconds = (now - unit->active) / 1000;
	idle64.xmit_idle = idle64.recv_idle = (int64_t)seconds;
	idle32.xmit_idle = idle32.recv_idle = (int32_t)seconds;
	if (ioctl->command == PPPIOCGIDLE32)
		return ioctl_answer(ioctl, &idle32, sizeof(idle32));
	return ioctl_answer(ioctl, &idle64, sizeof(idle64));
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
		return idle(unit, ioctl, now);
	case PPPIOCGDEBUG:
	case PPPIOCSDEBUG:
		return get_or_set_debug(unit, ioctl);
	case PPPIOCSMRU:	/* of whom nothing is received that is too long is the peer's business */
		return 0;
	case PPPIOCSCOMPRESS:
		return ccp_set(unit, ioctl);
	case PPPIOCSMAXCID:	/* nothing compresses TCP headers */
		return EINVAL;
	default:	/* filters and multilink among them */
		return ENOTTY;
	}
}
