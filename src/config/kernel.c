/* SPDX-License-Identifier: MIT */
/*
 * The parameter of the texts in which the kernel tells of its tunnels.
 */
#define ROW_STRUCT kernel_config
#include "config/row.h"

#include "config/check.h"

static const struct param params[] = {
	{
		ROW_MEMBER(netns), .type = PARAM_STRING, .flags = PARAM_KEY, .check = check_netns,
		.allowed = CHECK_NETNS_ALLOWED,
		.help = "network namespace whose tunnels are told of; without it the daemon's",
	},
};

const struct param_table config_kernel_table = ROW_TABLE("kernel");
