/* SPDX-License-Identifier: MIT */
/*
 * The IPv6 link of a session at the end of two pipes: packets as lines of hex in, answers out, "-" for none; or with
 * tun=NAME at the end of a TUN device that it makes.
 *
 *	ipv6_link [prefix=P] [delegated=P] [address=A] [dns=A] [dns2=A] [mtu=N] [unasked | tun=NAME]
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "aaa/ipv6_link.h"
#include "base/prefix.h"

static const uint8_t duid[] = { 0, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void must(bool is_good, const char *what)
{
	if (is_good)
		return;
	fprintf(stderr, "ipv6_link: cannot read %s\n", what);
	exit(2);
}

static void read_word(struct ipv6_link *link, const char *word)
{
	if (!strncmp(word, "prefix=", 7))
		must(prefix_parse(word + 7, &link->prefix), word);
	else if (!strncmp(word, "delegated=", 10))
		must(prefix_parse(word + 10, &link->delegated), word);
	else if (!strncmp(word, "address=", 8))
		must(address_parse(word + 8, &link->address), word);
	else if (!strncmp(word, "dns=", 4))
		must(address_parse(word + 4, &link->dns[0]), word);
	else if (!strncmp(word, "dns2=", 5))
		must(address_parse(word + 5, &link->dns[1]), word);
	else if (!strncmp(word, "mtu=", 4))
		link->mtu = (uint16_t)atoi(word + 4);
	else
		must(!strcmp(word, "unasked") || !strncmp(word, "tun=", 4), word);
}

/* Until the device goes. */
static int serve_device(const struct ipv6_link *link, const char *name)
{
	static uint8_t packet[65536], answer[IPV6_LINK_ANSWER_MAX];
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	ssize_t length;

	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	must(fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0, name);
	while ((length = read(fd, packet, sizeof(packet))) > 0) {
		size_t answered = ipv6_link_answer(link, packet, (size_t)length, answer);

		if (answered && write(fd, answer, answered) < 0)
			perror("ipv6_link");
	}
	return 0;
}

static void print(const uint8_t *octets, size_t length)
{
	if (!length)
		putchar('-');
	for (size_t i = 0; i < length; i++)
		printf("%02x", octets[i]);
	putchar('\n');
	fflush(stdout);
}

static size_t read_hex(const char *line, uint8_t *octets)
{
	size_t length = 0;
	unsigned int octet;

	for (; sscanf(line, "%2x", &octet) == 1; line += 2)
		octets[length++] = (uint8_t)octet;
	return length;
}

int main(int argc, char **argv)
{
	struct ipv6_link link = {
		.local = { AF_INET6, .bytes = { 0xfe, 0x80, [15] = 1 } },
		.router_lifetime = 1800, .preferred = 3600, .valid = 7200, .duid = duid, .duid_length = sizeof(duid),
	};
	static uint8_t octets[65536], answer[IPV6_LINK_ANSWER_MAX];
	static char line[2 * sizeof(octets)];

	for (int i = 1; i < argc; i++)
		read_word(&link, argv[i]);
	if (argc > 1 && !strncmp(argv[argc - 1], "tun=", 4))
		return serve_device(&link, argv[argc - 1] + 4);
	if (argc > 1 && !strcmp(argv[argc - 1], "unasked"))
		print(answer, ipv6_link_advertise(&link, answer));
	while (fgets(line, sizeof(line), stdin)) {
		size_t length = read_hex(line, octets);

		print(answer, ipv6_link_answer(&link, octets, length, answer));
	}
	return 0;
}
