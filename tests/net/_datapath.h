/* SPDX-License-Identifier: MIT */
/* What the programs have in common that speak to the datapath in user space itself. */
#ifndef L2TPD_TESTS_NET_DATAPATH_H
#define L2TPD_TESTS_NET_DATAPATH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "datapath/user/user.h"

static struct datapath *dp;

static inline void fail(const char *why)
{
	printf("%s\n", why);
	exit(1);
}

static inline void equal(const char *what, uint64_t got, uint64_t wanted)
{
	if (got != wanted) {
		printf("%s: got %llu, wanted %llu\n", what, (unsigned long long)got, (unsigned long long)wanted);
		exit(1);
	}
}

static inline struct endpoint endpoint_at(const char *address, uint16_t port)
{
	struct endpoint e = { .port = port };

	if (!address_parse(address, &e.address))
		fail(address);
	return e;
}

static inline uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline handle tunnel_made(const struct datapath_tunnel_config *config)
{
	struct error error = { 0 };
	handle tunnel;

	if (datapath_ops(dp)->tunnel_add(dp, config, &tunnel, &error) < 0)
		fail(error.text);
	return tunnel;
}

static inline handle session_made(const struct datapath_session_config *config)
{
	struct error error = { 0 };
	handle session;

	if (datapath_ops(dp)->session_add(dp, config, &session, &error) < 0)
		fail(error.text);
	return session;
}

static inline struct datapath_session_info info_of(handle session)
{
	struct datapath_session_info info;

	if (datapath_ops(dp)->session_info(dp, session, &info) < 0)
		fail("session_info");
	return info;
}

/* A socket of the peer's, which several may have, connected to ours. */
static inline int socket_between(struct endpoint peer, struct endpoint ours)
{
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(&peer, &name);
	int fd = socket(peer.address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, size = 4 << 20;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	    bind(fd, (struct sockaddr *)&name, length) < 0)
		fail("the peer's socket");
	length = endpoint_to_sockaddr(&ours, &name);
	if (connect(fd, (struct sockaddr *)&name, length) < 0)
		fail("the peer's connect");
	return fd;
}

struct case_of_many {
	const char *name;
	void (*run)(void);
};

/* The one that the command line names, with a datapath of its own. */
static inline int run_case(int argc, char **argv, const char *instance, unsigned int workers,
			   const struct case_of_many *cases, size_t count)
{
	struct datapath_user_options options = { .workers = workers, .instance = instance };
	struct error error = { 0 };

	for (size_t i = 0; argc == 2 && i < count; i++) {
		if (strcmp(argv[1], cases[i].name) != 0)
			continue;
		if (datapath_user_open(&options, &dp, &error) < 0)
			fail(error.text);
		cases[i].run();
		datapath_ops(dp)->close(dp);
		return 0;
	}
	return 2;
}

#endif
