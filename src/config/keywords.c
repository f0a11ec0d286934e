/* SPDX-License-Identifier: MIT */
/*
 * The tables of words, and finding one in them.  Words of OpenL2TP whose feature has not landed are in the
 * tables too, so that they are refused by name and prefixes keep their meaning when they come.
 */
#include "config/keywords.h"

#include <string.h>

#include "config/match.h"

#define WORD_SHOWN_MAX 60	/* octets of a bad word that an error repeats */
#define LIST_MAX 100		/* octets of what is allowed that an error lists */

#define SHOW_PARTS (CONFIG_OPTION_CONFIG | CONFIG_OPTION_STATUS | CONFIG_OPTION_STATISTICS)
#define LIST_OPTIONS (CONFIG_OPTION_NAMES | CONFIG_OPTION_LOCAL_ONLY | CONFIG_OPTION_REMOTE_ONLY)

/* --- commands that may be written in two orders --- */

#define SYSTEM_RELOAD                                                                                     \
	.name = "reload", .object = CONFIG_SYSTEM, .verb = CONFIG_RELOAD,                                 \
	.help = "read the configuration file again and apply what changed"
#define SYSTEM_STATUS                                                                                     \
	.name = "status", .newer = true, .object = CONFIG_SYSTEM, .verb = CONFIG_STATUS,                  \
	.options = CONFIG_OPTION_ALL,                                                                     \
	.help = "what is up, since when, who and from where, and what failed last"
#define SYSTEM_WATCH                                                                                      \
	.name = "watch", .newer = true, .object = CONFIG_SYSTEM, .verb = CONFIG_WATCH,                    \
	.help = "follow rates and events until q or ^C"
#define TUNNEL_EXPLAIN                                                                                    \
	.newer = true, .object = CONFIG_TUNNEL, .verb = CONFIG_EXPLAIN, .takes = TAKES_KEYS,              \
	.help = "tell where each value of a tunnel comes from"
#define SESSION_EXPLAIN                                                                                   \
	.newer = true, .object = CONFIG_SESSION, .verb = CONFIG_EXPLAIN, .takes = TAKES_KEYS,             \
	.help = "tell where each value of a session comes from"
#define PEER_EXPLAIN                                                                                      \
	.newer = true, .object = CONFIG_PEER, .verb = CONFIG_EXPLAIN, .takes = TAKES_ALL,                 \
	.help = "tell which peer profile a peer would have, and why"
#define TUNNEL_CAPTURE                                                                                    \
	.newer = true, .object = CONFIG_CAPTURE, .verb = CONFIG_CAPTURE_TUNNEL, .takes = TAKES_ALL,       \
	.help = "write the packets of a tunnel and its sessions to a file"
#define SESSION_CAPTURE                                                                                   \
	.newer = true, .object = CONFIG_CAPTURE, .verb = CONFIG_CAPTURE_SESSION, .takes = TAKES_ALL,      \
	.help = "write the packets of a session to a file"

/* --- verbs --- */

static const struct keyword system_verbs[] = {
	{ .name = "modify", .object = CONFIG_SYSTEM, .verb = CONFIG_MODIFY, .takes = TAKES_LIVE,
	  .help = "change settings of the daemon" },
	{ .name = "show", .object = CONFIG_SYSTEM, .verb = CONFIG_SHOW,
	  .options = SHOW_PARTS | CONFIG_OPTION_VERSION, .help = "show all about the daemon, or parts of it" },
	{ SYSTEM_RELOAD },
	{ SYSTEM_STATUS },
	{ SYSTEM_WATCH },
	{ .name = NULL },
};

/* The verbs of one kind of profile, which `what` says. */
#define PROFILE_VERBS(profile, what)                                                                      \
	{ .name = "create", .object = (profile), .verb = CONFIG_CREATE, .takes = TAKES_PROFILE,           \
	  .help = "make a " what " profile" },                                                            \
	{ .name = "modify", .object = (profile), .verb = CONFIG_MODIFY, .takes = TAKES_PROFILE,           \
	  .help = "set parameters in a " what " profile; what exists changes only by apply" },            \
	{ .name = "delete", .object = (profile), .verb = CONFIG_DELETE, .takes = TAKES_KEYS,              \
	  .help = "remove a " what " profile that nothing uses" },                                        \
	{ .name = "show", .object = (profile), .verb = CONFIG_SHOW, .takes = TAKES_KEYS,                  \
	  .help = "show what is set in a " what " profile" },                                             \
	{ .name = "list", .object = (profile), .verb = CONFIG_LIST, .options = CONFIG_OPTION_NAMES,       \
	  .help = "list the " what " profiles" },                                                         \
	{ .name = "unset", .object = (profile), .verb = CONFIG_UNSET, .takes = TAKES_UNSET,               \
	  .help = "take parameters, given without values, out of a " what " profile" },                   \
	{ .name = "apply", .newer = true, .object = (profile), .verb = CONFIG_APPLY, .takes = TAKES_KEYS, \
	  .help = "change what uses a " what " profile to what it says now, in what can change live" },   \
	{ .name = NULL }

/* Of those that are kept like profiles, but count at once. */
#define KEPT_VERBS(kept, what)                                                                            \
	{ .name = "create", .object = (kept), .verb = CONFIG_CREATE, .takes = TAKES_PROFILE,              \
	  .help = "make a " what },                                                                       \
	{ .name = "modify", .object = (kept), .verb = CONFIG_MODIFY, .takes = TAKES_PROFILE,              \
	  .help = "change a " what },                                                                     \
	{ .name = "delete", .object = (kept), .verb = CONFIG_DELETE, .takes = TAKES_KEYS,                 \
	  .help = "remove a " what " that no PPP profile names" },                                        \
	{ .name = "show", .object = (kept), .verb = CONFIG_SHOW, .takes = TAKES_KEYS,                     \
	  .help = "show all about a " what },                                                             \
	{ .name = "list", .object = (kept), .verb = CONFIG_LIST, .options = CONFIG_OPTION_NAMES,          \
	  .help = "list the " what "s, and how they are doing" },                                         \
	{ .name = "unset", .object = (kept), .verb = CONFIG_UNSET, .takes = TAKES_UNSET,                  \
	  .help = "give parameters of a " what ", named without values, their defaults" },                \
	{ .name = NULL }

static const struct keyword peer_profile_verbs[] = { PROFILE_VERBS(CONFIG_PEER_PROFILE, "peer") };
static const struct keyword tunnel_profile_verbs[] = { PROFILE_VERBS(CONFIG_TUNNEL_PROFILE, "tunnel") };
static const struct keyword session_profile_verbs[] = { PROFILE_VERBS(CONFIG_SESSION_PROFILE, "session") };
static const struct keyword ppp_profile_verbs[] = { PROFILE_VERBS(CONFIG_PPP_PROFILE, "PPP") };

static const struct keyword pool_verbs[] = { KEPT_VERBS(CONFIG_POOL, "pool") };
static const struct keyword radius_verbs[] = { KEPT_VERBS(CONFIG_RADIUS, "RADIUS server") };

static const struct keyword tunnel_verbs[] = {
	{ .name = "create", .object = CONFIG_TUNNEL, .verb = CONFIG_CREATE, .takes = TAKES_ALL,
	  .help = "make a tunnel" },
	{ .name = "modify", .object = CONFIG_TUNNEL, .verb = CONFIG_MODIFY, .takes = TAKES_LIVE,
	  .help = "change a tunnel while it carries traffic; with tunnel_id, tunnel_name is its new name" },
	{ .name = "delete", .object = CONFIG_TUNNEL, .verb = CONFIG_DELETE, .takes = TAKES_KEYS,
	  .help = "remove a tunnel and its sessions; reason is what the peer is told" },
	{ .name = "show", .object = CONFIG_TUNNEL, .verb = CONFIG_SHOW, .takes = TAKES_KEYS,
	  .options = SHOW_PARTS | CONFIG_OPTION_TRANSPORT,
	  .help = "show all about one tunnel, or parts of it" },
	{ .name = "list", .object = CONFIG_TUNNEL, .verb = CONFIG_LIST, .takes = TAKES_ALL, .options = LIST_OPTIONS,
	  .help = "list tunnels, all or those whose parameters have the given values" },
	{ .name = "profile", .next = tunnel_profile_verbs, .help = "defaults of tunnels, under a name" },
	{ .name = "explain", TUNNEL_EXPLAIN },
	{ .name = "capture", TUNNEL_CAPTURE },
	{ .name = NULL },
};

static const struct keyword session_verbs[] = {
	{ .name = "create", .object = CONFIG_SESSION, .verb = CONFIG_CREATE, .takes = TAKES_ALL,
	  .help = "make a session in a tunnel" },
	{ .name = "modify", .object = CONFIG_SESSION, .verb = CONFIG_MODIFY, .takes = TAKES_LIVE,
	  .help = "change a session while it carries traffic; with session_id, session_name is its new name" },
	{ .name = "delete", .object = CONFIG_SESSION, .verb = CONFIG_DELETE, .takes = TAKES_KEYS,
	  .help = "remove a session and its network device; reason is what the peer is told" },
	{ .name = "show", .object = CONFIG_SESSION, .verb = CONFIG_SHOW, .takes = TAKES_KEYS, .options = SHOW_PARTS,
	  .help = "show all about one session, or parts of it" },
	{ .name = "list", .object = CONFIG_SESSION, .verb = CONFIG_LIST, .takes = TAKES_ALL,
	  .options = LIST_OPTIONS,
	  .help = "list sessions, all or those whose parameters have the given values" },
	{ .name = "profile", .next = session_profile_verbs, .help = "defaults of sessions, under a name" },
	{ .name = "explain", SESSION_EXPLAIN },
	{ .name = "capture", SESSION_CAPTURE },
	{ .name = NULL },
};

static const struct keyword peer_verbs[] = {
	{ .name = "show", .object = CONFIG_PEER, .verb = CONFIG_SHOW, .takes = TAKES_KEYS,
	  .help = "show the peers of this address, and their tunnels" },
	{ .name = "list", .object = CONFIG_PEER, .verb = CONFIG_LIST, .options = CONFIG_OPTION_NAMES,
	  .help = "list the peers that tunnels lead to" },
	{ .name = "profile", .next = peer_profile_verbs, .help = "which profiles peers have" },
	{ .name = "explain", PEER_EXPLAIN },
	{ .name = NULL },
};

static const struct keyword ppp_verbs[] = {
	{ .name = "profile", .next = ppp_profile_verbs, .help = "defaults of PPP in sessions, under a name" },
	{ .name = NULL },
};

static const struct keyword user_verbs[] = {
	{ .name = "list", .object = CONFIG_USER, .verb = CONFIG_LIST, .takes = TAKES_ALL, .options = LIST_OPTIONS,
	  .help = "list the users who have proved their names to PPP, and their sessions" },
	{ .name = "show", .newer = true, .object = CONFIG_USER, .verb = CONFIG_SHOW, .takes = TAKES_KEYS,
	  .options = SHOW_PARTS, .help = "show all about the session of a user" },
	{ .name = NULL },
};

static const struct keyword config_verbs[] = {
	{ .name = "save", .object = CONFIG_CONFIG, .verb = CONFIG_SAVE, .takes = TAKES_KEYS,
	  .help = "write all that is configured as commands that make it again" },
	{ .name = "restore", .object = CONFIG_CONFIG, .verb = CONFIG_RESTORE, .takes = TAKES_KEYS,
	  .help = "make true what a file says, with the smallest change, or nothing of it" },
	{ .name = "check", .newer = true, .object = CONFIG_CONFIG, .verb = CONFIG_CHECK, .takes = TAKES_KEYS,
	  .help = "tell what restore of a file would refuse, and change nothing" },
	{ .name = "include", .newer = true, .object = CONFIG_CONFIG, .verb = CONFIG_INCLUDE, .takes = TAKES_KEYS,
	  .bare = true, .help = "read another file here; of files only" },
	{ .name = NULL },
};

static const struct keyword debug_verbs[] = {
	{ .name = "modify", .object = CONFIG_DEBUG, .verb = CONFIG_MODIFY, .takes = TAKES_LIVE,
	  .options = CONFIG_OPTION_APP,
	  .help = "switch trace categories of one object, or with app of the daemon; the others stay" },
	{ .name = "show", .object = CONFIG_DEBUG, .verb = CONFIG_SHOW, .takes = TAKES_KEYS,
	  .options = CONFIG_OPTION_APP,
	  .help = "show which trace categories are on" },
	{ .name = NULL },
};

static const struct keyword server_verbs[] = {
	{ .name = "modify", .object = CONFIG_SERVER, .verb = CONFIG_MODIFY, .takes = TAKES_LIVE,
	  .help = "talk to the daemon of another host from now on" },
	{ .name = "show", .object = CONFIG_SERVER, .verb = CONFIG_SHOW,
	  .help = "show which host's daemon that is" },
	{ .name = NULL },
};

static const struct keyword capture_objects[] = {
	{ .name = "tunnel", TUNNEL_CAPTURE },
	{ .name = "session", SESSION_CAPTURE },
	{ .name = NULL },
};

static const struct keyword kernel_views[] = {
	{ .name = "pppol2tp", .object = CONFIG_KERNEL, .verb = CONFIG_KERNEL_PPPOL2TP, .takes = TAKES_KEYS,
	  .help = "what /proc/net/pppol2tp says under l2tprun: tunnels of version 2" },
	{ .name = "tunnels", .object = CONFIG_KERNEL, .verb = CONFIG_KERNEL_TUNNELS, .takes = TAKES_KEYS,
	  .help = "what /sys/kernel/debug/l2tp/tunnels says under l2tprun: all of them" },
	{ .name = NULL },
};

static const struct keyword explain_objects[] = {
	{ .name = "tunnel", TUNNEL_EXPLAIN },
	{ .name = "session", SESSION_EXPLAIN },
	{ .name = "peer", PEER_EXPLAIN },
	{ .name = NULL },
};

#define INTERACTIVE "it is a word of interactive l2tpctl, and stands alone"

const struct keyword keyword_objects[] = {
	{ .name = "system", .next = system_verbs, .help = "the daemon itself" },
	{ .name = "tunnel", .next = tunnel_verbs, .help = "tunnels to peers" },
	{ .name = "session", .next = session_verbs, .help = "sessions in tunnels, each with its network device" },
	{ .name = "peer", .next = peer_verbs, .help = "peers that tunnels lead to" },
	{ .name = "ppp", .next = ppp_verbs, .help = "PPP in sessions" },
	{ .name = "user", .next = user_verbs, .help = "users, whom PPP knows" },
	{ .name = "config", .next = config_verbs, .help = "the configuration as a whole, in files" },
	{ .name = "debug", .next = debug_verbs, .help = "trace categories" },
	{ .name = "server", .next = server_verbs, .help = "which host's daemon is asked" },
	{ .name = "test", .refusal = "only test builds of OpenL2TP have it" },
	{ .name = "exit", .refusal = INTERACTIVE },
	{ .name = "quit", .refusal = INTERACTIVE },
	{ .name = "help", .refusal = INTERACTIVE },
	{ .name = "pool", .newer = true, .next = pool_verbs, .help = "addresses that users of PPP are given" },
	{ .name = "radius", .newer = true, .next = radius_verbs, .help = "RADIUS servers, who know users of PPP" },
	{ .name = "explain", .newer = true, .next = explain_objects, .help = "where values come from" },
	{ .name = "capture", .newer = true, .next = capture_objects, .help = "packets into a file" },
	{ .name = "kernel", .newer = true, .next = kernel_views,
	  .help = "what programs have made through the kernel's API, as the kernel would tell it" },
	{ SYSTEM_STATUS },
	{ SYSTEM_WATCH },
	{ SYSTEM_RELOAD, .newer = true },
	{ .name = "include", .newer = true, .object = CONFIG_CONFIG, .verb = CONFIG_INCLUDE, .takes = TAKES_KEYS,
	  .bare = true, .help = "read another file here; of files only" },
	{ .name = NULL },
};

const struct keyword keyword_options[] = {
	{ .name = "names", .options = CONFIG_OPTION_NAMES },
	{ .name = "configuration", .options = CONFIG_OPTION_CONFIG },
	{ .name = "statistics", .options = CONFIG_OPTION_STATISTICS },
	{ .name = "status", .options = CONFIG_OPTION_STATUS },
	{ .name = "version", .options = CONFIG_OPTION_VERSION },
	{ .name = "app", .options = CONFIG_OPTION_APP },
	{ .name = "all", .newer = true, .options = CONFIG_OPTION_ALL },
	{ .name = "local_only", .options = CONFIG_OPTION_LOCAL_ONLY },
	{ .name = "remote_only", .options = CONFIG_OPTION_REMOTE_ONLY },
	{ .name = "transport", .options = CONFIG_OPTION_TRANSPORT },
	{ .name = NULL },
};

/* --- finding --- */

bool keyword_supported(const struct keyword *keyword)
{
	if (keyword->feature || keyword->refusal)
		return false;
	for (const struct keyword *next = keyword->next; next && next->name; next++) {
		if (keyword_supported(next))
			return true;
	}
	return !keyword->next;
}

static bool is_old(const struct keyword *keyword)
{
	return !keyword->newer;
}

static bool is_any(const struct keyword *keyword)
{
	return true;
}

/* Some of a table, as match.h wants it. */
struct view {
	const struct keyword *list;
	bool (*shows)(const struct keyword *keyword);
};

static const struct keyword *nth(const struct view *view, unsigned int index)
{
	const struct keyword *keyword = view->list;

	for (; keyword->name; keyword++) {
		if (view->shows(keyword) && !index--)
			return keyword;
	}
	return keyword;
}

static const char *name_at(const void *list, unsigned int index)
{
	return nth(list, index)->name;
}

/* As it is written in most places: whole, in small letters. */
static const struct keyword *find_exactly(const struct keyword *list, const char *word)
{
	while (list->name && strcmp(list->name, word) != 0)
		list++;
	return list->name ? list : NULL;
}

static const struct keyword *find(const struct keyword *list, const char *word, int *found)
{
	const struct view all = { list, is_any }, old = { list, is_old };
	const struct keyword *exact = find_exactly(list, word);

	if (exact)
		return exact;
	*found = match_find(name_at, &all, word, true);
	if (*found >= 0)
		return nth(&all, (unsigned int)*found);
	*found = match_find(name_at, &old, word, false);
	if (*found >= 0)
		return nth(&old, (unsigned int)*found);
	*found = match_find(name_at, &all, word, false);
	return *found >= 0 ? nth(&all, (unsigned int)*found) : NULL;
}

int keyword_refuse(const struct keyword *keyword, const char *before, struct error *error)
{
	const char *feature = keyword->feature;

	/* a word of which nothing is supported comes with what follows it */
	for (const struct keyword *next = keyword->next; next && !feature && next->name; next++)
		feature = next->feature;
	if (keyword->refusal)
		return error_set(error, ERROR_UNSUPPORTED, NULL, "%s%s%s is not supported: %s", before,
				 *before ? " " : "", keyword->name, keyword->refusal);
	return error_set(error, ERROR_UNSUPPORTED, NULL, "%s%s%s is not supported yet: it comes with %s", before,
			 *before ? " " : "", keyword->name, feature ? feature : "what follows it");
}

const char *keyword_list(const struct keyword *list, char *out, size_t size)
{
	const struct view offered = { list, keyword_supported };

	return match_candidates(name_at, &offered, "", out, size);
}

static int refuse_unknown(const struct keyword *list, const char *before, const char *word, struct error *error)
{
	const struct view offered = { list, keyword_supported };
	const char *nearest = match_nearest(name_at, &offered, word);
	char names[LIST_MAX];

	return error_set(error, ERROR_SYNTAX, NULL, "'%.*s' is no %s%s%s%s: %s", WORD_SHOWN_MAX, word,
			 *before ? "verb of " : "object", before, nearest ? ", did you mean " : "",
			 nearest ? nearest : "", keyword_list(list, names, sizeof(names)));
}

const struct keyword *keyword_find(const struct keyword *list, const char *before, const char *word,
				   struct error *error)
{
	const struct view all = { list, is_any };
	int found;
	const struct keyword *keyword = find(list, word, &found);
	char names[LIST_MAX];

	if (keyword && !keyword->feature && !keyword->refusal)
		return keyword;
	if (!error)
		return NULL;
	if (keyword)
		keyword_refuse(keyword, before, error);
	else if (found == MATCH_AMBIGUOUS)
		error_set(error, ERROR_SYNTAX, NULL, "'%.*s' is ambiguous: %s", WORD_SHOWN_MAX, word,
			  match_candidates(name_at, &all, word, names, sizeof(names)));
	else
		refuse_unknown(list, before, word, error);
	return NULL;
}

const struct keyword *keyword_option(const char *word)
{
	int found;

	return find(keyword_options, word, &found);
}

static const struct keyword *find_last(const struct keyword *list, enum config_object object, enum config_verb verb)
{
	for (; list->name; list++) {
		const struct keyword *found = list->next ? find_last(list->next, object, verb) : NULL;

		if (found)
			return found;
		if (!list->next && keyword_supported(list) && list->object == object && list->verb == verb)
			return list;
	}
	return NULL;
}

const struct keyword *keyword_of(enum config_object object, enum config_verb verb)
{
	return find_last(keyword_objects, object, verb);
}
