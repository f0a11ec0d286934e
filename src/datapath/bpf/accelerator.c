/* SPDX-License-Identifier: MIT */
/*
 * See accelerator.h.  What holds a program on a wire is a link, which goes with its descriptor; but to make and to end
 * one costs a grace period of the kernel each.  So on the sessions' own devices, which may be thousands and go with
 * us anyway, filters do it; to another namespace a device does not take them with it.
 */
#include "datapath/bpf/accelerator.h"

#include <accelerate.skel.h>	/* the build makes it of accelerate.bpf.c */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/bpf/maps.h"
#include "os/bpf.h"

/* linux/bpf.h since 6.6 */
#define TCX_INGRESS 46

#define HOPS_DEFAULT 64			/* IPDEFTTL */

/* A device on which packets of sessions arrive. */
struct wire {
	struct wire *prev, *next;
	uint32_t ifindex;
	unsigned int users;
	int link;
};

struct accelerator {
	struct accelerate_bpf *programs;
	struct wire *wires;
};

struct accelerated {
	struct accelerator *accelerator;
	struct wire *wire;
	uint32_t device;
	struct bpf_tc_opts filter;	/* where it is; handle 0: there is none */
	bool receives;
	struct maps_incoming_key key;
};

/* --- programs --- */

struct accelerator *accelerator_open(void)
{
	struct accelerator *accelerator = calloc(1, sizeof(*accelerator));

	if (!accelerator)
		return NULL;
	libbpf_set_print(NULL);
	accelerator->programs = accelerate_bpf__open_and_load();
	if (accelerator->programs)
		return accelerator;
	free(accelerator);
	return NULL;
}

void accelerator_close(struct accelerator *accelerator)
{
	if (!accelerator)
		return;
	accelerate_bpf__destroy(accelerator->programs);
	free(accelerator);
}

/* The descriptor of a link, or -1 with errno. */
static int attach(const struct bpf_program *program, uint32_t ifindex)
{
	union bpf_attr attributes = { .link_create = { .prog_fd = (uint32_t)bpf_program__fd(program),
						       .target_ifindex = ifindex, .attach_type = TCX_INGRESS } };

	return os_bpf(BPF_LINK_CREATE, &attributes);
}

/* --- wires --- */

static struct wire *wire_get(struct accelerator *accelerator, uint32_t ifindex)
{
	struct wire *wire;

	DL_SEARCH_SCALAR(accelerator->wires, wire, ifindex, ifindex);
	if (!wire) {
		wire = calloc(1, sizeof(*wire));
		if (!wire)
			return NULL;
		wire->ifindex = ifindex;
		wire->link = attach(accelerator->programs->progs.decapsulate, ifindex);
		if (wire->link < 0) {
			free(wire);
			return NULL;
		}
		DL_APPEND(accelerator->wires, wire);
	}
	wire->users++;
	return wire;
}

static void wire_put(struct accelerator *accelerator, struct wire *wire)
{
	if (!wire || --wire->users)
		return;
	close(wire->link);
	DL_DELETE(accelerator->wires, wire);
	free(wire);
}

/* --- devices --- */

static struct bpf_tc_hook hook_of(const struct accelerated *accelerated)
{
	return (struct bpf_tc_hook){ .sz = sizeof(struct bpf_tc_hook), .ifindex = (int)accelerated->device,
				     .attach_point = BPF_TC_EGRESS };
}

/* The kernel finds a place behind what others have put there. */
static int filter_put(struct accelerated *accelerated)
{
	struct bpf_tc_hook hook = hook_of(accelerated);
	int result = bpf_tc_hook_create(&hook);

	if (result < 0 && result != -EEXIST)
		return -1;
	accelerated->filter = (struct bpf_tc_opts){
		.sz = sizeof(accelerated->filter),
		.prog_fd = bpf_program__fd(accelerated->accelerator->programs->progs.encapsulate),
	};
	if (bpf_tc_attach(&hook, &accelerated->filter) == 0)
		return 0;
	accelerated->filter.handle = 0;
	return -1;
}

static struct bpf_tc_opts place_of(const struct accelerated *accelerated)
{
	return (struct bpf_tc_opts){ .sz = sizeof(struct bpf_tc_opts), .handle = accelerated->filter.handle,
				     .priority = accelerated->filter.priority };
}

bool accelerator_holds(const struct accelerated *accelerated)
{
	struct bpf_tc_hook hook = hook_of(accelerated);
	struct bpf_tc_opts there = place_of(accelerated);

	return there.handle && bpf_tc_query(&hook, &there) == 0 && there.prog_id == accelerated->filter.prog_id;
}

/* What has this index now may be another's device. */
static void filter_remove(const struct accelerated *accelerated)
{
	struct bpf_tc_hook hook = hook_of(accelerated);
	struct bpf_tc_opts place = place_of(accelerated);

	if (accelerator_holds(accelerated))
		(void)bpf_tc_detach(&hook, &place);
}

/* --- what the programs know of a session --- */

static size_t put_ipv4(const struct accelerator_session *session, uint8_t *out)
{
	struct ip header = {
		.ip_v = 4, .ip_hl = sizeof(header) / 4, .ip_off = htons(IP_DF), .ip_p = IPPROTO_UDP,
		.ip_ttl = session->ttl > 0 ? (uint8_t)session->ttl : HOPS_DEFAULT,
		.ip_tos = session->dscp > 0 ? (uint8_t)(session->dscp << 2) : 0,
		.ip_src = session->local.address.v4, .ip_dst = session->peer.address.v4,
	};

	memcpy(out, &header, sizeof(header));
	return sizeof(header);
}

static size_t put_ipv6(const struct accelerator_session *session, uint8_t *out)
{
	uint32_t dscp = session->dscp > 0 ? (uint32_t)session->dscp : 0;
	struct ip6_hdr header = {
		.ip6_flow = htonl(6u << 28 | dscp << 22), .ip6_nxt = IPPROTO_UDP,
		.ip6_hlim = session->ttl > 0 ? (uint8_t)session->ttl : HOPS_DEFAULT,
		.ip6_src = session->local.address.v6, .ip6_dst = session->peer.address.v6,
	};

	memcpy(out, &header, sizeof(header));
	return sizeof(header);
}

static void compose(const struct accelerator_session *session, struct maps_outgoing *out)
{
	struct udphdr udp = { .source = htons(session->local.port), .dest = htons(session->peer.port) };
	size_t length;

	*out = (struct maps_outgoing){ .wire = session->wire, .mtu = session->mtu,
				       .ipv6 = session->peer.address.family == AF_INET6,
				       .copy_ttl = session->ttl < 0, .copy_dscp = session->dscp < 0 };
	length = out->ipv6 ? put_ipv6(session, out->headers) : put_ipv4(session, out->headers);
	memcpy(out->headers + length, &udp, sizeof(udp));
	length += sizeof(udp);
	memcpy(out->headers + length, session->header, session->header_length);
	out->headers_length = (uint8_t)(length + session->header_length);
}

static void put_address(uint8_t out[16], const struct address *address)
{
	if (address->family == AF_INET6) {
		memcpy(out, &address->v6, sizeof(address->v6));
		return;
	}
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, &address->v4, sizeof(address->v4));
}

static void compose_key(const struct accelerator_session *session, struct maps_incoming_key *key)
{
	put_address(key->peer, &session->peer.address);
	put_address(key->local, &session->local.address);
	key->peer_port = htons(session->peer.port);
	key->local_port = htons(session->local.port);
	key->session_id = htonl(session->session_id);
}

static int put(const struct bpf_map *map, const void *key, size_t key_size, const void *value, size_t value_size)
{
	return bpf_map__update_elem(map, key, key_size, value, value_size, BPF_ANY);
}

static int put_counters(const struct accelerate_bpf *programs, uint32_t device)
{
	size_t processors = (size_t)libbpf_num_possible_cpus();
	struct maps_counters *zero = calloc(processors, sizeof(*zero));
	int result = zero ? put(programs->maps.counters, &device, sizeof(device), zero, processors * sizeof(*zero)) :
			    -ENOMEM;

	free(zero);
	return result;
}

/* The counters first: without them no packet is taken. */
static int tell(const struct accelerated *accelerated, const struct accelerator_session *session)
{
	const struct accelerate_bpf *programs = accelerated->accelerator->programs;
	struct maps_incoming in = { .device = session->device, .cookie_length = session->cookie_length };
	struct maps_outgoing out;

	compose(session, &out);
	memcpy(in.cookie, session->cookie, session->cookie_length);
	if (put_counters(programs, session->device) < 0 ||
	    put(programs->maps.outgoing, &session->device, sizeof(session->device), &out, sizeof(out)) < 0)
		return -1;
	return session->receives ? put(programs->maps.incoming, &accelerated->key, sizeof(accelerated->key), &in,
				       sizeof(in)) : 0;
}

/* --- sessions --- */

struct accelerated *accelerator_add(struct accelerator *accelerator, const struct accelerator_session *session)
{
	struct accelerated *accelerated = calloc(1, sizeof(*accelerated));

	if (!accelerated)
		return NULL;
	accelerated->accelerator = accelerator;
	accelerated->device = session->device;
	accelerated->receives = session->receives;
	compose_key(session, &accelerated->key);
	if (filter_put(accelerated) == 0)
		accelerated->wire = wire_get(accelerator, session->wire);
	if (accelerated->wire && tell(accelerated, session) == 0)
		return accelerated;
	accelerator_remove(accelerated, NULL);
	return NULL;
}

/* Those of a packet on its way are lost with it. */
void accelerator_remove(struct accelerated *accelerated, struct accelerator_counters *counters)
{
	const struct accelerate_bpf *programs = accelerated->accelerator->programs;
	const uint32_t *device = &accelerated->device;

	filter_remove(accelerated);
	(void)bpf_map__delete_elem(programs->maps.outgoing, device, sizeof(*device), 0);
	if (accelerated->receives)
		(void)bpf_map__delete_elem(programs->maps.incoming, &accelerated->key, sizeof(accelerated->key), 0);
	wire_put(accelerated->accelerator, accelerated->wire);
	if (counters)
		accelerator_count(accelerated, counters);
	(void)bpf_map__delete_elem(programs->maps.counters, device, sizeof(*device), 0);
	free(accelerated);
}

void accelerator_count(const struct accelerated *accelerated, struct accelerator_counters *counters)
{
	const struct bpf_map *map = accelerated->accelerator->programs->maps.counters;
	size_t processors = (size_t)libbpf_num_possible_cpus();
	struct maps_counters *each = calloc(processors, sizeof(*each));

	*counters = (struct accelerator_counters){ 0 };
	if (each && bpf_map__lookup_elem(map, &accelerated->device, sizeof(accelerated->device), each,
					 processors * sizeof(*each), 0) == 0)
		for (size_t i = 0; i < processors; i++) {
			counters->tx_packets += each[i].tx_packets;
			counters->tx_bytes += each[i].tx_bytes;
			counters->rx_packets += each[i].rx_packets;
			counters->rx_bytes += each[i].rx_bytes;
		}
	free(each);
}
