/* SPDX-License-Identifier: MIT */
/*
 * What of a grant has to be asked for.
 */
#include "aaa/grant.h"

bool grant_allows(const struct grant *grant, const struct address *address)
{
	for (unsigned int i = 0; i < grant->allowed_count; i++)
		if (prefix_contains(&grant->allowed[i].prefix, address))
			return !grant->allowed[i].refused;
	return !grant->allowed_count && grant->address != GRANT_ADDRESS_NONE;
}
