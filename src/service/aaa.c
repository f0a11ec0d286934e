/* SPDX-License-Identifier: MIT */
/*
 * See aaa.h.  Pools and servers are what their profiles say: whenever those may have changed, all are told again, which
 * changes nothing of those that are as they were.
 */
#include "service/aaa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "base/text.h"
#include "service/authenticate.h"
#include "service/ppp_settings.h"
#include "service/session_call.h"
#include "service/trace.h"

int aaa_begin(struct service *service)
{
	const struct service_host *host = &service->host;

	service->pools = pools_new(host->store);
	service->users = users_new(host->read_secret, host->context);
	service->boot = (uint32_t)service_random(service);
	service->slow_down_seed = service_random(service);
	service->slow_down = calloc(1, sizeof(*service->slow_down));
	service->aaa_changes = UINT64_MAX;
	return service->pools && service->users && service->slow_down ? 0 : -1;
}

void aaa_end(struct service *service)
{
	radius_free(service->radius);
	users_free(service->users);
	pools_free(service->pools);
	free(service->slow_down);
	service->slow_down = NULL;
	service->radius = NULL;
	service->users = NULL;
	service->pools = NULL;
}

int service_set_host(struct service *service, const struct service_host *host)
{
	service->host = *host;
	aaa_end(service);
	return aaa_begin(service);
}

int service_load_users(struct service *service, bool pap, const char *path, const char *text, size_t length,
		       struct error *error)
{
	return users_load(service->users, pap ? USERS_PAP : USERS_CHAP, path, text, length, error);
}

/* --- what is configured --- */

static int read_pool(const struct profile *profile, struct pool_config *config, struct error *error)
{
	const struct pool_profile_config *said = &profile->config.pool;
	const char *rest = said->range;
	char item[RANGE_TEXT_MAX];

	*config = (struct pool_config){ .length = (uint8_t)said->delegate_length };
	snprintf(config->name, sizeof(config->name), "%s", profile->name);
	while (rest && rest[0]) {
		if (config->range_count == POOL_RANGES_MAX)
			return error_set(error, ERROR_LIMIT, "range", "a pool has at most %d ranges", POOL_RANGES_MAX);
		if (!text_next_item(&rest, item, sizeof(item)) ||
		    !range_parse(item, &config->ranges[config->range_count++]))
			return error_set(error, ERROR_VALUE, "range", "%s is no range of addresses", item);
	}
	return 0;
}

/* All at once: what one has no more another may have. */
static void update_pools(struct service *service)
{
	size_t count = 0, failed = 0, room = profile_count(service, CONFIG_POOL);
	struct pool_config *configs = calloc(room ? room : 1, sizeof(*configs));
	const struct profile *profile = profile_first(service, CONFIG_POOL);
	struct error error = { .text = "out of memory" };

	for (; configs && profile; profile = profile->hh.next) {
		if (read_pool(profile, &configs[count], &error) < 0)
			log_error("pool %s: %s", profile->name, error.text);
		else
			count++;
	}
	if (!configs || pools_set_all(service->pools, configs, count, &failed, &error) < 0)
		log_error("pool %s: %s", configs && failed < count ? configs[failed].name : "", error.text);
	free(configs);
}

static void update_server(struct service *service, const struct profile *profile)
{
	static const enum radius_authenticator authenticators[] = {
		[CONFIG_WHEN_NO] = RADIUS_AUTHENTICATOR_NO,
		[CONFIG_WHEN_YES] = RADIUS_AUTHENTICATOR_YES,
		[CONFIG_WHEN_AUTO] = RADIUS_AUTHENTICATOR_AUTO,
	};
	struct radius_profile_config whole;
	struct radius_server_settings settings;
	struct error error;

	chain_radius(service, profile, &whole);
	settings = (struct radius_server_settings){
		.address = whole.address,
		.source = whole.src_ipaddr,
		.auth_port = whole.auth_port,
		.acct_port = whole.acct_port,
		.secret_length = (uint16_t)strlen(whole.secret),
		.timeout = whole.timeout * 1000,
		.retries = whole.retries,
		.dead_time = whole.dead_time * 1000,
		.message_authenticator = authenticators[whole.message_authenticator],
		.dynamic = whole.coa,
	};
	memcpy(settings.secret, whole.secret, settings.secret_length);
	snprintf(settings.name, sizeof(settings.name), "%s", profile->name);
	if (radius_set_server(service->radius, &settings, service->now, &error) < 0)
		log_error("radius %s: %s", profile->name, error.text);
	explicit_bzero(&settings, sizeof(settings));
}

static void remove_servers(struct service *service)
{
	struct radius_server_info info;
	unsigned int index = 0;

	while (radius_server_info(service->radius, index, &info) == 0) {
		if (profile_find(service, CONFIG_RADIUS, info.settings.name))
			index++;
		else
			radius_remove_server(service->radius, info.settings.name, service->now);
	}
}

/* What we are called in all that servers are told. */
static void update_nas(struct service *service)
{
	const struct system_config *said = service_system(service);
	const struct address *address = &said->radius_nas_ipaddr;
	struct radius_nas nas = { .ipv4.family = AF_UNSPEC };

	snprintf(nas.identifier, sizeof(nas.identifier), "%s",
		 said->radius_nas_identifier[0] ? said->radius_nas_identifier : service->host_name);
	if (address->family == AF_INET)
		nas.ipv4 = *address;
	else
		nas.ipv6 = *address;
	radius_set_nas(service->radius, &nas);
}

/* The client is made with the first server: who has none has no accounting that lies about, either. */
static void update_servers(struct service *service)
{
	struct profile *profile;

	if (!service->radius && profile_first(service, CONFIG_RADIUS))
		service->radius = radius_new(service->random, service->host.store);
	if (!service->radius)
		return;
	remove_servers(service);
	for (profile = profile_first(service, CONFIG_RADIUS); profile; profile = profile->hh.next)
		update_server(service, profile);
}

void aaa_update(struct service *service)
{
	if (!service->pools)
		return;
	if (service->aaa_changes != service->profile_changes) {
		service->aaa_changes = service->profile_changes;
		update_pools(service);
		update_servers(service);
	}
	if (service->radius)
		update_nas(service);
}

/* --- what is told of a session --- */

const char *aaa_id(const struct service *service, const struct session_ppp *ppp, char id[AAA_ID_MAX])
{
	snprintf(id, AAA_ID_MAX, "%08x%08x", service->boot, ppp->number);
	return id;
}

static void describe_tunnel(const struct service *service, const struct session_ppp *ppp, struct radius_tunnel *told)
{
	const struct tunnel *tunnel = ppp->session->tunnel;
	struct datapath_tunnel_info info = { .port = HANDLE_NONE };

	*told = (struct radius_tunnel){ .client = tunnel->peer };
	datapath_ops(service->dp)->tunnel_info(service->dp, tunnel->datapath, &info);
	told->server = info.local.address;
	if (tunnel->managed.peer_host_name)
		snprintf(told->client_name, sizeof(told->client_name), "%s", tunnel->managed.peer_host_name);
	snprintf(told->server_name, sizeof(told->server_name), "%s", service->host_name);
	told->connection = ppp->session->call ? ppp->session->call->serial_number : 0;
}

/* How fast the subscriber's line is, when the LAC has told it: bit/s to it, and from it where that is another. */
static const char *describe_line(const struct session *session, struct aaa_session *described)
{
	const struct param_speed *speed = &described->config.connect_speed;

	if (!param_set_has(&session_provenance(session)->explicit_rows, config_row(CONFIG_SESSION, "connect_speed")))
		return NULL;
	if (speed->rx && speed->rx != speed->tx)
		snprintf(described->line, sizeof(described->line), "%u/%u", speed->tx, speed->rx);
	else
		snprintf(described->line, sizeof(described->line), "%u", speed->tx);
	return described->line;
}

const struct radius_session *aaa_describe(const struct service *service, const struct session_ppp *ppp,
					  const char *user_name, struct aaa_session *described)
{
	const struct session *session = ppp->session;

	session_compose(session, &described->config);
	describe_tunnel(service, ppp, &described->tunnel);
	snprintf(described->tunnel.private_group, sizeof(described->tunnel.private_group), "%s",
		 described->config.priv_group_id);
	snprintf(described->port_id, sizeof(described->port_id), "%s/%u", session->tunnel->config.tunnel_name,
		 session_id(session));
	described->session = (struct radius_session){
		.user_name = user_name,
		.session_id = aaa_id(service, ppp, described->id),
		.port = ppp->number,
		.port_id = described->port_id,
		.called = described->config.called_number,
		.calling = described->config.calling_number[0] ? described->config.calling_number :
			   address_format(&session->tunnel->peer, described->peer, sizeof(described->peer)),
		.connect_info = describe_line(session, described),
		.mtu = ppp->terms->key.settings.mru,
		.tunnel = ppp->server ? &described->tunnel : NULL,
	};
	return &described->session;
}

/* --- what servers say --- */

bool aaa_take_events(struct service *service)
{
	struct radius_event event;
	bool any = false;

	while (service->radius && radius_next_event(service->radius, &event, service->now)) {
		any = true;
		if (event.kind == RADIUS_EVENT_DYNAMIC)
			dynamic_request(service, &event);
		else if (event.kind == RADIUS_EVENT_SERVER_DEAD)
			log_warning("RADIUS server %s does not answer: %s", event.server, event.text);
		else if (event.kind == RADIUS_EVENT_SERVER_ALIVE)
			log_info("RADIUS server %s answers again", event.server);
		else
			authenticate_answer(service, &event);
	}
	return any;
}

void aaa_expire(struct service *service)
{
	while (service->radius && radius_expire(service->radius, service->now))
		aaa_take_events(service);
}

uint64_t aaa_deadline(const struct service *service)
{
	_Static_assert(RADIUS_NEVER == SERVICE_NEVER, "both write it the same");
	return service->radius ? radius_deadline(service->radius) : SERVICE_NEVER;
}

/* Sessions that servers think of as going on ended with the life before. Once: and when there is somebody to tell. */
static void tell_beginning(struct service *service)
{
	struct radius_server_info info;

	if (service->has_told_servers || service->is_stopping || radius_server_info(service->radius, 0, &info) < 0)
		return;
	service->has_told_servers = true;
	radius_account_daemon(service->radius, NULL, true, service->now);
}

void aaa_stop(struct service *service)
{
	if (service->radius)
		radius_account_daemon(service->radius, NULL, false, service->now);
}

uint32_t aaa_outstanding(const struct service *service)
{
	struct radius_server_info info;
	uint32_t sum = 0;

	for (unsigned int i = 0; service->radius && radius_server_info(service->radius, i, &info) == 0; i++)
		sum += info.dead ? 0 : info.outstanding;
	return sum;
}

void aaa_commit(struct service *service)
{
	if (service->radius)
		tell_beginning(service);
	if (service->host.store)
		service->host.store->commit(service->host.store->context);
}

bool service_next_radius(struct service *service, struct radius_datagram *datagram)
{
	return service->radius && radius_next_datagram(service->radius, datagram, service->now);
}

void service_radius_received(struct service *service, const struct radius_datagram *datagram, uint64_t now)
{
	service_start(service, now);
	if (!service->radius)
		return;
	radius_receive(service->radius, datagram, now);
	aaa_take_events(service);
}

void service_set_time(struct service *service, uint64_t unix_time, uint64_t now)
{
	if (service->radius)
		radius_set_time(service->radius, unix_time, now);
}
