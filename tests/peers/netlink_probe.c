/* SPDX-License-Identifier: MIT */
/*
 * Ask the generic netlink family "l2tp" what standard input says, and print every octet of the answers: the same text
 * here, of l2tpd under l2tprun, and in a guest, of the kernel, means that they are the same.
 *
 *	NAME: CMD FLAGS [ATTRIBUTE...]		'#' starts a comment; an empty line is nothing
 *	NAME: policy FLAGS [ATTRIBUTE...]	what the controller tells of the policy of commands
 *	NAME: data FROM TO SESSION_ID [PACKET...]
 *
 * FLAGS are letters: A: an acknowledgement, D: a dump, - none.  An attribute is TYPE.1=, TYPE.2=, TYPE.4= or
 * TYPE.8= with a number of so many octets, TYPE.i= with an address, TYPE.s= with a text and its NUL, TYPE.x= with
 * octets in hex, TYPE.f= with the descriptor of one of the sockets that lines with '!' make (probe_sockets.h),
 * TYPE.F= with the family's number.
 * What a second socket hears as a member of the group "l2tp" is printed besides.
 *
 * data sends packets of version 3 over UDP on the loopback, from port FROM to port TO: for each PACKET that is a number
 * a frame with this sequence number, for - one without, for "short" one that is less than an Ethernet header, for xHEX
 * these octets behind the session's id; +MS is a pause.  At last it waits until they should have been counted.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe_sockets.h"

#define BUFFER 65536
#define FRAME 60		/* octets */
#define FRAME_SHORT 10
#define SETTLE_MS 250

struct socket {
	struct mnl_socket *nl;
	unsigned int port, seq;
};

static uint16_t family;
static uint32_t group;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* --- printing --- */

static void print_octets(const void *octets, size_t length)
{
	const uint8_t *at = octets;

	for (size_t i = 0; i < length; i++)
		printf("%02x", at[i]);
}

/* The family's number is whatever the kernel happened to give. */
static void print_attributes(const struct nlmsghdr *message)
{
	bool is_control = message->nlmsg_type == GENL_ID_CTRL;
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		printf(" %u:", attribute->nla_type);
		if (!is_control || attribute->nla_type != CTRL_ATTR_FAMILY_ID)
			print_octets(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
	}
}

/* The request that an error carries has ids in it that differ: only its length is told. */
static void print_error(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

	printf("error %d (%s), %u octets", error->error, strerror(-error->error), message->nlmsg_len);
}

static void print_message(const struct nlmsghdr *message, const struct socket *socket, const char *prefix)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);

	printf("%sflags %x %s %s ", prefix, message->nlmsg_flags, message->nlmsg_seq == socket->seq ? "seq" : "no-seq",
	       message->nlmsg_pid == socket->port ? "port" : "no-port");
	if (message->nlmsg_type == NLMSG_ERROR) {
		print_error(message);
	} else if (message->nlmsg_type == NLMSG_DONE) {
		printf("done ");
		print_octets(mnl_nlmsg_get_payload(message), mnl_nlmsg_get_payload_len(message));
	} else if (message->nlmsg_type == family || message->nlmsg_type == GENL_ID_CTRL) {
		printf("cmd %u version %u", genl->cmd, genl->version);
		print_attributes(message);
	} else {
		printf("type %u", message->nlmsg_type);
	}
	putchar('\n');
}

/* --- speaking --- */

static void open_socket(struct socket *socket)
{
	socket->nl = mnl_socket_open(NETLINK_GENERIC);
	if (!socket->nl || mnl_socket_bind(socket->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink socket");
	socket->port = mnl_socket_get_portid(socket->nl);
}

static struct nlmsghdr *begin(void *buffer, struct socket *socket, uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(message, sizeof(*genl));

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = ++socket->seq;
	genl->cmd = cmd;
	genl->version = 1;
	return message;
}

static void send_message(struct socket *socket, const struct nlmsghdr *message)
{
	if (mnl_socket_sendto(socket->nl, message, message->nlmsg_len) < 0)
		die("send");
}

/* Ask for a family that there is not, whose refusal comes behind all that was to come. Returns its number. */
static unsigned int send_end_mark(struct socket *socket)
{
	static const char nobody[] = "nobody";
	char buffer[256];
	struct nlmsghdr *message = begin(buffer, socket, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	unsigned int seq = socket->seq--;

	message->nlmsg_seq = 0x80000000u + seq;
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, nobody);
	send_message(socket, message);
	return message->nlmsg_seq;
}

/* end_mark 0: until a dump is done, which may be as late as the next time that something is received. */
static void print_until(struct socket *socket, unsigned int end_mark, const char *prefix)
{
	static char buffer[BUFFER];
	bool ended = false;

	while (!ended) {
		ssize_t received = mnl_socket_recvfrom(socket->nl, buffer, sizeof(buffer));
		int left = (int)received;
		const struct nlmsghdr *message = (const struct nlmsghdr *)(void *)buffer;

		if (received <= 0)
			die("receive");
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_seq == end_mark)
				return;
			print_message(message, socket, prefix);
			ended = !end_mark && (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR);
		}
	}
}

/* --- the family --- */

static void learn_group(const struct nlattr *groups)
{
	const struct nlattr *one, *member;

	mnl_attr_for_each_nested(one, groups)
		mnl_attr_for_each_nested(member, one)
			if (mnl_attr_get_type(member) == CTRL_ATTR_MCAST_GRP_ID)
				group = mnl_attr_get_u32(member);
}

/* What it says of itself, without the ids that the kernel happened to give. */
static void print_family(const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		unsigned int type = mnl_attr_get_type(attribute);

		printf(" %u:", type);
		if (type == CTRL_ATTR_FAMILY_ID) {
			family = mnl_attr_get_u16(attribute);
		} else if (type == CTRL_ATTR_MCAST_GROUPS) {
			learn_group(attribute);
			printf("%u octets", mnl_attr_get_payload_len(attribute));
		} else {
			print_octets(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
		}
	}
	putchar('\n');
}

static void find_family(struct socket *socket)
{
	char buffer[BUFFER];
	struct nlmsghdr *message = begin(buffer, socket, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);

	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, "l2tp");
	send_message(socket, message);
	if (mnl_socket_recvfrom(socket->nl, buffer, sizeof(buffer)) <= 0)
		die("receive");
	if (message->nlmsg_type == NLMSG_ERROR) {
		printf("no family l2tp\n");
		exit(1);
	}
	print_family(message);
}

/* --- standard input --- */

static bool put_number(struct nlmsghdr *message, uint16_t type, char size, const char *value)
{
	uint64_t number = strtoull(value, NULL, 0);

	switch (size) {
	case '1': mnl_attr_put_u8(message, type, (uint8_t)number); return true;
	case '2': mnl_attr_put_u16(message, type, (uint16_t)number); return true;
	case '4': mnl_attr_put_u32(message, type, (uint32_t)number); return true;
	case '8': mnl_attr_put_u64(message, type, number); return true;
	default: return false;
	}
}

static size_t from_hex(const char *text, uint8_t *out, size_t room)
{
	size_t length = 0;

	for (unsigned int octet; length < room && sscanf(text, "%2x", &octet) == 1; text += 2)
		out[length++] = (uint8_t)octet;
	return length;
}

static void put_hex(struct nlmsghdr *message, uint16_t type, const char *value)
{
	uint8_t octets[64];

	mnl_attr_put(message, type, from_hex(value, octets, sizeof(octets)), octets);
}

static void put_address(struct nlmsghdr *message, uint16_t type, const char *value)
{
	uint8_t octets[16];

	if (inet_pton(AF_INET, value, octets) == 1)
		mnl_attr_put(message, type, 4, octets);
	else if (inet_pton(AF_INET6, value, octets) == 1)
		mnl_attr_put(message, type, 16, octets);
}

static void put_word(struct nlmsghdr *message, const char *word)
{
	char *rest;
	uint16_t type = (uint16_t)strtoul(word, &rest, 0);

	if (rest[0] != '.' || !rest[1] || rest[2] != '=') {
		fprintf(stderr, "not an attribute: %s\n", word);
		exit(2);
	}
	if (rest[1] == 's')
		mnl_attr_put_strz(message, type, rest + 3);
	else if (rest[1] == 'x')
		put_hex(message, type, rest + 3);
	else if (rest[1] == 'f')
		mnl_attr_put_u32(message, type, (uint32_t)probe_sockets_fd(atoi(rest + 3)));
	else if (rest[1] == 'F')
		mnl_attr_put_u16(message, type, family);
	else if (rest[1] == 'i')
		put_address(message, type, rest + 3);
	else
		put_number(message, type, rest[1], rest + 3);
}

/* --- packets --- */

static int open_udp(const char *from, const char *to)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	name.sin_port = htons((uint16_t)atoi(from));
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		die("the peer's socket");
	name.sin_port = htons((uint16_t)atoi(to));
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		die("the peer's connection");
	return fd;
}

static void put32(uint8_t *out, uint32_t number)
{
	number = htonl(number);
	memcpy(out, &number, sizeof(number));
}

/* out: behind the session's id. Returns the length. */
static size_t put_packet(uint8_t *out, size_t room, const char *word)
{
	size_t length = 4 + (strcmp(word, "short") == 0 ? FRAME_SHORT : FRAME);

	if (*word == 'x')
		return from_hex(word + 1, out, room);
	memset(out, 0, length);
	if (*word >= '0' && *word <= '9')
		put32(out, 0x40000000u | (uint32_t)strtoul(word, NULL, 0));
	return length;
}

/* FROM TO SESSION_ID [PACKET...] */
static void send_data(char **save)
{
	const char *from = strtok_r(NULL, " \t", save), *to = strtok_r(NULL, " \t", save);
	const char *session = strtok_r(NULL, " \t", save), *word;
	uint8_t packet[256] = { 0, 3 };
	int fd;

	if (!from || !to || !session) {
		fprintf(stderr, "data needs ports and a session\n");
		exit(2);
	}
	fd = open_udp(from, to);
	put32(packet + 4, (uint32_t)strtoul(session, NULL, 0));
	while ((word = strtok_r(NULL, " \t", save))) {
		if (*word == '+')
			usleep((useconds_t)atoi(word + 1) * 1000);
		else if (send(fd, packet, 8 + put_packet(packet + 8, sizeof(packet) - 8, word), 0) < 0)
			die("send a packet");
	}
	usleep(SETTLE_MS * 1000);
	close(fd);
}

/* --- a line --- */

/* Returns whether it is a dump. */
static bool probe(struct socket *socket, char *line)
{
	char buffer[4096], *save, *word = strtok_r(line, " \t", &save);
	const char *flags;
	struct nlmsghdr *message;
	bool is_policy;

	if (word && strcmp(word, "data") == 0) {
		send_data(&save);
		return false;
	}
	flags = word ? strtok_r(NULL, " \t", &save) : NULL;
	if (!flags) {
		fprintf(stderr, "no command and flags\n");
		exit(2);
	}
	is_policy = strcmp(word, "policy") == 0;
	message = begin(buffer, socket, is_policy ? GENL_ID_CTRL : family,
			is_policy ? CTRL_CMD_GETPOLICY : (uint8_t)atoi(word),
			(strchr(flags, 'A') ? NLM_F_ACK : 0) | (strchr(flags, 'D') ? NLM_F_DUMP : 0));
	while ((word = strtok_r(NULL, " \t", &save)))
		put_word(message, word);
	send_message(socket, message);
	return strchr(flags, 'D');
}

int main(void)
{
	struct socket asking = { .seq = 0 }, listening = { .seq = 0 };
	char line[1024], *rest;

	setvbuf(stdout, NULL, _IOLBF, 0);
	open_socket(&asking);
	open_socket(&listening);
	find_family(&asking);
	if (mnl_socket_setsockopt(listening.nl, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		die("join the group");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "#\n")] = '\0';
		if (line[0] == '!') {
			probe_sockets_do(line + 1);
			continue;
		}
		rest = strchr(line, ':');
		if (!rest)
			continue;
		*rest = '\0';
		printf("%s\n", line);
		if (probe(&asking, rest + 1))
			print_until(&asking, 0, "  ");
		print_until(&asking, send_end_mark(&asking), "  ");
		print_until(&listening, send_end_mark(&listening), "  heard ");
	}
	return 0;
}
