/* SPDX-License-Identifier: MIT */
/* See probe_sockets.h. */
#include "probe_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe_generic.h"
#include "probe_l2tpip.h"

#define SOCKETS_MAX 32
#define NO_DESCRIPTOR 777
#define WORDS_MAX 8
#define SETTLE_US 500000
#define RECV_MS 1000

static int sockets[SOCKETS_MAX];	/* descriptor and one more; 0: none */

static const struct kind {
	const char *name;
	int family, type;
} kinds[] = {
	{ "udp4", AF_INET, SOCK_DGRAM }, { "udp6", AF_INET6, SOCK_DGRAM }, { "tcp4", AF_INET, SOCK_STREAM },
	{ "raw4", AF_INET, SOCK_RAW }, { "unix", AF_UNIX, SOCK_DGRAM }, { "elsewhere", AF_INET, SOCK_DGRAM },
};

static void result(int failed)
{
	printf("  %s\n", failed < 0 ? strerror(errno) : "well");
}

int probe_sockets_fd(int number)
{
	return number >= 0 && number < SOCKETS_MAX && sockets[number] ? sockets[number] - 1 : NO_DESCRIPTOR;
}

void probe_sockets_put(int number, int fd)
{
	if (sockets[number])
		close(sockets[number] - 1);
	sockets[number] = fd + 1;
}

/* --- opening --- */

static int open_elsewhere(const struct kind *kind)
{
	int here = open("/proc/self/ns/net", O_RDONLY), fd;

	if (here < 0 || unshare(CLONE_NEWNET) < 0)
		return -1;
	fd = socket(kind->family, kind->type, 0);
	if (setns(here, CLONE_NEWNET) < 0)
		exit(1);
	close(here);
	return fd;
}

static int open_kind(const char *name)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		if (strcmp(name, "elsewhere") == 0)
			return open_elsewhere(&kinds[i]);
		return socket(kinds[i].family, kinds[i].type, kinds[i].type == SOCK_RAW ? IPPROTO_UDP : 0);
	}
	fprintf(stderr, "no such kind of socket: %s\n", name);
	exit(2);
}

static int use(int fd, int (*call)(int, const struct sockaddr *, socklen_t), const char *address, const char *port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port)) };

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
		return call(fd, (const struct sockaddr *)&v4, sizeof(v4));
	if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1)
		return call(fd, (const struct sockaddr *)&v6, sizeof(v6));
	fprintf(stderr, "no address: %s\n", address);
	exit(2);
}

static void do_socket(int number, char **words, int count)
{
	int fd = open_kind(words[0]);

	if (fd < 0 || (count > 2 && use(fd, bind, words[1], words[2]) < 0) ||
	    (count > 4 && use(fd, connect, words[3], words[4]) < 0)) {
		result(-1);
		return;
	}
	sockets[number] = fd + 1;
	result(0);
}

/* --- using --- */

static void do_close(int number)
{
	result(close(probe_sockets_fd(number)));
	sockets[number] = 0;
	usleep(SETTLE_US);
}

static void do_send(int number, const char *hex)
{
	uint8_t octets[256];
	size_t length = 0;

	for (unsigned int octet; length < sizeof(octets) && sscanf(hex, "%2x", &octet) == 1; hex += 2)
		octets[length++] = (uint8_t)octet;
	result((int)send(probe_sockets_fd(number), octets, length, 0));
}

static void do_recv(int number)
{
	struct pollfd waiting = { .fd = probe_sockets_fd(number), .events = POLLIN };
	uint8_t octets[2048];
	ssize_t length;

	if (poll(&waiting, 1, RECV_MS) <= 0) {
		printf("  nothing\n");
		return;
	}
	length = recv(waiting.fd, octets, sizeof(octets), 0);
	if (length < 0) {
		result(-1);
		return;
	}
	printf("  ");
	for (ssize_t i = 0; i < length; i++)
		printf("%02x", octets[i]);
	putchar('\n');
}

static void obey(const char *verb, int number, char **words, int count)
{
	if (strcmp(verb, "socket") == 0 && count)
		do_socket(number, words, count);
	else if (strcmp(verb, "connect") == 0 && count == 2)
		result(use(probe_sockets_fd(number), connect, words[0], words[1]));
	else if (strcmp(verb, "close") == 0)
		do_close(number);
	else if (strcmp(verb, "wait") == 0)
		usleep(SETTLE_US);
	else if (strcmp(verb, "send") == 0 && count)
		do_send(number, words[0]);
	else if (strcmp(verb, "recv") == 0)
		do_recv(number);
	else if (!probe_l2tpip_do(verb, number, words, count) && !probe_generic_do(verb, number, words, count))
		exit(2);
}

void probe_sockets_do(char *line)
{
	char *words[WORDS_MAX], *save, *word = strtok_r(line, " \t", &save), *verb = word;
	int count = 0, number;

	word = strtok_r(NULL, " \t", &save);
	if (!verb || !word)
		exit(2);
	number = atoi(word);
	while (count < WORDS_MAX && (word = strtok_r(NULL, " \t", &save)))
		words[count++] = word;
	if (number < 0 || number >= SOCKETS_MAX)
		exit(2);
	printf("%s %d\n", verb, number);
	obey(verb, number, words, count);
}
