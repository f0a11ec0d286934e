/* SPDX-License-Identifier: MIT */
/* See ppp_script.h. There is neither a terminal nor a speed: those are "" and 0. */
#include "manage/ppp_script.h"

#include <stdio.h>

const char *ppp_script_path(const struct system_config *system, enum service_event_kind kind)
{
	if (!system->ppp_scripts)
		return NULL;
	switch (kind) {
	case SERVICE_EVENT_SESSION_IPV4_UP:
		return system->ip_up_script;
	case SERVICE_EVENT_SESSION_IPV4_DOWN:
		return system->ip_down_script;
	case SERVICE_EVENT_SESSION_IPV6_UP:
		return system->ipv6_up_script;
	case SERVICE_EVENT_SESSION_IPV6_DOWN:
		return system->ipv6_down_script;
	default:
		return NULL;
	}
}

static bool is_ipv6(const struct service_event *event)
{
	return event->kind == SERVICE_EVENT_SESSION_IPV6_UP || event->kind == SERVICE_EVENT_SESSION_IPV6_DOWN;
}

static void add_number(struct environment *environment, const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	environment_add_plain(environment, name, text);
}

static void add_dns(struct environment *environment, const struct service_event_ppp *ppp)
{
	static const char *const names[] = { "DNS1", "DNS2" };
	char text[ADDRESS_TEXT_MAX];

	if (ppp->dns[0].family == AF_UNSPEC)
		return;
	environment_add_plain(environment, "USEPEERDNS", "1");
	for (int i = 0; i < 2; i++)
		if (ppp->dns[i].family != AF_UNSPEC)
			environment_add_plain(environment, names[i], address_format(&ppp->dns[i], text, sizeof(text)));
}

static void add_used(struct environment *environment, const struct service_event *event)
{
	if (event->kind != SERVICE_EVENT_SESSION_IPV4_DOWN && event->kind != SERVICE_EVENT_SESSION_IPV6_DOWN)
		return;
	add_number(environment, "CONNECT_TIME", event->ppp.connect_time);
	add_number(environment, "BYTES_SENT", event->ppp.octets_sent);
	add_number(environment, "BYTES_RCVD", event->ppp.octets_received);
}

void ppp_script_describe(struct ppp_script *script, const struct service_event *event, const char *path,
			 struct environment *environment)
{
	const struct service_event_ppp *ppp = &event->ppp;
	bool ipv6 = is_ipv6(event);

	address_format(ipv6 ? &ppp->local_ipv6 : &ppp->local, script->local, sizeof(script->local));
	address_format(ipv6 ? &ppp->remote_ipv6 : &ppp->remote, script->remote, sizeof(script->remote));
	snprintf(script->parameter, sizeof(script->parameter), "l2tp-%s", event->tunnel_name);
	script->arguments[0] = (char *)(uintptr_t)path;
	script->arguments[1] = (char *)(uintptr_t)event->interface_name;
	script->arguments[2] = (char *)(uintptr_t)"";
	script->arguments[3] = (char *)(uintptr_t)"0";
	script->arguments[4] = script->local;
	script->arguments[5] = script->remote;
	script->arguments[6] = script->parameter;
	script->arguments[7] = NULL;
	environment_begin(environment, service_event_name(event->kind));
	environment_add_plain(environment, "DEVICE", "");
	environment_add_plain(environment, "IFNAME", event->interface_name);
	environment_add_plain(environment, "SPEED", "0");
	environment_add_plain(environment, ipv6 ? "LLLOCAL" : "IPLOCAL", script->local);
	environment_add_plain(environment, ipv6 ? "LLREMOTE" : "IPREMOTE", script->remote);
	environment_add_plain(environment, "LINKNAME", script->parameter);
	environment_add_plain(environment, "ORIG_UID", "0");
	if (ppp->user_name[0])
		environment_add_plain(environment, "PEERNAME", ppp->user_name);
	if (ppp->filter[0])
		environment_add_plain(environment, "FILTER_ID", ppp->filter);
	add_dns(environment, ppp);
	add_used(environment, event);
}
