/* SPDX-License-Identifier: MIT */
/*
 * Who else deletes tunnels and sessions in the kernel (`ip l2tp del`) is heard of by the family's notifications.  They
 * come from all network namespaces, and before it is done; so what may be ours is looked for, now and a few times more,
 * until it is gone, or was another's.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <sys/timerfd.h>
#include <unistd.h>

#include "datapath/kernel/internal.h"

#define LOOK_MS 20
#define LOOKS 50
#define LOOKS_AT_ALL 3			/* when it is not known whom it concerns */
#define ANNOUNCEMENT_MAX 8192

struct deleted {
	uint8_t command;
	uint32_t tunnel_id, session_id;
};

/* --- what is said --- */

static int take(const struct nlmsghdr *message, void *context)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);
	struct deleted *deleted = context;
	const struct nlattr *attribute;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*genl))
		return MNL_CB_OK;
	deleted->command = genl->cmd;
	mnl_attr_for_each(attribute, message, sizeof(*genl)) {
		if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
			continue;
		if (mnl_attr_get_type(attribute) == L2TP_ATTR_CONN_ID)
			deleted->tunnel_id = mnl_attr_get_u32(attribute);
		if (mnl_attr_get_type(attribute) == L2TP_ATTR_SESSION_ID)
			deleted->session_id = mnl_attr_get_u32(attribute);
	}
	return MNL_CB_OK;
}

static bool is_meant(const struct native_session *session, const struct deleted *deleted)
{
	if (!deleted)
		return !session->gone;
	return session->tunnel->tunnel_id == deleted->tunnel_id && !session->gone &&
	       (deleted->command == L2TP_CMD_TUNNEL_DELETE || (deleted->command == L2TP_CMD_SESSION_DELETE &&
							       session->config.session_id == deleted->session_id));
}

static void set_timer(const struct native_datapath *dp, long ms)
{
	const struct timespec time = { .tv_nsec = ms * 1000000 };

	(void)timerfd_settime(dp->look_fd, 0, &(struct itimerspec){ time, time }, NULL);
}

/* NULL: whatever there is. */
static void suspect(struct native_datapath *dp, const struct deleted *deleted)
{
	struct native_session *session;
	uint32_t position = 0;
	bool any = false;

	while ((session = handle_next(&dp->sessions, &position))) {
		if (!is_meant(session, deleted))
			continue;
		session->looks = deleted ? LOOKS : LOOKS_AT_ALL;
		any = true;
	}
	if (any)
		set_timer(dp, LOOK_MS);
}

static void hear(struct native_datapath *dp, const struct native_space *space)
{
	_Alignas(struct nlmsghdr) char octets[ANNOUNCEMENT_MAX];
	ssize_t length;

	while ((length = native_channel_hear(space->channel, octets, sizeof(octets))) != 0) {
		struct deleted deleted = { 0 };

		if (length < 0)
			suspect(dp, NULL);
		else if (mnl_cb_run(octets, (size_t)length, 0, 0, take, &deleted) >= 0 && deleted.command)
			suspect(dp, &deleted);
	}
}

void native_notices_hear(struct native_datapath *dp)
{
	const struct native_space *space;

	for (space = dp->spaces; space; space = space->next)
		hear(dp, space);
}

/* --- what is there --- */

/* Returns whether it is to be looked for again. */
static bool look(const struct native_datapath *dp, struct native_session *session)
{
	if (!session->looks)
		return false;
	session->looks--;
	if (native_session_is_there(dp, session))
		return session->looks;
	session->looks = 0;
	native_session_gone(dp, session);
	return false;
}

void native_notices_look(struct native_datapath *dp)
{
	struct native_session *session;
	uint32_t position = 0;
	uint64_t expired;
	bool again = false;

	if (read(dp->look_fd, &expired, sizeof(expired)) < 0)
		return;
	while ((session = handle_next(&dp->sessions, &position)))
		if (look(dp, session))
			again = true;
	if (!again)
		set_timer(dp, 0);
}
