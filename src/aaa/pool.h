/* SPDX-License-Identifier: MIT */
/*
 * Pools: who has which address.  A pool has a name and ranges, and gives what fits into them: IPv4 addresses, IPv6
 * prefixes for links (/64), prefixes for DHCPv6 to delegate.  One object has all pools of a daemon, so that it also
 * knows who has an address that comes from no pool: nothing is given twice, wherever it came from.
 *
 * A user gets again what it had, as long as nobody else needed it: first are given addresses that nobody had, then
 * those that lie unused the longest.  Giving, taking back and asking for a certain one take the same time however
 * large and full a pool is, and memory only for what somebody has or had.
 *
 * What is given is saved in the store, with the user's name; a pool that is made knows again who had what. Sessions do
 * not outlive the daemon, so after a restart nothing is in use, but it is kept for those who had it: they come last
 * when addresses of others must be taken.
 *
 * Of a pool's ranges are never given: our own addresses (pools_add_own()), and of a range that was written as a network
 * 192.0.2.0/24 its first and last address (not of /31 and /32; A-B means all from A to B).  Ranges with addresses that
 * nobody can have, multicast and the like, are refused.
 */
#ifndef L2TPD_AAA_POOL_H
#define L2TPD_AAA_POOL_H

#include "aaa/grant.h"
#include "aaa/store.h"
#include "base/error.h"
#include "base/range.h"

#define POOL_RANGES_MAX 16
#define POOL_REMEMBERED_MAX 131072	/* leases of users who are gone, of a pool; the oldest are forgotten */
#define POOL_USER_MAX 256		/* octets of a user's name, with the NUL; the rest is cut off */

struct pools;

/* store NULL: nothing is kept. It is used, not owned. NULL when out of memory. */
struct pools *pools_new(const struct aaa_store *store);
void pools_free(struct pools *pools);

struct pool_config {
	char name[GRANT_NAME_MAX];
	struct range ranges[POOL_RANGES_MAX];	/* all of one family, and apart */
	unsigned int range_count;		/* >= 1 */
	uint8_t length;			/* of what is given; IPv6: 1..128, 0: 64; IPv4: 0 or 32 */
};

/* Can there be such a pool? -1: a value is wrong, parameter "range" or "delegate_length". */
int pools_check(const struct pool_config *config, struct error *error);
/* These, and no others; ranges may go from one to another.  Leases that still fit stay, others end with their sessions;
 * what users of a pool that goes have they keep until they are gone, and the store remembers in case it is made again.
 * A pool that is as it was costs nothing.
 * -1: a value is wrong, or ranges overlap another pool's: *failed is the number of that one, and but for want of memory
 * nothing has changed. */
int pools_set_all(struct pools *pools, const struct pool_config *configs, size_t count, size_t *failed,
		  struct error *error);

/* Our own address or an address of an interface: it is given to nobody. As often as it is added it must be removed. */
int pools_add_own(struct pools *pools, const struct address *address, struct error *error);
void pools_remove_own(struct pools *pools, const struct address *address);

/* One for this user ("": not to be remembered) out of a pool: an address is a prefix of all its bits.
 * -1: ERROR_UNKNOWN: there is no such pool; ERROR_LIMIT: all are taken. */
int pools_take(struct pools *pools, const char *name, const char *user, struct prefix *taken, struct error *error);
/* Just this one, of a pool or of none. -1: ERROR_EXISTS: somebody has it: error says who; ERROR_VALUE: it is larger or
 * smaller than what its pool gives, reaches into a pool, or is AF_UNSPEC. Of what comes from no pool only the same is
 * found, not a part. */
int pools_take_this(struct pools *pools, const struct prefix *wanted, const char *user, struct error *error);
/* This address, with all that its pool would have given with it: *taken is what is to be given back. -1: as above. */
int pools_take_around(struct pools *pools, const struct address *address, const char *user, struct prefix *taken,
		      struct error *error);
/* By who took it, once. Nothing happens when nobody has it. */
void pools_give_back(struct pools *pools, const struct prefix *taken);

struct pool_view {
	const char *name;		/* valid until the pools change */
	const struct pool_config *config;
	uint64_t size;			/* that could be given; UINT64_MAX: that many or more */
	uint64_t in_use, remembered;
	uint64_t given, refused;	/* since the pool was made: times taken, times that none was left */
};
/* False: there is none. */
bool pools_view(const struct pools *pools, const char *name, struct pool_view *view);
/* Who has it, "" when that was not said; NULL: nobody. Valid until the pools change. */
const char *pools_who(const struct pools *pools, const struct prefix *prefix);

#endif
