/* SPDX-License-Identifier: MIT */
/*
 * How the rows of the parameter tables are written.  Private to system.c, tunnel.c and session.c,
 * which define ROW_STRUCT, the config struct whose members the rows describe.
 */
#ifndef L2TPD_CONFIG_ROW_H
#define L2TPD_CONFIG_ROW_H

#include "config/objects.h"

extern const struct param_table config_system_table, config_tunnel_table, config_session_table;

/* A parameter and the member that has its name. */
#define ROW_MEMBER(member)                                                                                   \
	.name = #member, .offset = offsetof(struct ROW_STRUCT, member),                                      \
	.size = sizeof(((struct ROW_STRUCT *)0)->member)

/* A parameter of OpenL2TP whose feature has not landed. */
#define ROW_LATER(later_name, comes_with, later_help)                                                        \
	{                                                                                                    \
		.name = (later_name), .type = PARAM_UNSUPPORTED, .feature = (comes_with), .help = (later_help) \
	}

#define ROW_V2 "the L2TPv2 control protocol"
#define ROW_PPP "PPP"
#define ROW_PROFILES "profiles"
#define ROW_TRACE "trace categories"

#endif
