/* SPDX-License-Identifier: MIT */
/*
 * Threads that make, ask for and delete the same few tunnels and sessions over the kernel's API, each with sockets of
 * its own that it closes with answers unread now and then.
 *
 *	kernel_race THREADS ROUNDS
 *
 * Says "begun" when one was answered; how many were in the end, and whatever else came than what must come of that:
 * status 1.  When the daemon ends meanwhile (it is told on standard input that it will: "end"), requests may fail in
 * any way, but they end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/l2tp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TUNNELS 8
#define PATIENCE_MS 20000	/* longer than anything takes here: who waits so long hangs */

static atomic_uint answered, wrong, lost;
static atomic_bool daemon_may_end;

struct racer {
	pthread_t thread;
	unsigned int seed;
	int rounds;
};

struct channel {
	struct mnl_socket *socket;
	uint16_t family;
	char octets[16384] __attribute__((aligned(8)));
};

static struct nlmsghdr *begin(struct channel *channel, uint16_t type, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(channel->octets);
	struct genlmsghdr *genl;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = 1;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return header;
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
		more = mnl_cb_run(channel->octets, (size_t)length, 1, mnl_socket_get_portid(channel->socket), take,
				  context);
	}
	return more < 0 ? errno : 0;
}

static void count_answer(void)
{
	if (answered++)
		return;
	puts("begun");
	fflush(stdout);
}

static void count(int result, const char *what)
{
	bool fits = result == 0 || result == EEXIST || result == ENODEV || result == EADDRINUSE || result == EBUSY;

	if (fits)
		count_answer();
	else if (daemon_may_end && result != ETIMEDOUT)
		lost++;
	else {
		wrong++;
		printf("%s: %s\n", what, strerror(result));
	}
}

static bool open_channel(struct channel *channel)
{
	struct nlmsghdr *header;
	int result;

	channel->family = 0;
	channel->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!channel->socket || mnl_socket_bind(channel->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return false;
	header = begin(channel, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, L2TP_GENL_NAME);
	result = ask(channel, header, take_family, &channel->family);
	count(result, "family");
	return result == 0 && channel->family;
}

static void create_tunnel(struct channel *channel, uint32_t id)
{
	struct nlmsghdr *header = begin(channel, channel->family, L2TP_CMD_TUNNEL_CREATE, NLM_F_ACK);

	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, id);
	mnl_attr_put_u32(header, L2TP_ATTR_PEER_CONN_ID, id);
	mnl_attr_put_u8(header, L2TP_ATTR_PROTO_VERSION, 3);
	mnl_attr_put_u16(header, L2TP_ATTR_ENCAP_TYPE, L2TP_ENCAPTYPE_UDP);
	mnl_attr_put_u32(header, L2TP_ATTR_IP_SADDR, htonl(0x7f000001));
	mnl_attr_put_u32(header, L2TP_ATTR_IP_DADDR, htonl(0x7f000001));
	mnl_attr_put_u16(header, L2TP_ATTR_UDP_SPORT, (uint16_t)(20000 + id));
	mnl_attr_put_u16(header, L2TP_ATTR_UDP_DPORT, (uint16_t)(30000 + id));
	count(ask(channel, header, NULL, NULL), "make a tunnel");
}

static void create_session(struct channel *channel, uint32_t id)
{
	struct nlmsghdr *header = begin(channel, channel->family, L2TP_CMD_SESSION_CREATE, NLM_F_ACK);

	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, id);
	mnl_attr_put_u32(header, L2TP_ATTR_SESSION_ID, 100 + id);
	mnl_attr_put_u32(header, L2TP_ATTR_PEER_SESSION_ID, 100 + id);
	mnl_attr_put_u16(header, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	count(ask(channel, header, NULL, NULL), "make a session");
}

static void about_tunnel(struct channel *channel, uint8_t command, uint32_t id)
{
	struct nlmsghdr *header = begin(channel, channel->family, command, NLM_F_ACK);

	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, id);
	mnl_attr_put_u32(header, L2TP_ATTR_SESSION_ID, 100 + id);
	count(ask(channel, header, NULL, NULL), "ask for it or delete it");
}

static void list(struct channel *channel, uint8_t command)
{
	count(ask(channel, begin(channel, channel->family, command, NLM_F_DUMP), NULL, NULL), "list");
}

/* One that does not wait for what it asked for. */
static void leave(struct channel *channel)
{
	const struct nlmsghdr *header = begin(channel, channel->family, L2TP_CMD_SESSION_GET, NLM_F_DUMP);

	if (mnl_socket_sendto(channel->socket, header, header->nlmsg_len) < 0 && !daemon_may_end)
		count(errno, "ask and leave");
}

static void act(struct channel *channel, unsigned int *seed)
{
	uint32_t id = 1 + (uint32_t)rand_r(seed) % TUNNELS;

	switch (rand_r(seed) % 8) {
	case 0:
	case 1:
		create_tunnel(channel, id);
		break;
	case 2:
		create_session(channel, id);
		break;
	case 3:
		about_tunnel(channel, L2TP_CMD_TUNNEL_DELETE, id);
		break;
	case 4:
		about_tunnel(channel, L2TP_CMD_SESSION_DELETE, id);
		break;
	case 5:
		about_tunnel(channel, L2TP_CMD_TUNNEL_GET, id);
		break;
	case 6:
		list(channel, rand_r(seed) % 2 ? L2TP_CMD_TUNNEL_GET : L2TP_CMD_SESSION_GET);
		break;
	default:
		leave(channel);
	}
}

static void *race(void *context)
{
	struct racer *racer = context;
	struct channel channel;

	for (int i = 0; i < racer->rounds; i++) {
		bool works = open_channel(&channel);

		if (!works && !daemon_may_end)
			wrong++;
		for (int j = 0; j < 4 && works; j++)
			act(&channel, &racer->seed);
		if (works && rand_r(&racer->seed) % 4 == 0)
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
	return NULL;
}

static void clean(void)
{
	struct channel channel;

	if (!open_channel(&channel))
		return;
	for (uint32_t id = 1; id <= TUNNELS; id++)
		about_tunnel(&channel, L2TP_CMD_TUNNEL_DELETE, id);
	mnl_socket_close(channel.socket);
}

int main(int argc, char **argv)
{
	unsigned int threads = argc == 3 ? (unsigned int)atoi(argv[1]) : 0;
	struct racer *racers = calloc(threads + 1, sizeof(*racers));
	pthread_t listener;

	if (!threads || !racers || pthread_create(&listener, NULL, listen_to_end, NULL))
		return 2;
	for (unsigned int i = 0; i < threads; i++) {
		racers[i] = (struct racer){ .seed = i, .rounds = atoi(argv[2]) };
		if (pthread_create(&racers[i].thread, NULL, race, &racers[i]))
			return 2;
	}
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(racers[i].thread, NULL);
	clean();
	free(racers);
	printf("%s answered, %s lost, %u wrong\n", answered ? "some" : "none", lost ? "some" : "none", wrong);
	fflush(stdout);
	_exit(wrong != 0);
}
