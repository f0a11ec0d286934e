/* SPDX-License-Identifier: MIT */
/*
 * See name_servers.h.  Where neither is there, the log says which name servers the peer has told.
 */
#include "l2tpd/name_servers.h"

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

static void done(void *context, int status, bool out_of_time)
{
	if (status)
		log_warning("%s did not take the name servers: %s", (const char *)context,
			    out_of_time ? "it took too long" : "it failed");
}

static const char *find(const char *const *paths)
{
	for (; *paths; paths++)
		if (os_child_program(*paths, NULL) > 0)
			return *paths;
	return NULL;
}

static void run(struct event_base *loop, const char *path, const char *const arguments[], const char *input)
{
	static char *const environment[] = { (char *)(uintptr_t)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	char *copies[ARGUMENTS + 1] = { NULL };
	struct error error;

	for (int i = 0; i < ARGUMENTS && arguments[i]; i++)
		copies[i] = (char *)(uintptr_t)arguments[i];
	if (!os_child_run_with(loop, path, copies, environment, input, PROGRAM_MS, done, (void *)(uintptr_t)path,
			       &error))
		log_warning("%s", error.text);
}

static void tell_resolved(struct event_base *loop, const char *path, const struct service_name_servers *wanted,
			  const char *const text[2])
{
	const char *interface = wanted->interface_name;

	if (!text[0][0]) {
		run(loop, path, (const char *[]){ path, "revert", interface, NULL }, NULL);
		return;
	}
	run(loop, path, (const char *[]){ path, "dns", interface, text[0], text[1][0] ? text[1] : NULL, NULL }, NULL);
	run(loop, path, (const char *[]){ path, "domain", interface, "~.", NULL }, NULL);
}

static void tell_resolvconf(struct event_base *loop, const char *path, const struct service_name_servers *wanted,
			    const char *const text[2])
{
	char record[CONFIG_IFNAME_MAX + 8], input[2 * ADDRESS_TEXT_MAX + 32];

	snprintf(record, sizeof(record), "%s.l2tpd", wanted->interface_name);
	snprintf(input, sizeof(input), "nameserver %s\n%s%s%s", text[0], text[1][0] ? "nameserver " : "", text[1],
		 text[1][0] ? "\n" : "");
	run(loop, path, (const char *[]){ path, text[0][0] ? "-a" : "-d", record, NULL }, text[0][0] ? input : NULL);
}

static void tell(struct event_base *loop, const struct service_name_servers *wanted)
{
	const char *resolvectl = access(RESOLVED, F_OK) == 0 ? find(resolvectls) : NULL;
	const char *resolvconf = resolvectl ? NULL : find(resolvconfs);
	char first[ADDRESS_TEXT_MAX], second[ADDRESS_TEXT_MAX];
	const char *const text[] = { address_format(&wanted->servers[0], first, sizeof(first)),
				     address_format(&wanted->servers[1], second, sizeof(second)) };

	if (resolvectl)
		tell_resolved(loop, resolvectl, wanted, text);
	else if (resolvconf)
		tell_resolvconf(loop, resolvconf, wanted, text);
	else if (first[0])
		log_warning("%s: the peer's name servers are %s %s: neither systemd-resolved nor resolvconf is there "
			    "to be told", wanted->interface_name, first, second);
}

void name_servers_settle(struct event_base *loop, struct service *service)
{
	struct service_name_servers wanted;

	while (service_next_name_servers(service, &wanted))
		tell(loop, &wanted);
}
