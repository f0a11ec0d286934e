/* SPDX-License-Identifier: MIT */
/*
 * The table of l2tpd's options, for the program and its man page, and what they mean.
 */
#include "l2tpd/options.h"

#include <grp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/objects.h"
#include "datapath/user/user.h"
#include "kernel/attach.h"
#include "os/unix_socket.h"

enum { OPTION_ADMIN_GROUP = OS_OPTION_LONG, OPTION_READ_GROUP, OPTION_CHECK, OPTION_DATAPATH, OPTION_LOG_LEVEL,
       OPTION_LOG_TO, OPTION_KERNEL_SOCKET };

#define EXIT_USAGE 2

static const struct os_option rows[] = {
	{ 'c', "config", "FILE", "configuration file, " OPTIONS_CONFIG_DEFAULT " unless given; - is standard input",
	  NULL },
	{ OPTION_CHECK, "check", NULL,
	  "only say whether the configuration file is right, which may follow: --check FILE; touches nothing", NULL },
	{ 's', "socket", "PATH", "socket for l2tpctl, " OS_SOCKET_DEFAULT " unless given", NULL },
	{ OPTION_KERNEL_SOCKET, "kernel-socket", "PATH",
	  "socket for l2tprun, " KERNEL_ATTACH_SOCKET_DEFAULT " unless given; where -s is given without it, and where "
	  "PATH is empty, there is none", NULL },
	{ 'w', "workers", "N", "threads that move packets, one per processor unless given", NULL },
	{ OPTION_LOG_LEVEL, "log-level", "LEVEL",
	  "which lines are logged: error, warning, info or debug; info unless given", NULL },
	{ OPTION_ADMIN_GROUP, "admin-group", "GROUP",
	  "whose members may do everything over the socket, as root may; " OPTIONS_ADMIN_GROUP_DEFAULT
	  ", if there is such a group, unless given", NULL },
	{ OPTION_READ_GROUP, "read-group", "GROUP",
	  "whose members may show and list; " OPTIONS_READ_GROUP_DEFAULT ", likewise", NULL },
	{ OPTION_LOG_TO, "log-to", "TARGET",
	  "where they go: stderr, syslog, syslog:FACILITY or journal; to stderr unless given, and to the journal "
	  "where stderr goes there, too", NULL },
	{ 'd', NULL, "CATEGORIES", "trace these of the daemon, as trace_flags does: a number, or words like fsm,api",
	  NULL },
	{ 'D', NULL, NULL, "trace all of tunnels and sessions, and log at level debug", NULL },
	{ 'L', NULL, "FACILITY", "as --log-to syslog:FACILITY", NULL },
	{ OPTION_DATAPATH, "datapath", "NAME",
	  "what moves the packets of tunnels that do not say it: auto, user or kernel, as the system's row datapath, "
	  "unless the configuration file sets that; or null: none are moved, which needs no rights, for tests",
	  NULL },
	{ 'P', "pid-file", "FILE", "write the process id there while it runs", NULL },
	{ 'f', "foreground", NULL, "stay in the foreground: it always does", NULL },
	{ 'h', "help", NULL, "show this", NULL },
	{ 'V', "version", NULL, "show the version", NULL },
	{ 'u', NULL, "PORT", NULL, "give tunnels our_udp_port=PORT, or the tunnel profile called default" },
	{ 'p', NULL, "PLUGIN", NULL, "hook programs (hook_directory) and authorizers of the API do what plugins did" },
	{ 'S', NULL, NULL, NULL, "`l2tpctl -j status` tells what the status files told" },
	{ 'R', NULL, NULL, NULL, "`l2tpctl -H HOST` reaches it from other hosts, over ssh; it listens on no network" },
	{ 'y', NULL, "N", NULL, "there is no pppd whose number had to be limited" },
	{ .id = 0 },
};

const struct os_program l2tpd_program = {
	.name = "l2tpd",
	.synopsis = "[OPTION...]",
	.summary = "Carry L2TP tunnels and sessions. Stays in the foreground and logs to standard error.",
	.options = rows,
	.more = "SIGHUP reads the configuration file again, SIGTERM and SIGINT end the daemon.\n",
};

static int find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static bool parse_log_level(const char *argument, struct options *options)
{
	static const char *const names[] = { "error", "warning", "info", "debug", NULL };
	int found = find_word(names, argument);

	if (found < 0) {
		fprintf(stderr, "l2tpd: there is no log level %s: it is error, warning, info or debug\n", argument);
		return false;
	}
	options->log_level = (enum log_level)found;
	return true;
}

static bool parse_log_to(const char *argument, struct options *options)
{
	if (os_log_parse_target(argument, &options->log_to))
		return true;
	fprintf(stderr, "l2tpd: cannot log to %s: it is " OS_LOG_TARGETS "\n", argument);
	return false;
}

static bool parse_facility(const char *argument, struct options *options)
{
	char target[32];

	snprintf(target, sizeof(target), "syslog:%s", argument);
	return parse_log_to(target, options);
}

static bool parse_workers(const char *argument, struct options *options)
{
	uint64_t number;

	if (!text_to_u64(argument, &number) || number < 1 || number > DATAPATH_USER_WORKERS_MAX) {
		fprintf(stderr, "l2tpd: -w takes a number of threads, 1 to %d, not %s\n", DATAPATH_USER_WORKERS_MAX,
			argument);
		return false;
	}
	options->workers = (unsigned int)number;
	return true;
}

static const struct group *find_group(const char *name)
{
	/* cppcheck-suppress getgrnamCalled ; there are no threads yet */
	return getgrnam(name);
}

static bool parse_group(const char *argument, gid_t *group)
{
	const struct group *found = find_group(argument);

	if (!found || !found->gr_gid) {
		fprintf(stderr, "l2tpd: %s %s\n", argument, found ?
			"is root's own group, which has no right to the API: name another" :
			"is no group: `groupadd` makes one");
		return false;
	}
	*group = found->gr_gid;
	return true;
}

static gid_t default_group(const char *name)
{
	const struct group *found = find_group(name);

	return found ? found->gr_gid : 0;
}

static bool parse_admin_group(const char *argument, struct options *options)
{
	return parse_group(argument, &options->admin_group);
}

static bool parse_read_group(const char *argument, struct options *options)
{
	return parse_group(argument, &options->read_group);
}

/* A command before those of the configuration file. */
static bool add_command(struct options *options, const char *format, const char *value)
{
	size_t used = strlen(options->commands);
	int length = snprintf(options->commands + used, sizeof(options->commands) - used, format, value);

	return length > 0 && (size_t)length < sizeof(options->commands) - used;
}

/* The system's row, before the file says it; or that nothing is to be moved at all. */
static bool parse_datapath(const char *argument, struct options *options)
{
	struct system_config config;

	options->moves_nothing = strcmp(argument, "null") == 0;
	if (options->moves_nothing ||
	    (param_parse(config_tables[CONFIG_SYSTEM], config_row(CONFIG_SYSTEM, "datapath"), argument, &config,
			 NULL) == 0 &&
	     add_command(options, "system modify datapath=%s\n", argument)))
		return true;
	fprintf(stderr, "l2tpd: there is no datapath %s: it is auto, user, kernel or null\n", argument);
	return false;
}

/* -d: as OpenL2TP's, a number or words. */
static bool parse_trace(const char *argument, struct options *options)
{
	struct system_config config;
	struct error error = { 0 };

	if (param_parse(config_tables[CONFIG_SYSTEM], config_row(CONFIG_SYSTEM, "trace_flags"), argument, &config,
			&error) == 0 &&
	    add_command(options, "system modify trace_flags=\"%s\"\n", argument))
		return true;
	fprintf(stderr, "l2tpd: -d %s: %s\n", argument, error.text);
	return false;
}

/* -D: whatever is made from now on is traced, unless the file or its own profile says otherwise. */
static bool parse_trace_all(const char *argument, struct options *options)
{
	options->log_level = LOG_LEVEL_DEBUG;
	return add_command(options, "tunnel profile modify profile_name=default trace_flags=%s\n", "all") &&
	       add_command(options, "session profile modify profile_name=default trace_flags=%s\n", "all");
}

static bool set_config(const char *argument, struct options *options)
{
	options->config = argument;
	options->config_given = true;
	return true;
}

static bool set_check(const char *argument, struct options *options)
{
	options->check = true;
	return true;
}

static bool set_socket(const char *argument, struct options *options)
{
	options->socket = argument;
	return true;
}

static bool set_kernel_socket(const char *argument, struct options *options)
{
	options->kernel_socket = argument;
	return true;
}

static bool set_pid_file(const char *argument, struct options *options)
{
	options->pid_file = argument;
	return true;
}

static bool set_nothing(const char *argument, struct options *options)
{
	return true;
}

/* False: what is wrong was told. */
static const struct {
	int id;
	bool (*take)(const char *argument, struct options *options);
} takers[] = {
	{ 'c', set_config }, { OPTION_CHECK, set_check }, { 's', set_socket }, { 'P', set_pid_file },
	{ 'f', set_nothing }, { 'w', parse_workers }, { 'd', parse_trace }, { 'D', parse_trace_all },
	{ 'L', parse_facility }, { OPTION_DATAPATH, parse_datapath }, { OPTION_LOG_LEVEL, parse_log_level },
	{ OPTION_LOG_TO, parse_log_to }, { OPTION_ADMIN_GROUP, parse_admin_group },
	{ OPTION_READ_GROUP, parse_read_group }, { OPTION_KERNEL_SOCKET, set_kernel_socket },
};

/* Returns -1 to go on. */
static int parse_one(int id, const char *argument, struct options *options)
{
	if (id == 'h') {
		os_options_help(&l2tpd_program, stdout);
		return EXIT_SUCCESS;
	}
	if (id == 'V') {
		puts("l2tpd " L2TPD_VERSION);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (takers[i].id == id)
			return takers[i].take(argument, options) ? -1 : EXIT_USAGE;
	return EXIT_USAGE;
}

int options_parse(int argc, char **argv, struct options *options)
{
	const char *argument;
	int id, first, status = -1;

	*options = (struct options){ .config = OPTIONS_CONFIG_DEFAULT, .socket = OS_SOCKET_DEFAULT,
				     .log_level = LOG_LEVEL_INFO,
				     .admin_group = default_group(OPTIONS_ADMIN_GROUP_DEFAULT),
				     .read_group = default_group(OPTIONS_READ_GROUP_DEFAULT) };
	while (status < 0 && (id = os_options_next(&l2tpd_program, argc, argv, &argument, &first)) != OS_OPTIONS_END)
		status = parse_one(id, argument, options);
	if (!options->kernel_socket)
		options->kernel_socket = strcmp(options->socket, OS_SOCKET_DEFAULT) ? "" : KERNEL_ATTACH_SOCKET_DEFAULT;
	if (status >= 0 || first == argc)
		return status;
	if (options->check && !options->config_given && first == argc - 1) {
		options->config = argv[first];
		return -1;
	}
	fprintf(stderr, "l2tpd: takes options only, and %s is none: commands are given to l2tpctl\n", argv[first]);
	return EXIT_USAGE;
}
