/* SPDX-License-Identifier: MIT */
/*
 * Ask the generic netlink family "l2tp" what standard input says, and print every octet of the answers: the same text
 * here, of l2tpd under l2tprun, or of the room kernel, and in a guest, of the kernel, means that they are the same.
 *
 *	NAME: CMD FLAGS [ATTRIBUTE...]		'#' starts a comment; an empty line is nothing
 *	NAME: policy FLAGS [ATTRIBUTE...]	what the controller tells of the policy of commands
 *	NAME: raw HEX				these octets; TTTT in them is the family's number
 *	NAME: hear				what there is without being asked
 *	NAME: use N				lines below are those of socket N, 0 to 3; 0 at first
 *	NAME: option NUMBER VALUE		of level SOL_NETLINK; VALUE `group` is the family's group
 *	NAME: data FROM TO SESSION_ID [PACKET...]
 *
 * FLAGS are letters: A: an acknowledgement, D: a dump, - none; or a number of NLM_F_.  An attribute is TYPE.1=,
 * TYPE.2=, TYPE.4= or TYPE.8= with a number of so many octets, TYPE.i= with an address, TYPE.s= with a text and its
 * NUL, TYPE.x= with octets in hex, TYPE.f= with the descriptor of one of the sockets that lines with '!' make
 * (probe_sockets.h), TYPE.F= with the family's number.  What socket 3 hears, which is a member of the group "l2tp" as
 * long as it is not told otherwise, is printed besides.
 *
 * What differs from system to system is printed as letters: the family's number as T, the group's as G, descriptors
 * as F.
 *
 * data sends packets of version 3 over UDP on the loopback, from port FROM to port TO: for each PACKET that is a number
 * a frame with this sequence number, for - one without, for "short" one that is less than an Ethernet header, for xHEX
 * these octets behind the session's id; +MS is a pause.  At last it waits until they should have been counted.
 */
#include "netlink_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/l2tp.h>		/* it wants those before it */

#include "probe_sockets.h"

#define LISTENER (PROBE_SOCKETS - 1)
#define SEQUENCE 9
#define REQUEST_MAX 4096
#define FRAME 60		/* octets */
#define FRAME_SHORT 10
#define SETTLE_MS 250
#define DELETE_MS 100		/* the kernel takes a tunnel apart when it has answered */

static struct {
	unsigned int socket;		/* lines are its */
	uint32_t ports[PROBE_SOCKETS];
	uint16_t family;
	uint32_t group;
} probe;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* --- printing --- */

static bool is_behind(const uint8_t *at, uint8_t length, uint8_t type)
{
	const uint8_t header[NLA_HDRLEN] = { (uint8_t)(NLA_HDRLEN + length), 0, type, 0 };

	return memcmp(at - sizeof(header), header, sizeof(header)) == 0;
}

/* In the request that an error tells of: who it is for, which family the controller was asked for, a descriptor. */
static char hidden_of_request(const uint8_t *octets, size_t at)
{
	const uint8_t *two = octets + (at & ~(size_t)1), *four = octets + (at & ~(size_t)3);
	uint16_t type;

	memcpy(&type, octets + 24, sizeof(type));
	if (type == GENL_ID_CTRL)
		return is_behind(two, 2, CTRL_ATTR_FAMILY_ID) ? 'T' : '\0';
	if (type != probe.family)
		return '\0';
	return two == octets + 24 ? 'T' : at >= 44 && is_behind(four, 4, L2TP_ATTR_FD) ? 'F' : '\0';
}

/* What is printed in place of this octet; NUL: the octet. */
static char hidden(const struct nlmsghdr *message, size_t at)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type == NLMSG_ERROR && message->nlmsg_len >= 36 && at >= 24)
		return hidden_of_request((const uint8_t *)message, at);
	/* the name of its only group is the last that it says of the family */
	return message->nlmsg_type == GENL_ID_CTRL && generic->cmd == CTRL_CMD_NEWFAMILY &&
	       at - message->nlmsg_len + 16 < 4 ? 'G' : '\0';
}

static void print_octets(const struct nlmsghdr *message, size_t from, size_t to)
{
	const uint8_t *octets = (const uint8_t *)message;

	for (size_t at = from; at < to; at++) {
		if (hidden(message, at))
			printf("%c", hidden(message, at));
		else
			printf("%02x", octets[at]);
	}
}

static bool is_zero(const struct nlmsghdr *message, size_t from, size_t to)
{
	while (from < to && !((const uint8_t *)message)[from])
		from++;
	return from == to;
}

/* What fills one up is told behind ~, if it is anything. */
static void print_attributes(const struct nlmsghdr *message)
{
	const size_t end = message->nlmsg_len;
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const struct nlattr *)(const void *)((const uint8_t *)message + at);
		size_t last = at + attribute->nla_len, next = at + NLA_ALIGN((size_t)attribute->nla_len);

		if (attribute->nla_len < NLA_HDRLEN || next > end)
			break;
		printf(" %u:", attribute->nla_type);
		if (message->nlmsg_type == GENL_ID_CTRL && attribute->nla_type == CTRL_ATTR_FAMILY_ID)
			printf("T");
		else
			print_octets(message, at + NLA_HDRLEN, last);
		if (!is_zero(message, last, next)) {
			printf("~");
			print_octets(message, last, next);
		}
		at = next;
	}
	if (at < end)
		printf(" and ");
	print_octets(message, at, end);
}

static void print_body(const struct nlmsghdr *message)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);
	size_t at = NLMSG_HDRLEN;
	int error;

	if (message->nlmsg_type == NLMSG_ERROR && message->nlmsg_len >= NLMSG_HDRLEN + sizeof(error)) {
		memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
		printf("error %d (%s) ", error, strerror(-error));
		at += sizeof(error);
	} else if ((message->nlmsg_type == probe.family || message->nlmsg_type == GENL_ID_CTRL) &&
		   message->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN) {
		printf("cmd %u version %u", generic->cmd, generic->version);
		print_attributes(message);
		return;
	}
	print_octets(message, at, message->nlmsg_len);
}

static void print_message(const struct nlmsghdr *message, unsigned int socket, const char *prefix)
{
	printf("%s%u octets, type ", prefix, message->nlmsg_len);
	if (message->nlmsg_type == probe.family)
		printf("T");
	else
		printf("%u", message->nlmsg_type);
	printf(" flags %x seq %u %s ", message->nlmsg_flags, message->nlmsg_seq,
	       message->nlmsg_pid == probe.ports[socket] ? "port" : message->nlmsg_pid ? "another port" : "no port");
	print_body(message);
	putchar('\n');
}

/* Returns whether it has the last of a dump. */
static bool print_datagram(const struct probe_message *datagram, unsigned int socket, const char *prefix)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)datagram->octets;
	int left = (int)datagram->length;
	bool last = false;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		print_message(message, socket, prefix);
		last = message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR;
	}
	return last;
}

/* is_dump: first until it is done, which may be as late as the next time that something is received. */
static void hear(unsigned int socket, bool is_dump, const char *prefix)
{
	static struct probe_message datagram;

	while (is_dump) {
		if (!probe_receive(socket, true, &datagram)) {
			printf("%sno answer\n", prefix);
			return;
		}
		is_dump = !print_datagram(&datagram, socket, prefix);
	}
	while (probe_receive(socket, false, &datagram))
		print_datagram(&datagram, socket, prefix);
}

/* --- speaking --- */

static void open_socket(unsigned int number)
{
	if (number >= PROBE_SOCKETS)
		die("socket 0 to 3");
	if (!probe.ports[number] && !probe_open(number, &probe.ports[number]))
		die("netlink socket");
}

static struct nlmsghdr *begin(struct probe_message *to, uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *message;
	struct genlmsghdr *genl;

	memset(to->octets, 0, REQUEST_MAX);	/* what fills attributes up comes back with errors */
	message = mnl_nlmsg_put_header(to->octets);
	genl = mnl_nlmsg_put_extra_header(message, sizeof(*genl));
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = SEQUENCE;
	genl->cmd = cmd;
	genl->version = 1;
	return message;
}

static void send_message(struct probe_message *message, const struct nlmsghdr *header)
{
	if (header)
		message->length = header->nlmsg_len;
	if (!probe_send(probe.socket, message))
		die("send");
}

static void learn_group(const struct nlattr *groups)
{
	const struct nlattr *one, *member;

	mnl_attr_for_each_nested(one, groups)
		mnl_attr_for_each_nested(member, one)
			if (mnl_attr_get_type(member) == CTRL_ATTR_MCAST_GRP_ID)
				probe.group = mnl_attr_get_u32(member);
}

static void find_family(void)
{
	struct probe_message datagram;
	struct nlmsghdr *message = begin(&datagram, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	const struct nlattr *attribute;

	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, "l2tp");
	send_message(&datagram, message);
	if (!probe_receive(probe.socket, true, &datagram) || message->nlmsg_type == NLMSG_ERROR) {
		printf("no family l2tp\n");
		exit(1);
	}
	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			probe.family = mnl_attr_get_u16(attribute);
		else if (mnl_attr_get_type(attribute) == CTRL_ATTR_MCAST_GROUPS)
			learn_group(attribute);
	}
	print_datagram(&datagram, probe.socket, "");
}

/* --- attributes --- */

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
		mnl_attr_put_u16(message, type, probe.family);
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

static char *next_word(char **save)
{
	char *word = strtok_r(NULL, " \t", save);

	if (!word) {
		fprintf(stderr, "a word is missing\n");
		exit(2);
	}
	return word;
}

static uint16_t flags_of(const char *word)
{
	uint16_t flags = 0;

	if (*word >= '0' && *word <= '9')
		return (uint16_t)strtoul(word, NULL, 0);
	if (strchr(word, 'A'))
		flags |= NLM_F_ACK;
	if (strchr(word, 'D'))
		flags |= NLM_F_DUMP;
	return flags;
}

static void ask(const char *cmd, char **save)
{
	const bool is_policy = strcmp(cmd, "policy") == 0;
	uint16_t flags = flags_of(next_word(save));
	struct probe_message datagram;
	struct nlmsghdr *message = begin(&datagram, is_policy ? GENL_ID_CTRL : probe.family,
					 is_policy ? CTRL_CMD_GETPOLICY : (uint8_t)atoi(cmd), flags);
	char *word;

	while ((word = strtok_r(NULL, " \t", save)))
		put_word(message, word);
	send_message(&datagram, message);
	hear(probe.socket, (flags & NLM_F_DUMP) == NLM_F_DUMP, "  ");
	if (!is_policy && atoi(cmd) == L2TP_CMD_TUNNEL_DELETE)
		usleep(DELETE_MS * 1000);
}

static void ask_raw(char *hex)
{
	struct probe_message datagram;
	char family[5], *at;

	snprintf(family, sizeof(family), "%02x%02x", probe.family & 0xff, probe.family >> 8);
	while ((at = strstr(hex, "TTTT")))
		memcpy(at, family, 4);
	datagram.length = from_hex(hex, datagram.octets, sizeof(datagram.octets));
	send_message(&datagram, NULL);
	hear(probe.socket, false, "  ");
}

static void set_option(char **save)
{
	int number = atoi(next_word(save));
	const char *value = next_word(save);

	if (!probe_option(probe.socket, number, strcmp(value, "group") == 0 ? (int)probe.group : atoi(value)))
		printf("  %s\n", strerror(errno));
}

static void carry_out(char *line)
{
	char *save, *word = strtok_r(line, " \t", &save);

	if (!word)
		return;
	if (strcmp(word, "data") == 0)
		send_data(&save);
	else if (strcmp(word, "raw") == 0)
		ask_raw(next_word(&save));
	else if (strcmp(word, "hear") == 0)
		hear(probe.socket, false, "  ");
	else if (strcmp(word, "use") == 0)
		open_socket(probe.socket = (unsigned int)atoi(next_word(&save)));
	else if (strcmp(word, "option") == 0)
		set_option(&save);
	else
		ask(word, &save);
	hear(LISTENER, false, "  heard ");
}

int probe_run(void)
{
	char line[4096], *rest;

	setvbuf(stdout, NULL, _IOLBF, 0);
	open_socket(0);
	open_socket(LISTENER);
	find_family();
	if (!probe_option(LISTENER, NETLINK_ADD_MEMBERSHIP, (int)probe.group))
		die("join the group");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "#\n")] = '\0';
		rest = strchr(line, ':');
		if (line[0] == '!') {
			probe_sockets_do(line + 1);
		} else if (rest) {
			*rest = '\0';
			printf("%s\n", line);
			carry_out(rest + 1);
		}
	}
	return 0;
}
