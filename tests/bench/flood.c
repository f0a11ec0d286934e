/* SPDX-License-Identifier: MIT */
/*
 * UDP packets as fast as they arrive, and their receiver: for the benchmarks.
 *
 * The receiver tells how many it has got; no more than WINDOW are on their way. So the fastest rate without loss
 * settles by itself, and no CPU time is counted that went into packets which a full queue dropped.
 *
 *	flood send ADDRESS PORT SECONDS SIZE...	the sizes in turn, 64 packets per system call
 *	flood receive PORT			counts until a signal ends it, then prints the number
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define WINDOW 896		/* packets; a device's queue takes 1,000 */
#define REPORT 64		/* packets between two reports */
#define LOST_MS 20		/* without a report: what is missing will not come */
#define PACKET_MAX 65536
#define SIZES_MAX 1024

static char packets[BATCH][PACKET_MAX];
static struct iovec parts[BATCH];
static struct mmsghdr messages[BATCH];
static struct sockaddr_in sender;
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

/* Wait until another batch may go. *lost: sent, and given up. */
static void await_window(int fd, uint64_t sent, uint64_t *received, uint64_t *lost)
{
	int flags = MSG_DONTWAIT;
	uint64_t report;

	for (;;) {
		while (recv(fd, &report, sizeof(report), flags) == sizeof(report)) {
			*received = report;
			flags = MSG_DONTWAIT;
		}
		if (sent + BATCH - *lost - *received <= WINDOW)
			return;
		if (flags == 0)		/* in vain */
			*lost = sent - *received;
		flags = 0;
	}
}

static int flood_send(char **argument, int count)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(atoi(argument[1])) };
	struct timeval patience = { .tv_usec = LOST_MS * 1000 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer = 4 << 20, size = 0, sizes = count - 3;
	double until = now() + atof(argument[2]);
	uint64_t sent = 0, received = 0, lost = 0;

	inet_pton(AF_INET, argument[0], &peer.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (sizes > SIZES_MAX || connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0) {
		perror("flood");
		return 1;
	}
	aim(0);
	while (now() < until) {
		for (int i = 0; i < BATCH; i++, size = (size + 1) % sizes)
			parts[i].iov_len = strtoul(argument[3 + size], NULL, 10);
		await_window(fd, sent, &received, &lost);
		sendmmsg(fd, messages, BATCH, 0);
		sent += BATCH;
	}
	return 0;
}

static int flood_receive(char **argument)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(atoi(argument[0])) };
	struct sigaction action = { .sa_handler = end };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer = 4 << 20;
	uint64_t received = 0, reported = 0;

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
		int n;

		messages[0].msg_hdr.msg_name = &sender;
		messages[0].msg_hdr.msg_namelen = sizeof(sender);
		n = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
		if (n > 0)
			received += (unsigned int)n;
		if (received - reported >= REPORT) {
			sendto(fd, &received, sizeof(received), 0, (struct sockaddr *)&sender, sizeof(sender));
			reported = received;
		}
	}
	printf("%llu\n", (unsigned long long)received);
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
