/* SPDX-License-Identifier: MIT */
/*
 * What workers may still be reading, and the control thread has replaced: freed together, after one grace period for
 * many of them.
 */
#include "datapath/user/internal.h"

void retire(struct user_datapath *dp, void *object, void (*release)(void *object))
{
	if (!object)
		return;
	if (dp->retired_count == RETIRED_MAX)
		retire_all(dp);
	dp->retired[dp->retired_count++] = (struct retired){ object, release };
}

void retire_all(struct user_datapath *dp)
{
	if (!dp->retired_count)
		return;
	synchronize_rcu();
	while (dp->retired_count) {
		struct retired *retired = &dp->retired[--dp->retired_count];

		retired->release(retired->object);
	}
}
