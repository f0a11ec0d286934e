/* SPDX-License-Identifier: MIT */
/*
 * The methods of those whom nobody configures: peers, which tunnels lead to, and users, whom PPP knows.
 */
#include <stdlib.h>

#include "manage/field.h"
#include "manage/interface.h"
#include "manage/methods.h"

#define PEERS_AT_ONCE 64	/* of one reply */

static const char types[] =
	"# Who is at the other end of tunnels; without local_ipaddr the system chooses our address.\n"
	"type Peer (\n  peer_ipaddr: string,\n  local_ipaddr: ?string,\n  tunnels: int\n)\n";

static enum call_step no_memory(json_t **error)
{
	const struct error failure = { .code = ERROR_SYSTEM, .text = "out of memory" };

	return call_fail(&failure, error);
}

static void free_own(struct call *call)
{
	free(call->own);
}

/* --- peers --- */

static void emit_peer(struct emit *emit, const struct service_peer_view *view)
{
	char text[ADDRESS_TEXT_MAX];

	emit_open(emit, '{');
	emit_string_member(emit, "peer_ipaddr", address_format(&view->peer, text, sizeof(text)));
	if (view->local.family != AF_UNSPEC)
		emit_string_member(emit, "local_ipaddr", address_format(&view->local, text, sizeof(text)));
	emit_unsigned_member(emit, "tunnels", view->tunnels);
	emit_close(emit, '}');
}

static enum call_step peer_show_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_peer_view view;
	struct error failure = { 0 };
	struct command command;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	if (service_peer_view(call->service, &command, &view, &failure) < 0)
		return call_fail(&failure, error);
	emit_member(result, "peer");
	emit_peer(result, &view);
	return CALL_LAST;
}

static enum call_step peer_list_step(struct call *call, struct emit *result, json_t **error)
{
	static const struct service_peer_view none;
	struct service_peer_view *after = call->own, views[PEERS_AT_ONCE];
	unsigned int count;

	if (!after)
		after = call->own = calloc(1, sizeof(*after));
	if (!after)
		return no_memory(error);
	count = service_next_peers(call->service, &after->peer, &after->local, views, PEERS_AT_ONCE);
	emit_open_member(result, "peers", '[');
	for (unsigned int i = 0; i < count; i++)
		emit_peer(result, &views[i]);
	emit_close(result, ']');
	*after = count ? views[count - 1] : none;
	return count == PEERS_AT_ONCE ? CALL_REPLY : CALL_LAST;
}

static enum call_step peer_explain_step(struct call *call, struct emit *result, json_t **error)
{
	static const char *const hows[] = {
		[SERVICE_PEER_BY_NAME] = "name", [SERVICE_PEER_BY_ADDRESS] = "address",
		[SERVICE_PEER_BY_DEFAULT] = "default",
	};
	struct service_peer_explained explained;
	struct error failure = { 0 };
	struct command command;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	if (service_explain_peer(call->service, &command, &explained, &failure) < 0)
		return call_fail(&failure, error);
	emit_string_member(result, "how", hows[explained.how]);
	if (explained.how == SERVICE_PEER_BY_ADDRESS)
		emit_unsigned_member(result, "prefix_length", explained.length);
	emit_string_member(result, "peer_profile_name", explained.peer_profile_name);
	emit_string_member(result, "tunnel_profile_name", explained.tunnel_profile_name);
	emit_string_member(result, "session_profile_name", explained.session_profile_name);
	emit_string_member(result, "ppp_profile_name", explained.ppp_profile_name);
	return CALL_LAST;
}

/* --- users --- */

/* The user's session: the one there is, or that is named, too. */
static int find_user(struct service *service, const struct user_config *wanted, handle *found, struct error *error)
{
	struct service_session_view view;
	handle session = HANDLE_NONE;
	unsigned int count = 0;

	*found = HANDLE_NONE;
	if (!wanted->user_name[0])
		return error_set(error, ERROR_MISSING, "user_name", "which user? Give user_name");
	while (service_next_user_session(service, wanted->user_name, session, &session)) {
		if (service_session_view(service, session, &view) < 0 ||
		    (wanted->tunnel_id && wanted->tunnel_id != view.config.tunnel_id) ||
		    (wanted->session_id && wanted->session_id != view.config.session_id))
			continue;
		*found = session;
		count++;
	}
	if (count > 1)
		return error_set(error, ERROR_VALUE, "user_name",
				 "%s has %u sessions: give tunnel_id and session_id of one, `user list` shows them",
				 wanted->user_name, count);
	return count ? 0 : error_set(error, ERROR_UNKNOWN, "user_name",
				     "%s has no session: `user list` shows the users who have", wanted->user_name);
}

static enum call_step user_show_step(struct call *call, struct emit *result, json_t **error)
{
	struct field_view view = { .object = CONFIG_SESSION };
	struct error failure = { 0 };
	struct command command;
	handle session;

	if (!call_command(call, &command, error))
		return CALL_LAST;
	if (find_user(call->service, &command.config.user, &session, &failure) < 0 ||
	    service_session_view(call->service, session, &view.session) < 0)
		return call_fail(&failure, error);
	emit_member(result, "user");
	show_object(call, &view, NULL, result);
	return CALL_LAST;
}

static const struct method methods[] = {
	{ "PeerShow", ROLE_READ, "(config: PeerConfig)", "(peer: Peer)",
	  "Show a peer, named by peer_ipaddr, and local_ipaddr where there are several of that address.",
	  CONFIG_PEER, CONFIG_SHOW, .step = peer_show_step },
	{ "PeerList", ROLE_READ, "()", "(peers: []Peer)", "List the peers that tunnels lead to, by their addresses.",
	  CONFIG_PEER, CONFIG_LIST, .step = peer_list_step, .more = true, .end = free_own },
	{ "PeerExplain", ROLE_READ, "(config: PeerConfig)",
	  "(how: (name, address, default), prefix_length: ?int, peer_profile_name: string,\n"
	  "  tunnel_profile_name: string, session_profile_name: string, ppp_profile_name: string)",
	  "Which profiles a peer gets that nobody made a tunnel to: by its host_name, its address and port, or neither.",
	  CONFIG_PEER, CONFIG_EXPLAIN, .step = peer_explain_step },
	{ "UserShow", ROLE_READ, "(config: UserConfig)", "(user: Session)",
	  "Show the session of a user who has proved the name to PPP.",
	  CONFIG_USER, CONFIG_SHOW, .step = user_show_step },
	{ .name = NULL },
};

const struct method_table methods_peer = { .types = types, .methods = methods };
