/* SPDX-License-Identifier: MIT */
/*
 * What a unit has sent and received, and when: packets that came by here, and those that the datapath has carried past.
 */
#include <string.h>

#include "kernel/ppp_internal.h"

static void add_carried(struct kernel_unit *unit, const struct kernel_carried *now)
{
	const struct kernel_carried *before = &unit->before;
	struct kernel_carried *all = &unit->counted;

	ccp_count(unit, true, now->sent_packets - before->sent_packets, now->sent_octets - before->sent_octets);
	ccp_count(unit, false, now->received_packets - before->received_packets,
		  now->received_octets - before->received_octets);
	if (now->sent_packets > before->sent_packets && now->last_sent > all->last_sent)
		all->last_sent = now->last_sent;
	if (now->received_packets > before->received_packets && now->last_received > all->last_received)
		all->last_received = now->last_received;
	all->sent_packets += now->sent_packets - before->sent_packets;
	all->sent_octets += now->sent_octets - before->sent_octets;
	all->received_packets += now->received_packets - before->received_packets;
	all->received_octets += now->received_octets - before->received_octets;
}

static const struct kernel_line *carrying_line(const struct kernel_unit *unit)
{
	return unit->lines && unit->lines->ops ? unit->lines : NULL;
}

void unit_counts(struct kernel_unit *unit, struct kernel_carried *all)
{
	unit_settle(unit);
	*all = unit->counted;
}

void unit_settle(struct kernel_unit *unit)
{
	const struct kernel_line *line = carrying_line(unit);
	struct kernel_carried now;

	if (!line || !line->ops->carried(line->owner, &now))
		return;
	add_carried(unit, &now);
	unit->before = now;
}

void unit_begin_counting(struct kernel_unit *unit)
{
	const struct kernel_line *line = carrying_line(unit);

	if (!line || !line->ops->carried(line->owner, &unit->before))
		memset(&unit->before, 0, sizeof(unit->before));
}

/* --- what programs ask --- */

static int64_t seconds_since(int64_t then, uint64_t now)
{
	return then > (int64_t)now ? 0 : ((int64_t)now - then) / 1000;
}

int unit_idle(struct kernel_unit *unit, struct kernel_ioctl *ioctl, uint64_t now)
{
	struct ppp_idle64 idle64;
	struct ppp_idle32 idle32;
	struct kernel_carried all;

	unit_counts(unit, &all);
	idle64.xmit_idle = seconds_since(all.last_sent, now);
	idle64.recv_idle = seconds_since(all.last_received, now);
	idle32.xmit_idle = (int32_t)idle64.xmit_idle;
	idle32.recv_idle = (int32_t)idle64.recv_idle;
	if (ioctl->command == PPPIOCGIDLE32)
		return ioctl_answer(ioctl, &idle32, sizeof(idle32));
	return ioctl_answer(ioctl, &idle64, sizeof(idle64));
}

static void tell_headers(const struct vj_counters *counters, struct vjstat *told)
{
	told->vjs_packets = counters->sent_compressed + counters->sent_uncompressed;
	told->vjs_compressed = counters->sent_compressed;
	told->vjs_searches = counters->searches;
	told->vjs_misses = counters->misses;
	told->vjs_uncompressedin = counters->received_uncompressed;
	told->vjs_compressedin = counters->received_compressed;
	told->vjs_errorin = counters->errors;
	told->vjs_tossed = counters->tossed;
}

bool kernel_device_stats(const struct kernel_ppp *ppp, int device, struct ppp_stats *stats)
{
	struct kernel_unit *unit = unit_of_device(ppp, device);
	struct kernel_carried all;

	memset(stats, 0, sizeof(*stats));
	if (!unit)
		return false;
	unit_counts(unit, &all);
	stats->p.ppp_ipackets = (uint32_t)all.received_packets;
	stats->p.ppp_ibytes = (uint32_t)all.received_octets;
	stats->p.ppp_ierrors = unit->received_errors;
	stats->p.ppp_opackets = (uint32_t)all.sent_packets;
	stats->p.ppp_obytes = (uint32_t)all.sent_octets;
	stats->p.ppp_oerrors = unit->sent_errors;
	if (unit->vj)
		tell_headers(vj_counters(unit->vj), &stats->vj);
	return true;
}

bool kernel_device_compression(const struct kernel_ppp *ppp, int device, struct ppp_comp_stats *stats)
{
	struct kernel_unit *unit = unit_of_device(ppp, device);

	memset(stats, 0, sizeof(*stats));
	if (unit)
		ccp_stats(unit, stats);
	return unit;
}
