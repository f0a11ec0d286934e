/* SPDX-License-Identifier: MIT */
/*
 * Commands on sessions, with the errnos of the kernel in the order in which it finds them.
 *
 * Pseudowires 4 and 11, which the kernel has numbers for and nothing else, work here; that is meant to differ.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/internal.h"

#define VLAN_ID_MAX 4094

/* By the name of the device where one is given, else by ids. */
static struct kernel_session *find(const struct request *request)
{
	struct kernel *kernel = request_kernel(request);
	struct kernel_tunnel *tunnel;

	if (has(request, L2TP_ATTR_IFNAME))
		return kernel_session_find_by_ifname(kernel, space_find(kernel, request->client->netns),
						     mnl_attr_get_str(request->attributes.of[L2TP_ATTR_IFNAME]));
	if (!has(request, L2TP_ATTR_CONN_ID) || !has(request, L2TP_ATTR_SESSION_ID))
		return NULL;
	tunnel = kernel_tunnel_named(request);
	return tunnel ? kernel_session_find(kernel, tunnel, get_u32(request, L2TP_ATTR_SESSION_ID)) : NULL;
}

static void notify(const struct request *request, const struct kernel_session *session, uint8_t command)
{
	struct reply reply;

	reply_begin(&reply, request, command, NLM_F_ACK);
	record_session(request_kernel(request), session, reply.message);
	reply_multicast(&reply, request);
}

/* --- create --- */

static bool is_ethernet(uint16_t pw_type)
{
	return pw_type == L2TP_PWTYPE_ETH || pw_type == L2TP_PWTYPE_ETH_VLAN;
}

static bool has_driver(uint16_t pw_type)
{
	return is_ethernet(pw_type) || pw_type == L2TP_PWTYPE_PPP || pw_type == L2TP_PWTYPE_IP;
}

/* What names of network devices the kernel takes; one %d becomes a number. */
static bool is_device_name(const char *name)
{
	const char *percent = strchr(name, '%');

	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (percent && (percent[1] != 'd' || strchr(percent + 1, '%')))
		return false;
	for (; *name; name++) {
		if (*name == '/' || *name == ':' || isspace((unsigned char)*name))
			return false;
	}
	return true;
}

static void get_cookie(const struct request *request, unsigned int type, struct kernel_cookie *cookie)
{
	if (!has(request, type))
		return;
	cookie->length = (uint8_t)mnl_attr_get_payload_len(request->attributes.of[type]);
	memcpy(cookie->octets, mnl_attr_get_payload(request->attributes.of[type]), cookie->length);
}

/* One bit is kept of these. */
static void get_bit(const struct request *request, unsigned int type, bool *bit)
{
	if (has(request, type))
		*bit = get_u8(request, type) & 1;
}

/* What has the highest bit set is for ever, which the kernel keeps in too small a number. */
int32_t kernel_jiffies(uint32_t ms)
{
	return ms > INT32_MAX ? -2 : (int32_t)((ms + JIFFY_MS - 1) / JIFFY_MS);
}

static void get_timeout(const struct request *request, int32_t *jiffies)
{
	uint32_t ms;

	if (!has(request, L2TP_ATTR_RECV_TIMEOUT))
		return;
	ms = (uint32_t)mnl_attr_get_u64(request->attributes.of[L2TP_ATTR_RECV_TIMEOUT]);
	*jiffies = kernel_jiffies(ms);
}

/* What a modify may change, too. */
static void get_changeable(const struct request *request, struct kernel_session *session)
{
	get_bit(request, L2TP_ATTR_RECV_SEQ, &session->recv_seq);
	get_bit(request, L2TP_ATTR_SEND_SEQ, &session->send_seq);
	get_bit(request, L2TP_ATTR_LNS_MODE, &session->lns_mode);
	get_timeout(request, &session->reorder_jiffies);
}

/* What other versions ignore. */
static int get_v3(const struct request *request, struct kernel_session *session)
{
	session->l2spec = L2TP_L2SPECTYPE_DEFAULT;
	if (has(request, L2TP_ATTR_L2SPEC_TYPE))
		session->l2spec = get_u8(request, L2TP_ATTR_L2SPEC_TYPE);
	if (session->l2spec != L2TP_L2SPECTYPE_DEFAULT && session->l2spec != L2TP_L2SPECTYPE_NONE)
		return EINVAL;
	get_cookie(request, L2TP_ATTR_COOKIE, &session->cookie);
	get_cookie(request, L2TP_ATTR_PEER_COOKIE, &session->peer_cookie);
	return 0;
}

static int get_vlan(const struct request *request, struct kernel_session *session)
{
	if (session->pw_type != L2TP_PWTYPE_ETH_VLAN)
		return 0;
	session->vlan_id = has(request, L2TP_ATTR_VLAN_ID) ? get_u16(request, L2TP_ATTR_VLAN_ID) : 0;
	return session->vlan_id && session->vlan_id <= VLAN_ID_MAX ? 0 : EINVAL;
}

static int get_session(const struct request *request, struct kernel_session *session)
{
	uint8_t version = session->tunnel->version;
	int error = 0;

	if (!has(request, L2TP_ATTR_SESSION_ID) || !has(request, L2TP_ATTR_PEER_SESSION_ID) ||
	    !has(request, L2TP_ATTR_PW_TYPE))
		return EINVAL;
	session->id = get_u32(request, L2TP_ATTR_SESSION_ID);
	session->peer_id = get_u32(request, L2TP_ATTR_PEER_SESSION_ID);
	session->pw_type = get_u16(request, L2TP_ATTR_PW_TYPE);
	if (session->pw_type > L2TP_PWTYPE_IP)
		return EINVAL;
	if (version == 2 && session->pw_type != L2TP_PWTYPE_PPP)
		return EPROTONOSUPPORT;
	if (version > 2)
		error = get_v3(request, session);
	if (error)
		return error;
	get_changeable(request, session);
	if (!has_driver(session->pw_type))
		return EPROTONOSUPPORT;
	return get_vlan(request, session);
}

/* Ids of version 2 are the tunnel's. Others are the namespace's: over UDP tunnels may have the same, over IP not. */
static bool is_taken(struct kernel *kernel, const struct kernel_session *session)
{
	struct kernel_tunnel *tunnel = session->tunnel;
	const struct kernel_session *holder;

	if (kernel_session_find(kernel, tunnel, session->id))
		return true;
	holder = tunnel->version == 2 ? NULL : kernel_session_find_in_space(kernel, tunnel->space, session->id);
	return holder && (tunnel->encap == L2TP_ENCAPTYPE_IP || holder->tunnel->encap == L2TP_ENCAPTYPE_IP);
}

/* The device's name that is asked for: NULL none, or the session has no device. */
static const char *wanted_name(const struct request *request, const struct kernel_session *session)
{
	if (session->tunnel->version <= 2 || session->pw_type == L2TP_PWTYPE_PPP || !has(request, L2TP_ATTR_IFNAME))
		return NULL;
	return mnl_attr_get_str(request->attributes.of[L2TP_ATTR_IFNAME]);
}

int kernel_session_make(struct kernel *kernel, struct kernel_session *session, const char *ifname, uint64_t now)
{
	int error;

	if (is_taken(kernel, session))
		return EEXIST;
	if (ifname && !is_device_name(ifname))
		return EINVAL;
	if (kernel->session_count >= SERVICE_SESSIONS_MAX)
		return ENOMEM;
	error = carry_session(kernel, session, ifname, now);
	if (error)
		return error;
	if (kernel_session_insert(kernel, session) == 0)
		return 0;
	carry_session_no_more(kernel, session, now);
	return ENOMEM;
}

int kernel_session_create(const struct request *request)
{
	struct kernel *kernel = request_kernel(request);
	struct kernel_session *session;
	struct kernel_tunnel *tunnel;
	int error;

	if (!has(request, L2TP_ATTR_CONN_ID))
		return EINVAL;
	tunnel = kernel_tunnel_named(request);
	if (!tunnel)
		return ENODEV;
	session = calloc(1, sizeof(*session));
	if (!session)
		return ENOMEM;
	session->tunnel = tunnel;
	session->owner = request->caller->pid;
	error = get_session(request, session);
	if (!error)
		error = kernel_session_make(kernel, session, wanted_name(request, session), request->now);
	if (error) {
		free(session);
		return error;
	}
	notify(request, session, L2TP_CMD_SESSION_CREATE);
	return 0;
}

/* --- the others --- */

void kernel_session_destroy(struct kernel *kernel, struct kernel_session *session, uint64_t now)
{
	pppox_remember(session);
	carry_session_no_more(kernel, session, now);
	kernel_session_forget(kernel, session);
}

int kernel_session_delete(const struct request *request)
{
	struct kernel_session *session = find(request);

	if (!session)
		return ENODEV;
	notify(request, session, L2TP_CMD_SESSION_DELETE);
	kernel_session_destroy(request_kernel(request), session, request->now);
	return 0;
}

int kernel_session_modify(const struct request *request)
{
	struct kernel_session *session = find(request);
	struct datapath_stats ignored;
	int error;

	if (!session)
		return ENODEV;
	record_session_live(request_kernel(request), session, &ignored, &session->send_seq);
	get_changeable(request, session);
	error = carry_changed_session(request_kernel(request), session, request->now);
	if (!error)
		notify(request, session, L2TP_CMD_SESSION_MODIFY);
	return error;
}

int kernel_session_get(const struct request *request)
{
	struct kernel_session *session = find(request);
	struct reply reply;

	if (!session)
		return ENODEV;
	reply_begin(&reply, request, L2TP_CMD_SESSION_GET, 0);
	record_session(request_kernel(request), session, reply.message);
	reply_send(&reply, request);
	return 0;
}
