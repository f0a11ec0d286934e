/* SPDX-License-Identifier: MIT */
/*
 * Threads that make, ask for and delete the same few tunnels and sessions over the kernel's API, each with netlink
 * sockets of its own that it closes with answers unread now and then; and all with the same sockets whose close ends a
 * tunnel or a session (kernel_race_sockets.c).
 *
 *	kernel_race THREADS ROUNDS
 *
 * Says "begun" when one was answered; how many were in the end, and whatever else came than what must come of that:
 * status 1.  When the daemon ends meanwhile (it is told on standard input that it will: "end"), requests may fail in
 * any way, but they end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/l2tp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "_kernel_race.h"

#define PATIENCE_MS 20000	/* longer than anything takes here: who waits so long hangs */

static atomic_uint answered, wrong, lost, ended;
static atomic_bool daemon_may_end;

/* Of one thread's netlink socket. */
struct channel {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t sequence;		/* of the last request: what answers others was left unread */
	char octets[16384] __attribute__((aligned(8)));
};

struct racer {
	pthread_t thread;
	unsigned int seed;
	int rounds;
	const char *_Atomic doing;	/* NULL: nothing that could hang */
};

static struct racer *racers;
static unsigned int racer_count;
static _Thread_local struct racer *self;

/* --- counting --- */

static void count_answer(void)
{
	if (answered++)
		return;
	puts("begun");
	fflush(stdout);
}

void race_begins(const char *what)
{
	if (self)
		self->doing = what;
}

static bool is_among(int result, const int *right)
{
	while (*right && *right != result)
		right++;
	return *right == result;
}

void race_ends(int result, const int *right)
{
	const char *what = self && self->doing ? self->doing : "the end";

	ended++;
	if (is_among(result, right))
		count_answer();
	else if (daemon_may_end && result != ETIMEDOUT)
		lost++;
	else {
		wrong++;
		printf("%s: %s\n", what, strerror(result));
	}
	race_begins(NULL);
}

/* Nothing has ended for so long. */
static void tell_hanging(int signal)
{
	static unsigned int before;

	(void)signal;
	alarm(PATIENCE_MS / 1000);
	if (before != ended) {
		before = ended;
		return;
	}
	for (unsigned int i = 0; i < racer_count; i++)
		if (racers[i].doing)
			printf("hangs: %s\n", racers[i].doing);
	fflush(stdout);
	_exit(1);
}

/* --- asking --- */

static struct nlmsghdr *begin(struct channel *channel, uint16_t type, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(channel->octets);
	struct genlmsghdr *genl;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = ++channel->sequence;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return header;
}

static struct nlmsghdr *request(struct channel *channel, uint8_t command, uint16_t flags)
{
	return begin(channel, channel->family, command, flags);
}

static int take_family(const struct nlmsghdr *header, void *context)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)context = mnl_attr_get_u16(attribute);
	return MNL_CB_OK;
}

/* 0, or an errno: ETIMEDOUT, there is no answer. */
static int ask(struct channel *channel, const struct nlmsghdr *header, mnl_cb_t take, void *context)
{
	struct pollfd readable = { .fd = mnl_socket_get_fd(channel->socket), .events = POLLIN };
	const struct nlmsghdr *answer = (const struct nlmsghdr *)channel->octets;
	int more = 1;

	if (mnl_socket_sendto(channel->socket, header, header->nlmsg_len) < 0)
		return errno;
	while (more > 0) {
		ssize_t length;

		if (poll(&readable, 1, PATIENCE_MS) != 1)
			return ETIMEDOUT;
		length = mnl_socket_recvfrom(channel->socket, channel->octets, sizeof(channel->octets));
		if (length <= 0)
			return length ? errno : EPIPE;
		if (answer->nlmsg_seq == channel->sequence)
			more = mnl_cb_run(channel->octets, (size_t)length, channel->sequence,
					  mnl_socket_get_portid(channel->socket), take, context);
	}
	return more < 0 ? errno : 0;
}

static bool open_channel(struct channel *channel)
{
	struct nlmsghdr *header;
	int result;

	race_begins("family");
	channel->family = 0;
	channel->sequence = 0;
	channel->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!channel->socket || mnl_socket_bind(channel->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return false;
	header = begin(channel, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, L2TP_GENL_NAME);
	result = ask(channel, header, take_family, &channel->family);
	race_ends(result, NONE_RIGHT);
	return result == 0 && channel->family;
}

/* --- requests --- */

static void create_tunnel(struct channel *channel, uint32_t id)
{
	struct nlmsghdr *header = request(channel, L2TP_CMD_TUNNEL_CREATE, NLM_F_ACK);

	race_begins("make a tunnel");
	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, id);
	mnl_attr_put_u32(header, L2TP_ATTR_PEER_CONN_ID, id);
	if (race_is_managed(id)) {
		race_put_socket(header, id);
	} else {
		mnl_attr_put_u8(header, L2TP_ATTR_PROTO_VERSION, 3);
		mnl_attr_put_u16(header, L2TP_ATTR_ENCAP_TYPE, L2TP_ENCAPTYPE_UDP);
		mnl_attr_put_u32(header, L2TP_ATTR_IP_SADDR, htonl(INADDR_LOOPBACK));
		mnl_attr_put_u32(header, L2TP_ATTR_IP_DADDR, htonl(INADDR_LOOPBACK));
		mnl_attr_put_u16(header, L2TP_ATTR_UDP_SPORT, (uint16_t)(20000 + id));
		mnl_attr_put_u16(header, L2TP_ATTR_UDP_DPORT, (uint16_t)(30000 + id));
	}
	race_ends(ask(channel, header, NULL, NULL), race_is_managed(id) ? (const int[]){ EEXIST, EBUSY, EBADF, 0 } :
								   (const int[]){ EEXIST, EADDRINUSE, 0 });
}

/* In one of version 2 there is none for Ethernet. */
static void create_session(struct channel *channel, uint32_t id)
{
	struct nlmsghdr *header = request(channel, L2TP_CMD_SESSION_CREATE, NLM_F_ACK);

	race_begins("make a session");
	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, id);
	mnl_attr_put_u32(header, L2TP_ATTR_SESSION_ID, race_session_id(id));
	mnl_attr_put_u32(header, L2TP_ATTR_PEER_SESSION_ID, race_session_id(id));
	mnl_attr_put_u16(header, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	race_ends(ask(channel, header, NULL, NULL),
		  (const int[]){ ENODEV, race_version(id) == 2 ? EPROTONOSUPPORT : EEXIST, 0 });
}

static void about_tunnel(struct channel *channel, const char *what, uint8_t command, uint32_t id)
{
	struct nlmsghdr *header = request(channel, command, NLM_F_ACK);

	race_begins(what);
	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, id);
	mnl_attr_put_u32(header, L2TP_ATTR_SESSION_ID, race_session_id(id));
	race_ends(ask(channel, header, NULL, NULL), (const int[]){ ENODEV, 0 });
}

/* One that was left unread may still go on. */
static void list(struct channel *channel, uint8_t command)
{
	race_begins("list");
	race_ends(ask(channel, request(channel, command, NLM_F_DUMP), NULL, NULL), (const int[]){ EBUSY, 0 });
}

/* One that does not wait for what it asked for. */
static void leave(struct channel *channel)
{
	const struct nlmsghdr *header = request(channel, L2TP_CMD_SESSION_GET, NLM_F_DUMP);

	race_begins("ask and leave");
	race_ends(mnl_socket_sendto(channel->socket, header, header->nlmsg_len) < 0 ? errno : 0, NONE_RIGHT);
}

static void act(struct channel *channel, unsigned int *seed)
{
	uint32_t id = 1 + (uint32_t)rand_r(seed) % RACE_TUNNELS;

	switch (rand_r(seed) % 8) {
	case 0:
	case 1:
		create_tunnel(channel, id);
		break;
	case 2:
		create_session(channel, id);
		break;
	case 3:
		about_tunnel(channel, "delete a tunnel", L2TP_CMD_TUNNEL_DELETE, id);
		break;
	case 4:
		about_tunnel(channel, "delete a session", L2TP_CMD_SESSION_DELETE, id);
		break;
	case 5:
		about_tunnel(channel, "ask for a tunnel", L2TP_CMD_TUNNEL_GET, id);
		break;
	case 6:
		list(channel, rand_r(seed) % 2 ? L2TP_CMD_TUNNEL_GET : L2TP_CMD_SESSION_GET);
		break;
	default:
		leave(channel);
	}
}

/* --- threads --- */

static void *race(void *context)
{
	struct channel channel;

	self = context;
	for (int i = 0; i < self->rounds; i++) {
		bool works = open_channel(&channel);

		if (!works && !daemon_may_end)
			wrong++;
		for (int j = 0; j < 4 && works; j++) {
			act(&channel, &self->seed);
			race_sockets_act(&self->seed);
		}
		if (works && rand_r(&self->seed) % 4 == 0)
			leave(&channel);
		if (channel.socket)
			mnl_socket_close(channel.socket);
	}
	return NULL;
}

/* The first word is only waited for by whoever is to say it. */
static void *listen_to_end(void *context)
{
	char word[8];

	if (fgets(word, sizeof(word), stdin) && strcmp(word, "end\n") == 0)
		daemon_may_end = true;
	return context;
}

/* What no socket's close ends. */
static void clean(void)
{
	struct channel channel;

	if (!open_channel(&channel))
		return;
	for (uint32_t id = 1; id <= RACE_TUNNELS; id++)
		if (!race_is_managed(id))
			about_tunnel(&channel, "delete a tunnel", L2TP_CMD_TUNNEL_DELETE, id);
	mnl_socket_close(channel.socket);
}

static bool run(int rounds)
{
	for (unsigned int i = 0; i < racer_count; i++) {
		racers[i] = (struct racer){ .seed = i, .rounds = rounds };
		if (pthread_create(&racers[i].thread, NULL, race, &racers[i]))
			return false;
	}
	for (unsigned int i = 0; i < racer_count; i++)
		pthread_join(racers[i].thread, NULL);
	return true;
}

int main(int argc, char **argv)
{
	pthread_t listener;

	racer_count = argc == 3 ? (unsigned int)atoi(argv[1]) : 0;
	racers = calloc(racer_count + 1, sizeof(*racers));
	if (!racer_count || !racers || !race_sockets_begin() || pthread_create(&listener, NULL, listen_to_end, NULL))
		return 2;
	signal(SIGALRM, tell_hanging);
	alarm(PATIENCE_MS / 1000);
	if (!run(atoi(argv[2])))
		return 2;
	clean();
	printf("%s answered, %s lost, %u wrong\n", answered ? "some" : "none", lost ? "some" : "none", wrong);
	fflush(stdout);
	_exit(wrong != 0);
}
