/* SPDX-License-Identifier: MIT */
/* See probe_generic.h. */
#include "probe_generic.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe_sockets.h"

#define RECV_MS 1000
#define OWN_MAX 1000			/* ports so near behind it are told as its own and more */
#define NEGATIVE 0x80000000u		/* what the kernel makes up */
#define SEQUENCE 7

static void result(long failed)
{
	printf("  %s\n", failed < 0 ? strerror(errno) : "well");
}

static uint32_t read_port(const char *word)
{
	if (strncmp(word, "own", 3) == 0)
		return (uint32_t)getpid() + (uint32_t)atoi(word + 3);
	return (uint32_t)strtoul(word, NULL, 0);
}

static void print_port(uint32_t port)
{
	uint32_t own = (uint32_t)getpid();

	if (port >= NEGATIVE)
		printf("negative");
	else if (port >= own && port - own < OWN_MAX)
		printf("own+%u", port - own);
	else
		printf("%u", port);
}

static void print_name(int fd, int (*get)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_nl name = { .nl_family = 77 };
	socklen_t length = sizeof(name);

	if (get(fd, (struct sockaddr *)&name, &length) < 0) {
		result(-1);
		return;
	}
	printf("  %u octets, family %u, port ", length, name.nl_family);
	print_port(name.nl_pid);
	printf(", groups %x\n", name.nl_groups);
}

static void do_name(const char *verb, int fd, char **words, int count)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };

	if (strcmp(words[0], "none") == 0)
		name.nl_family = AF_UNSPEC;
	else
		name.nl_pid = read_port(words[0]);
	if (count > 1)
		name.nl_groups = (uint32_t)strtoul(words[1], NULL, 0);
	result((*verb == 'b' ? bind : connect)(fd, (struct sockaddr *)&name, sizeof(name)));
}

static void do_generic(int number)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	if (fd >= 0)
		probe_sockets_put(number, fd);
	result(fd);
}

/* --- messages --- */

static void do_send(int fd, bool to_kernel)
{
	_Alignas(8) char octets[256];
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr *header = mnl_nlmsg_put_header(octets);
	struct genlmsghdr *generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));

	header->nlmsg_type = GENL_ID_CTRL;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = SEQUENCE;
	generic->cmd = CTRL_CMD_GETFAMILY;
	generic->version = 1;
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	result(sendto(fd, octets, header->nlmsg_len, 0, to_kernel ? (struct sockaddr *)&kernel : NULL,
		      to_kernel ? sizeof(kernel) : 0));
}

/* Returns its length; negative: there is none. */
static ssize_t hear(int fd, struct nlmsghdr *first)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	_Alignas(8) char octets[4096];
	ssize_t length = -1;

	if (poll(&waiting, 1, RECV_MS) > 0)
		length = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);
	if (length >= (ssize_t)sizeof(*first))
		memcpy(first, octets, sizeof(*first));
	return length;
}

static void do_ask(int fd)
{
	struct nlmsghdr answer = { .nlmsg_len = 0 };

	do_send(fd, true);
	if (hear(fd, &answer) < 0) {
		printf("  nothing\n");
		return;
	}
	printf("  type %u sequence %u to port ", answer.nlmsg_type, answer.nlmsg_seq);
	print_port(answer.nlmsg_pid);
	putchar('\n');
}

static void do_hear(int fd)
{
	struct nlmsghdr first;

	printf("  %zd octets\n", hear(fd, &first));
}

bool probe_generic_do(const char *verb, int number, char **words, int count)
{
	int fd = probe_sockets_fd(number);

	if (strcmp(verb, "generic") == 0) {
		do_generic(number);
	} else if ((strcmp(verb, "bind-port") == 0 || strcmp(verb, "connect-port") == 0) && count) {
		do_name(verb, fd, words, count);
	} else if (strcmp(verb, "ports") == 0) {
		print_name(fd, getsockname);
		print_name(fd, getpeername);
	} else if (strcmp(verb, "ask-port") == 0) {
		do_ask(fd);
	} else if (strcmp(verb, "send-port") == 0) {
		do_send(fd, false);
	} else if (strcmp(verb, "hear-port") == 0) {
		do_hear(fd);
	} else {
		return false;
	}
	return true;
}
