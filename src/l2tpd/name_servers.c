/* SPDX-License-Identifier: MIT */
/*
 * See name_servers.h.  Where neither is there, the log says which name servers the peer has told.
 */
#include "l2tpd/name_servers.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "os/child.h"

#define PROGRAM_MS 10000		/* that one of these may take */
#define ARGUMENTS 6
#define RESOLVED "/run/systemd/resolve/io.systemd.Resolve"	/* it listens there while it runs */

static const char *const resolvectls[] = { "/usr/bin/resolvectl", "/bin/resolvectl", NULL };
static const char *const resolvconfs[] = { "/usr/sbin/resolvconf", "/sbin/resolvconf", NULL };

struct run {
	struct name_servers_programs *programs;
	const char *path;
};

static void done(void *context, int status, bool out_of_time)
{
	struct name_servers_programs *programs = ((struct run *)context)->programs;

	if (status)
		log_warning("%s did not take the name servers: %s", ((struct run *)context)->path,
			    out_of_time ? "it took too long" : "it failed");
	free(context);
	if (!--programs->running)
		programs->changed(programs->context);
}

static const char *find(const char *const *paths)
{
	for (; *paths; paths++)
		if (os_child_program(*paths, NULL) > 0)
			return *paths;
	return NULL;
}

static void run(struct name_servers_programs *programs, const char *path, const char *const arguments[],
		const char *input)
{
	static char *const environment[] = { (char *)(uintptr_t)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	char *copies[ARGUMENTS + 1] = { NULL };
	struct run *run = malloc(sizeof(*run));
	struct error error = { .text = "out of memory" };

	for (int i = 0; i < ARGUMENTS && arguments[i]; i++)
		copies[i] = (char *)(uintptr_t)arguments[i];
	if (run)
		*run = (struct run){ programs, path };
	if (run && os_child_run_with(programs->loop, path, copies, environment, input, PROGRAM_MS, done, run, &error)) {
		programs->running++;
		return;
	}
	log_warning("%s", error.text);
	free(run);
}

static void tell_resolved(struct name_servers_programs *programs, const char *path,
			  const struct service_name_servers *wanted, const char *const text[2])
{
	const char *interface = wanted->interface_name;

	if (!text[0][0]) {
		/* it has forgotten what belonged to a device that is gone */
		if (if_nametoindex(interface))
			run(programs, path, (const char *[]){ path, "revert", interface, NULL }, NULL);
		return;
	}
	run(programs, path, (const char *[]){ path, "dns", interface, text[0], text[1][0] ? text[1] : NULL, NULL },
	    NULL);
	run(programs, path, (const char *[]){ path, "domain", interface, "~.", NULL }, NULL);
}

static void tell_resolvconf(struct name_servers_programs *programs, const char *path,
			    const struct service_name_servers *wanted, const char *const text[2])
{
	char record[CONFIG_IFNAME_MAX + 8], input[2 * ADDRESS_TEXT_MAX + 32];

	snprintf(record, sizeof(record), "%s.l2tpd", wanted->interface_name);
	snprintf(input, sizeof(input), "nameserver %s\n%s%s%s", text[0], text[1][0] ? "nameserver " : "", text[1],
		 text[1][0] ? "\n" : "");
	run(programs, path, (const char *[]){ path, text[0][0] ? "-a" : "-d", record, NULL },
	    text[0][0] ? input : NULL);
}

static void tell(struct name_servers_programs *programs, const struct service_name_servers *wanted)
{
	const char *resolvectl = access(RESOLVED, F_OK) == 0 ? find(resolvectls) : NULL;
	const char *resolvconf = resolvectl ? NULL : find(resolvconfs);
	char first[ADDRESS_TEXT_MAX], second[ADDRESS_TEXT_MAX];
	const char *const text[] = { address_format(&wanted->servers[0], first, sizeof(first)),
				     address_format(&wanted->servers[1], second, sizeof(second)) };

	if (resolvectl)
		tell_resolved(programs, resolvectl, wanted, text);
	else if (resolvconf)
		tell_resolvconf(programs, resolvconf, wanted, text);
	else if (first[0])
		log_warning("%s: the peer's name servers are %s %s: neither systemd-resolved nor resolvconf is there "
			    "to be told", wanted->interface_name, first, second);
}

void name_servers_settle(struct name_servers_programs *programs, struct service *service)
{
	struct service_name_servers wanted;

	/* one after the other: what is said last is to be done last, and peers do not start programs at their pace */
	while (!programs->running && service_next_name_servers(service, &wanted))
		tell(programs, &wanted);
}
