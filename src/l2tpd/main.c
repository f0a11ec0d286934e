/* SPDX-License-Identifier: MIT */
/*
 * l2tpd: the order in which things begin.  Whatever can be wrong is found before anything is
 * touched: options, the machine, the configuration, then another daemon on the same socket.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "l2tpd/configuration.h"
#include "l2tpd/daemon.h"
#include "l2tpd/options.h"
#include "l2tpd/requirements.h"
#include "os/log_sink.h"
#include "os/standard.h"

/* Without the program's name, so that editors find file, line and column. */
static void print_configuration_error(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static void print_summary(const char *path, const struct configuration *configuration)
{
	uint32_t tunnels, sessions;

	service_reload_counts(configuration->reload, &tunnels, &sessions);
	printf("%s: %u tunnel%s, %u session%s, no errors\n", path, tunnels, tunnels == 1 ? "" : "s", sessions,
	       sessions == 1 ? "" : "s");
}

static int check(const struct options *options, struct configuration *configuration)
{
	if (configuration_load(configuration, options->commands, options->config, CONFIGURATION_GIVEN,
			       print_configuration_error) < 0)
		return EXIT_FAILURE;
	print_summary(options->config, configuration);
	return EXIT_SUCCESS;
}

static int start(const struct options *options, struct configuration *configuration)
{
	struct error error = { 0 };

	if (!options->moves_nothing && requirements_check(&error) < 0) {
		log_error("%s", error.text);
		return EXIT_FAILURE;
	}
	if (configuration_load(configuration, options->commands, options->config,
			       options->config_given ? CONFIGURATION_GIVEN : CONFIGURATION_OPTIONAL,
			       configuration_log_error) < 0)
		return EXIT_FAILURE;
	requirements_raise_limits();
	signal(SIGPIPE, SIG_IGN);
	return daemon_run(options, configuration);
}

static int run_program(int argc, char **argv)
{
	struct configuration configuration = { .tell = NULL };
	struct options options;
	int status = options_parse(argc, argv, &options);

	if (status >= 0)
		return status;
	os_log_open("l2tpd", options.log_level, options.log_to);
	status = options.check ? check(&options, &configuration) : start(&options, &configuration);
	configuration_free(&configuration);
	return status;
}

int main(int argc, char **argv)
{
	os_standard_open();
	return os_standard_close("l2tpd", run_program(argc, argv));
}
