/* SPDX-License-Identifier: MIT */
/*
 * Who has the frames of a PPP session that a program made by the kernel's API: the program's socket, or the control
 * thread and a network device (struct datapath_channel).  All of the session is one worker's, and that
 * worker itself changes hands, between two rounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datapath/user/device.h"
#include "datapath/user/frames.h"
#include "datapath/user/ppp.h"

/* What the session has, or shall have; exchanged as a whole. */
struct hands {
	struct session *session;
	struct frame_socket *frames;
	struct device *own;
	struct network *network;
	bool failed;
};

/* --- making --- */

static struct network *network_of(const struct datapath_channel *channel, int output)
{
	struct network *network = calloc(1, sizeof(*network));

	if (!network)
		return NULL;
	network->ppp.ipv4 = channel->ipv4;
	network->ppp.ipv6 = channel->ipv6;
	network->ppp.send_pfc = channel->send_pfc;
	network->ppp.own_device = true;
	network->output = output;
	network->guarded = true;	/* routes are the program's, and may lead in a circle */
	return network;
}

static int adopt_device(struct hands *hands, const struct datapath_channel *channel, struct error *error)
{
	hands->own = device_new(DEVICE_PPP, "", "");
	if (!hands->own)
		return error_system(error, ENOMEM, NULL, "cannot use the program's device");
	hands->own->adopted = true;
	hands->own->fd = fcntl(channel->network, F_DUPFD_CLOEXEC, 0);
	if (hands->own->fd >= 0)
		hands->network = network_of(channel, hands->own->fd);
	return hands->network ? 0 : error_system(error, errno, NULL, "cannot use the program's device");
}

static void hands_free(struct hands *hands)
{
	frames_free_socket(hands->frames);
	free(hands->network);
	if (hands->own && hands->own->fd >= 0)
		close(hands->own->fd);
	free(hands->own);
}

static int make(struct user_datapath *dp, struct hands *hands, const struct datapath_channel *channel,
		struct error *error)
{
	if (channel->frames >= 0) {
		hands->frames = frames_adopt(dp, hands->session, channel->frames, error);
		return hands->frames ? 0 : -1;
	}
	return channel->network >= 0 ? adopt_device(hands, channel, error) : 0;
}

/* --- exchanging --- */

static void swap(struct hands *hands)
{
	struct session *session = hands->session;
	struct hands before = { .session = session, .frames = session->frames, .own = session->own,
				.network = session->network };

	session->frames = hands->frames;
	session->own = hands->own;
	session->device = hands->own ? hands->own->fd : -1;
	rcu_assign_pointer(session->network, hands->network);
	before.failed = hands->failed;
	*hands = before;
}

/* In the session's worker. */
static void change_hands(struct worker *worker, void *context)
{
	struct hands *hands = context;
	struct session *session = hands->session;

	session_unwatch(worker, session);
	swap(hands);
	if (session_watch(worker, session) == 0)
		return;
	session_unwatch(worker, session);
	swap(hands);
	(void)session_watch(worker, session);	/* as before */
	hands->failed = true;
}

/* In the session's worker. */
static void settle(struct worker *worker, void *context)
{
	frames_pump(worker, context);
}

int session_channel(struct datapath *base, handle h, const struct datapath_channel *channel, struct error *error)
{
	struct user_datapath *dp = user_datapath(base);
	struct hands hands = { .session = handle_get(&dp->sessions, h) };

	if (!hands.session)
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such session");
	if (!hands.session->as_kernel || hands.session->pw_type != L2TP_PW_PPP)
		return error_set(error, ERROR_UNSUPPORTED, NULL, "the session's frames are not a program's");
	if (!channel) {
		if (hands.session->frames)
			worker_run(hands.session->worker, settle, hands.session);
		return 0;
	}
	if (make(dp, &hands, channel, error) < 0) {
		hands_free(&hands);
		return -1;
	}
	worker_run(hands.session->worker, change_hands, &hands);
	synchronize_rcu();		/* nobody writes to what there was any more */
	if (hands.failed)
		error_set(error, ERROR_SYSTEM, NULL, "cannot watch the program's socket or device");
	hands.session->device_gone = hands.session->device_gone_told = false;
	hands_free(&hands);
	return hands.failed ? -1 : 0;
}
