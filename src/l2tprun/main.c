/* SPDX-License-Identifier: MIT */
/*
 * l2tprun: programs that speak the kernel's L2TP API, and know of nothing else, speak to l2tpd. What happens is
 * in launch.c, and what then happens in supervisor.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "l2tprun/launch.h"
#include "l2tprun/modules.h"
#include "l2tprun/options.h"
#include "l2tprun/plan.h"
#include "os/genl.h"
#include "os/standard.h"

/* Whoever answers, there is nothing to do: the kernel, or l2tpd because this runs under l2tprun already. */
static bool is_there_already(void)
{
	return os_genl_find("l2tp", NULL, NULL) > 0;
}

/* A standard descriptor that is closed would become one of ours. The program finds it closed nevertheless. */
static void occupy_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

static int run(const struct run_options *options)
{
	struct error error = { 0 };

	if (!options->force && is_there_already()) {
		fputs("l2tprun: L2TP is here already, by the kernel or another l2tprun: nothing to do (-f does it all "
		      "the same)\n", stderr);
	} else if (launch_supervisor(options->socket, &error) < 0) {
		fprintf(stderr, "l2tprun: %s\n", error.text);
		return EXIT_OWN_FAILURE;
	} else {
		modules_pretend();
	}
	return launch_program(options->program);
}

int main(int argc, char **argv)
{
	struct run_options options;
	int status;

	occupy_standard();
	status = run_options_parse(argc, argv, &options);
	if (status < 0 && !options.plan)
		return run(&options);
	if (status < 0)
		status = plan_print(&options);
	return os_standard_close("l2tprun", status);
}
