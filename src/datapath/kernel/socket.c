/* SPDX-License-Identifier: MIT */
/*
 * The socket of a tunnel: UDP, or protocol 115 as the kernel's modules l2tp_ip and l2tp_ip6 offer it.  All that the
 * kernel does with a tunnel's packets that is not in the session it reads from here: addresses, ports, markings,
 * checksums.  Many tunnels have the same local port: a connected socket goes before those that are not.
 *
 * And a socket for copies of packets, which the kernel carries itself.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <linux/udp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "datapath/kernel/internal.h"
#include "os/netns.h"
#include "os/socket.h"

/* AF_UNSPEC: neither end tells. */
static sa_family_t family_of(const struct datapath_tunnel_config *config)
{
	if (config->local.address.family != AF_UNSPEC)
		return config->local.address.family;
	return config->peer.address.family;
}

static bool set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

static sa_family_t socket_family(int fd)
{
	return (sa_family_t)os_socket_option(fd, SOL_SOCKET, SO_DOMAIN);
}

/* Of one that serves both families (IPv6, no address given) both are set, and the one that counts must succeed. */
int native_socket_mark(int fd, const struct datapath_tunnel_config *config, struct error *error)
{
	int hops = config->ttl == DATAPATH_HOP_DEFAULT ? -1 : config->ttl, octet = config->dscp << 2;
	bool v6 = socket_family(fd) == AF_INET6;
	bool v4_done = set(fd, IPPROTO_IP, IP_TTL, hops) && set(fd, IPPROTO_IP, IP_TOS, octet);

	if (v6 ? !set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops) || !set(fd, IPPROTO_IPV6, IPV6_TCLASS, octet) :
	    !v4_done)
		return error_system(error, errno, "ttl", "the kernel does not take the tunnel's ttl and dscp");
	if (!set(fd, SOL_SOCKET, SO_MARK, (int)config->fwmark))
		return error_system(error, errno, "fwmark", "the kernel does not take the tunnel's mark");
	return 0;
}

int native_socket_set_checksums(int fd, const struct datapath_tunnel_config *config, struct error *error)
{
	if (config->encap != L2TP_ENCAP_UDP)
		return 0;
	if (!set(fd, SOL_SOCKET, SO_NO_CHECK, !config->udp_checksum) ||
	    (socket_family(fd) == AF_INET6 && (!set(fd, IPPROTO_UDP, UDP_NO_CHECK6_TX, config->udp_zero_csum6_tx) ||
					       !set(fd, IPPROTO_UDP, UDP_NO_CHECK6_RX, config->udp_zero_csum6_rx))))
		return error_system(error, errno, "use_udp_checksums", "the kernel does not take how to use checksums");
	return 0;
}

/* Both families have what l2tp_ip adds at an offset of its own. */
static socklen_t with_connection_id(struct sockaddr_storage *address, socklen_t length, uint32_t id)
{
	if (address->ss_family == AF_INET6) {
		((struct sockaddr_l2tpip6 *)(void *)address)->l2tp_conn_id = id;
		return sizeof(struct sockaddr_l2tpip6);
	}
	if (address->ss_family == AF_INET) {
		((struct sockaddr_l2tpip *)(void *)address)->l2tp_conn_id = id;
		return sizeof(struct sockaddr_l2tpip);
	}
	return length;
}

static int bind_local(int fd, const struct datapath_tunnel_config *config, sa_family_t family, uint32_t tunnel_id,
		      struct error *error)
{
	struct endpoint local = config->local;
	struct sockaddr_storage address = { 0 };
	char text[ENDPOINT_TEXT_MAX];
	socklen_t length;

	local.address.family = family;
	if (config->encap == L2TP_ENCAP_IP)
		local.port = 0;
	length = endpoint_to_sockaddr(&local, &address);
	if (config->encap == L2TP_ENCAP_IP)
		length = with_connection_id(&address, length, tunnel_id);
	if (bind(fd, (const struct sockaddr *)&address, length) == 0)
		return 0;
	endpoint_format(&local, text, sizeof(text));
	if (errno == EADDRINUSE && config->encap == L2TP_ENCAP_IP)
		return error_set(error, ERROR_EXISTS, "tunnel_id", "another program has tunnel %u over IP at %s",
				 tunnel_id, text);
	return error_system(error, errno, errno == EADDRNOTAVAIL ? "src_ipaddr" : NULL, "cannot bind to %s", text);
}

/* With no address given the peer's family may change. */
static bool prepare_udp(int fd, const struct datapath_tunnel_config *config, sa_family_t family)
{
	if (family == AF_INET6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, config->local.address.family == AF_INET6))
		return false;
	return set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

static int prepare(int fd, const struct datapath_tunnel_config *config, sa_family_t family, struct error *error)
{
	const char *device = config->bind_interface;

	if (config->encap == L2TP_ENCAP_UDP && !prepare_udp(fd, config, family))
		return error_system(error, errno, NULL, "cannot set up the tunnel's socket");
	if (*device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device) + 1) < 0)
		return error_system(error, errno, "bind_interface", "cannot bind to the interface %s", device);
	if (native_socket_mark(fd, config, error) < 0)
		return -1;
	return native_socket_set_checksums(fd, config, error);
}

static int make(const struct datapath_tunnel_config *config, sa_family_t family, struct error *error)
{
	int protocol = config->encap == L2TP_ENCAP_IP ? L2TP_IP_PROTOCOL : 0;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd >= 0)
		return fd;
	if (protocol && (errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT))
		return error_set(error, ERROR_UNSUPPORTED, "encap", "this kernel has no L2TP over IP: "
				 "`modprobe l2tp_ip%s`, or encap=udp", family == AF_INET6 ? "6" : "");
	return error_system(error, errno, NULL, "cannot open the tunnel's socket");
}

int native_socket_open(const struct datapath_tunnel_config *config, uint32_t tunnel_id, struct error *error)
{
	sa_family_t family = family_of(config);
	int fd;

	if (family == AF_UNSPEC && config->encap == L2TP_ENCAP_IP)
		return error_set(error, ERROR_MISSING, "src_ipaddr", "the kernel must know whether the tunnel is IPv4 "
				 "or IPv6: give src_ipaddr, or an address as dest_ipaddr");
	if (family == AF_UNSPEC)
		family = AF_INET6;
	fd = make(config, family, error);
	if (fd < 0)
		return -1;
	if (prepare(fd, config, family, error) == 0 &&
	    (config->encap == L2TP_ENCAP_UDP || bind_local(fd, config, family, tunnel_id, error) == 0))
		return fd;
	close(fd);
	return -1;
}

/* The peer as this socket takes it: IPv4 in IPv6's clothes where it serves both. False: another family's. */
static bool dress(int fd, struct endpoint *peer)
{
	sa_family_t family = socket_family(fd);
	struct in_addr v4 = peer->address.v4;

	if (family == peer->address.family)
		return true;
	if (family != AF_INET6)
		return false;
	memset(&peer->address, 0, sizeof(peer->address));
	peer->address.family = AF_INET6;
	peer->address.bytes[10] = peer->address.bytes[11] = 0xff;
	memcpy(peer->address.bytes + 12, &v4, sizeof(v4));
	return true;
}

static bool is_bound(int fd)
{
	struct endpoint local;

	return os_socket_local(fd, &local) && local.port;
}

/* An earlier peer's source is to be forgotten. But so would be a port that the system chose; and over IP the address
 * that the socket is bound to, too. */
static bool is_to_forget(const struct datapath_tunnel_config *config)
{
	if (config->encap == L2TP_ENCAP_IP)
		return address_is_any(&config->local.address);
	return config->local.port || config->peer.address.family == AF_UNSPEC;
}

int native_socket_connect(int fd, const struct datapath_tunnel_config *config, struct error *error)
{
	static const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct endpoint peer = config->peer;
	struct sockaddr_storage address = { 0 };
	char text[ENDPOINT_TEXT_MAX];
	socklen_t length;

	if (is_to_forget(config))
		(void)connect(fd, &nobody, sizeof(nobody));
	if (config->peer.address.family == AF_UNSPEC)
		return 0;
	if (!dress(fd, &peer))
		return error_set(error, ERROR_IMMUTABLE, "dest_ipaddr", "the peer is of another family now: "
				 "delete the tunnel and make it again");
	if (config->encap == L2TP_ENCAP_UDP && !is_bound(fd) &&
	    bind_local(fd, config, socket_family(fd), 0, error) < 0)
		return -1;
	if (config->encap == L2TP_ENCAP_IP)
		peer.port = 0;
	length = endpoint_to_sockaddr(&peer, &address);
	if (config->encap == L2TP_ENCAP_IP)
		length = with_connection_id(&address, length, config->peer_tunnel_id);
	if (connect(fd, (const struct sockaddr *)&address, length) == 0)
		return 1;
	if (errno == ENETUNREACH || errno == EHOSTUNREACH || errno == ENETDOWN)
		return 0;
	return error_system(error, errno, "dest_ipaddr", "cannot send to %s",
			    endpoint_format(&config->peer, text, sizeof(text)));
}

uint32_t native_socket_path_mtu(int fd)
{
	bool v6 = socket_family(fd) == AF_INET6;
	int mtu = v6 ? os_socket_option(fd, IPPROTO_IPV6, IPV6_MTU) : -1;

	if (mtu < 0)
		mtu = os_socket_option(fd, IPPROTO_IP, IP_MTU);
	return mtu < 0 ? 0 : (uint32_t)mtu;
}

int native_packet_socket(const char *netns, const char *to_do, struct error *error)
{
	int saved = netns_enter(netns, error), fd;

	if (saved < 0)
		return -1;
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	netns_leave(saved);
	if (fd < 0)
		error_system(error, errno, NULL, "cannot %s: `modprobe af_packet`, or datapath=user", to_do);
	return fd;
}
