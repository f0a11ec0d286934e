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
