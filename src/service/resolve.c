/* SPDX-License-Identifier: MIT */
/*
 * Peers given by host name: when their addresses are asked for, and what becomes of the answers.
 * A literal address costs no request.
 *
 * A name is asked for when its tunnel is made, again every resolve_interval, and soon after the
 * network said that the peer is unreachable.  After a failure it is asked for again ever later.
 * An address that works is kept when a later answer is bad.
 */
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "service/managed.h"
#include "service/state.h"
#include "service/trace.h"

#define RETRY_FIRST_MS 1000		/* after a failed look-up; twice that after the next, ... */
#define RETRY_MAX_MS 60000
#define REASON_MAX (CONFIG_HOST_MAX + ADDRESS_TEXT_MAX + ERROR_TEXT_MAX + 32)	/* before it is cut off */
#define QUIET_MS 60000			/* a peer not reported unreachable for so long is taken for reachable */
#define HEARD_MS 5000			/* or when packets of it have come: how often that is looked at */
#define UNREACHABLE_MS 10000		/* ICMP, which anybody can forge, makes us ask no more often */

static void enqueue(struct service *service, struct tunnel *tunnel, uint64_t now)
{
	struct resolve *resolve = &tunnel->resolve;

	deadline_cancel(&service->deadlines, &resolve->deadline);
	resolve->phase = RESOLVE_QUEUED;
	resolve->asked = now;
	DL_APPEND2(service->asking, tunnel, resolve.prev, resolve.next);
}

static void wait_until(struct service *service, struct tunnel *tunnel, uint64_t when)
{
	tunnel->resolve.phase = RESOLVE_WAITING;
	deadline_set(&service->deadlines, &tunnel->resolve.deadline, when);
}

static void wait_for_interval(struct service *service, struct tunnel *tunnel, uint64_t now)
{
	uint64_t interval_ms = (uint64_t)tunnel->config.resolve_interval * 1000;

	tunnel->resolve.phase = RESOLVE_WAITING;
	deadline_cancel(&service->deadlines, &tunnel->resolve.deadline);
	if (interval_ms && !tunnel_is_managed(tunnel))	/* that asks anew for each attempt */
		wait_until(service, tunnel, now + interval_ms);
}

int resolve_reserve(struct service *service, size_t tunnels)
{
	return deadline_reserve(&service->deadlines, tunnels) | deadline_reserve(&service->quiets, tunnels);
}

void resolve_start(struct service *service, struct tunnel *tunnel, uint64_t now)
{
	struct address literal;

	if (address_parse(tunnel->config.dest_ipaddr, &literal))
		return;
	enqueue(service, tunnel, now);
}

void resolve_stop(struct service *service, struct tunnel *tunnel)
{
	deadline_cancel(&service->deadlines, &tunnel->resolve.deadline);
	deadline_cancel(&service->quiets, &tunnel->resolve.quiet);
	if (tunnel->resolve.phase == RESOLVE_QUEUED)
		DL_DELETE2(service->asking, tunnel, resolve.prev, resolve.next);
	memset(&tunnel->resolve, 0, sizeof(tunnel->resolve));
}

void resolve_again(struct service *service, struct tunnel *tunnel, uint64_t now)
{
	const struct resolve *resolve = &tunnel->resolve;

	if (resolve->phase == RESOLVE_WAITING && !resolve->failures && !resolve->unreachable)
		wait_for_interval(service, tunnel, now);
}

/* The text may be longer than a reason, which is then cut off. */
static void tell_trouble(struct service *service, struct tunnel *tunnel, enum service_failure_class class,
			 const char *text)
{
	if (strncmp(tunnel->reason, text, sizeof(tunnel->reason) - 1) != 0)
		history_add(service, class, tunnel, NULL, text);
	tunnel_set_reason(service, tunnel, text);
}

bool resolve_again_for(struct service *service, struct tunnel *tunnel, bool another)
{
	struct resolve *resolve = &tunnel->resolve;

	if (resolve->phase == RESOLVE_LITERAL)
		return false;
	resolve->unreachable = another;
	if (resolve->phase == RESOLVE_WAITING)
		enqueue(service, tunnel, service->now);
	return true;
}

/* Packets of the peer's that a session took. */
static uint64_t packets_of_peer(struct service *service, const struct tunnel *tunnel)
{
	struct datapath_tunnel_info info = { 0 };

	datapath_ops(service->dp)->tunnel_info(service->dp, tunnel->datapath, &info);
	return info.stats.rx_packets;
}

void resolve_unreachable(struct service *service, struct tunnel *tunnel, uint64_t now)
{
	struct resolve *resolve = &tunnel->resolve;
	char text[ERROR_TEXT_MAX], peer[ADDRESS_TEXT_MAX];

	if (tunnel->peer.family == AF_UNSPEC)
		return;
	snprintf(text, sizeof(text), "the network says that %s cannot be reached",
		 address_format(&tunnel->peer, peer, sizeof(peer)));
	tell_trouble(service, tunnel, SERVICE_FAILURE_UNREACHABLE, text);
	if (tunnel_is_managed(tunnel))		/* whether that is true the control protocol finds out */
		return;
	resolve->quiet_until = now + QUIET_MS;
	resolve->packets = packets_of_peer(service, tunnel);
	deadline_set(&service->quiets, &resolve->quiet, now + HEARD_MS);
	if (resolve->phase != RESOLVE_WAITING || resolve->unreachable)
		return;
	resolve->unreachable = true;
	if (now >= resolve->asked + UNREACHABLE_MS)
		enqueue(service, tunnel, now);
	else if (!resolve->deadline.place || resolve->deadline.when > resolve->asked + UNREACHABLE_MS)
		wait_until(service, tunnel, resolve->asked + UNREACHABLE_MS);
}

/* The family that the other parameters leave open. */
static sa_family_t family_wanted(const struct tunnel_config *config)
{
	if (config->src_ipaddr.family != AF_UNSPEC)
		return config->src_ipaddr.family;
	return config->udp_zero_csum6_tx || config->udp_zero_csum6_rx ? AF_INET6 : AF_UNSPEC;
}

bool service_next_request(struct service *service, struct service_request *request)
{
	struct tunnel *tunnel = service->asking;

	if (!tunnel)
		return false;
	DL_DELETE2(service->asking, tunnel, resolve.prev, resolve.next);
	tunnel->resolve.phase = RESOLVE_ASKED;
	trace_tunnel(service, tunnel, TRACE_SYSTEM, "asks for the addresses of %s", tunnel->config.dest_ipaddr);
	request->tunnel = tunnel->handle;
	request->family = family_wanted(&tunnel->config);
	memcpy(request->host, tunnel->config.dest_ipaddr, sizeof(request->host));
	return true;
}

/* The address in use when it is among these, so that a name with several does not make the tunnel
 * jump; the one after it when that one was unreachable. */
static unsigned int where_to_begin(const struct tunnel *tunnel, const struct address *addresses, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (address_equal(&addresses[i], &tunnel->peer))
			return tunnel->resolve.unreachable ? i + 1 : i;
	}
	return 0;
}

/* Take the first address that can be used. The error is that of the first which could not. */
static int choose(struct service *service, struct tunnel *tunnel, const struct address *addresses, unsigned int count,
		  struct error *error)
{
	unsigned int first = where_to_begin(tunnel, addresses, count);
	struct error first_error = { 0 };

	for (unsigned int i = 0; i < count; i++) {
		const struct address *address = &addresses[(first + i) % count];

		if (address_equal(address, &tunnel->peer) ||
		    !tunnel_set_peer(service, tunnel, address, i ? NULL : &first_error))
			return 0;
	}
	*error = first_error;
	return -1;
}

static void back_off(struct service *service, struct tunnel *tunnel, uint64_t now, const char *reason)
{
	struct resolve *resolve = &tunnel->resolve;
	uint64_t delay_ms = RETRY_FIRST_MS;
	char text[REASON_MAX], peer[ADDRESS_TEXT_MAX];

	for (uint32_t i = 0; i < resolve->failures && delay_ms < RETRY_MAX_MS; i++)
		delay_ms *= 2;
	if (delay_ms > RETRY_MAX_MS)
		delay_ms = RETRY_MAX_MS;
	resolve->failures++;
	deadline_cancel(&service->quiets, &resolve->quiet);	/* it would end another trouble */
	if (tunnel->peer.family == AF_UNSPEC)
		snprintf(text, sizeof(text), "%s: %s", tunnel->config.dest_ipaddr, reason);
	else
		snprintf(text, sizeof(text), "%s is still used; %s: %s",
			 address_format(&tunnel->peer, peer, sizeof(peer)), tunnel->config.dest_ipaddr, reason);
	tell_trouble(service, tunnel, SERVICE_FAILURE_RESOLVE, text);
	if (tunnel_is_managed(tunnel) && tunnel->peer.family != AF_UNSPEC)	/* each attempt asks for it */
		resolve->phase = RESOLVE_WAITING;
	else
		wait_until(service, tunnel, now + delay_ms);
}

/* One that is not to persist is not waited for without an end. */
static bool is_given_up(const struct service *service, const struct tunnel *tunnel)
{
	uint64_t patience_ms = (uint64_t)service->system.tunnel_establish_timeout * 1000;

	return tunnel_is_managed(tunnel) && tunnel->peer.family == AF_UNSPEC && !tunnel->config.persist &&
	       patience_ms && service->now - tunnel->created >= patience_ms;
}

/* But a peer that was reported unreachable is not reachable because its name has the same address again. */
static void all_is_well(struct service *service, struct tunnel *tunnel, const struct address *before)
{
	if (tunnel->resolve.quiet.place && address_equal(before, &tunnel->peer))
		return;
	deadline_cancel(&service->quiets, &tunnel->resolve.quiet);
	tunnel_set_reason(service, tunnel, "");
}

void service_resolved(struct service *service, handle answered, const struct address *addresses, unsigned int count,
		      const char *reason, uint64_t now)
{
	struct tunnel *tunnel = handle_get(&service->tunnel_handles, answered);
	struct address before;
	struct error error;

	service_start(service, now);
	if (!tunnel || tunnel->resolve.phase != RESOLVE_ASKED)
		return;
	trace_resolved(service, tunnel, addresses, count, reason);
	before = tunnel->peer;
	tunnel->refused = false;
	if (!count) {
		back_off(service, tunnel, now, reason && reason[0] ? reason : "no address is known for this name");
	} else if (choose(service, tunnel, addresses, count, &error) < 0) {
		tunnel->refused = true;
		back_off(service, tunnel, now, error.text);
	} else {
		tunnel->resolve.failures = 0;
		all_is_well(service, tunnel, &before);
		wait_for_interval(service, tunnel, now);
	}
	tunnel->resolve.unreachable = false;
	if (is_given_up(service, tunnel)) {
		managed_down(service, tunnel, tunnel->reason, false);
		return;
	}
	if (tunnel->peer.family != AF_UNSPEC)
		managed_start(service, tunnel);
	state_tunnel_update(service, tunnel);
}

/* Is a peer that was reported unreachable reachable after all? If not that is looked at again. */
static void listen_for_peer(struct service *service, struct tunnel *tunnel, uint64_t now)
{
	struct resolve *resolve = &tunnel->resolve;

	if (now < resolve->quiet_until && packets_of_peer(service, tunnel) == resolve->packets) {
		deadline_set(&service->quiets, &resolve->quiet, now + HEARD_MS);
		return;
	}
	deadline_cancel(&service->quiets, &resolve->quiet);
	tunnel_set_reason(service, tunnel, "");
}

void resolve_expire(struct service *service, uint64_t now)
{
	struct deadline *first;

	while ((first = deadline_first(&service->deadlines)) && first->when <= now)
		enqueue(service, container_of(first, struct tunnel, resolve.deadline), now);
	while ((first = deadline_first(&service->quiets)) && first->when <= now)
		listen_for_peer(service, container_of(first, struct tunnel, resolve.quiet), now);
}
