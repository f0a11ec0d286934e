/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a RADIUS server, which knows users of PPP and is told what they did.
 */
#define ROW_STRUCT radius_profile_config
#include "config/check.h"
#include "config/row.h"

#define RADIUS_TIMEOUT_MAX 60		/* who waits longer has lost the user */
#define RADIUS_RETRIES_MAX 100
#define RADIUS_DEAD_TIME_MAX 86400	/* a day */

#define HELD (PARAM_LIVE | PARAM_PROFILE)

static const struct param_word when_words[] = {
	WORD("auto", CONFIG_WHEN_AUTO), WORD("yes", CONFIG_WHEN_YES), WORD("no", CONFIG_WHEN_NO), { .name = NULL },
};

static const struct param params[] = {
	{
		ROW_MEMBER(radius_name), .type = PARAM_STRING, .flags = PARAM_PROFILE_KEY, .min = 1,
		.check = check_list_name, .allowed = CHECK_LIST_NAME_ALLOWED,
		.help = "the name of the server for PPP profiles",
	},
	{
		ROW_MEMBER(address), .type = PARAM_ADDRESS, .flags = HELD, .check = check_host,
		.allowed = CHECK_HOST_ALLOWED, .help = "the server's address: without it the server is not asked",
	},
	{
		ROW_MEMBER(src_ipaddr), .type = PARAM_ADDRESS, .flags = HELD, .check = check_host,
		.allowed = CHECK_HOST_ALLOWED,
		.help = "our address, by which the server knows us; without it the system chooses",
	},
	{
		ROW_MEMBER(secret), .type = PARAM_STRING, .flags = HELD | PARAM_SECRET,
		.help = "secret shared with the server", .reference = "RFC 2865 3",
	},
	{
		ROW_MEMBER(secret_file), .type = PARAM_PATH, .flags = HELD | PARAM_READ_FILE,
		.check = check_secret_file, .allowed = CHECK_SECRET_FILE_ALLOWED,
		.help = "where the secret is read from, at start and at each reload",
	},
	{
		ROW_MEMBER(auth_port), .type = PARAM_U16, .flags = HELD, .max = UINT16_MAX,
		.default_text = "1812", .help = "UDP port where it is asked about users; 0: it is not",
		.reference = "RFC 2865 3",
	},
	{
		ROW_MEMBER(acct_port), .type = PARAM_U16, .flags = HELD, .max = UINT16_MAX,
		.default_text = "1813", .help = "UDP port where it is told what users did; 0: it is not",
		.reference = "RFC 2866 3",
	},
	{
		ROW_MEMBER(timeout), .type = PARAM_U32, .flags = HELD, .min = 1, .max = RADIUS_TIMEOUT_MAX,
		.default_text = "3", .unit = "s", .help = "time until a request is sent again",
	},
	{
		ROW_MEMBER(retries), .type = PARAM_U32, .flags = HELD, .max = RADIUS_RETRIES_MAX,
		.default_text = "3", .help = "repetitions without an answer after which the next server is asked",
	},
	{
		ROW_MEMBER(dead_time), .type = PARAM_U32, .flags = HELD, .max = RADIUS_DEAD_TIME_MAX,
		.default_text = "300", .unit = "s", .help = "how long a silent server is asked last",
	},
	{
		ROW_MEMBER(message_authenticator), .type = PARAM_ENUM, .flags = HELD,
		.words = when_words, .default_text = "auto",
		.help = "must its answers have a Message-Authenticator; auto: once one had; ours always have",
		.reference = "RFC 3579 3.2",
	},
	{
		ROW_MEMBER(coa), .type = PARAM_BOOL, .flags = HELD, .default_text = "no",
		.help = "the server may change sessions and end them", .reference = "RFC 5176",
	},
};

const struct param_table config_radius_table = ROW_TABLE("radius");
