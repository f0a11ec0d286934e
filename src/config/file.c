/* SPDX-License-Identifier: MIT */
/*
 * The parameter of commands about configurations that are files.
 */
#define ROW_STRUCT file_config
#include "config/row.h"

static const struct param params[] = {
	{
		ROW_MEMBER(file), .type = PARAM_PATH, .flags = PARAM_KEY, .min = 1,
		.help = "path of the file; -: standard input or output, which is where save writes without it",
		.reference = "OpenL2TP",
	},
};

const struct param_table config_file_table = ROW_TABLE("config");
