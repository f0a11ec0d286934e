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
#include "os/clock.h"

#define PROGRAM_MS 10000		/* that one of these may take */
#define ARGUMENTS (3 + SERVICE_NAME_SERVERS_MAX)
#define SERVER_TEXT_MAX (ADDRESS_TEXT_MAX + CONFIG_IFNAME_MAX)
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

/* "192.0.2.1", "fe80::1%ppp0". Returns how many there are. */
static unsigned int write_servers(const struct service_name_servers *wanted, char text[][SERVER_TEXT_MAX])
{
	unsigned int count = 0;

	for (; count < SERVICE_NAME_SERVERS_MAX && wanted->servers[count].family != AF_UNSPEC; count++) {
		const struct address *server = &wanted->servers[count];
		bool link_local = server->family == AF_INET6 && server->bytes[0] == 0xfe && server->bytes[1] == 0x80;
		char address[ADDRESS_TEXT_MAX];

		snprintf(text[count], SERVER_TEXT_MAX, "%s%s%s", address_format(server, address, sizeof(address)),
			 link_local ? "%" : "", link_local ? wanted->interface_name : "");
	}
	return count;
}

static void tell_resolved(struct name_servers_programs *programs, const char *path,
			  const struct service_name_servers *wanted)
{
	const char *interface = wanted->interface_name, *arguments[ARGUMENTS + 1] = { path, "dns", interface };
	char text[SERVICE_NAME_SERVERS_MAX][SERVER_TEXT_MAX];
	unsigned int count = write_servers(wanted, text);

	if (!count) {
		/* it has forgotten what belonged to a device that is gone */
		if (if_nametoindex(interface))
			run(programs, path, (const char *[]){ path, "revert", interface, NULL }, NULL);
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		arguments[3 + i] = text[i];
	run(programs, path, arguments, NULL);
	run(programs, path, (const char *[]){ path, "domain", interface, "~.", NULL }, NULL);
}

static void tell_resolvconf(struct name_servers_programs *programs, const char *path,
			    const struct service_name_servers *wanted)
{
	char record[CONFIG_IFNAME_MAX + 8], input[SERVICE_NAME_SERVERS_MAX * (SERVER_TEXT_MAX + 16)] = "";
	char text[SERVICE_NAME_SERVERS_MAX][SERVER_TEXT_MAX];
	unsigned int count = write_servers(wanted, text);
	size_t used = 0;

	for (unsigned int i = 0; i < count; i++)
		used += (size_t)snprintf(input + used, sizeof(input) - used, "nameserver %s\n", text[i]);
	snprintf(record, sizeof(record), "%s.l2tpd", wanted->interface_name);
	run(programs, path, (const char *[]){ path, count ? "-a" : "-d", record, NULL }, count ? input : NULL);
}

/* A peer may change its mind as often as it likes. */
static void tell_nobody(struct name_servers_programs *programs, const struct service_name_servers *wanted)
{
	char text[SERVICE_NAME_SERVERS_MAX][SERVER_TEXT_MAX], all[SERVICE_NAME_SERVERS_MAX * (SERVER_TEXT_MAX + 1)];
	unsigned int count = write_servers(wanted, text);
	size_t used = 0;

	if (!count)
		return;
	for (unsigned int i = 0; i < count; i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i ? " " : "", text[i]);
	log_limited(&programs->untold, os_clock_ms(), LOG_LEVEL_WARNING,
		    "%s: the peer's name servers are %s: neither systemd-resolved nor resolvconf is there to be told",
		    wanted->interface_name, all);
}

static void tell(struct name_servers_programs *programs, const struct service_name_servers *wanted)
{
	const char *resolvectl = access(RESOLVED, F_OK) == 0 ? find(resolvectls) : NULL;
	const char *resolvconf = resolvectl ? NULL : find(resolvconfs);

	if (resolvectl)
		tell_resolved(programs, resolvectl, wanted);
	else if (resolvconf)
		tell_resolvconf(programs, resolvconf, wanted);
	else
		tell_nobody(programs, wanted);
}

void name_servers_settle(struct name_servers_programs *programs, struct service *service)
{
	struct service_name_servers wanted;

	/* one after the other: what is said last is to be done last, and peers do not start programs at their pace */
	while (!programs->running && service_next_name_servers(service, &wanted))
		tell(programs, &wanted);
}
