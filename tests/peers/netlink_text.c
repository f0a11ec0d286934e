/* SPDX-License-Identifier: MIT */
/*
 * Says to the family l2tp what a text says, and prints what comes back, octet by octet, so that two that answer can be
 * compared: see the header.
 */
#include "netlink_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#define WAIT_MS 5000		/* for an answer that must come */
#define QUIET_MS 300		/* after which nothing comes any more */
#define SEQUENCE 9

struct probe {
	unsigned int current;
	bool is_open[PROBE_SOCKETS];
	uint16_t family;
	uint32_t group;
};

static void die(const char *what)
{
	fprintf(stderr, "netlink_text: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void put(struct probe_message *to, const void *octets, size_t length)
{
	memcpy(to->octets + to->length, octets, length);
	to->length += length;
}

static void put_attribute(struct probe_message *to, uint16_t type, const void *value, size_t length)
{
	const uint16_t header[2] = { (uint16_t)(4 + length), type };

	put(to, header, sizeof(header));
	put(to, value, length);
	while (to->length % 4)
		to->octets[to->length++] = 0;
}

static size_t put_hex(struct probe_message *to, const char *text)
{
	size_t before = to->length;
	unsigned int octet;

	for (; sscanf(text, "%2x", &octet) == 1; text += 2)
		to->octets[to->length++] = (uint8_t)octet;
	return to->length - before;
}

/* --- sockets --- */

static void use_socket(struct probe *probe, unsigned int number)
{
	if (number >= PROBE_SOCKETS)
		die("socket 0 to 3");
	probe->current = number;
	if (!probe->is_open[number] && !probe_open(number))
		die("a netlink socket");
	probe->is_open[number] = true;
}

static void send_message(const struct probe *probe, const struct probe_message *message)
{
	if (!probe_send(probe->current, message))
		die("send");
}

/* --- what differs --- */

static void learn_family(struct probe *probe)
{
	struct probe_message message = { 0 };
	struct nlmsghdr header = { .nlmsg_len = 32, .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST };
	const struct genlmsghdr generic = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };

	put(&message, &header, sizeof(header));
	put(&message, &generic, sizeof(generic));
	put_attribute(&message, CTRL_ATTR_FAMILY_NAME, "l2tp", 5);
	send_message(probe, &message);
	if (!probe_receive(probe->current, WAIT_MS, &message) || message.length < 100) {
		fprintf(stderr, "netlink_text: there is no family l2tp\n");
		exit(1);
	}
	/* name, number; the group's number is in the last attribute but one */
	memcpy(&probe->family, message.octets + 36, sizeof(probe->family));
	memcpy(&probe->group, message.octets + message.length - 16, sizeof(probe->group));
}

/* Each message of a datagram: the header's fields that are its own by name, the rest in hex. */
static void print_message(const struct probe *probe, const uint8_t *octets)
{
	struct nlmsghdr header;

	memcpy(&header, octets, sizeof(header));
	printf(" [%u ", header.nlmsg_len);
	if (header.nlmsg_type == probe->family)
		printf("T");
	else
		printf("%u", header.nlmsg_type);
	printf(" %x %u %s ", header.nlmsg_flags, header.nlmsg_seq, header.nlmsg_pid ? "P" : "0");
	for (size_t i = sizeof(header); i < header.nlmsg_len; i++) {
		bool in_request = header.nlmsg_type == NLMSG_ERROR && header.nlmsg_len >= 36;

		if (in_request && (i == 24 || i == 25) && !memcmp(octets + 24, &probe->family, 2))
			printf("T");
		else if (header.nlmsg_type == GENL_ID_CTRL && (i == 36 || i == 37))
			printf("T");
		else if (header.nlmsg_type == GENL_ID_CTRL && i - header.nlmsg_len + 16 < 4)
			printf("G");
		else
			printf("%02x", octets[i]);
	}
	printf("]");
}

static void print_datagram(const struct probe *probe, const char *name, const struct probe_message *message)
{
	struct nlmsghdr header;

	printf("%s:", name);
	for (size_t at = 0; at + sizeof(header) <= message->length; at += NLMSG_ALIGN(header.nlmsg_len)) {
		memcpy(&header, message->octets + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > message->length - at)
			break;
		print_message(probe, message->octets + at);
	}
	printf("\n");
}

static bool is_last(const struct probe_message *message)
{
	struct nlmsghdr header = { 0 };

	memcpy(&header, message->octets, message->length < sizeof(header) ? 0 : sizeof(header));
	return header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE;
}

static void hear(const struct probe *probe, const char *name, int wait_ms)
{
	struct probe_message message;

	while (probe_receive(probe->current, wait_ms, &message)) {
		print_datagram(probe, name, &message);
		if (wait_ms == WAIT_MS && is_last(&message))
			return;
	}
	if (wait_ms == WAIT_MS)
		printf("%s: no answer\n", name);
}

/* --- lines --- */

static void put_number(struct probe_message *to, uint16_t type, unsigned int size, const char *text)
{
	uint64_t number = strtoull(text, NULL, 0);

	put_attribute(to, type, &number, size);		/* the first octets are the lowest: as of all machines here */
}

static void put_value(struct probe_message *to, uint16_t type, const char *kind, const char *value)
{
	struct probe_message octets = { 0 };
	uint8_t address[16];
	bool v6 = *kind == '6';

	if (*kind == 'u') {
		put_number(to, type, (unsigned int)atoi(kind + 1) / 8, value);
	} else if (*kind == 'x') {
		put_hex(&octets, value);
		put_attribute(to, type, octets.octets, octets.length);
	} else if (*kind == 's') {
		put_attribute(to, type, value, strlen(value) + 1);
	} else {
		if (inet_pton(v6 ? AF_INET6 : AF_INET, value, address) != 1)
			die(value);
		put_attribute(to, type, address, v6 ? 16 : 4);
	}
}

static void say(const struct probe *probe, const char *name, char *rest)
{
	struct nlmsghdr header = { .nlmsg_type = probe->family, .nlmsg_seq = SEQUENCE };
	struct genlmsghdr generic = { .version = 1 };
	struct probe_message message = { 0 };
	char *word = strtok(rest, " "), *kind, *value;

	generic.cmd = (uint8_t)atoi(word ? word : "0");
	word = strtok(NULL, " ");
	header.nlmsg_flags = (uint16_t)(strtoul(word ? word : "0", NULL, 0) | NLM_F_REQUEST | NLM_F_ACK);
	put(&message, &header, sizeof(header));
	put(&message, &generic, sizeof(generic));
	while ((word = strtok(NULL, " "))) {
		kind = strchr(word, '=');
		value = kind ? strchr(kind, ':') : NULL;
		if (!value)
			die(word);
		put_value(&message, (uint16_t)atoi(word), kind + 1, value + 1);
	}
	header.nlmsg_len = (uint32_t)message.length;
	memcpy(message.octets, &header, sizeof(header));
	send_message(probe, &message);
	hear(probe, name, WAIT_MS);
}

static void say_raw(const struct probe *probe, const char *name, char *hex)
{
	struct probe_message message = { 0 };
	char *family;

	while ((family = strstr(hex, "TTTT"))) {
		char text[5];

		snprintf(text, sizeof(text), "%02x%02x", probe->family & 0xff, probe->family >> 8);
		memcpy(family, text, 4);
	}
	put_hex(&message, hex);
	send_message(probe, &message);
	hear(probe, name, QUIET_MS);
}

static void set_option(const struct probe *probe, const char *name, const char *value)
{
	int number = strcmp(value, "group") ? atoi(value) : (int)probe->group;

	if (!probe_option(probe->current, atoi(name), number))
		printf("option %s: %s\n", name, strerror(errno));
}

static void carry_out(struct probe *probe, char *line)
{
	char *verb = strsep(&line, " "), *name = strsep(&line, " ");
	char nothing[] = "", *rest = line ? line : nothing;

	if (!name)
		name = nothing;
	if (strcmp(verb, "socket") == 0)
		use_socket(probe, (unsigned int)atoi(name));
	else if (strcmp(verb, "option") == 0)
		set_option(probe, name, rest);
	else if (strcmp(verb, "say") == 0)
		say(probe, name, rest);
	else if (strcmp(verb, "raw") == 0)
		say_raw(probe, name, rest);
	else if (strcmp(verb, "hear") == 0)
		hear(probe, name, QUIET_MS);
	else if (*verb && *verb != '#')
		die(verb);
}

int probe_run(void)
{
	struct probe probe = { 0 };
	char line[4096];

	use_socket(&probe, 0);
	learn_family(&probe);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		carry_out(&probe, line);
		fflush(stdout);
	}
	return 0;
}
