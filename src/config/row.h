/* SPDX-License-Identifier: MIT */
/*
 * How the rows of the parameter tables are written.  Private to the files of the tables, which
 * define ROW_STRUCT, the config struct whose members the rows describe.
 */
#ifndef L2TPD_CONFIG_ROW_H
#define L2TPD_CONFIG_ROW_H

#include "config/objects.h"

extern const struct param_table config_system_table, config_tunnel_table, config_session_table;
extern const struct param_table config_peer_profile_table, config_ppp_profile_table, config_peer_table;
extern const struct param_table config_pool_table, config_radius_table;
extern const struct param_table config_user_table, config_debug_table, config_file_table;
extern const struct param_table config_capture_table, config_kernel_table, config_server_table;

/* The words of trace_flags (trace_flags.c). */
extern const struct param_word config_trace_words[];
/* Of framing and bearers (media.c). */
extern const struct param_word config_framing_words[], config_bearer_words[];

/* A parameter and the member that has its name. */
#define ROW_MEMBER(member)                                                                                   \
	.name = #member, .offset = offsetof(struct ROW_STRUCT, member),                                      \
	.size = sizeof(((struct ROW_STRUCT *)0)->member)

/* A parameter of OpenL2TP whose feature has not landed. */
#define ROW_LATER(later_name, comes_with, later_help)                                                        \
	{                                                                                                    \
		.name = (later_name), .type = PARAM_UNSUPPORTED, .feature = (comes_with), .help = (later_help) \
	}

#define ROW_TABLE(table_object)                                                                              \
	{                                                                                                    \
		.object = (table_object), .params = params, .count = sizeof(params) / sizeof(params[0]),     \
		.size = sizeof(struct ROW_STRUCT),                                                           \
	}

#endif
