/* SPDX-License-Identifier: MIT */
/*
 * What the service makes of the objects here: its commands, with every parameter that the kernel has a say in given, so
 * that no profile changes it; and its refusals as errnos.
 *
 * The service's ids are those asked for where they are free.  An id of a tunnel is on no wire where there is no control
 * protocol: another is as good.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/internal.h"

#define NAME_TRIES 8		/* of a tunnel: so many that are taken are no accident */
#define NUMBER_TRIES 1024	/* of a device's %d */
#define REORDER_MS_MAX 60000	/* what the service takes; none waits longer in earnest */

static int errno_of(const struct error *error)
{
	static const int general[] = {
		[ERROR_VALUE] = EINVAL, [ERROR_MISSING] = EINVAL, [ERROR_SYNTAX] = EINVAL, [ERROR_IMMUTABLE] = EINVAL,
		[ERROR_UNKNOWN] = ENODEV, [ERROR_EXISTS] = EEXIST, [ERROR_UNSUPPORTED] = EPROTONOSUPPORT,
		[ERROR_LIMIT] = ENOMEM, [ERROR_SYSTEM] = ENOMEM, [ERROR_NONE] = EINVAL,
	};

	/* what bind() would say */
	if (strcmp(error->parameter, "our_udp_port") == 0)
		return EADDRINUSE;
	if (strcmp(error->parameter, "src_ipaddr") == 0)
		return EADDRNOTAVAIL;
	return general[error->code];
}

static int execute(struct kernel *kernel, const struct command *command, uint64_t now, struct service_result *result,
		   struct error *error)
{
	memset(error, 0, sizeof(*error));
	if (service_execute(kernel->service, command, SERVICE_ORIGIN_KERNEL, now, result, error) == 0)
		return 0;
	return errno_of(error);
}

static bool is_about(const struct error *error, enum error_code code, const char *parameter)
{
	return error->code == code && strcmp(error->parameter, parameter) == 0;
}

/* Names end with NULL. */
static void give(struct command *command, const char *const *names)
{
	for (; *names; names++)
		param_set_add(&command->set, config_row(command->object, *names));
}

/* --- tunnels --- */

static void name_tunnel(const struct kernel_tunnel *tunnel, uint32_t id, int attempt, char name[CONFIG_NAME_MAX])
{
	const char *netns = tunnel->space->netns;
	char suffix[16] = "";

	if (attempt)
		snprintf(suffix, sizeof(suffix), "-%d", attempt + 1);
	if (netns[0])
		snprintf(name, CONFIG_NAME_MAX, "%.40s/%" PRIu32 "%s", netns, id, suffix);
	else
		snprintf(name, CONFIG_NAME_MAX, "kernel-%" PRIu32 "%s", id, suffix);
}

static void give_udp(const struct kernel_tunnel *tunnel, struct command *command)
{
	static const char *const ports[] = { "our_udp_port", "peer_udp_port", NULL };
	static const char *const checksums4[] = { "use_udp_checksums", NULL };
	static const char *const checksums6[] = { "udp_zero_csum6_tx", "udp_zero_csum6_rx", NULL };
	const struct kernel_socket *socket = &tunnel->socket;
	struct tunnel_config *config = &command->config.tunnel;

	config->our_udp_port = socket->local.port;
	config->peer_udp_port = socket->peer.port;
	give(command, ports);
	config->use_udp_checksums = socket->udp_checksum;
	config->udp_zero_csum6_tx = socket->udp_zero_csum6_tx;
	config->udp_zero_csum6_rx = socket->udp_zero_csum6_rx;
	give(command, socket->local.address.family == AF_INET6 ? checksums6 : checksums4);
}

static void tunnel_command(const struct kernel_tunnel *tunnel, uint32_t id, struct command *command)
{
	static const char *const always[] = {
		"tunnel_name", "tunnel_id", "peer_tunnel_id", "version", "encap", "src_ipaddr", "dest_ipaddr",
		"bind_interface", "fwmark", "ttl", "dscp", "resolve_interval", "netns", NULL,
	};
	struct tunnel_config *config = &command->config.tunnel;

	memset(command, 0, sizeof(*command));
	command->object = CONFIG_TUNNEL;
	command->verb = CONFIG_CREATE;
	config->tunnel_id = id;
	config->peer_tunnel_id = tunnel->peer_id ? tunnel->peer_id : 1;
	config->version = tunnel->version == 2 ? 2 : 3;
	config->encap = tunnel->encap == L2TP_ENCAPTYPE_IP ? CONFIG_ENCAP_IP : CONFIG_ENCAP_UDP;
	if (tunnel->version == 2) {
		config->wire_tunnel_id = id;
		config->wire_peer_tunnel_id = (uint16_t)tunnel->peer_id;
	}
	config->src_ipaddr = tunnel->socket.local.address;
	config->is_shadow = tunnel->is_managed;
	config->fwmark = tunnel->socket.mark;
	memcpy(config->bind_interface, tunnel->socket.interface, sizeof(config->bind_interface));
	memcpy(config->netns, tunnel->space->netns, sizeof(config->netns));
	address_format(&tunnel->socket.peer.address, config->dest_ipaddr, sizeof(config->dest_ipaddr));
	name_tunnel(tunnel, id, 0, config->tunnel_name);
	give(command, always);
	if (!id)
		param_set_remove(&command->set, ROW_TUNNEL_ID);
	if (config->encap == CONFIG_ENCAP_UDP)
		give_udp(tunnel, command);
}

/* Takes what is in its way out of the command. False: it cannot be helped. */
static bool concede(struct command *command, const struct kernel_tunnel *tunnel, uint32_t id, int *name,
		    const struct error *error)
{
	struct tunnel_config *config = &command->config.tunnel;

	if (is_about(error, ERROR_EXISTS, "tunnel_name")) {
		name_tunnel(tunnel, id, ++*name, config->tunnel_name);
		return true;
	}
	if (is_about(error, ERROR_EXISTS, "tunnel_id")) {
		config->tunnel_id = 0;
		param_set_remove(&command->set, ROW_TUNNEL_ID);
		return true;
	}
	/* both ends here, and the same ids: the service takes the tunnel for one that leads to itself */
	if (!is_about(error, ERROR_VALUE, "peer_tunnel_id"))
		return false;
	config->peer_tunnel_id = config->peer_tunnel_id == 1 ? 2 : config->peer_tunnel_id - 1;
	return true;
}

static bool is_id_v2(uint32_t id)
{
	return id && id <= UINT16_MAX;
}

/* Is it one that the service can carry?  Its peer is one host, or anybody where a program's socket is not connected.
 * Version 2 is not over IP, whatever the kernel has against it, and what does not fit into its ids never arrives. */
static bool is_carried(const struct kernel_tunnel *tunnel, uint32_t id)
{
	if (tunnel->version == 2 && (tunnel->encap != L2TP_ENCAPTYPE_UDP || !is_id_v2(id)))
		return false;
	return (tunnel->is_managed && !tunnel->socket.is_connected) ||
	       address_is_unicast(&tunnel->socket.peer.address);
}

int carry_tunnel(struct kernel *kernel, struct kernel_tunnel *tunnel, uint32_t id, uint64_t now)
{
	struct command command;
	struct error error;
	int result, name = 0;

	if (!is_carried(tunnel, id))
		return 0;
	tunnel_command(tunnel, id, &command);
	do {
		result = execute(kernel, &command, now, NULL, &error);
	} while (result && name < NAME_TRIES && concede(&command, tunnel, id, &name, &error));
	if (!result && service_find_tunnel(kernel->service, &command, &tunnel->service, &error) < 0)
		return ENODEV;
	return result;
}

void carry_moved_tunnel(struct kernel *kernel, const struct kernel_tunnel *tunnel)
{
	struct error error = { 0 };

	if (tunnel->service != HANDLE_NONE)
		(void)service_tunnel_move(kernel->service, tunnel->service, &tunnel->socket.local, &tunnel->socket.peer,
					  &error);
}

void carry_tunnel_no_more(struct kernel *kernel, struct kernel_tunnel *tunnel, uint64_t now)
{
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_DELETE };
	struct error error;

	if (tunnel->service == HANDLE_NONE)
		return;
	snprintf(command.config.tunnel.tunnel_name, CONFIG_NAME_MAX, "%s",
		 service_tunnel_name(kernel->service, tunnel->service));
	param_set_add(&command.set, ROW_TUNNEL_NAME);
	(void)execute(kernel, &command, now, NULL, &error);
}

/* --- sessions --- */

/* Which one, in all commands but create. */
static void session_keys(const struct kernel *kernel, const struct kernel_session *session, enum config_verb verb,
			 struct command *command)
{
	memset(command, 0, sizeof(*command));
	command->object = CONFIG_SESSION;
	command->verb = verb;
	snprintf(command->config.session.tunnel_name, CONFIG_NAME_MAX, "%s",
		 service_tunnel_name(kernel->service, session->tunnel->service));
	param_set_add(&command->set, ROW_SESSION_TUNNEL_NAME);
	command->config.session.session_id = session->service_id;
	if (session->service_id)
		param_set_add(&command->set, ROW_SESSION_ID);
}

static void copy_cookie(struct param_octets *to, const struct kernel_cookie *from)
{
	to->length = from->length;
	memcpy(to->octets, from->octets, from->length);
}

static void give_changeable(const struct kernel_session *session, struct command *command)
{
	static const char *const sequence[] = {
		"use_sequence_numbers", "sequencing_required", "reorder_timeout", "lns_mode", NULL,
	};
	struct session_config *config = &command->config.session;
	uint32_t ms = (uint32_t)session->reorder_jiffies * JIFFY_MS;

	config->lns_mode = session->lns_mode;
	config->use_sequence_numbers = session->send_seq;
	config->sequencing_required = session->recv_seq;
	config->reorder_timeout = ms < REORDER_MS_MAX ? ms : REORDER_MS_MAX;
	give(command, sequence);
}

static void session_command(const struct kernel *kernel, const struct kernel_session *session,
			    struct command *command)
{
	static const char *const always[] = {
		"peer_session_id", "pw_type", "cookie", "peer_cookie", "l2spec_type", "mtu", "mss_clamp",
		"carrier_timeout", "netns", "bridge", "interface_up", NULL,
	};
	static const char *const vlan[] = { "vlan_id", NULL }, *const ppp[] = { "no_ppp", NULL };
	struct session_config *config = &command->config.session;

	session_keys(kernel, session, CONFIG_CREATE, command);
	config->peer_session_id = session->tunnel->version == 2 ? (uint16_t)session->peer_id : session->peer_id;
	config->pw_type = session->pw_type;
	copy_cookie(&config->cookie, &session->cookie);
	copy_cookie(&config->peer_cookie, &session->peer_cookie);
	config->l2spec_type = session->l2spec == L2TP_L2SPECTYPE_NONE ? CONFIG_L2SPEC_NONE : CONFIG_L2SPEC_DEFAULT;
	config->mtu = CONFIG_MTU_AUTO;
	memcpy(config->netns, session->tunnel->space->netns, sizeof(config->netns));
	give(command, always);
	config->vlan_id = session->vlan_id;
	if (session->pw_type == L2TP_PWTYPE_ETH_VLAN)
		give(command, vlan);
	config->no_ppp = true;
	if (session->pw_type == L2TP_PWTYPE_PPP)
		give(command, ppp);
	give_changeable(session, command);
	_Static_assert((int)CONFIG_PW_ETH == L2TP_PWTYPE_ETH && (int)CONFIG_PW_VLAN == L2TP_PWTYPE_ETH_VLAN &&
		       (int)CONFIG_PW_IP == L2TP_PWTYPE_IP && (int)CONFIG_PW_PPP == L2TP_PWTYPE_PPP,
		       "the language has the kernel's numbers");
}

/* A name with %d: the first that nobody has. */
static int create_numbered(struct kernel *kernel, struct command *command, const char *pattern, uint64_t now,
			   struct service_result *result)
{
	char *name = command->config.session.interface_name;
	const char *rest = strchr(pattern, '%') + 2;
	struct error error;
	int wrong = EEXIST;

	for (unsigned int i = 0; i < NUMBER_TRIES && wrong; i++) {
		int length = snprintf(name, CONFIG_IFNAME_MAX, "%.*s%u%s", (int)(rest - 2 - pattern), pattern, i, rest);

		if (length >= CONFIG_IFNAME_MAX)
			return EINVAL;
		wrong = execute(kernel, command, now, result, &error);
		if (wrong && !is_about(&error, ERROR_EXISTS, "interface_name"))
			return wrong;
	}
	return wrong;
}

static int create_session(struct kernel *kernel, struct command *command, const char *ifname, uint64_t now,
			  struct service_result *result)
{
	static const char *const name[] = { "interface_name", NULL };
	struct error error;

	if (ifname)
		give(command, name);
	if (ifname && strchr(ifname, '%'))
		return create_numbered(kernel, command, ifname, now, result);
	snprintf(command->config.session.interface_name, CONFIG_IFNAME_MAX, "%s", ifname ? ifname : "");
	return execute(kernel, command, now, result, &error);
}

/* What manages a tunnel (pppox.c) is no session. */
static bool is_session_carried(const struct kernel_session *session)
{
	if (session->pw_type == L2TP_PWTYPE_PPP && !session->id && !session->peer_id)
		return false;
	return session->tunnel->version != 2 || is_id_v2(session->id);
}

int carry_session(struct kernel *kernel, struct kernel_session *session, const char *ifname, uint64_t now)
{
	struct service_result result;
	struct command command;
	struct error error;
	int wrong;

	snprintf(session->ifname, sizeof(session->ifname), "%s", ifname ? ifname : "");
	if (session->tunnel->service == HANDLE_NONE || !is_session_carried(session))
		return 0;
	session->service_id = session->id;
	session_command(kernel, session, &command);
	wrong = create_session(kernel, &command, ifname, now, &result);
	if (wrong)
		return wrong;
	session->service_id = result.session_id;
	memcpy(session->ifname, result.interface_name, sizeof(session->ifname));
	session_keys(kernel, session, CONFIG_SHOW, &command);
	return service_find_session(kernel->service, &command, &session->service, &error) == 0 ? 0 : ENODEV;
}

int carry_changed_session(struct kernel *kernel, struct kernel_session *session, uint64_t now)
{
	struct command command;
	struct error error;

	if (session->service == HANDLE_NONE)
		return 0;
	session_keys(kernel, session, CONFIG_MODIFY, &command);
	give_changeable(session, &command);
	return execute(kernel, &command, now, NULL, &error);
}

void carry_session_no_more(struct kernel *kernel, struct kernel_session *session, uint64_t now)
{
	struct command command;
	struct error error;

	if (session->service == HANDLE_NONE)
		return;
	session_keys(kernel, session, CONFIG_DELETE, &command);
	(void)execute(kernel, &command, now, NULL, &error);
}
