/* SPDX-License-Identifier: MIT */
/*
 * Check hooks of parameters.
 */
#include "config/check.h"

#include <string.h>

#include "config/objects.h"

bool check_interface(const void *member)
{
	/* the directories below /proc/sys/net that belong to no device */
	static const char *const refused[] = { ".", "..", "all", "default" };
	const char *name = member;

	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (!strcmp(name, refused[i]))
			return false;
	}
	/* the kernel takes '%' for a pattern and 0xa0 for a blank */
	return !strpbrk(name, " /:%\xa0");
}

bool check_netns(const void *member)
{
	const char *name = member;

	return !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

bool check_cookie(const void *member)
{
	const struct param_octets *cookie = member;

	return cookie->length == 0 || cookie->length == 4 || cookie->length == 8;
}

bool check_source(const void *member)
{
	return address_is_any(member) || address_is_unicast(member);
}

bool check_absolute(const void *member)
{
	const char *path = member;

	return !*path || *path == '/';
}

bool check_secret_file(const void *member)
{
	static const char credential[] = "credential:";
	const char *path = member, *name = path + sizeof(credential) - 1;

	if (strncmp(path, credential, sizeof(credential) - 1) == 0)
		return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
	return check_absolute(path) || strcmp(path, "-") == 0;
}

bool check_netmask(const void *member)
{
	const struct address *netmask = member, any = { .family = netmask->family };
	struct prefix ignored;

	return prefix_from_netmask(&any, netmask, &ignored);
}

bool check_list_name(const void *member)
{
	return !strpbrk(member, " ,");
}

bool check_host(const void *member)
{
	const struct address *address = member;

	return address->family == AF_UNSPEC || address_is_unicast(address);
}

bool check_host_v4(const void *member)
{
	const struct address *address = member;

	return address->family != AF_INET6 && check_host(member);
}

bool check_host_v6(const void *member)
{
	const struct address *address = member;

	return address->family != AF_INET && check_host(member);
}
