/* SPDX-License-Identifier: MIT */
/*
 * UDP packets as fast as they can be made, and their receiver: for the benchmarks, where the
 * sender must never be what limits.
 *
 *	flood send ADDRESS PORT SECONDS SIZE...	the sizes in turn, 64 packets per system call
 *	flood receive PORT			counts until a signal ends it, then prints the number
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define PACKET_MAX 65536
#define SIZES_MAX 1024

static char packets[BATCH][PACKET_MAX];
static struct iovec parts[BATCH];
static struct mmsghdr messages[BATCH];
static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static void aim(size_t length)
{
	for (int i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ .iov_base = packets[i], .iov_len = length };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int flood_send(char **argument, int count)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(atoi(argument[1])) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer = 4 << 20, size = 0, sizes = count - 3;
	double until = now() + atof(argument[2]);

	inet_pton(AF_INET, argument[0], &peer.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	if (sizes > SIZES_MAX || connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0) {
		perror("flood");
		return 1;
	}
	aim(0);
	while (now() < until) {
		for (int i = 0; i < BATCH; i++, size = (size + 1) % sizes)
			parts[i].iov_len = strtoul(argument[3 + size], NULL, 10);
		sendmmsg(fd, messages, BATCH, 0);
	}
	return 0;
}

static int flood_receive(char **argument)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(atoi(argument[0])) };
	struct sigaction action = { .sa_handler = end };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer = 4 << 20;
	long long received = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0) {
		perror("flood");
		return 1;
	}
	sigaction(SIGTERM, &action, NULL);
	aim(PACKET_MAX);
	puts("ready");
	fflush(stdout);
	while (!ended) {
		int n = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);

		if (n > 0)
			received += n;
	}
	printf("%lld\n", received);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 6 && !strcmp(argv[1], "send"))
		return flood_send(argv + 2, argc - 2);
	if (argc == 3 && !strcmp(argv[1], "receive"))
		return flood_receive(argv + 2);
	fputs("usage: flood send ADDRESS PORT SECONDS SIZE... | flood receive PORT\n", stderr);
	return 2;
}
