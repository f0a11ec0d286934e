/* SPDX-License-Identifier: MIT */
/*
 * Lines of trace that take more than one call, and whose mask a command's are.
 */
#include "service/trace.h"

#include <stdio.h>

#include "service/debug.h"

#define ADDRESSES_TEXT_MAX 256		/* of one line; the first ones will do */

static const char *const drops[] = {
	[DATAPATH_DROP_SHORT] = "too short",
	[DATAPATH_DROP_VERSION] = "wrong version",
	[DATAPATH_DROP_UNKNOWN_SESSION] = "unknown session",
	[DATAPATH_DROP_WRONG_SOURCE] = "wrong source",
	[DATAPATH_DROP_COOKIE] = "wrong cookie",
	[DATAPATH_DROP_SEQUENCE] = "sequence number",
	[DATAPATH_DROP_INVALID] = "malformed",
	[DATAPATH_DROP_OVERSIZE] = "too large",
	[DATAPATH_DROP_UNATTACHED] = "nobody takes it",
	[DATAPATH_DROP_CONTROL] = "control message",
	[DATAPATH_DROP_CLOSED] = "no such network protocol is up",
	[DATAPATH_DROP_SOURCE] = "not the peer's address",
	[DATAPATH_DROP_CLEAR] = "in clear, or indecipherable",
	[DATAPATH_DROP_RATE] = "above the rate",
	[DATAPATH_DROP_CROWDED] = "too many for the PPP engine",
	[DATAPATH_DROP_UNSENT] = "the system did not send it",
};

const char *trace_drop_text(int drop)
{
	return drop >= 0 && (size_t)drop < sizeof(drops) / sizeof(drops[0]) ? drops[drop] : "";
}

static const char *event_text(const struct datapath_event *event, char *out, size_t size)
{
	char source[ENDPOINT_TEXT_MAX];

	switch (event->kind) {
	case DATAPATH_EVENT_DROPPED:
		endpoint_format(&event->source, source, sizeof(source));
		snprintf(out, size, "packet from %s dropped: %s", source, trace_drop_text((int)event->drop));
		break;
	case DATAPATH_EVENT_UNREACHABLE:
		snprintf(out, size, "the network says that the peer is unreachable");
		break;
	case DATAPATH_EVENT_PATH_MTU:
		snprintf(out, size, "the path to the peer carries packets of %u octets", event->mtu);
		break;
	case DATAPATH_EVENT_CARRIER:
		snprintf(out, size, "carrier %s", event->carrier ? "is back" : "lost");
		break;
	case DATAPATH_EVENT_DEVICE_GONE:
		snprintf(out, size, "the network device is gone");
		break;
	case DATAPATH_EVENT_MPPE_LOST:
		snprintf(out, size, "what arrives cannot be deciphered until the peer starts anew");
		break;
	case DATAPATH_EVENT_SEQUENCE:
		out[0] = '\0';
		break;
	}
	return out;
}

void trace_datapath_event(const struct service *service, const struct datapath_event *event)
{
	const struct session *session = lookup_session_by_datapath(service, event->session);
	const struct tunnel *tunnel = lookup_tunnel_by_datapath(service, event->tunnel);
	uint32_t mask = session ? trace_mask_session(service, session) :
			tunnel	? trace_mask_tunnel(service, tunnel) :
				  trace_mask_system(service);
	struct service_about about;
	char text[128];

	if (event->kind == DATAPATH_EVENT_SEQUENCE)
		return;		/* who listens in is told in another way */
	if (event->kind == DATAPATH_EVENT_DROPPED && event->source.address.family == AF_UNSPEC)
		return;		/* it is about many */
	trace(mask, TRACE_PROTOCOL, service_about_event(service, event, &about), "%s",
	      event_text(event, text, sizeof(text)));
}

void trace_resolved(const struct service *service, const struct tunnel *tunnel, const struct address *addresses,
		    unsigned int count, const char *reason)
{
	char text[ADDRESSES_TEXT_MAX] = "", one[ADDRESS_TEXT_MAX];
	size_t used = 0;

	if (!(trace_mask_tunnel(service, tunnel) & TRACE_SYSTEM))
		return;
	for (unsigned int i = 0; i < count && used + sizeof(one) + 2 < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 address_format(&addresses[i], one, sizeof(one)));
	trace_tunnel(service, tunnel, TRACE_SYSTEM, "%s has %s%s", tunnel->config.dest_ipaddr,
		     count ? "the addresses " : "no address: ", count ? text : reason ? reason : "");
}

void trace_tunnel_made(const struct service *service, const struct tunnel *tunnel)
{
	struct datapath_tunnel_info info;
	char local[ENDPOINT_TEXT_MAX];

	if (!(trace_mask_tunnel(service, tunnel) & TRACE_SYSTEM) ||
	    datapath_ops(service->dp)->tunnel_info(service->dp, tunnel->datapath, &info) < 0)
		return;
	trace_tunnel(service, tunnel, TRACE_SYSTEM, "it has a socket, %s",
		     endpoint_format(&info.local, local, sizeof(local)));
}

void trace_session_made(const struct service *service, const struct session *session)
{
	struct datapath_session_info info;

	if (!(trace_mask_session(service, session) & TRACE_SYSTEM) ||
	    datapath_ops(service->dp)->session_info(service->dp, session->datapath, &info) < 0)
		return;
	if (!info.ifname[0])
		return;		/* PPP has none */
	trace_session(service, session, TRACE_SYSTEM, "its device is made: %s, index %u, MTU %u", info.ifname,
		      info.ifindex, info.mtu);
}

uint32_t service_trace_mask(const struct service *service, const struct command *command)
{
	const struct tunnel *tunnel;
	const struct session *session;

	if (!command)
		return trace_mask_system(service);
	if (command->object == CONFIG_SESSION) {
		session = lookup_session(service, &command->config.session, NULL);
		if (session)
			return trace_mask_session(service, session) | trace_mask_system(service);
		tunnel = lookup_tunnel(service, command->config.session.tunnel_name, command->config.session.tunnel_id,
				       NULL);
	} else {
		tunnel = command->object != CONFIG_TUNNEL ? NULL :
			 lookup_tunnel(service, command->config.tunnel.tunnel_name, command->config.tunnel.tunnel_id,
				       NULL);
	}
	return trace_mask_system(service) | (tunnel ? trace_mask_tunnel(service, tunnel) : 0);
}
