/* SPDX-License-Identifier: MIT */
/*
 * From credentials to a role.
 */
#include "manage/role.h"

#include <sys/socket.h>
#include <unistd.h>

enum role role_decide(uid_t uid, uid_t ours, const gid_t *groups, unsigned int count,
		      const struct role_groups *allowed)
{
	enum role role = ROLE_NONE;

	if (uid == 0 || uid == ours)
		return ROLE_CHANGE;
	for (unsigned int i = 0; i < count; i++) {
		if (allowed->admin && groups[i] == allowed->admin)
			return ROLE_CHANGE;
		if (allowed->read && groups[i] == allowed->read)
			role = ROLE_READ;
	}
	return role;
}

struct caller role_of_peer(int fd, const struct role_groups *allowed)
{
	gid_t groups[ROLE_GROUPS_MAX + 1];
	struct ucred peer = { 0 };
	socklen_t length = sizeof(peer);
	unsigned int count = 1;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return (struct caller){ .uid = (uid_t)-1 };
	groups[0] = peer.gid;
	/* a kernel before 4.13, and one with more groups than fit, tells none of them: the first counts all the same */
	length = ROLE_GROUPS_MAX * sizeof(gid_t);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups + 1, &length) == 0)
		count += (unsigned int)(length / sizeof(gid_t));
	return (struct caller){ peer.pid, peer.uid, role_decide(peer.uid, geteuid(), groups, count, allowed) };
}

const char *role_name(enum role role)
{
	static const char *const names[] = { [ROLE_NONE] = "none", [ROLE_READ] = "read", [ROLE_CHANGE] = "change" };

	return names[role];
}
