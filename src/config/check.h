/* SPDX-License-Identifier: MIT */
/*
 * What type and range of a parameter cannot say: check hooks for its row (struct param).  Each
 * gets the parsed member and tells whether it is allowed.
 */
#ifndef L2TPD_CONFIG_CHECK_H
#define L2TPD_CONFIG_CHECK_H

#include <stdbool.h>

/* char[]: "" or what Linux takes as a device's name. */
#define CHECK_INTERFACE_ALLOWED "1 to 15 characters without blanks, '/', ':' and '%', and not ., .., all or default"
bool check_interface(const void *member);

/* char[]: "" or a name below /run/netns. */
#define CHECK_NETNS_ALLOWED "the name of a network namespace as `ip netns` lists it"
bool check_netns(const void *member);

/* struct param_octets of 0, 4 or 8 octets (RFC 3931 4.1). */
#define CHECK_COOKIE_ALLOWED "0, 4 or 8 octets (hex digits)"
bool check_cookie(const void *member);

/* struct address a packet may come from: unicast, or all zeros for any. */
#define CHECK_SOURCE_ALLOWED "an IPv4 or IPv6 address of this host"
bool check_source(const void *member);

/* char[]: "" or a path from the root. */
#define CHECK_ABSOLUTE_ALLOWED "a path that begins with /"
bool check_absolute(const void *member);

/* char[]: "" or where a secret may be read from (config/secret.h). */
#define CHECK_SECRET_FILE_ALLOWED "/PATH, /PATH#KEY, credential:NAME, or - for standard input"
bool check_secret_file(const void *member);

/* struct address whose ones all come before its zeros. */
#define CHECK_NETMASK_ALLOWED "a netmask like 255.255.255.0"
bool check_netmask(const void *member);

/* char[]: "" or what may stand in a list. */
#define CHECK_LIST_NAME_ALLOWED "a name of 1 to 63 characters without blanks and commas"
bool check_list_name(const void *member);

/* struct address: AF_UNSPEC or one host's. */
#define CHECK_HOST_ALLOWED "the IPv4 or IPv6 address of one host"
bool check_host(const void *member);

/* struct address: AF_UNSPEC or one IPv4 host's. */
#define CHECK_HOST_V4_ALLOWED "the IPv4 address of one host"
bool check_host_v4(const void *member);

/* struct address: AF_UNSPEC or one IPv6 host's. */
#define CHECK_HOST_V6_ALLOWED "the IPv6 address of one host"
bool check_host_v6(const void *member);

#endif
