/* SPDX-License-Identifier: MIT */
/*
 * The fields of log lines, from tunnels, sessions and events of the datapath.
 */
#include "service/about.h"

#include "service/internal.h"

static const char *const event_names[] = {
	[DATAPATH_EVENT_DROPPED] = "dropped",	  [DATAPATH_EVENT_UNREACHABLE] = "unreachable",
	[DATAPATH_EVENT_PATH_MTU] = "path_mtu",	  [DATAPATH_EVENT_CARRIER] = "carrier",
	[DATAPATH_EVENT_DEVICE_GONE] = "device_gone", [DATAPATH_EVENT_MPPE_LOST] = "mppe_lost",
	[DATAPATH_EVENT_SEQUENCE] = "sequence",
};

static void add_peer(struct service_about *about, const struct address *peer)
{
	about->about.peer = address_format(peer, about->peer, sizeof(about->peer));
}

const struct log_about *about_object(struct service_about *about, const struct tunnel *tunnel,
				     const struct session *session)
{
	*about = (struct service_about){ .peer = "" };
	if (tunnel) {
		about->about.tunnel = tunnel->config.tunnel_name;
		about->about.tunnel_id = tunnel->config.tunnel_id;
		add_peer(about, &tunnel->peer);
	}
	if (session) {
		about->about.session = session_name(session);
		about->about.session_id = session_id(session);
		about->about.interface = session_ifname(session);
	}
	return &about->about;
}

const struct log_about *about_tunnel(struct service_about *about, const struct tunnel *tunnel)
{
	return about_object(about, tunnel, NULL);
}

const struct log_about *about_session(struct service_about *about, const struct session *session)
{
	return about_object(about, session->tunnel, session);
}

const struct log_about *service_about_event(const struct service *service, const struct datapath_event *event,
					    struct service_about *about)
{
	const struct session *session = lookup_session_by_datapath(service, event->session);
	const struct tunnel *tunnel = session ? session->tunnel : lookup_tunnel_by_datapath(service, event->tunnel);

	about_object(about, tunnel, session);
	if (event->kind == DATAPATH_EVENT_DROPPED) {
		add_peer(about, &event->source.address);	/* who need not be the tunnel's */
		about->about.session_id = event->session_id;
	}
	about->about.event = event_names[event->kind];
	return &about->about;
}
