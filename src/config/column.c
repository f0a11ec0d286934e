/* SPDX-License-Identifier: MIT */
/*
 * The columns of lists, and conditions on them.
 */
#include "config/column.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "config/match.h"

#define WORD_SHOWN_MAX 60	/* octets of a bad word that an error repeats */
#define LIST_MAX 150

#define TUNNEL(kind, name, path) { CONFIG_TUNNEL, name, NULL, path, kind, false }
#define TUNNEL_SHOWN(kind, heading, name, path) { CONFIG_TUNNEL, name, heading, path, kind, true }
#define SESSION(kind, name, path) { CONFIG_SESSION, name, NULL, path, kind, false }
#define SESSION_SHOWN(kind, heading, name, path) { CONFIG_SESSION, name, heading, path, kind, true }
#define PEER_SHOWN(kind, heading, name) { CONFIG_PEER, name, heading, name, kind, true }
#define POOL_SHOWN(kind, heading, name, path) { CONFIG_POOL, name, heading, path, kind, true }
#define RADIUS_SHOWN(kind, heading, name, path) { CONFIG_RADIUS, name, heading, path, kind, true }
#define USER(kind, name, path) { CONFIG_USER, name, NULL, path, kind, false }
#define USER_SHOWN(kind, heading, name, path) { CONFIG_USER, name, heading, path, kind, true }
#define BOTH(kind, name, path) TUNNEL(kind, name, path), SESSION(kind, name, path)

const struct column config_columns[] = {
	TUNNEL_SHOWN(COLUMN_NUMBER, "TunId", "tunnel_id", "config.tunnel_id"),
	TUNNEL_SHOWN(COLUMN_NUMBER, "PeerTId", "peer_tunnel_id", "state.peer_tunnel_id"),
	TUNNEL_SHOWN(COLUMN_TEXT, "Name", "tunnel_name", "config.tunnel_name"),
	TUNNEL_SHOWN(COLUMN_ADDRESS, "Peer", "dest_ipaddr", "config.dest_ipaddr"),
	TUNNEL_SHOWN(COLUMN_ADDRESS, "Local", "local", "state.local"),
	TUNNEL_SHOWN(COLUMN_TEXT, "Encap", "encap", "config.encap"),
	TUNNEL_SHOWN(COLUMN_NUMBER, "Sessions", "sessions", "state.sessions"),
	TUNNEL_SHOWN(COLUMN_TEXT, "State", "state", "state.state"),
	TUNNEL_SHOWN(COLUMN_TEXT, "By", "origin", "state.origin"),
	TUNNEL(COLUMN_ADDRESS, "peer", "state.peer"),
	TUNNEL(COLUMN_ADDRESS, "src_ipaddr", "config.src_ipaddr"),
	TUNNEL(COLUMN_NUMBER, "version", "config.version"),
	TUNNEL(COLUMN_NUMBER, "our_udp_port", "config.our_udp_port"),
	TUNNEL(COLUMN_NUMBER, "peer_udp_port", "config.peer_udp_port"),
	TUNNEL(COLUMN_NUMBER, "path_mtu", "state.path_mtu"),
	TUNNEL(COLUMN_TEXT, "opened_by", "state.opened_by"),
	TUNNEL(COLUMN_TEXT, "peer_host_name", "state.peer_host_name"),
	TUNNEL(COLUMN_TEXT, "peer_vendor_name", "state.peer_vendor_name"),
	TUNNEL(COLUMN_NUMBER, "retransmitted", "transport.retransmitted"),
	TUNNEL(COLUMN_NUMBER, "duplicates", "transport.duplicates"),

	SESSION_SHOWN(COLUMN_NUMBER, "TunId", "tunnel_id", "config.tunnel_id"),
	SESSION_SHOWN(COLUMN_NUMBER, "SesId", "session_id", "config.session_id"),
	SESSION_SHOWN(COLUMN_NUMBER, "PeerSId", "peer_session_id", "state.peer_session_id"),
	SESSION_SHOWN(COLUMN_TEXT, "Tunnel", "tunnel_name", "config.tunnel_name"),
	SESSION_SHOWN(COLUMN_TEXT, "Name", "session_name", "config.session_name"),
	SESSION_SHOWN(COLUMN_TEXT, "Type", "pw_type", "config.pw_type"),
	SESSION_SHOWN(COLUMN_TEXT, "Interface", "interface_name", "state.interface_name"),
	SESSION_SHOWN(COLUMN_NUMBER, "MTU", "mtu", "state.mtu"),
	SESSION_SHOWN(COLUMN_BOOL, "Carrier", "carrier", "state.carrier"),
	SESSION_SHOWN(COLUMN_NUMBER, "TxPackets", "tx_packets", "statistics.tx_packets"),
	SESSION_SHOWN(COLUMN_NUMBER, "RxPackets", "rx_packets", "statistics.rx_packets"),
	TUNNEL(COLUMN_NUMBER, "tx_packets", "statistics.tx_packets"),
	TUNNEL(COLUMN_NUMBER, "rx_packets", "statistics.rx_packets"),
	SESSION(COLUMN_TEXT, "state", "state.state"),
	SESSION(COLUMN_TEXT, "user_name", "state.user_name"),
	SESSION(COLUMN_TEXT, "ppp_phase", "state.ppp_phase"),
	SESSION(COLUMN_ADDRESS, "remote_ipaddr", "state.remote_ipaddr"),
	SESSION(COLUMN_TEXT, "role", "state.role"),
	SESSION(COLUMN_TEXT, "calling_number", "config.calling_number"),
	SESSION(COLUMN_TEXT, "called_number", "config.called_number"),
	SESSION(COLUMN_NUMBER, "ifindex", "state.ifindex"),
	SESSION(COLUMN_NUMBER, "vlan_id", "config.vlan_id"),
	SESSION(COLUMN_TEXT, "netns", "config.netns"),
	SESSION(COLUMN_TEXT, "bridge", "config.bridge"),

	PEER_SHOWN(COLUMN_ADDRESS, "Local", "local_ipaddr"),
	PEER_SHOWN(COLUMN_ADDRESS, "Remote", "peer_ipaddr"),
	PEER_SHOWN(COLUMN_NUMBER, "Tunnels", "tunnels"),

	POOL_SHOWN(COLUMN_TEXT, "Name", "pool_name", "config.pool_name"),
	POOL_SHOWN(COLUMN_TEXT, "Range", "range", "config.range"),
	POOL_SHOWN(COLUMN_NUMBER, "Length", "delegate_length", "config.delegate_length"),
	POOL_SHOWN(COLUMN_NUMBER, "InUse", "in_use", "state.in_use"),
	POOL_SHOWN(COLUMN_NUMBER, "Size", "size", "state.size"),
	POOL_SHOWN(COLUMN_NUMBER, "Refused", "refused", "state.refused"),

	RADIUS_SHOWN(COLUMN_TEXT, "Name", "radius_name", "config.radius_name"),
	RADIUS_SHOWN(COLUMN_ADDRESS, "Address", "address", "config.address"),
	RADIUS_SHOWN(COLUMN_TEXT, "State", "state", "state.state"),
	RADIUS_SHOWN(COLUMN_NUMBER, "Asked", "access_requests", "state.access_requests"),
	RADIUS_SHOWN(COLUMN_NUMBER, "Told", "accounting_requests", "state.accounting_requests"),
	RADIUS_SHOWN(COLUMN_NUMBER, "Timeouts", "timeouts", "state.timeouts"),

	USER_SHOWN(COLUMN_NUMBER, "TunId", "tunnel_id", "config.tunnel_id"),
	USER_SHOWN(COLUMN_NUMBER, "SesId", "session_id", "config.session_id"),
	USER_SHOWN(COLUMN_TEXT, "User", "user_name", "state.user_name"),
	USER_SHOWN(COLUMN_ADDRESS, "Address", "remote_ipaddr", "state.remote_ipaddr"),
	USER_SHOWN(COLUMN_TEXT, "Interface", "interface_name", "state.interface_name"),
	USER_SHOWN(COLUMN_NUMBER, "Seconds", "up_age", "state.up_age"),
	USER_SHOWN(COLUMN_NUMBER, "TxBytes", "tx_bytes", "statistics.tx_bytes"),
	USER_SHOWN(COLUMN_NUMBER, "RxBytes", "rx_bytes", "statistics.rx_bytes"),
	USER_SHOWN(COLUMN_TEXT, "By", "origin", "state.origin"),
	USER(COLUMN_TEXT, "peer_proved_by", "state.peer_proved_by"),
	USER(COLUMN_TEXT, "calling_number", "config.calling_number"),
	USER(COLUMN_TEXT, "tunnel_name", "config.tunnel_name"),
	USER(COLUMN_TEXT, "delegated_prefix", "state.delegated_prefix"),
	USER(COLUMN_TEXT, "filter_id", "state.filter_id"),
	USER(COLUMN_TEXT, "state", "state.state"),

	BOTH(COLUMN_TEXT, "reason", "state.reason"),
	SESSION(COLUMN_TEXT, "origin", "state.origin"),
	BOTH(COLUMN_NUMBER, "age", "state.age"),
	BOTH(COLUMN_NUMBER, "up_age", "state.up_age"),
	BOTH(COLUMN_NUMBER, "tx_bytes", "statistics.tx_bytes"),
	BOTH(COLUMN_NUMBER, "rx_bytes", "statistics.rx_bytes"),
	BOTH(COLUMN_NUMBER, "tx_errors", "statistics.tx_errors"),
	BOTH(COLUMN_NUMBER, "rx_errors", "statistics.rx_errors"),
	BOTH(COLUMN_NUMBER, "rx_seq_discards", "statistics.rx_seq_discards"),
	BOTH(COLUMN_NUMBER, "rx_oos_packets", "statistics.rx_oos_packets"),
	BOTH(COLUMN_NUMBER, "rx_cookie_discards", "statistics.rx_cookie_discards"),
	BOTH(COLUMN_NUMBER, "rx_invalid", "statistics.rx_invalid"),
	{ .name = NULL },
};

/* --- finding --- */

/* The columns of one object, as match.h wants them. */
struct view {
	enum config_object object;
};

static const struct column *nth(const struct view *view, unsigned int index)
{
	const struct column *column = config_columns;

	for (; column->name; column++) {
		if (column->object == view->object && !index--)
			return column;
	}
	return column;
}

static const char *name_at(const void *list, unsigned int index)
{
	return nth(list, index)->name;
}

static void refuse_name(const struct view *view, const char *name, bool ambiguous, struct error *error)
{
	const char *nearest, *object_name = config_tables[view->object]->object;
	char names[LIST_MAX];

	if (ambiguous) {
		error_set(error, ERROR_SYNTAX, name, "'%.*s' is ambiguous: %s", WORD_SHOWN_MAX, name,
			  match_candidates(name_at, view, name, names, sizeof(names)));
		return;
	}
	nearest = match_nearest(name_at, view, name);
	error_set(error, ERROR_SYNTAX, name, "a list of %ss has no column '%.*s'%s%s: it has %s", object_name,
		  WORD_SHOWN_MAX, name, nearest ? ", did you mean " : "", nearest ? nearest : "",
		  match_candidates(name_at, view, "", names, sizeof(names)));
}

const struct column *column_find(enum config_object object, const char *name, bool exact_only, struct error *error)
{
	const struct view view = { object };
	int found = match_find(name_at, &view, name, exact_only);

	if (found >= 0)
		return nth(&view, (unsigned int)found);
	if (error)
		refuse_name(&view, name, found == MATCH_AMBIGUOUS, error);
	return NULL;
}

/* --- values --- */

/* What a value is compared by. */
struct measure {
	bool valid;
	uint64_t number;
	struct address address;
};

/* The address of "192.0.2.1:1701" and "[2001:db8::1]:1701" too. */
static bool parse_address(const char *text, struct address *address)
{
	char copy[ENDPOINT_TEXT_MAX];
	const char *end = *text == '[' ? strchr(text, ']') : strchr(text, '.') ? strchr(text, ':') : NULL;
	size_t length = end ? (size_t)(end - text) : strlen(text);

	if (length >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)length, text);
	return address_parse(copy + (*copy == '['), address);
}

static void measure(const struct column *column, const char *text, struct measure *measure)
{
	bool truth;

	*measure = (struct measure){ .valid = true };
	switch (column->kind) {
	case COLUMN_TEXT:
		break;
	case COLUMN_NUMBER:
		measure->valid = text_to_u64(text, &measure->number);
		break;
	case COLUMN_BOOL:
		measure->valid = text_to_bool(text, &truth);
		measure->number = measure->valid && truth;
		break;
	case COLUMN_ADDRESS:
		measure->valid = parse_address(text, &measure->address);
		break;
	}
}

int column_compare(const struct column *column, const char *a, const char *b)
{
	struct measure of_a, of_b;
	int order = 0;

	if (!a || !b)
		return (a != NULL) - (b != NULL);
	measure(column, a, &of_a);
	measure(column, b, &of_b);
	if (of_a.valid != of_b.valid)
		return of_a.valid - of_b.valid;
	if (of_a.number != of_b.number)
		return of_a.number < of_b.number ? -1 : 1;
	if (of_a.address.family != of_b.address.family)
		return of_a.address.family < of_b.address.family ? -1 : 1;
	order = memcmp(of_a.address.bytes, of_b.address.bytes, sizeof(of_a.address.bytes));
	return order || (of_a.valid && column->kind != COLUMN_TEXT) ? order : strcmp(a, b);
}

/* --- conditions --- */

static bool contains(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++) {
		if (strncasecmp(text, part, length) == 0)
			return true;
	}
	return !length;
}

static bool equal(const struct list_condition *condition, const char *value)
{
	struct prefix network;
	struct address address;

	if (condition->column->kind == COLUMN_ADDRESS && prefix_parse(condition->value, &network))
		return parse_address(value, &address) && prefix_contains(&network, &address);
	return column_compare(condition->column, value, condition->value) == 0;
}

bool condition_holds(const struct list_condition *condition, const char *value)
{
	if (!value)
		return condition->op == '!';
	switch (condition->op) {
	case '=':
		return equal(condition, value);
	case '!':
		return !equal(condition, value);
	case '<':
		return column_compare(condition->column, value, condition->value) < 0;
	case '>':
		return column_compare(condition->column, value, condition->value) > 0;
	default:
		return contains(value, condition->value);
	}
}

static int refuse_value(const struct list_condition *condition, const char *allowed, struct error *error)
{
	return error_set(error, ERROR_VALUE, condition->column->name, "%s is compared with %s: got '%s'",
			 condition->column->name, allowed, condition->value);
}

/* May the column be compared so, with this value? */
static int check(const struct list_condition *condition, struct error *error)
{
	enum column_kind kind = condition->column->kind;
	struct measure of_value;
	struct prefix network;

	if (condition->op == '~')
		return 0;
	measure(condition->column, condition->value, &of_value);
	if (kind == COLUMN_NUMBER && !of_value.valid)
		return refuse_value(condition, "a number", error);
	if (kind == COLUMN_BOOL && !of_value.valid)
		return refuse_value(condition, "yes or no", error);
	/* a peer may be given by its name, too */
	if (kind == COLUMN_ADDRESS && strchr(condition->value, '/') && !prefix_parse(condition->value, &network))
		return refuse_value(condition, "a host, or a network as ADDRESS/LENGTH", error);
	return 0;
}

int condition_parse(enum config_object object, const char *text, struct list_condition *condition,
		    struct error *error)
{
	size_t length = strcspn(text, "=!<>~");
	const char *value = text + length + 1;
	char name[ERROR_PARAMETER_MAX];

	if (!length || !text[length] || (text[length] == '!' && *value++ != '='))
		return error_set(error, ERROR_SYNTAX, NULL,
				 "'%.*s' is no condition: it is a column, one of = != < > ~, and a value",
				 WORD_SHOWN_MAX, text);
	snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : sizeof(name) - 1), text);
	condition->column = column_find(object, name, false, error);
	if (!condition->column)
		return -1;
	if (strlen(value) >= sizeof(condition->value))
		return error_set(error, ERROR_VALUE, condition->column->name, "%s is compared with at most %zu octets",
				 condition->column->name, sizeof(condition->value) - 1);
	condition->op = text[length];
	snprintf(condition->value, sizeof(condition->value), "%s", value);
	return check(condition, error);
}
