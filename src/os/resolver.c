/* SPDX-License-Identifier: MIT */
/*
 * Name lookups on libevent's evdns.  /etc/resolv.conf and /etc/hosts are read when a lookup finds
 * no reader younger than READER_AGE_MS, so that a missing or changed file is never a matter of
 * restarting the daemon; a reader that nobody used for READER_IDLE_MS is freed, so that an idle
 * daemon has neither its sockets nor its timers.
 *
 * A reader is not freed right after its last answer: evdns still holds references to it in
 * cancelled halves of a lookup (A answered, AAAA given up) until the loop has turned.
 */
#include "os/resolver.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/log.h"
#include "os/clock.h"

#define READER_AGE_MS 2000
#define READER_IDLE_MS 10000
#define SHUTDOWN_TURNS 8	/* of the loop, for evdns to let go of cancelled lookups */

/* One evdns with what the files said when it was made. */
struct reader {
	struct os_resolver *resolver;
	struct evdns_base *dns;
	struct event *idle;		/* frees it, when unused */
	uint64_t made;
	unsigned int pending;		/* lookups that use it */
	struct reader *prev, *next;
};

struct lookup {
	struct reader *reader;
	struct evdns_getaddrinfo_request *request;	/* NULL: evdns has answered */
	struct event *deliver;
	handle tag;
	struct address addresses[OS_RESOLVER_ADDRESSES_MAX];
	unsigned int count;
	char reason[128];
	struct lookup *prev, *next;
};

struct os_resolver {
	struct event_base *loop;
	os_resolver_done_fn *done;
	void *context;
	struct reader *readers;		/* the newest first */
	struct lookup *lookups;
};

/* What libevent would write to standard error by itself, e.g. that a name server does not answer. Its
 * hook is one for the process, and so is the limit: networks cause these lines. */
static void library_line(int severity, const char *text)
{
	static struct log_limit limit;

	log_limited(&limit, os_clock_ms(), severity >= EVENT_LOG_WARN ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
		    "names of peers: %s", text);
}

static void reader_free(struct reader *reader)
{
	DL_DELETE(reader->resolver->readers, reader);
	if (reader->dns)
		evdns_base_free(reader->dns, 0);
	if (reader->idle)
		event_free(reader->idle);
	free(reader);
}

static void reader_idle(evutil_socket_t fd, short what, void *context)
{
	struct reader *reader = context;

	if (!reader->pending)
		reader_free(reader);
}

static struct reader *reader_new(struct os_resolver *resolver)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->resolver = resolver;
	reader->made = os_clock_ms();
	DL_PREPEND(resolver->readers, reader);
	reader->idle = event_new(resolver->loop, -1, 0, reader_idle, reader);
	reader->dns = evdns_base_new(resolver->loop, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (!reader->idle || !reader->dns) {
		reader_free(reader);
		return NULL;
	}
	/* a missing resolv.conf means a server on this host, as for the C library */
	evdns_base_resolv_conf_parse(reader->dns, DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC,
				     "/etc/resolv.conf");
	evdns_base_load_hosts(reader->dns, "/etc/hosts");
	return reader;
}

static struct reader *reader_get(struct os_resolver *resolver)
{
	struct reader *reader = resolver->readers;

	if (!reader || os_clock_ms() - reader->made > READER_AGE_MS)
		reader = reader_new(resolver);
	if (reader)
		reader->pending++;
	return reader;
}

static void reader_put(struct reader *reader)
{
	static const struct timeval delay = { READER_IDLE_MS / 1000, READER_IDLE_MS % 1000 * 1000 };

	if (--reader->pending == 0)
		event_add(reader->idle, &delay);
}

static void lookup_free(struct os_resolver *resolver, struct lookup *lookup)
{
	DL_DELETE(resolver->lookups, lookup);
	if (lookup->deliver)
		event_free(lookup->deliver);
	if (lookup->reader)
		reader_put(lookup->reader);
	free(lookup);
}

static void deliver(evutil_socket_t fd, short what, void *context)
{
	struct lookup *lookup = context;
	struct os_resolver *resolver = lookup->reader->resolver;

	resolver->done(resolver->context, lookup->tag, lookup->addresses, lookup->count, lookup->reason);
	lookup_free(resolver, lookup);
}

static bool lookup_has(const struct lookup *lookup, const struct address *address)
{
	for (unsigned int i = 0; i < lookup->count; i++)
		if (address_equal(&lookup->addresses[i], address))
			return true;
	return false;
}

static void lookup_take(struct lookup *lookup, const struct evutil_addrinfo *found)
{
	for (; found && lookup->count < OS_RESOLVER_ADDRESSES_MAX; found = found->ai_next) {
		struct sockaddr_storage sockaddr = { 0 };
		struct endpoint endpoint;

		if (found->ai_addrlen > sizeof(sockaddr))
			continue;
		memcpy(&sockaddr, found->ai_addr, found->ai_addrlen);
		if (endpoint_from_sockaddr(&sockaddr, &endpoint) && !lookup_has(lookup, &endpoint.address))
			lookup->addresses[lookup->count++] = endpoint.address;
	}
}

static void answered(int result, struct evutil_addrinfo *found, void *context)
{
	struct lookup *lookup = context;

	lookup->request = NULL;
	lookup_take(lookup, found);
	if (found)
		evutil_freeaddrinfo(found);
	if (!lookup->count)
		snprintf(lookup->reason, sizeof(lookup->reason), "%s",
			 result ? evutil_gai_strerror(result) : "it has no address");
	event_active(lookup->deliver, EV_TIMEOUT, 0);
}

void os_resolver_lookup(struct os_resolver *resolver, handle tag, const char *host, sa_family_t family)
{
	struct evutil_addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP };
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (!lookup)
		return;
	DL_APPEND(resolver->lookups, lookup);
	lookup->tag = tag;
	lookup->deliver = event_new(resolver->loop, -1, 0, deliver, lookup);
	lookup->reader = reader_get(resolver);
	if (!lookup->deliver || !lookup->reader) {
		lookup_free(resolver, lookup);
		return;
	}
	lookup->request = evdns_getaddrinfo(lookup->reader->dns, host, NULL, &hints, answered, lookup);
}

struct os_resolver *os_resolver_new(struct event_base *loop, os_resolver_done_fn *done, void *context)
{
	struct os_resolver *resolver = calloc(1, sizeof(*resolver));

	if (resolver)
		*resolver = (struct os_resolver){ .loop = loop, .done = done, .context = context };
	event_set_log_callback(library_line);
	return resolver;
}

static void done_nothing(void *context, handle tag, const struct address *addresses, unsigned int count,
			 const char *reason)
{
}

void os_resolver_free(struct os_resolver *resolver)
{
	struct lookup *lookup, *next_lookup;
	struct reader *reader, *next_reader;

	if (!resolver)
		return;
	resolver->done = done_nothing;
	DL_FOREACH(resolver->lookups, lookup)
		if (lookup->request)
			evdns_getaddrinfo_cancel(lookup->request);
	for (int turn = 0; turn < SHUTDOWN_TURNS && resolver->lookups; turn++)
		event_base_loop(resolver->loop, EVLOOP_NONBLOCK);
	DL_FOREACH_SAFE(resolver->lookups, lookup, next_lookup)
		lookup_free(resolver, lookup);
	DL_FOREACH_SAFE(resolver->readers, reader, next_reader)
		reader_free(reader);
	free(resolver);
}
