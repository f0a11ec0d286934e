/* SPDX-License-Identifier: MIT */
/*
 * PPPoL2TP: what connect() makes of an AF_PPPOX socket, and the other calls on connected ones.
 *
 * A socket belongs to one session and a session has one socket at most.  Who connects to ids 0 of sessions manages the
 * tunnel: the tunnel is made where there is none, and a session that is none stands for the socket.
 */
#include "kernel/pppox.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/if_pppol2tp.h>	/* it wants the one before it */
#include <linux/ioctl.h>
#include <linux/ppp-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A connect() on its way. */
struct connecting {
	struct kernel *kernel;
	const struct kernel_pppox_asker *asker;
	struct pppox_name name;
	uint64_t now;
	struct kernel_tunnel *tunnel;
	bool made_tunnel;
};

static bool is_managing(const struct connecting *connecting)
{
	return !connecting->name.session_id && !connecting->name.peer_session_id;
}

/* --- the tunnel --- */

static int make_tunnel(struct connecting *connecting)
{
	const struct kernel_pppox_asker *asker = connecting->asker;
	const struct kernel_descriptor descriptor = { asker->pid, asker->fd };
	struct kernel_wanted wanted = { .encap = CONFIG_ENCAP_UDP, .tunnel_id = connecting->name.tunnel_id,
					.peer_tunnel_id = connecting->name.peer_tunnel_id };
	struct kernel_tunnel *tunnel;
	int error;

	if (connecting->name.fd < 0 || asker->fd < 0)
		return EBADF;
	tunnel = calloc(1, sizeof(*tunnel));
	if (!tunnel)
		return ENOMEM;
	snprintf(wanted.netns, sizeof(wanted.netns), "%s", asker->netns);
	tunnel->version = connecting->name.version;
	tunnel->encap = L2TP_ENCAPTYPE_UDP;
	tunnel->peer_id = wanted.peer_tunnel_id;
	tunnel->fd = connecting->name.fd;
	error = kernel_tunnel_make(connecting->kernel, &descriptor, tunnel, &wanted, connecting->now);
	if (error) {
		free(tunnel);
		return error;
	}
	connecting->tunnel = tunnel;
	connecting->made_tunnel = true;
	return 0;
}

/* The peer's id, which whoever made the tunnel did not know. */
static int learn_peer_id(struct connecting *connecting)
{
	struct kernel_tunnel *tunnel = connecting->tunnel;

	if (tunnel->peer_id || !connecting->name.peer_tunnel_id)
		return 0;
	tunnel->peer_id = connecting->name.peer_tunnel_id;
	if (order_count(&tunnel->sessions))
		return 0;
	carry_tunnel_no_more(connecting->kernel, tunnel, connecting->now);
	tunnel->service = HANDLE_NONE;
	return carry_tunnel(connecting->kernel, tunnel, tunnel->by_id.id, connecting->now);
}

static int find_tunnel(struct connecting *connecting)
{
	struct kernel *kernel = connecting->kernel;

	connecting->tunnel = kernel_tunnel_find(kernel, space_find(kernel, connecting->asker->netns),
						connecting->name.tunnel_id);
	if (connecting->tunnel)
		return learn_peer_id(connecting);
	return is_managing(connecting) ? make_tunnel(connecting) : ENOENT;
}

/* --- the session --- */

static int make_session(const struct connecting *connecting, struct kernel_session **result)
{
	struct kernel_session *session = calloc(1, sizeof(*session));
	int error;

	if (!session)
		return ENOMEM;
	session->tunnel = connecting->tunnel;
	session->id = connecting->name.session_id;
	session->peer_id = connecting->name.peer_session_id;
	session->pw_type = L2TP_PWTYPE_PPP;
	session->l2spec = L2TP_L2SPECTYPE_NONE;
	session->owner = connecting->asker->tid;
	error = kernel_session_make(connecting->kernel, session, NULL, connecting->now);
	if (error)
		free(session);
	else
		*result = session;
	return error;
}

static int find_session(const struct connecting *connecting, struct kernel_session **session)
{
	*session = kernel_session_find(connecting->kernel, connecting->tunnel, connecting->name.session_id);
	if (!*session)
		return make_session(connecting, session);
	if ((*session)->pw_type != L2TP_PWTYPE_PPP)
		return EPROTOTYPE;
	return (*session)->socket ? EEXIST : 0;
}

/* --- connect() --- */

static struct kernel_pppox *pppox_new(const struct connecting *connecting)
{
	struct kernel_pppox *pppox = calloc(1, sizeof(*pppox));
	struct kernel *kernel = connecting->kernel;

	if (!pppox)
		return NULL;
	pppox->kernel = kernel;
	pppox->owner = connecting->asker->owner;
	pppox->is_manager = is_managing(connecting);
	pppox->channel.kernel = kernel;
	pppox->channel.socket = pppox;
	snprintf(pppox->netns, sizeof(pppox->netns), "%s", connecting->asker->netns);
	DL_APPEND(kernel->sockets, pppox);
	return pppox;
}

static void pppox_forget(struct kernel_pppox *pppox)
{
	DL_DELETE(pppox->kernel->sockets, pppox);
	free(pppox);
}

static int join(struct connecting *connecting, struct kernel_pppox *pppox)
{
	int error = find_tunnel(connecting);

	if (!error && connecting->asker->is_connected)
		error = EBUSY;
	if (!error)
		error = find_session(connecting, &pppox->session);
	if (!error) {
		pppox->session->socket = pppox;
		if (!pppox->is_manager)
			pppox->channel.index = ++connecting->kernel->last_channel;
	} else if (connecting->made_tunnel) {
		kernel_tunnel_destroy(connecting->kernel, connecting->tunnel, connecting->now);
	}
	return error;
}

int kernel_pppox_connect(struct kernel *kernel, const struct kernel_pppox_asker *asker, const void *address,
			 size_t length, uint64_t now, struct kernel_pppox **pppox)
{
	struct connecting connecting = { .kernel = kernel, .asker = asker, .now = now };
	struct kernel_pppox *made;
	int error;

	if (!pppox_name_read(address, length, &connecting.name) || !connecting.name.tunnel_id)
		return EINVAL;
	made = pppox_new(&connecting);
	if (!made)
		return ENOMEM;
	error = join(&connecting, made);
	if (error)
		pppox_forget(made);
	else
		*pppox = made;
	return error;
}

int kernel_pppox_attach(struct kernel_pppox *pppox, int frames)
{
	return pppox->is_manager ? 0 : kernel_channel_begin(&pppox->channel, pppox->session->service, frames);
}

static bool is_remembered(const struct kernel_pppox *pppox)
{
	return pppox->session == &pppox->remembered;
}

/* Of the session and its tunnel. */
static void count(struct kernel_pppox *pppox, const struct kernel_session *session)
{
	bool ignored;

	record_session_live(pppox->kernel, session, &pppox->stats, &ignored);
	record_tunnel_stats(pppox->kernel, session->tunnel, &pppox->tunnel_stats);
}

void pppox_remember(const struct kernel_session *session)
{
	const struct kernel_channel_user *user;

	if (!session->socket)
		return;
	count(session->socket, session);
	user = &session->socket->channel.user;
	if (user->ending)
		user->ending(user->context);
}

void pppox_detach(struct kernel *kernel, struct kernel_session *session)
{
	struct kernel_pppox *pppox = session->socket;

	if (!pppox)
		return;
	session->socket = NULL;
	pppox->remembered = *session;
	pppox->remembered.service = HANDLE_NONE;
	pppox->remembered_tunnel = *session->tunnel;
	pppox->remembered_tunnel.service = HANDLE_NONE;
	memset(&pppox->remembered_tunnel.sessions, 0, sizeof(pppox->remembered_tunnel.sessions));
	pppox->remembered.tunnel = &pppox->remembered_tunnel;
	pppox->session = &pppox->remembered;
	kernel_channel_silence(&pppox->channel);
	kernel->host.detached(kernel->host.context, pppox->owner);
}

/* The session may have gone with nobody's knowledge here: an administrator deleted it. */
static struct kernel_session *session_of(struct kernel_pppox *pppox)
{
	if (!kernel_session_lives(pppox->kernel, pppox->session))
		kernel_session_forget(pppox->kernel, pppox->session);
	return pppox->session;
}

bool kernel_pppox_is_read(const struct kernel_pppox *pppox)
{
	return pppox->channel.service != HANDLE_NONE && !pppox->channel.is_bound;
}

void kernel_pppox_sent(struct kernel_pppox *pppox, const void *frame, size_t length)
{
	if (pppox->channel.is_bound)
		kernel_channel_send(&pppox->channel, frame, length);
}

void pppox_forget_all(struct kernel *kernel)
{
	struct kernel_pppox *pppox, *next;

	DL_FOREACH_SAFE(kernel->sockets, pppox, next) {
		pppox->session->socket = NULL;
		kernel_channel_end(&pppox->channel);
		pppox_forget(pppox);
	}
}

void kernel_pppox_free(struct kernel_pppox *pppox, uint64_t now)
{
	struct kernel_session *session;

	if (!pppox)
		return;
	session = session_of(pppox);
	kernel_channel_settle(&pppox->channel);
	kernel_channel_end(&pppox->channel);
	session->socket = NULL;
	if (!is_remembered(pppox))
		kernel_session_destroy(pppox->kernel, session, now);
	pppox_forget(pppox);
}

/* --- names --- */

int kernel_pppox_name(struct kernel_pppox *pppox, uint8_t octets[KERNEL_PPPOX_NAME_MAX], size_t *length)
{
	const struct kernel_session *session = session_of(pppox);
	struct pppox_name name;

	name = (struct pppox_name){
		.version = session->tunnel->version == 2 ? 2 : 3,
		.pid = session->owner,
		.fd = session->tunnel->fd,
		.tunnel_id = session->tunnel->by_id.id,
		.session_id = session->id,
		.peer_tunnel_id = session->tunnel->peer_id,
		.peer_session_id = session->peer_id,
		.peer = session->tunnel->socket.peer,
	};
	*length = pppox_name_write(&name, octets);
	return 0;
}

/* --- options --- */

static int set_bit(bool *bit, int32_t value)
{
	if (value != 0 && value != 1)
		return EINVAL;
	*bit = value;
	return 0;
}

static int set_option(struct kernel_session *session, int option, int32_t value)
{
	switch (option) {
	case PPPOL2TP_SO_DEBUG:
		return 0;
	case PPPOL2TP_SO_RECVSEQ:
		return set_bit(&session->recv_seq, value);
	case PPPOL2TP_SO_SENDSEQ:
		return set_bit(&session->send_seq, value);
	case PPPOL2TP_SO_LNSMODE:
		return set_bit(&session->lns_mode, value);
	case PPPOL2TP_SO_REORDERTO:
		session->reorder_jiffies = kernel_jiffies((uint32_t)value);
		return 0;
	default:
		return ENOPROTOOPT;
	}
}

int kernel_pppox_set(struct kernel_pppox *pppox, int option, int32_t value, uint64_t now)
{
	struct kernel_session *session = session_of(pppox);
	struct datapath_stats ignored;
	int error;

	if (pppox->is_manager)
		return option == PPPOL2TP_SO_DEBUG ? 0 : ENOPROTOOPT;
	record_session_live(pppox->kernel, session, &ignored, &session->send_seq);
	error = set_option(session, option, value);
	return error ? error : carry_changed_session(pppox->kernel, session, now);
}

int kernel_pppox_get(struct kernel_pppox *pppox, int option, int32_t *value)
{
	struct kernel_session *session = session_of(pppox);
	struct datapath_stats ignored;
	bool send_seq;

	*value = 0;
	if (option == PPPOL2TP_SO_DEBUG)
		return 0;
	if (pppox->is_manager)
		return ENOPROTOOPT;
	record_session_live(pppox->kernel, session, &ignored, &send_seq);
	switch (option) {
	case PPPOL2TP_SO_RECVSEQ:
		*value = session->recv_seq;
		return 0;
	case PPPOL2TP_SO_SENDSEQ:
		*value = send_seq;
		return 0;
	case PPPOL2TP_SO_LNSMODE:
		*value = session->lns_mode;
		return 0;
	case PPPOL2TP_SO_REORDERTO:
		*value = (int32_t)((uint32_t)session->reorder_jiffies * JIFFY_MS);
		return 0;
	default:
		return ENOPROTOOPT;
	}
}

/* --- ioctl() --- */

/* Of the session; of a tunnel that the socket manages, or that of its sessions whose id the program gave. */
static int find_stats(struct kernel_pppox *pppox, const struct kernel_session *session, uint32_t asked,
		      struct datapath_stats *stats)
{
	bool ignored;

	if (!is_remembered(pppox))
		count(pppox, session);
	*stats = pppox->is_manager ? pppox->tunnel_stats : pppox->stats;
	if (!pppox->is_manager || !asked)
		return 0;
	session = kernel_session_find(pppox->kernel, session->tunnel, asked);
	if (!session || session->pw_type != L2TP_PWTYPE_PPP)
		return EBADR;
	record_session_live(pppox->kernel, session, stats, &ignored);
	return 0;
}

static int get_stats(struct kernel_pppox *pppox, const struct kernel_session *session, uint8_t *argument,
		     size_t *length)
{
	struct pppol2tp_ioc_stats told;
	struct datapath_stats stats;
	uint16_t asked;
	int error;

	_Static_assert(sizeof(told) == KERNEL_PPPOX_ARGUMENT_MAX, "the longest");
	memcpy(&told, argument, sizeof(told));
	asked = pppox->is_manager ? told.session_id : (uint16_t)session->id;
	error = find_stats(pppox, session, asked, &stats);
	if (error)
		return error;
	told = (struct pppol2tp_ioc_stats){
		.tunnel_id = (uint16_t)session->tunnel->by_id.id, .session_id = asked,
		.tx_packets = stats.tx_packets, .tx_bytes = stats.tx_bytes, .tx_errors = stats.tx_errors,
		.rx_packets = stats.rx_packets, .rx_bytes = stats.rx_bytes,
		.rx_seq_discards = stats.rx_seq_discards, .rx_oos_packets = stats.rx_oos_packets,
		.rx_errors = stats.rx_errors,
	};
	memcpy(argument, &told, sizeof(told));
	*length = sizeof(told);
	return 0;
}

static int put_int(uint8_t *argument, size_t *length, int32_t value)
{
	memcpy(argument, &value, sizeof(value));
	*length = sizeof(value);
	return 0;
}

/* What manages a tunnel has none, and is bound all the same. */
static int get_channel(struct kernel_pppox *pppox, uint8_t *argument, size_t *length)
{
	int error = pppox->is_manager ? 0 : kernel_channel_bind(&pppox->channel);

	if (error)
		return error;
	return put_int(argument, length, pppox->is_manager ? -1 : (int32_t)pppox->channel.index);
}

int kernel_pppox_ioctl(struct kernel_pppox *pppox, uint32_t command, uint8_t argument[KERNEL_PPPOX_ARGUMENT_MAX],
		       size_t *length)
{
	const struct kernel_session *session = pppox ? session_of(pppox) : NULL;

	*length = 0;
	switch (command) {
	case PPPIOCGCHAN:
		return session ? get_channel(pppox, argument, length) : ENOTCONN;
	case PPPIOCGMRU:
	case PPPIOCGFLAGS:
		if (!session || pppox->is_manager)
			return session ? ENOSYS : ENOTCONN;
		return put_int(argument, length, 0);
	case PPPIOCSMRU:
	case PPPIOCSFLAGS:
		if (!session)
			return ENOTCONN;
		return pppox->is_manager ? ENOSYS : 0;
	case PPPIOCGL2TPSTATS:
		return session ? get_stats(pppox, session, argument, length) : ENOTCONN;
	default:
		return ENOTTY;
	}
}
