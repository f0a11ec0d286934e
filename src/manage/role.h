/* SPDX-License-Identifier: MIT */
/*
 * Who may do what over the API, told by the credentials that the kernel vouches for (SO_PEERCRED).
 */
#ifndef L2TPD_MANAGE_ROLE_H
#define L2TPD_MANAGE_ROLE_H

#include <stdbool.h>
#include <sys/types.h>

/* In order: who may change may read, too. */
enum role { ROLE_NONE, ROLE_READ, ROLE_CHANGE };

/* Group 0 is no one's here: who is in root's group gets nothing by it. */
struct role_groups {
	gid_t admin;			/* members may change; 0: there is no such group */
	gid_t read;			/* members may read; likewise */
};

#define ROLE_GROUPS_MAX 256		/* a client's supplementary groups that are looked at */

/* A client, as it was when it connected. */
struct caller {
	pid_t pid;
	uid_t uid;
	enum role role;
};

/* Root and who runs as ourselves change, members of the groups as these say, others have no role. */
enum role role_decide(uid_t uid, uid_t ours, const gid_t *groups, unsigned int count,
		      const struct role_groups *allowed);
/* The role of who connected this Unix socket; nobody when the kernel does not tell. */
struct caller role_of_peer(int fd, const struct role_groups *allowed);

const char *role_name(enum role role);	/* "none", "read", "change" */

#endif
