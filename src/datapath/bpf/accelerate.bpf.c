/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * TCP of this host's own programs through a session, without leaving the kernel: encapsulate() where packets leave by
 * the session's device, decapsulate() where they arrive on the wire.  All of a connection goes this way, but for the
 * segments that begin it, so that its order stays; a super-packet goes whole, and is cut by whoever has to, if anybody.
 * Whatever is unusual goes on to l2tpd, which is complete without us and counts what is wrong: nothing is dropped here.
 *
 * What leaves has no UDP checksum: nobody could compute that of packets which are cut later.  Of what arrives only
 * packets without one are taken: those with come in trains, from an l2tpd, which another is quick to receive.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "datapath/bpf/maps.h"

#define TO_OTHERS TC_ACT_UNSPEC		/* TCX_NEXT: to other programs, and then on as if we were not there */
#define IP_MORE_OR_OFFSET 0x3fff
#define PACKET_MAX 65535
#define DATA_V3 0x00030000		/* L2TPv3 over UDP: no control message, no reserved bit */
#define TOS_ECN 3
#define ADDRESS_V4 12			/* where it begins in a mapped one */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAPS_SESSIONS_MAX);
	__type(key, __u32);
	__type(value, struct maps_outgoing);
} outgoing SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAPS_SESSIONS_MAX);
	__type(key, struct maps_incoming_key);
	__type(value, struct maps_incoming);
} incoming SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAPS_SESSIONS_MAX);
	__type(key, __u32);
	__type(value, struct maps_counters);
} counters SEC(".maps");

/* A TCP segment in an Ethernet frame. */
struct segment {
	struct ethhdr ethernet;
	__u32 headers;			/* octets from the Ethernet header to what TCP carries */
	__u8 ttl, tos;
	__u8 ipv6;
	struct bpf_sock_tuple tuple;
};

/* --- the packet inside --- */

static __always_inline int read_tcp(struct __sk_buff *skb, __u32 offset, struct segment *segment, __be16 *ports)
{
	struct tcphdr tcp;

	if (bpf_skb_load_bytes(skb, offset, &tcp, sizeof(tcp)) < 0 || tcp.syn || tcp.doff < 5)
		return 0;
	ports[0] = tcp.source;
	ports[1] = tcp.dest;
	segment->headers = offset + tcp.doff * 4;
	return 1;
}

static __always_inline int read_ipv4(struct __sk_buff *skb, __u32 offset, struct segment *segment)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)) < 0 || ip.version != 4 || ip.ihl != 5 ||
	    ip.protocol != IPPROTO_TCP || ip.frag_off & bpf_htons(IP_MORE_OR_OFFSET))
		return 0;
	segment->ipv6 = 0;
	segment->ttl = ip.ttl;
	segment->tos = ip.tos;
	segment->tuple.ipv4.saddr = ip.saddr;
	segment->tuple.ipv4.daddr = ip.daddr;
	return read_tcp(skb, offset + sizeof(ip), segment, &segment->tuple.ipv4.sport);
}

static __always_inline int read_ipv6(struct __sk_buff *skb, __u32 offset, struct segment *segment)
{
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)) < 0 || ip.version != 6 || ip.nexthdr != IPPROTO_TCP)
		return 0;
	segment->ipv6 = 1;
	segment->ttl = ip.hop_limit;
	segment->tos = (__u8)(ip.priority << 4 | ip.flow_lbl[0] >> 4);
	__builtin_memcpy(segment->tuple.ipv6.saddr, &ip.saddr, sizeof(ip.saddr));
	__builtin_memcpy(segment->tuple.ipv6.daddr, &ip.daddr, sizeof(ip.daddr));
	return read_tcp(skb, offset + sizeof(ip), segment, &segment->tuple.ipv6.sport);
}

/* Is this frame, which begins there, a segment of a connection that is under way? */
static __always_inline int read_segment(struct __sk_buff *skb, __u32 offset, struct segment *segment)
{
	if (bpf_skb_load_bytes(skb, offset, &segment->ethernet, ETH_HLEN) < 0)
		return 0;
	switch (segment->ethernet.h_proto) {
	case bpf_htons(ETH_P_IP):
		return read_ipv4(skb, offset + ETH_HLEN, segment);
	case bpf_htons(ETH_P_IPV6):
		return read_ipv6(skb, offset + ETH_HLEN, segment);
	}
	return 0;
}

/* How many packets a super-packet stands for. */
static __always_inline __u32 packets_of(const struct __sk_buff *skb, __u32 payload)
{
	return skb->gso_size && payload > skb->gso_size ? (payload + skb->gso_size - 1) / skb->gso_size : 1;
}

/* As they are counted: each has headers of its own. */
static __always_inline __u64 octets_of(__u64 packets, __u32 headers, __u32 payload)
{
	return packets * headers + payload;
}

/* --- outwards --- */

static __always_inline __u32 l2tp_length(const struct maps_outgoing *out)
{
	__u32 ip = out->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);

	return out->headers_length - ip - sizeof(struct udphdr);
}

static __always_inline void put_lengths_v4(struct iphdr *ip, __u32 length)
{
	__u16 *words = (__u16 *)ip;
	__u32 sum = 0;

	ip->tot_len = bpf_htons(length);
	for (int i = 0; i < 10; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = (__u16)~((sum & 0xffff) + (sum >> 16));
	((struct udphdr *)(ip + 1))->len = bpf_htons(length - sizeof(*ip));
}

static __always_inline void put_lengths_v6(struct ipv6hdr *ip, __u32 length)
{
	ip->payload_len = bpf_htons(length - sizeof(*ip));
	((struct udphdr *)(ip + 1))->len = ip->payload_len;
}

/* The outer headers. length: of the packet that they begin. */
static __always_inline void put_headers(struct maps_outgoing *out, const struct segment *segment, __u32 length)
{
	if (out->ipv6) {
		struct ipv6hdr *ip = (void *)out->headers;

		if (out->copy_ttl && segment->ttl)
			ip->hop_limit = segment->ttl;
		if (out->copy_dscp) {
			ip->priority = segment->tos >> 4;
			ip->flow_lbl[0] = (segment->tos << 4) & 0xc0;
		}
		put_lengths_v6(ip, length);
	} else {
		struct iphdr *ip = (void *)out->headers;

		if (out->copy_ttl && segment->ttl)
			ip->ttl = segment->ttl;
		if (out->copy_dscp)
			ip->tos = segment->tos & ~TOS_ECN;
		put_lengths_v4(ip, length);
	}
}

static __always_inline int wrap(struct __sk_buff *skb, const struct maps_outgoing *out, const struct segment *segment)
{
	__u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_ENCAP_L2(ETH_HLEN) |
		      BPF_F_ADJ_ROOM_ENCAP_L2_ETH;
	struct ethhdr outer = { .h_proto = out->ipv6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP) };
	__u32 length = out->headers_length;

	if (length < 1 || length > MAPS_HEADERS_MAX)
		return TO_OTHERS;
	flags |= out->ipv6 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV4;
	if (bpf_skb_adjust_room(skb, (int)length + ETH_HLEN, BPF_ADJ_ROOM_MAC, flags) < 0)
		return TO_OTHERS;
	if (bpf_skb_store_bytes(skb, 0, &outer, ETH_HLEN, 0) < 0 ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, out->headers, length, 0) < 0 ||
	    bpf_skb_store_bytes(skb, ETH_HLEN + length, &segment->ethernet, ETH_HLEN, 0) < 0)
		return TC_ACT_SHOT;	/* it is no frame of the device's any more */
	skb->mark = 0;			/* it says how the packet inside is routed, which has been done */
	return (int)bpf_redirect_neigh(out->wire, NULL, 0, 0);
}

SEC("tc")
int encapsulate(struct __sk_buff *skb)
{
	__u32 device = skb->ifindex, whole, longest, packets;
	int action;
	const struct maps_outgoing *known = bpf_map_lookup_elem(&outgoing, &device);
	struct maps_counters *count = bpf_map_lookup_elem(&counters, &device);
	struct segment segment = { 0 };
	struct maps_outgoing out;

	if (!known || !count || skb->vlan_present || !read_segment(skb, 0, &segment))
		return TO_OTHERS;
	out = *known;
	whole = out.headers_length + skb->len;
	longest = skb->gso_size ? out.headers_length + segment.headers + skb->gso_size : whole;
	if (whole > PACKET_MAX || longest > out.mtu || skb->len < segment.headers)
		return TO_OTHERS;	/* nobody would fragment it */
	packets = packets_of(skb, skb->len - segment.headers);
	put_headers(&out, &segment, whole);
	action = wrap(skb, &out, &segment);
	if (action == TC_ACT_REDIRECT) {
		count->tx_packets += packets;
		count->tx_bytes += octets_of(packets, l2tp_length(&out) + segment.headers, whole - out.headers_length -
					     segment.headers);
	}
	return action;
}

/* --- inwards --- */

static __always_inline void map_address(__u8 *to, __be32 address)
{
	to[10] = to[11] = 0xff;
	__builtin_memcpy(to + ADDRESS_V4, &address, sizeof(address));
}

/* Who sent it? Returns where UDP begins, or 0. */
static __always_inline __u32 read_outer(struct __sk_buff *skb, struct maps_incoming_key *key)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) < 0 || ip.version != 4 || ip.ihl != 5 ||
		    ip.protocol != IPPROTO_UDP || ip.frag_off & bpf_htons(IP_MORE_OR_OFFSET) ||
		    ETH_HLEN + bpf_ntohs(ip.tot_len) != skb->len)
			return 0;
		map_address(key->peer, ip.saddr);
		map_address(key->local, ip.daddr);
		return ETH_HLEN + sizeof(ip);
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr ip;

		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) < 0 || ip.version != 6 ||
		    ip.nexthdr != IPPROTO_UDP || ETH_HLEN + sizeof(ip) + bpf_ntohs(ip.payload_len) != skb->len)
			return 0;
		__builtin_memcpy(key->peer, &ip.saddr, sizeof(ip.saddr));
		__builtin_memcpy(key->local, &ip.daddr, sizeof(ip.daddr));
		return ETH_HLEN + sizeof(ip);
	}
	return 0;
}

/* A data message without checksum, and nothing behind it? Returns where its cookie begins, or 0. */
static __always_inline __u32 read_message(struct __sk_buff *skb, __u32 offset, struct maps_incoming_key *key)
{
	struct {
		struct udphdr udp;
		__be32 flags, session_id;
	} message;

	if (bpf_skb_load_bytes(skb, offset, &message, sizeof(message)) < 0 || message.udp.check ||
	    offset + bpf_ntohs(message.udp.len) != skb->len || message.flags != bpf_htonl(DATA_V3))
		return 0;
	key->peer_port = message.udp.source;
	key->local_port = message.udp.dest;
	key->session_id = message.session_id;
	return offset + sizeof(message);
}

static __always_inline int has_cookie(struct __sk_buff *skb, __u32 offset, const struct maps_incoming *in)
{
	__u32 cookie[2] = { 0 };
	const __u32 *wanted = (const __u32 *)in->cookie;

	if (in->cookie_length == 8)
		return bpf_skb_load_bytes(skb, offset, cookie, 8) == 0 && cookie[0] == wanted[0] &&
		       cookie[1] == wanted[1];
	if (in->cookie_length == 4)
		return bpf_skb_load_bytes(skb, offset, cookie, 4) == 0 && cookie[0] == wanted[0];
	return 1;
}

/* Is it of a connection of this host's? What is for others may have to leave by another device, whose driver would take
 * what the kernel still remembers of the tunnel for the truth. (Who listens may do so at any address, others' too.) */
static __always_inline int is_for_us(struct __sk_buff *skb, struct segment *segment)
{
	__u32 length = segment->ipv6 ? sizeof(segment->tuple.ipv6) : sizeof(segment->tuple.ipv4);
	struct bpf_sock *sock = bpf_skc_lookup_tcp(skb, &segment->tuple, length, BPF_F_CURRENT_NETNS, 0);
	int connected;

	if (!sock)
		return 0;
	connected = sock->state != BPF_TCP_LISTEN;
	bpf_sk_release(sock);
	return connected;
}

static __always_inline int unwrap(struct __sk_buff *skb, const struct segment *segment, __u32 octets, __u32 device)
{
	if (bpf_skb_adjust_room(skb, -(int)octets, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO) < 0)
		return TO_OTHERS;
	if (bpf_skb_store_bytes(skb, 0, &segment->ethernet, ETH_HLEN, 0) < 0)
		return TC_ACT_SHOT;
	return (int)bpf_redirect(device, BPF_F_INGRESS);
}

SEC("tc")
int decapsulate(struct __sk_buff *skb)
{
	struct maps_incoming_key key = { 0 };
	struct segment segment = { 0 };
	const struct maps_incoming *in;
	struct maps_counters *count;
	__u32 udp, cookie, frame, packets, payload, device;
	int action;

	if (skb->pkt_type != PACKET_HOST || skb->vlan_present)
		return TO_OTHERS;	/* of another host, or another network */
	udp = read_outer(skb, &key);
	cookie = udp ? read_message(skb, udp, &key) : 0;
	in = cookie ? bpf_map_lookup_elem(&incoming, &key) : NULL;
	if (!in || !has_cookie(skb, cookie, in))
		return TO_OTHERS;
	frame = cookie + in->cookie_length;
	device = in->device;
	count = bpf_map_lookup_elem(&counters, &device);
	if (!count || !read_segment(skb, frame, &segment) || skb->len < segment.headers || !is_for_us(skb, &segment))
		return TO_OTHERS;
	packets = packets_of(skb, skb->len - segment.headers);
	payload = skb->len - segment.headers;
	action = unwrap(skb, &segment, frame, device);
	if (action == TC_ACT_REDIRECT) {
		count->rx_packets += packets;
		count->rx_bytes += octets_of(packets, segment.headers - udp - sizeof(struct udphdr), payload);
	}
	return action;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
