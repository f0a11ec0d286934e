/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a pool: the addresses, or prefixes, that users of PPP are given.
 */
#define ROW_STRUCT pool_profile_config
#include "config/check.h"
#include "config/row.h"

static const struct param params[] = {
	{
		ROW_MEMBER(pool_name), .type = PARAM_STRING, .flags = PARAM_PROFILE_KEY, .min = 1,
		.check = check_list_name, .allowed = CHECK_LIST_NAME_ALLOWED,
		.help = "the name by which PPP profiles and RADIUS servers know the pool",
		.reference = "RFC 2869 5.18",
	},
	{
		ROW_MEMBER(range), .type = PARAM_RANGES, .flags = PARAM_LIVE | PARAM_PROFILE, .min = 1,
		.help = "what is given; of a network neither its first nor its last IPv4 address",
	},
	{
		ROW_MEMBER(delegate_length), .type = PARAM_U16, .flags = PARAM_LIVE | PARAM_PROFILE,
		.min = 1, .max = 128, .default_text = "64",
		.help = "length of each prefix given, when the ranges are of IPv6", .reference = "RFC 8415 6.3",
	},
};

const struct param_table config_pool_table = ROW_TABLE("pool");
