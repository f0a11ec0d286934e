/* SPDX-License-Identifier: MIT */
/*
 * The words of trace_flags, with the numbers of OpenL2TP, and the debug command, which switches some of
 * them and leaves the others.
 */
#define ROW_STRUCT debug_config
#include <string.h>

#include "base/trace.h"
#include "config/row.h"

const struct param_word config_trace_words[] = {
	{ "protocol", TRACE_PROTOCOL, NULL }, { "fsm", TRACE_FSM, NULL }, { "api", TRACE_API, NULL },
	{ "data", TRACE_DATA, NULL }, { "system", TRACE_SYSTEM, NULL },
	{ "transport", TRACE_TRANSPORT, NULL }, { "func", TRACE_FUNC, NULL },
	{ "avp_info", TRACE_AVP, NULL }, { "avp_hide", TRACE_AVP_HIDE, NULL },
	{ "avp_data", TRACE_AVP_DATA, NULL },
	{ "avp", TRACE_AVP | TRACE_AVP_HIDE | TRACE_AVP_DATA, NULL },
	{ "ppp_control", TRACE_PPP, NULL }, { "ppp", TRACE_PPP, NULL },
	{ NULL, 0, NULL },
};

#define CATEGORY(name, category_help) \
	{ ROW_MEMBER(name), .type = PARAM_BOOL, .flags = PARAM_LIVE, .default_text = "no", .help = (category_help) }
#define ENTITY(name, entity_help) \
	{ ROW_MEMBER(name), .type = PARAM_STRING, .flags = PARAM_KEY, .min = 1, .help = (entity_help) }

static const struct param params[] = {
	CATEGORY(protocol, "what peers say and do: each control message, with its values"),
	CATEGORY(fsm, "changes of state"),
	CATEGORY(api, "commands, and who gave them"),
	CATEGORY(data, "packets, a few of them a second"),
	CATEGORY(system, "what the operating system is asked for"),
	CATEGORY(transport, "how control messages are carried: numbers, repetitions, windows"),
	CATEGORY(avp_info, "which values control messages have, each on a line"),
	CATEGORY(avp_data, "the octets of these values, but for secrets"),
	CATEGORY(avp_hide, "which of them are hidden"),
	{
		ROW_MEMBER(ppp_control), .alias = "ppp", .type = PARAM_BOOL, .flags = PARAM_LIVE, .default_text = "no",
		.help = "what PPP negotiates",
	},
	CATEGORY(func, "what the engine of the control protocol tells of tunnels and calls"),
	CATEGORY(all, "all categories that there are"),
	{
		ROW_MEMBER(tunnel_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "a tunnel, or the tunnel of the session, by our id of it",
	},
	ENTITY(tunnel_name, "a tunnel, or the tunnel of the session"),
	{
		ROW_MEMBER(session_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "a session of that tunnel, by our id of it",
	},
	ENTITY(session_name, "a session of that tunnel"),
	{
		ROW_MEMBER(peer_ipaddr), .type = PARAM_PREFIX, .flags = PARAM_KEY,
		.help = "the tunnels to these peers",
	},
	ENTITY(peer_profile_name, "a peer profile, by its name"),
	ENTITY(tunnel_profile_name, "a tunnel profile, by its name"),
	ENTITY(session_profile_name, "a session profile, by its name"),
	ENTITY(ppp_profile_name, "a PPP profile, by its name"),
};

const struct param_table config_debug_table = ROW_TABLE("debug");

static uint32_t all_categories(void)
{
	uint32_t all = 0;

	for (const struct param_word *word = config_trace_words; word->name; word++)
		all |= word->feature ? 0 : (uint32_t)word->value;
	return all;
}

static uint32_t category_of(const char *name)
{
	const struct param_word *word = config_trace_words;

	while (word->name && strcmp(word->name, name) != 0)
		word++;
	return (uint32_t)word->value;
}

void config_debug_flags(const struct debug_config *config, const struct param_set *set, uint32_t *categories,
			uint32_t *values)
{
	*categories = *values = 0;
	/* all first: all=no fsm=yes is only fsm */
	for (unsigned int pass = 0; pass < 2; pass++) {
		for (unsigned int row = 0; row < config_debug_table.count; row++) {
			const struct param *param = &params[row];
			bool all = param->offset == offsetof(struct debug_config, all);
			uint32_t bits = all ? all_categories() : category_of(param->name);

			if (!(param->flags & PARAM_LIVE) || !param_set_has(set, row) || all != !pass)
				continue;
			*categories |= bits;
			*values = *(const bool *)((const char *)config + param->offset) ? *values | bits :
											 *values & ~bits;
		}
	}
}
