/* SPDX-License-Identifier: MIT */
/*
 * The attributes of a request, validated as liberally as the kernel does it for this family: unknown ones are skipped,
 * the last of several counts, a number may be longer than its type (its first octets count) but not shorter.
 */
#include <errno.h>
#include <string.h>

#include "kernel/internal.h"

enum kind {
	ANYTHING,		/* also flags: that they are there is what counts */
	NUMBER,			/* size: of the type; no less */
	OCTETS,			/* size: no more */
	TEXT,			/* size: of the longest, with the NUL that it must have */
	NEST,
};

struct rule {
	enum kind kind;
	uint16_t size;
};

#define U8 { NUMBER, 1 }
#define U16 { NUMBER, 2 }
#define U32 { NUMBER, 4 }
#define U64 { NUMBER, 8 }

static const struct rule rules[L2TP_ATTR_MAX + 1] = {
	[L2TP_ATTR_PW_TYPE] = U16,
	[L2TP_ATTR_ENCAP_TYPE] = U16,
	[L2TP_ATTR_OFFSET] = U16,
	[L2TP_ATTR_DATA_SEQ] = U8,
	[L2TP_ATTR_L2SPEC_TYPE] = U8,
	[L2TP_ATTR_L2SPEC_LEN] = U8,
	[L2TP_ATTR_PROTO_VERSION] = U8,
	[L2TP_ATTR_IFNAME] = { TEXT, CONFIG_IFNAME_MAX },
	[L2TP_ATTR_CONN_ID] = U32,
	[L2TP_ATTR_PEER_CONN_ID] = U32,
	[L2TP_ATTR_SESSION_ID] = U32,
	[L2TP_ATTR_PEER_SESSION_ID] = U32,
	[L2TP_ATTR_UDP_CSUM] = U8,
	[L2TP_ATTR_VLAN_ID] = U16,
	[L2TP_ATTR_COOKIE] = { OCTETS, COOKIE_MAX },
	[L2TP_ATTR_PEER_COOKIE] = { OCTETS, COOKIE_MAX },
	[L2TP_ATTR_DEBUG] = U32,
	[L2TP_ATTR_RECV_SEQ] = U8,
	[L2TP_ATTR_SEND_SEQ] = U8,
	[L2TP_ATTR_LNS_MODE] = U8,
	[L2TP_ATTR_USING_IPSEC] = U8,
	[L2TP_ATTR_RECV_TIMEOUT] = U64,
	[L2TP_ATTR_FD] = U32,
	[L2TP_ATTR_IP_SADDR] = U32,
	[L2TP_ATTR_IP_DADDR] = U32,
	[L2TP_ATTR_UDP_SPORT] = U16,
	[L2TP_ATTR_UDP_DPORT] = U16,
	[L2TP_ATTR_MTU] = U16,
	[L2TP_ATTR_MRU] = U16,
	[L2TP_ATTR_STATS] = { NEST, NLA_HDRLEN },
	[L2TP_ATTR_IP6_SADDR] = { OCTETS, sizeof(struct in6_addr) },
	[L2TP_ATTR_IP6_DADDR] = { OCTETS, sizeof(struct in6_addr) },
};

static int check_text(const char *text, uint16_t length, uint16_t size)
{
	uint16_t searched = length < size ? length : size;

	if (!searched || !memchr(text, '\0', searched))
		return EINVAL;
	/* a NUL at the very end is not counted */
	return length - (text[length - 1] == '\0') > size - 1 ? ERANGE : 0;
}

static int check(const struct nlattr *attribute, const struct rule *rule)
{
	uint16_t length = mnl_attr_get_payload_len(attribute);

	switch (rule->kind) {
	case NUMBER:
		return length < rule->size ? ERANGE : 0;
	case OCTETS:
		return length > rule->size ? ERANGE : 0;
	case TEXT:
		return check_text(mnl_attr_get_payload(attribute), length, rule->size);
	case NEST:
		return length && length < rule->size ? ERANGE : 0;
	case ANYTHING:
		break;
	}
	return 0;
}

static uint32_t kernels_name(const struct rule *rule)
{
	static const uint32_t numbers[] = {
		[1] = NL_ATTR_TYPE_U8, [2] = NL_ATTR_TYPE_U16, [4] = NL_ATTR_TYPE_U32, [8] = NL_ATTR_TYPE_U64,
	};

	switch (rule->kind) {
	case NUMBER:
		return numbers[rule->size];
	case OCTETS:
		return NL_ATTR_TYPE_BINARY;
	case TEXT:
		return NL_ATTR_TYPE_NUL_STRING;
	case NEST:
		return NL_ATTR_TYPE_NESTED;
	case ANYTHING:
		break;
	}
	return NL_ATTR_TYPE_INVALID;
}

bool policy_has(uint16_t type)
{
	return rules[type].kind != ANYTHING;
}

void policy_describe(uint16_t type, struct nlmsghdr *message, uint16_t nest_type)
{
	const struct rule *rule = &rules[type];
	struct nlattr *nest = mnl_attr_nest_start(message, nest_type);

	if (rule->kind == NUMBER) {
		mnl_attr_put_u64(message, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 0);
		mnl_attr_put_u64(message, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, UINT64_MAX >> (64 - 8 * rule->size));
	} else if (rule->kind != NEST) {
		mnl_attr_put_u32(message, NL_POLICY_TYPE_ATTR_MAX_LENGTH, rule->size - (rule->kind == TEXT));
	}
	mnl_attr_put_u32(message, NL_POLICY_TYPE_ATTR_TYPE, kernels_name(rule));
	mnl_attr_nest_end(message, nest);
}

int policy_parse(const struct nlmsghdr *message, struct attributes *attributes, struct complaint *complaint)
{
	const uint8_t *end = (const uint8_t *)message + message->nlmsg_len;
	const struct nlattr *attribute = mnl_nlmsg_get_payload_offset(message, GENL_HDRLEN);
	int error;

	memset(attributes, 0, sizeof(*attributes));
	for (; mnl_attr_ok(attribute, (int)(end - (const uint8_t *)attribute)); attribute = mnl_attr_next(attribute)) {
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == L2TP_ATTR_NONE || type > L2TP_ATTR_MAX)
			continue;
		error = check(attribute, &rules[type]);
		if (error) {
			*complaint = (struct complaint){ "Attribute failed policy validation", attribute };
			return error;
		}
		attributes->of[type] = attribute;
	}
	if ((const uint8_t *)attribute < end)
		complaint->text = "bytes leftover after parsing attributes";
	return 0;
}
