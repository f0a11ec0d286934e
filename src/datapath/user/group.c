/* SPDX-License-Identifier: MIT */
/*
 * Shared sockets.  Every tunnel that has the same local address, port and interface uses the same
 * group, however many tunnels there are; what differs between tunnels travels as ancillary data.
 *
 * The first socket of a group is bound without SO_REUSEPORT: with it, a second daemon could bind
 * silently and take the packets away.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/user/shadow.h"
#include "datapath/user/worker.h"
#include "os/close.h"
#include "os/netns.h"
#include "os/socket.h"

#define GROUP_BUFFER (8 << 20)		/* octets of each socket's buffers: a burst of super-packets */
#define GROUP_RETRY_US 10000		/* while a predecessor that was killed is closing its sockets ... */
#define GROUP_RETRY_MS 500		/* ... so long after our start */

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static void set_buffers(int fd)
{
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, GROUP_BUFFER) < 0)
		set_int(fd, SOL_SOCKET, SO_RCVBUF, GROUP_BUFFER);
	if (set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, GROUP_BUFFER) < 0)
		set_int(fd, SOL_SOCKET, SO_SNDBUF, GROUP_BUFFER);
}

/* Fragments when the path is narrow, learns the path's MTU, and is told of ICMP errors. */
static int set_network_options(int fd, sa_family_t family)
{
	if (family == AF_INET6)
		return set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_WANT) |
		       set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
	return set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT) | set_int(fd, IPPROTO_IP, IP_RECVERR, 1);
}

static int explain_bind(const struct socket_group *group, int errno_value, struct error *error)
{
	char text[ENDPOINT_TEXT_MAX];

	if (errno_value == EADDRNOTAVAIL)
		return error_set(error, ERROR_VALUE, "src_ipaddr",
				 "%s is not an address of this host: add it to an interface, or leave src_ipaddr out",
				 address_format(&group->local.address, text, sizeof(text)));
	if (errno_value == EADDRINUSE)
		return error_set(error, ERROR_EXISTS, "our_udp_port",
				 "UDP port %u is in use by another program (another l2tpd?): stop it or choose another our_udp_port",
				 group->local.port);
	return error_system(error, errno_value, "src_ipaddr", "cannot bind to %s",
			    endpoint_format(&group->local, text, sizeof(text)));
}

static int open_socket(const struct socket_group *group, struct error *error)
{
	sa_family_t family = group->local.address.family;
	bool udp = group->encap == L2TP_ENCAP_UDP;
	int fd = socket(family, (udp ? SOCK_DGRAM : SOCK_RAW) | SOCK_NONBLOCK | SOCK_CLOEXEC,
			udp ? IPPROTO_UDP : L2TP_IP_PROTOCOL);

	if (fd < 0)
		return error_system(error, errno, NULL, "cannot open a%s socket%s", udp ? " UDP" : " raw",
				    errno == EPERM ? " (run as root or with CAP_NET_RAW)" : "");
	set_buffers(fd);
	if (set_network_options(fd, family) < 0 ||
	    (udp && family == AF_INET6 && set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0))
		goto fail;
	if (*group->bind_interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, group->bind_interface,
						 (socklen_t)strlen(group->bind_interface)) < 0) {
		error_system(error, errno, "bind_interface", "cannot bind to the interface %s", group->bind_interface);
		close(fd);
		return -1;
	}
	return fd;
fail:
	error_system(error, errno, NULL, "cannot set up a socket");
	close(fd);
	return -1;
}

static int bind_socket(const struct user_datapath *dp, const struct socket_group *group, int fd)
{
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(&group->local, &name);

	while (bind(fd, (struct sockaddr *)&name, length) < 0) {
		if (errno != EADDRINUSE || timers_now() > dp->opened + GROUP_RETRY_MS)
			return -1;
		usleep(GROUP_RETRY_US);
	}
	return 0;
}

static bool shares_port(const struct socket_group *group, const struct socket_group *other)
{
	return group->encap == L2TP_ENCAP_UDP && other->encap == L2TP_ENCAP_UDP && !group->shadow && !other->shadow &&
	       group->local.port == other->local.port &&
	       group->local.address.family == other->local.address.family && group->netns == other->netns;
}

/* Do we hold this port already, in another group? Then sharing it with ourselves is no theft. */
static bool port_is_ours(const struct user_datapath *dp, const struct socket_group *group)
{
	const struct socket_group *other;

	DL_FOREACH(dp->groups, other)
		if (shares_port(group, other))
			return true;
	return false;
}

static int learn_port(struct socket_group *group, int fd)
{
	struct endpoint bound;

	if (!os_socket_local(fd, &bound))
		return -1;
	group->local.port = bound.port;
	return 0;
}

static int open_bound(const struct user_datapath *dp, struct socket_group *group, bool first, struct error *error)
{
	bool udp = group->encap == L2TP_ENCAP_UDP;
	int fd = open_socket(group, error);

	if (fd < 0)
		return -1;
	if (udp && (!first || (group->local.port && port_is_ours(dp, group))))
		set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	/* On every socket of the group: the kernel's GRO asks any of them, not the one that will
	 * receive. Without it we are only slower. */
	if (udp)
		set_int(fd, IPPROTO_UDP, UDP_GRO, 1);
	if (bind_socket(dp, group, fd) < 0) {
		explain_bind(group, errno, error);
		goto fail;
	}
	if (udp && first && (set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1) < 0 || learn_port(group, fd) < 0)) {
		error_system(error, errno, NULL, "cannot set up a socket");
		goto fail;
	}
	return fd;
fail:
	close(fd);
	return -1;
}

/* The kernel knows the interface by its number from now on, whatever it will be called. */
static void learn_interface(struct socket_group *group)
{
	int ifindex = 0;
	socklen_t length = sizeof(ifindex);

	if (getsockopt(group->data[0].fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, &length) == 0)
		group->ifindex = (uint32_t)ifindex;
}

static int open_data_sockets(struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		int fd = group->data[i].fd = open_bound(dp, group, i == 0, error);

		if (fd < 0)
			return -1;
		if (group->encap == L2TP_ENCAP_IP &&
		    steer_ip(fd, group->local.address.family, dp->worker_count, i) < 0)
			return error_system(error, errno, NULL, "cannot attach a socket filter");
	}
	learn_interface(group);
	return 0;
}

static int open_control_sockets(struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	for (int i = 0; i < 2; i++) {
		group->control[i].fd = open_bound(dp, group, false, error);
		if (group->control[i].fd < 0)
			return -1;
	}
	if (steer_udp(group->data[0].fd, group->local.address.family, dp->worker_count) < 0)
		return error_system(error, errno, NULL, "cannot attach a socket filter");
	return 0;
}

static int open_sockets(struct user_datapath *dp, struct socket_group *group, const char *netns, struct error *error)
{
	int saved = netns_enter(group->netns ? netns : "", error), result;

	if (saved < 0)
		return -1;
	result = group->shadow ? shadow_open(group, error) : open_data_sockets(dp, group, error);
	if (result == 0 && group->encap == L2TP_ENCAP_UDP && !group->shadow)
		result = open_control_sockets(dp, group, error);
	netns_leave(saved);
	return result;
}

static int watch_sockets(struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	int failed = 0;

	for (unsigned int i = 0; i < dp->worker_count; i++) {
		if (group->shadow && i != group->receiver)
			continue;
		group->data[i].source.ready = receive_ready;
		failed |= worker_watch_socket(&dp->workers[i], group->data[i].fd, &group->data[i].source);
	}
	for (int i = 0; i < 2 && group->control[i].fd >= 0; i++) {
		group->control[i].source.ready = receive_control_ready;
		failed |= worker_watch(&dp->workers[0], group->control[i].fd, &group->control[i].source);
	}
	return failed ? error_system(error, errno, NULL, "cannot watch a socket") : 0;
}

static void unwatch_control(struct worker *worker, void *context)
{
	const struct socket_group *group = context;

	for (int i = 0; i < 2; i++)
		if (group->control[i].fd >= 0)
			worker_unwatch(worker, group->control[i].fd);
}

static void unwatch_sockets(struct worker *worker, void *context)
{
	struct socket_group *group = context;

	if (group->data[worker->index].fd >= 0)
		worker_unwatch_socket(worker, group->data[worker->index].fd);
	if (worker->index != 0)
		return;
	if (group->zero_checksum.fd >= 0)
		worker_unwatch(worker, group->zero_checksum.fd);
	unwatch_control(worker, group);
}

static void group_free(struct user_datapath *dp, struct socket_group *group)
{
	for (unsigned int i = 0; i < dp->worker_count; i++)
		worker_run(&dp->workers[i], unwatch_sockets, group);
	/* Receivers last: they must keep their numbers in the reuseport group. */
	os_close(&group->zero_checksum.fd);
	os_close(&group->control[1].fd);
	os_close(&group->control[0].fd);
	for (unsigned int i = dp->worker_count; i-- > 0;)
		os_close(&group->data[i].fd);
	joined_free(group->joined);
	free(group->data);
	free(group);
}

#define NETNS_UNKNOWN 1			/* none has this number: who enters it is told what is wrong */

/* What a socket of this tunnel is in: 0 is ours, also where it has a name. */
static uint64_t netns_of(const struct datapath_tunnel_config *config)
{
	uint64_t identity;

	if (!config->netns[0])
		return 0;
	identity = netns_identity(config->netns);
	if (!identity)
		return NETNS_UNKNOWN;
	return identity == netns_identity("") ? 0 : identity;
}

bool group_is_elsewhere(const struct socket_group *group, const struct datapath_tunnel_config *config)
{
	uint64_t netns = netns_of(config);

	return netns != NETNS_UNKNOWN && netns != group->netns;
}

/* Over IP two sockets each get a copy of everything: there nothing is different. */
static bool is_shadow(const struct datapath_tunnel_config *config)
{
	return config->shadow && config->encap == L2TP_ENCAP_UDP;
}

static struct socket_group *group_allocate(const struct user_datapath *dp,
					   const struct datapath_tunnel_config *config)
{
	struct socket_group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->data = calloc(dp->worker_count, sizeof(*group->data));
	if (!group->data) {
		free(group);
		return NULL;
	}
	group->sockets = dp->worker_count;
	group->encap = config->encap;
	group->local = config->local;
	group->local.address.family = config->peer.address.family;	/* also when it was left open */
	if (config->encap == L2TP_ENCAP_IP)
		group->local.port = 0;
	group->asked_port = group->local.port;
	group->shadow = is_shadow(config);
	group->peer = config->peer;
	group->receiver = steer_worker(config->encap, &config->peer, 0, dp->worker_count);
	group->netns = netns_of(config);
	memcpy(group->bind_interface, config->bind_interface, IF_NAMESIZE);
	group->zero_checksum.fd = group->control[0].fd = group->control[1].fd = -1;
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		group->data[i].fd = -1;
		group->data[i].group = group;
	}
	group->control[0].group = group->control[1].group = group->zero_checksum.group = group;
	return group;
}

static void set_packet_info(const struct socket_group *group, int fd, bool tell)
{
	if (group->local.address.family == AF_INET)
		set_int(fd, IPPROTO_IP, IP_PKTINFO, tell);
	else
		set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, tell);
}

/* Who answers a control message must know to which of our addresses it came. */
static void tell_control(const struct socket_group *group)
{
	for (int i = 0; i < 2; i++)
		set_packet_info(group, group->control[i].fd, group->tells_interface || group->controlled);
}

/* From now on the control thread reads its control sockets. */
static int begin_control(struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	worker_run(&dp->workers[0], unwatch_control, group);
	if (messages_watch(dp, group, error) < 0) {
		for (int i = 0; i < 2; i++)
			(void)worker_watch(&dp->workers[0], group->control[i].fd, &group->control[i].source);
		return -1;
	}
	/* After what workers need for it. */
	__atomic_store_n(&group->controlled, true, __ATOMIC_RELEASE);
	tell_control(group);
	return 0;
}

static void end_control(struct user_datapath *dp, struct socket_group *group)
{
	shared_set(group->controlled, false);
	messages_unwatch(dp, group);
	tell_control(group);
	for (int i = 0; i < 2; i++)
		(void)worker_watch(&dp->workers[0], group->control[i].fd, &group->control[i].source);
}

/* Between a group that is bound to an interface and one on the same port that is not, the kernel chooses by age: either
 * may get the other's packets. So the one that is not bound tells where each arrived. */
static void tell_interfaces(struct socket_group *group, bool tell)
{
	if (group->ifindex || group->tells_interface == tell)
		return;
	group->tells_interface = tell;
	for (unsigned int i = 0; i < group->sockets; i++)
		set_packet_info(group, group->data[i].fd, tell);
	tell_control(group);
}

/* The kernel gives a packet to the socket that says most of where it is to arrive: so this group may get messages that
 * are for users of another one. */
static bool takes_messages(const struct user_datapath *dp, const struct socket_group *group)
{
	const struct socket_group *other;

	DL_FOREACH(dp->groups, other)
		if (other != group && other->controllers && shares_port(group, other) &&
		    (address_is_any(&other->local.address) ||
		     address_equal(&other->local.address, &group->local.address)))
			return true;
	return false;
}

/* If it cannot be had, nothing else is worse for it. */
static void control_along(struct user_datapath *dp, struct socket_group *group)
{
	bool wanted = takes_messages(dp, group);

	if (wanted == group->controlled_along || (wanted && !group->controlled && begin_control(dp, group, NULL) < 0))
		return;
	group->controlled_along = wanted;
	if (!wanted && !group->controllers)
		end_control(dp, group);
}

/* After a group came or went, or its control messages are wanted or not any more: what it means for those on its
 * port. */
static void settle_port(struct user_datapath *dp, const struct socket_group *changed)
{
	struct socket_group *group;
	bool bound = false;

	DL_FOREACH(dp->groups, group)
		bound |= shares_port(group, changed) && group->ifindex;
	DL_FOREACH(dp->groups, group)
		if (shares_port(group, changed)) {
			tell_interfaces(group, bound);
			control_along(dp, group);
		}
}

int group_control(struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	if (!group->controllers && !group->controlled && begin_control(dp, group, error) < 0)
		return -1;
	if (group->controllers++ == 0)
		settle_port(dp, group);
	return 0;
}

void group_control_end(struct user_datapath *dp, struct socket_group *group)
{
	if (--group->controllers > 0)
		return;
	settle_port(dp, group);
	if (!group->controlled_along)
		end_control(dp, group);
}

static struct socket_group *group_new(struct user_datapath *dp, const struct datapath_tunnel_config *config,
				      struct error *error)
{
	struct socket_group *group = group_allocate(dp, config);

	if (!group) {
		error_system(error, ENOMEM, NULL, "cannot open sockets");
		return NULL;
	}
	if (open_sockets(dp, group, config->netns, error) < 0 || watch_sockets(dp, group, error) < 0) {
		group_free(dp, group);
		return NULL;
	}
	group->self = handle_add(&dp->ports, group);
	if (group->self == HANDLE_NONE) {
		error_system(error, ENOMEM, NULL, "cannot open sockets");
		group_free(dp, group);
		return NULL;
	}
	DL_APPEND(dp->groups, group);
	settle_port(dp, group);
	return group;
}

/* Port 0: the one that the kernel chose for it. Who names that one gets it, too: a second group on it would take
 * packets away from the first. */
static bool serves_port(const struct socket_group *group, uint16_t port)
{
	return port ? group->local.port == port : !group->asked_port;
}

static bool is_peer(const struct socket_group *group, const struct endpoint *peer)
{
	return address_equal(&group->peer.address, &peer->address) && group->peer.port == peer->port;
}

static bool serves(const struct socket_group *group, const struct datapath_tunnel_config *config, uint64_t netns)
{
	struct address local = config->local.address;

	local.family = config->peer.address.family;
	if (group->shadow != is_shadow(config) || (group->shadow && !is_peer(group, &config->peer)))
		return false;
	return group->encap == config->encap && address_equal(&group->local.address, &local) &&
	       (config->encap == L2TP_ENCAP_IP || serves_port(group, config->local.port)) &&
	       strcmp(group->bind_interface, config->bind_interface) == 0 && group->netns == netns;
}

/* Who wants a port of its own, whichever, does not want that of another. */
static bool may_share(const struct datapath_tunnel_config *config)
{
	return config->encap == L2TP_ENCAP_IP || config->local.port;
}

static struct socket_group *group_of_port(struct user_datapath *dp, const struct datapath_tunnel_config *config,
					  struct error *error)
{
	struct socket_group *group = handle_get(&dp->ports, config->port);

	if (group && group->encap == config->encap && group->local.address.family == config->peer.address.family)
		return group;
	error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such port for this peer");
	return NULL;
}

void group_accept_zero_checksums(struct socket_group *group, bool accept)
{
	bool before = group->zero_checksum_users > 0;

	group->zero_checksum_users += accept ? 1 : -1;
	if (before == (group->zero_checksum_users > 0))
		return;
	for (unsigned int i = 0; i < group->sockets; i++)
		set_int(group->data[i].fd, IPPROTO_UDP, UDP_NO_CHECK6_RX, accept);
}

void group_trust_icmp(struct socket_group *group, bool trust)
{
	int mode = trust ? IP_PMTUDISC_WANT : IP_PMTUDISC_OMIT;

	if (group->local.address.family != AF_INET || group->icmp_distrusted == !trust)
		return;
	for (unsigned int i = 0; i < group->sockets; i++)
		set_int(group->data[i].fd, IPPROTO_IP, IP_MTU_DISCOVER, mode);
	if (group->zero_checksum.fd >= 0)
		set_int(group->zero_checksum.fd, IPPROTO_IP, IP_MTU_DISCOVER, mode);
	group->icmp_distrusted = !trust;
}

static struct socket_group *find(const struct user_datapath *dp, const struct datapath_tunnel_config *config,
				 struct socket_group *preferred)
{
	uint64_t netns = netns_of(config);
	struct socket_group *group;

	if (preferred && serves(preferred, config, netns))
		return preferred;
	if (!may_share(config))
		return NULL;
	DL_FOREACH(dp->groups, group)
		if (serves(group, config, netns))
			return group;
	return NULL;
}

struct socket_group *group_get(struct user_datapath *dp, const struct datapath_tunnel_config *config,
			       struct socket_group *preferred, struct error *error)
{
	struct socket_group *group;

	if (config->port != HANDLE_NONE) {
		group = group_of_port(dp, config, error);
	} else {
		group = find(dp, config, preferred);
		if (!group)
			group = group_new(dp, config, error);
	}
	if (!group)
		return NULL;
	group->users++;
	return group;
}

void group_put(struct user_datapath *dp, struct socket_group *group)
{
	if (--group->users > 0)
		return;
	DL_DELETE(dp->groups, group);
	handle_remove(&dp->ports, group->self);
	if (group->controlled)
		end_control(dp, group);
	settle_port(dp, group);
	group_free(dp, group);
}

/* In the namespace of the others, which may have lost its name. */
static int open_beside(const struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	int netns, saved, fd;

	if (!group->netns)
		return open_bound(dp, group, false, error);
	netns = ioctl(group->data[0].fd, SIOCGSKNS);
	if (netns < 0)
		return error_system(error, errno, "netns", "cannot enter the network namespace of the tunnel");
	saved = netns_enter_fd(netns, error);
	close(netns);
	if (saved < 0)
		return -1;
	fd = open_bound(dp, group, false, error);
	netns_leave(saved);
	return fd;
}

int group_zero_checksum_fd(struct user_datapath *dp, struct socket_group *group, struct error *error)
{
	int fd;

	if (group->zero_checksum.fd >= 0)
		return 0;
	fd = open_beside(dp, group, error);
	if (fd < 0)
		return -1;
	if (group->local.address.family == AF_INET6)
		set_int(fd, IPPROTO_UDP, UDP_NO_CHECK6_TX, 1);
	else
		set_int(fd, SOL_SOCKET, SO_NO_CHECK, 1);
	/* No packet is steered to it, but the kernel may file an ICMP message there. */
	group->zero_checksum.source.ready = receive_ready;
	if (worker_watch(&dp->workers[0], fd, &group->zero_checksum.source) < 0) {
		close(fd);
		return error_system(error, errno, NULL, "cannot watch a socket");
	}
	group->zero_checksum.fd = fd;
	return 0;
}
