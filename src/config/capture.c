/* SPDX-License-Identifier: MIT */
/*
 * Parameters of capturing packets: whose, where to, and how much.
 */
#define ROW_STRUCT capture_config
#include "config/row.h"

#define CAPTURE_SECONDS_MAX 604800	/* a week */
#define CAPTURE_SNAPLEN_MIN 64		/* the headers, more or less */
#define CAPTURE_SNAPLEN_MAX 65535	/* any packet */

static const struct param params[] = {
	{
		ROW_MEMBER(tunnel_name), .type = PARAM_STRING, .flags = PARAM_KEY, .min = 1,
		.help = "the tunnel, or the session's tunnel, by name",
	},
	{
		ROW_MEMBER(tunnel_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "the tunnel, or the session's tunnel, by our id of it",
	},
	{
		ROW_MEMBER(session_name), .type = PARAM_STRING, .flags = PARAM_KEY, .min = 1,
		.help = "the session, by name",
	},
	{
		ROW_MEMBER(session_id), .type = PARAM_U32, .flags = PARAM_KEY, .min = 1, .max = UINT32_MAX,
		.help = "the session, by our id of it",
	},
	{
		ROW_MEMBER(file), .type = PARAM_PATH, .min = 1,
		.help = "file that the packets are written to, as pcapng; -: standard output",
	},
	{
		ROW_MEMBER(count), .type = PARAM_U32, .max = UINT32_MAX, .default_text = "0",
		.help = "how many packets; 0: until it is interrupted",
	},
	{
		ROW_MEMBER(seconds), .type = PARAM_U32, .max = CAPTURE_SECONDS_MAX, .default_text = "0", .unit = "s",
		.help = "how long; 0: until it is interrupted",
	},
	{
		ROW_MEMBER(snaplen), .type = PARAM_U32, .min = CAPTURE_SNAPLEN_MIN, .max = CAPTURE_SNAPLEN_MAX,
		.default_text = "65535", .unit = "octets",
		.help = "how much of each packet",
	},
	{
		ROW_MEMBER(secrets), .type = PARAM_BOOL, .default_text = "no",
		.help = "keep cookies and passwords in the packets, which are masked otherwise",
	},
};

const struct param_table config_capture_table = ROW_TABLE("capture");
