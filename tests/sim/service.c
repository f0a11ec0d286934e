/* SPDX-License-Identifier: MIT */
/*
 * Two whole services, each LNS for the other, over a network that a seed makes bad (sim.h), for control messages and
 * PPP frames alike: tunnels, calls and users come and go from both sides, passwords are wrong, pools run empty, a
 * datapath refuses, loses keys and devices, an end is cut off, falls asleep, or dies and begins anew with the
 * configuration and the leases that it kept.  Then the network gets well, and within a bound both ends agree, or
 * neither has anything.
 *
 *	service FIRST COUNT [verbose]	seeds FIRST to FIRST + COUNT - 1
 *
 * Checked all the time: what events tell comes in its order and once; all maps of a service agree (service_check.h);
 * whoever is up at an LNS is who it says it is; leases are those of the sessions there are, no address is two users';
 * nothing is carried in clear that must not be; nothing takes longer than it may.  At the end both ends have the same
 * tunnels, sessions and addresses; when all is closed nothing is left, no lease, no device, no deadline for long, no
 * memory; and a new user comes in.
 */
#include "service_host.h"

#define CHAOS_MS 100000			/* of bad network and commands */
#define QUIET_MS 400000			/* afterwards: longer than any state lasts without events */
#define LINGER_MS 150000		/* all is closed: until everything is forgotten */
#define SETUP_MS 20000			/* a tunnel, a call and PPP where nothing is lost */
#define ESTABLISH_S 40
#define USERS 8				/* u0 to u7 */
#define TUNNELS_MAX 3			/* of an end's own */
#define SESSIONS_MAX 10
#define DEVICES_MAX 2			/* the shared one stays, and one that was removed until another is needed */
#define IDLE_DEADLINE_MS 1000000	/* what comes later is nobody's in particular */

/* What the seed says of an end. */
struct terms {
	unsigned int methods;		/* bits of method_rows: of its users, and its own as a user */
	int client_mppe, lns_mppe;	/* mppe_words */
	unsigned int pool;		/* addresses */
	char text[TEXT_MAX];		/* its configuration */
};

static struct world {
	struct host hosts[2];
	struct terms terms[2];
	bool strangers;			/* they do not know each other's secret */
	bool restarts, jumps;
	unsigned int tunnels;		/* names given */
} *world;

static const char *const method_rows[] = { "auth_pap", "auth_chap", "auth_mschapv1", "auth_mschapv2", "auth_eap" };
#define METHODS 5
enum { MSCHAPV2 = 8, EAP = 16 };	/* their bits */
static const char *const mppe_words[] = { "no", "allow", "require" };
enum { MPPE_NO, MPPE_ALLOW, MPPE_REQUIRE };

/* --- the configuration --- */

__attribute__((format(printf, 2, 3)))
static void add(char text[TEXT_MAX], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, TEXT_MAX - used, format, arguments);
	va_end(arguments);
}

static const char *yes(unsigned int per_cent)
{
	return chance(per_cent) ? "yes" : "no";
}

static void add_ppp(struct terms *terms, const char *name, int mppe)
{
	add(terms->text, "ppp profile create profile_name=%s mppe=%s mppe_bits=%s mppe_stateful=%s", name,
	    mppe_words[mppe], chance(60) ? "128bit" : "40bit,56bit,128bit", yes(50));
	for (unsigned int i = 0; i < METHODS; i++)
		add(terms->text, " %s=%s", method_rows[i], terms->methods >> i & 1 ? "yes" : "no");
	add(terms->text, " lcp_echo_interval=%u lcp_echo_failure_count=%u ipv6=%s", 3 + draw(10), 2 + draw(3),
	    yes(50));
	add(terms->text, " lcp_max_config_requests=%u chap_interval=%u", 8 + draw(8), chance(30) ? 5 + draw(30) : 0);
	if (chance(10))
		add(terms->text, " idle_timeout=%u", 30 + draw(60));
	if (chance(10))
		add(terms->text, " max_connect_time=%u", 30 + draw(60));
}

static void add_lns(unsigned int at)
{
	static const char *const one_session[] = { "any", "replace", "refuse" };
	struct terms *terms = &world->terms[at];

	add(terms->text, "pool create pool_name=p range=10.%u.0.10-10.%u.0.%u\n", at, at, 9 + terms->pool);
	add(terms->text, "pool create pool_name=p6 range=2001:db8:%u::/62\n", at);
	add(terms->text, "pool create pool_name=pd range=2001:db8:%u00::/54 delegate_length=56\n", at + 1);
	add_ppp(terms, "lns", terms->lns_mppe);
	add(terms->text, " lcp_passive=%s", yes(10));
	add(terms->text, " ip_pool_name=p local_ipaddr=10.%u.0.1 one_session=%s", at, one_session[draw(3)]);
	if (chance(30))
		add(terms->text, " ipv6_pool_name=p6");
	if (chance(30))
		add(terms->text, " delegated_pool_name=pd");
	if (chance(40))
		add(terms->text, " interface=shared interface_name=subs");
	add(terms->text, "\npeer profile create profile_name=other peer_ipaddr=192.0.2.%u ppp_profile_name=lns\n",
	    !at + 1);
}

static void make_terms(unsigned int at)
{
	struct terms *terms = &world->terms[at];

	terms->methods = chance(40) ? MSCHAPV2 : chance(60) ? MSCHAPV2 | draw(1 << METHODS) : 1 + draw(31);
	terms->client_mppe = chance(50) ? MPPE_NO : 1 + (int)draw(2);
	terms->lns_mppe = chance(50) ? MPPE_NO : 1 + (int)draw(2);
	terms->pool = 2 + draw(10);
	add(terms->text, "system modify tunnel_establish_timeout=%u session_establish_timeout=%u "
	    "tunnel_persist_pend_timeout=%u session_persist_pend_timeout=%u\n", ESTABLISH_S, ESTABLISH_S,
	    5 + draw(20), chance(80) ? 5 + draw(20) : 0);
	add(terms->text, "tunnel profile modify profile_name=default src_ipaddr=192.0.2.%u ppp_profile_name=lns "
	    "hello_timeout=%u max_retries=%u allow_ppp_proxy=%s use_tiebreaker=%s", at + 1, 5 + draw(40), 4 + draw(3),
	    yes(50), yes(20));
	if (sim.seed % 3)
		add(terms->text, " auth_mode=challenge hide_avps=%s secret=%s", yes(50),
		    world->strangers && at ? "other" : "secret");
	add(terms->text, "\n");
	add_lns(at);
	add_ppp(terms, "client", terms->client_mppe);
	add(terms->text, " use_dns=%s\n", yes(50));
}

static void host_start(unsigned int at, const char *text)
{
	char users[1024] = "";

	for (unsigned int i = 0; i < USERS - 2; i++)
		snprintf(users + strlen(users), sizeof(users) - strlen(users), "u%u * pw%u *\n", i, i);
	snprintf(users + strlen(users), sizeof(users) - strlen(users), "u6 * pw6 10.%u.9.6\nu7 * pw7 10.%u.0.0/16\n",
		 at, at);
	host_begin(&world->hosts[at], text, users);
	host_settle(&world->hosts[at]);
}

/* --- what must be so --- */

typedef void session_fn(struct host *host, struct session *session);

static void each_session(struct host *host, session_fn *fn)
{
	struct session *session;
	uint32_t position = 0;

	while ((session = handle_next(&host->service->session_handles, &position)))
		fn(host, session);
}

static bool is_up(const struct session *session)
{
	return session->state == SERVICE_SESSION_UP && session->ppp;
}

/* A session is marked with the name of its user, or "bad", in the number that was called. */
static void check_user(struct host *host, struct session *session)
{
	const struct session_ppp *ppp = session->ppp;
	struct session_config config;

	if (session->origin != SERVICE_ORIGIN_PEER || !ppp || (!ppp->ipv4 && !ppp->ipv6))
		return;
	session_compose(session, &config);
	must(strcmp(config.called_number, "bad") != 0, "somebody is up with a wrong password");
	must(ppp->subscriber != NULL, "a user who is up is not known");
	must(strcmp(ppp->subscriber->name, config.called_number) == 0, "a user is known as another one");
	(void)host;
}

static bool is_of_pool(const struct host *host, const struct prefix *taken)
{
	const uint8_t *octets = taken->address.bytes;

	return taken->address.family == AF_INET && octets[0] == 10 && octets[1] == host->at && octets[2] == 0 &&
	       octets[3] >= 10 && octets[3] < 10 + world->terms[host->at].pool;
}

/* While each_session() looks: what the sessions have of each pool. */
enum { IPV4_TAKEN, IPV6_TAKEN, DELEGATED_TAKEN, POOLS };
static const char *const pool_names[POOLS] = { "p", "p6", "pd" };
static struct {
	uint32_t count;
	struct prefix prefixes[KNOWN_MAX];
} taken[POOLS];

static void count_one(unsigned int pool, const struct prefix *prefix)
{
	for (uint32_t i = 0; i < taken[pool].count; i++)
		must(!prefix_equal(&taken[pool].prefixes[i], prefix), "two users have one address");
	taken[pool].prefixes[taken[pool].count++] = *prefix;
}

static void count_taken(struct host *host, struct session *session)
{
	const struct session_ppp *ppp = session->ppp;

	if (!ppp)
		return;
	if (is_of_pool(host, &ppp->ipv4_taken))
		count_one(IPV4_TAKEN, &ppp->ipv4_taken);
	if (ppp->ipv6_taken.address.family == AF_INET6)
		count_one(IPV6_TAKEN, &ppp->ipv6_taken);
	if (ppp->delegated_taken.address.family == AF_INET6)
		count_one(DELEGATED_TAKEN, &ppp->delegated_taken);
}

static void check_leases(struct host *host)
{
	struct service_pool_view view;

	for (unsigned int pool = 0; pool < POOLS; pool++)
		taken[pool].count = 0;
	each_session(host, count_taken);
	for (unsigned int pool = 0; pool < POOLS; pool++) {
		bool is_there = service_pool_view(host->service, pool_names[pool], &view);

		must(is_there ? view.in_use == taken[pool].count : !taken[pool].count,
		     "leases are not those of the sessions there are");
	}
}

/* What the datapath carries is encrypted where it must be. */
static void check_clear(struct host *host, struct session *session)
{
	const struct terms *terms = &world->terms[host->at];
	const struct datapath_session_config *told = datapath_null_session(host->dp, session->datapath);
	int mppe = session->origin == SERVICE_ORIGIN_PEER ? terms->lns_mppe : terms->client_mppe;

	if (!session->ppp || !told || mppe != MPPE_REQUIRE)
		return;
	must((!told->ppp.ipv4 && !told->ppp.ipv6) || (told->mppe.send && told->mppe.receive), "carried in clear");
}

/* However it came to its end, a device goes when nobody is on it. */
static void check_devices(const struct host *host)
{
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(host->dp, &count);
	while (count--)
		must(log[count].operation != DATAPATH_NULL_DEVICE_DELETE || !log[count].failed,
		     "a shared device goes with somebody on it");
	datapath_null_log_begin(host->dp);
}

static void check_host(struct host *host)
{
	check_devices(host);
	each_session(host, check_user);
	each_session(host, check_clear);
	check_leases(host);
}

static void settle(struct host *host)
{
	host_settle(host);
	check_host(host);
}

/* --- commands --- */

static struct tunnel *some_tunnel(const struct host *host, bool own)
{
	unsigned int count = order_count(&host->service->tunnels), skip = count ? draw(count) : 0;
	struct tunnel *tunnel, *found = NULL;
	uint64_t next = 0;

	for (; (tunnel = lookup_tunnel_from(host->service, next)); next = (uint64_t)tunnel->by_id.id + 1) {
		if (own && tunnel->origin == SERVICE_ORIGIN_PEER)
			continue;
		found = tunnel;
		if (!skip--)
			break;
	}
	return found;
}

static struct session *some_session(const struct host *host)
{
	unsigned int count = host->service->session_handles.used, skip = count ? draw(count) : 0;
	struct session *session, *found = NULL;
	uint32_t position = 0;

	while ((session = handle_next(&host->service->session_handles, &position))) {
		found = session;
		if (!skip--)
			break;
	}
	return found;
}

__attribute__((format(printf, 2, 3)))
static bool run(struct host *host, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	sim_say("host %u does %s", host->at, text);
	return host_do(host, text);
}

static unsigned int own_tunnels(const struct host *host)
{
	const struct tunnel *tunnel;
	unsigned int count = 0;
	uint64_t next = 0;

	for (; (tunnel = lookup_tunnel_from(host->service, next)); next = (uint64_t)tunnel->by_id.id + 1)
		count += tunnel->origin != SERVICE_ORIGIN_PEER;
	return count;
}

static void open_tunnel(struct host *host)
{
	if (own_tunnels(host) < TUNNELS_MAX)
		run(host, "tunnel create tunnel_name=t%u dest_ipaddr=192.0.2.%u persist=%s idle_timeout=%u "
		    "our_udp_port=%u", ++world->tunnels, !host->at + 1, yes(70), chance(20) ? 10 + draw(40) : 0,
		    chance(70) ? 1701 : 0);
}

/* What a LAC says of a caller whom we are as well: who begins anew, and who does not. */
static const char *proxy_words(unsigned int user)
{
	static char text[256];

	snprintf(text, sizeof(text), " use_ppp_proxy=yes proxy_auth_type=pap proxy_auth_name=u%u "
		 "proxy_auth_response=7077%02x last_sent_lcp_confreq=0304c0230506%08x "
		 "last_rcvd_lcp_confreq=0506%08x", user, '0' + user, draw(UINT32_MAX), draw(UINT32_MAX));
	return text;
}

static void open_session(struct host *host)
{
	const struct tunnel *tunnel = some_tunnel(host, true);
	unsigned int user = draw(USERS);
	bool bad = chance(12);
	char where[128], mark[8];

	if (host->service->session_handles.used >= SESSIONS_MAX)
		return;
	if (tunnel && chance(90))
		snprintf(where, sizeof(where), "tunnel_name=%s", tunnel->config.tunnel_name);
	else
		snprintf(where, sizeof(where), "dest_ipaddr=192.0.2.%u", !host->at + 1);
	snprintf(mark, sizeof(mark), bad ? "ba%c" : "u%c", bad ? 'd' : (char)('0' + user));
	run(host, "session create %s session_name=s%u ppp_profile_name=client user_name=u%u user_password=pw%u%s "
	    "called_number=%s session_type=%s%s", where, ++host->names, user, user, bad ? "x" : "", mark,
	    chance(70) ? "laic" : "lnoc", !bad && chance(10) ? proxy_words(user) : "");
}

static void close_session(struct host *host)
{
	const struct session *session = some_session(host);

	if (session)
		run(host, "session delete tunnel_id=%u session_id=%u", session->tunnel->config.tunnel_id,
		    session_id(session));
}

static void close_tunnel(struct host *host)
{
	const struct tunnel *tunnel = some_tunnel(host, false);

	if (tunnel)
		run(host, "tunnel delete tunnel_id=%u", tunnel->config.tunnel_id);
}

/* The datapath tells of something that happened to a session. */
static void happen_to_session(struct host *host)
{
	static const enum datapath_event_kind kinds[] = {
		DATAPATH_EVENT_DEVICE_GONE, DATAPATH_EVENT_MPPE_LOST, DATAPATH_EVENT_UNREACHABLE,
	};
	const struct session *session = some_session(host);
	struct datapath_event event = { .kind = kinds[draw(3)] };

	if (!session || (event.kind == DATAPATH_EVENT_DEVICE_GONE && !(session->ppp && session->ppp->up_since)))
		return;
	event.session = session->datapath;
	event.tunnel = session->tunnel->datapath;
	sim_say("host %u: datapath event %d", host->at, event.kind);
	service_datapath_event(host->service, &event, sim.now);
}

static void refuse_something(struct host *host)
{
	static const enum datapath_null_operation operations[] = {
		DATAPATH_NULL_TUNNEL_ADD, DATAPATH_NULL_TUNNEL_MODIFY, DATAPATH_NULL_SESSION_ADD,
		DATAPATH_NULL_SESSION_MODIFY, DATAPATH_NULL_DEVICE_ADD,
	};
	const struct error error = { .code = ERROR_SYSTEM, .text = "the simulator refuses" };

	datapath_null_fail(host->dp, operations[draw(5)], draw(3), &error);
}

/* Its peer may be told of it, or have to find out. */
static void restart(struct host *host)
{
	static char text[TEXT_MAX];
	bool told = chance(50);

	host_save(host, text);
	sim_say("host %u %s and begins anew", host->at, told ? "ends" : "dies");
	if (told) {
		service_stop(host->service, sim.now);
		settle(host);
	}
	host_crash(host);
	host_start(host->at, text);
}

static void be_unlucky(struct host *host)
{
	uint32_t what = draw(8);

	if (what < 2)
		sim.network.cut_until = sim.now + draw(40000);
	else if (what < 4)
		host->asleep_until = sim.now + draw(60000);
	else if (what < 6 && world->restarts)
		restart(host);
	else if (what == 7 && world->jumps)
		sim.now += draw(90000);
}

static bool has_lost_devices(const struct host *host)
{
	const struct session *session;
	uint32_t position = 0;

	while ((session = handle_next(&host->service->session_handles, &position)))
		if (session->device_gone)
			return true;
	return false;
}

/* What runs as it is configured: that changes nothing. */
static void reload(struct host *host)
{
	static char text[TEXT_MAX];
	size_t operations;

	if (has_lost_devices(host))
		return;
	sim_say("host %u reloads what it has", host->at);
	host_save(host, text);
	datapath_null_log_begin(host->dp);
	host_load(host, text);
	datapath_null_log(host->dp, &operations);
	must(!operations, "a reload of what there is changes something");
}

static void reconfigure(struct host *host)
{
	struct terms *terms = &world->terms[host->at];
	const struct tunnel *tunnel = some_tunnel(host, true);

	if (chance(50)) {
		terms->pool = 2 + draw(10);
		run(host, "pool modify pool_name=p range=10.%u.0.10-10.%u.0.%u", host->at, host->at, 9 + terms->pool);
	} else if (tunnel) {
		run(host, "tunnel modify tunnel_name=%s persist=%s", tunnel->config.tunnel_name, yes(70));
	}
}

static void command(unsigned int at)
{
	struct host *host = &world->hosts[at];
	uint32_t what = draw(100);

	if (sim.now < host->asleep_until)
		return;
	if (what < 12)
		open_tunnel(host);
	else if (what < 55)
		open_session(host);
	else if (what < 70)
		close_session(host);
	else if (what < 73)
		close_tunnel(host);
	else if (what < 79)
		happen_to_session(host);
	else if (what < 82)
		refuse_something(host);
	else if (what < 87)
		be_unlucky(host);
	else if (what < 89)
		reconfigure(host);
	else if (what < 91)
		reload(host);
	settle(host);
}

/* --- time --- */

static uint64_t next_time(void)
{
	uint64_t next = sim_next_arrival();

	for (unsigned int at = 0; at < 2; at++)
		if (host_deadline(&world->hosts[at]) < next)
			next = host_deadline(&world->hosts[at]);
	return next;
}

static void land(void)
{
	struct sim_packet *packet = sim_take();
	struct host *host = &world->hosts[packet->to];

	host_receive(host, packet);
	settle(host);
	free(packet);
}

static void happen(void)
{
	if (sim_next_arrival() <= sim.now) {
		land();
		return;
	}
	for (unsigned int at = 0; at < 2; at++) {
		struct host *host = &world->hosts[at];

		if (host_deadline(host) > sim.now)
			continue;
		service_expire(host->service, sim.now);
		settle(host);
	}
}

static void run_until(uint64_t end, bool commands)
{
	sim_run_until(end, next_time, happen, commands ? command : NULL, 3000);
}

/* --- the end --- */

static struct session *opposite(struct host *other, const struct session *session)
{
	const struct tunnel *tunnel = session->tunnel;
	struct session *found;
	uint32_t position = 0;

	while ((found = handle_next(&other->service->session_handles, &position)))
		if (found->call && found->call->peer_session_id == session_id(session) &&
		    session->call->peer_session_id == session_id(found) &&
		    found->tunnel->config.tunnel_id == tunnel->managed.peer_tunnel_id &&
		    found->tunnel->managed.peer_tunnel_id == tunnel->config.tunnel_id)
			return found;
	return NULL;
}

static bool has_tunnel(const struct host *other, const struct tunnel *tunnel)
{
	const struct tunnel *found;
	uint64_t next = 0;

	for (; (found = lookup_tunnel_from(other->service, next)); next = (uint64_t)found->by_id.id + 1)
		if (found->managed.peer_tunnel_id == tunnel->config.tunnel_id &&
		    found->config.tunnel_id == tunnel->managed.peer_tunnel_id)
			return true;
	return false;
}

static void check_networks(struct host *host, const struct session *session, struct host *other,
			   const struct session *peer)
{
	const struct datapath_session_config *told = datapath_null_session(host->dp, session->datapath);
	struct datapath_session_config mine, its;
	struct ppp_info here, there;

	must(told != NULL, "a session that is up is not in the datapath");
	mine = *told;
	told = datapath_null_session(other->dp, peer->datapath);
	must(told != NULL, "a session that is up is not in the datapath");
	its = *told;
	must(ppp_info(host->service->ppp, session->ppp->link, &here) == 0 &&
	     ppp_info(other->service->ppp, peer->ppp->link, &there) == 0, "a session that is up has no link");
	if (mine.ppp.ipv4 && its.ppp.ipv4)
		must(address_equal(&here.local, &there.peer) && address_equal(&here.peer, &there.local),
		     "both ends have other addresses");
	must(mine.mppe.send == its.mppe.receive && mine.mppe.receive == its.mppe.send, "one end encrypts");
	if (mine.mppe.send)
		must(mine.mppe.bits == its.mppe.bits && mine.mppe.stateful == its.mppe.stateful &&
		     !memcmp(mine.mppe.send_key, its.mppe.receive_key, mine.mppe.key_length), "keys differ");
}

static void check_session_agrees(struct host *host, struct session *session)
{
	struct host *other = &world->hosts[!host->at];
	const struct session *peer;

	must(session->state != SERVICE_SESSION_CONNECTING, "a session is neither up nor down");
	if (session->state != SERVICE_SESSION_UP)
		return;
	peer = opposite(other, session);
	must(peer && peer->state == SERVICE_SESSION_UP, "a session is up at one end only");
	must(is_up(session) && is_up(peer), "a session that is up has no PPP");
	check_networks(host, session, other, peer);
}

static void check_agreement(struct host *host)
{
	const struct tunnel *tunnel;
	uint64_t next = 0;

	for (; (tunnel = lookup_tunnel_from(host->service, next)); next = (uint64_t)tunnel->by_id.id + 1) {
		if (tunnel->managed.phase == MANAGED_IDLE)
			continue;
		must(!world->strangers || sim.seed % 3 == 0 || tunnel->state != SERVICE_TUNNEL_UP,
		     "a tunnel is up between strangers");
		if (tunnel->state == SERVICE_TUNNEL_UP)
			must(has_tunnel(&world->hosts[!host->at], tunnel), "a tunnel is up at one end only");
		else
			must(world->strangers, "a tunnel is neither up nor gone");
	}
	each_session(host, check_session_agrees);
}

static void close_all(struct host *host)
{
	struct tunnel *tunnel;

	while ((tunnel = lookup_tunnel_from(host->service, 0)))
		must(run(host, "tunnel delete tunnel_id=%u", tunnel->config.tunnel_id), "a tunnel cannot be deleted");
	settle(host);
}

static void check_nothing_left(struct host *host)
{
	must(!host->service->session_handles.used && !host->service->tunnel_handles.used, "something is left");
	must(!host->service->subscribers && !host->service->terms, "something of PPP is left");
	must(!datapath_null_tunnels(host->dp) && !datapath_null_sessions(host->dp), "the datapath has something left");
	must(datapath_null_devices(host->dp) <= DEVICES_MAX, "shared devices are left");
	must(!leases_in_use(&host->leases), "a lease is left in the store");
	for (unsigned int i = 0; i < KNOWN_MAX; i++)
		must(host->known[i].self == HANDLE_NONE, "events have not told the end of something");
	must(host_deadline(host) > sim.now + IDLE_DEADLINE_MS, "there is something to do for nobody");
}

/* Is there nothing between them that forbids a user to come in? */
static bool are_compatible(unsigned int client, unsigned int lns)
{
	const struct terms *mine = &world->terms[client], *its = &world->terms[lns];
	bool require = mine->client_mppe == MPPE_REQUIRE || its->lns_mppe == MPPE_REQUIRE;

	if (world->strangers || !(mine->methods & its->methods) || mine->methods & its->methods & EAP)
		return false;	/* what there is inside of EAP is another question */
	return !require || (mine->client_mppe && its->lns_mppe && mine->methods == MSCHAPV2 &&
			    its->methods == MSCHAPV2);
}

static void check_life(struct host *host)
{
	const struct session *session;
	unsigned int ups = host->ups;

	if (!are_compatible(host->at, !host->at))
		return;
	must(run(host, "tunnel create tunnel_name=life dest_ipaddr=192.0.2.%u\nsession create tunnel_name=life "
		 "session_name=life ppp_profile_name=client user_name=u1 user_password=pw1 called_number=u1",
		 !host->at + 1), "a new session is refused");
	settle(host);
	run_until(sim.now + SETUP_MS, false);
	session = some_session(host);
	must(host->ups > ups, "a new user does not come in");
	must(session && is_up(session), "a new user does not stay");
	close_all(host);
	run_until(sim.now + LINGER_MS, false);
}

/* --- all of it --- */

static struct {
	unsigned int ups, agreed;
} sums;

static void begin(void)
{
	world = calloc(1, sizeof(*world));
	must(world != NULL, "out of memory");
	world->strangers = sim.seed % 16 == 5;
	world->restarts = sim.seed % 3 == 0;
	world->jumps = sim.seed % 8 == 1;
	sim.network.loss = draw(chance(50) ? 30 : 4);
	sim.network.repeat = draw(20);
	sim.network.delay = 1 + draw(chance(30) ? 2000 : 200);
	for (unsigned int at = 0; at < 2; at++) {
		world->hosts[at].at = at;
		make_terms(at);
		host_start(at, world->terms[at].text);
	}
}

/* All is well from now on, and who failed does not try again. */
static void get_well(void)
{
	sim_network_heal(20);
	for (unsigned int at = 0; at < 2; at++) {
		struct host *host = &world->hosts[at];

		host->asleep_until = 0;
		for (int i = 0; i < DATAPATH_NULL_OPERATION_COUNT; i++)
			datapath_null_fail(host->dp, (enum datapath_null_operation)i, 0, NULL);
		run(host, "system modify session_persist_pend_timeout=0");
		settle(host);
	}
	run_until(sim.now + QUIET_MS, false);
}

static void finish(void)
{
	for (unsigned int at = 0; at < 2; at++)
		check_nothing_left(&world->hosts[at]);
	for (unsigned int at = 0; at < 2; at++)
		check_life(&world->hosts[at]);
	for (unsigned int at = 0; at < 2; at++) {
		check_nothing_left(&world->hosts[at]);
		sums.ups += world->hosts[at].ups;
		host_crash(&world->hosts[at]);
	}
	free(world);
}

static void simulate(void)
{
	begin();
	run_until(sim.now + CHAOS_MS, true);
	get_well();
	for (unsigned int at = 0; at < 2; at++) {
		check_agreement(&world->hosts[at]);
		sums.agreed += world->hosts[at].service->session_count;
	}
	for (unsigned int at = 0; at < 2; at++)
		close_all(&world->hosts[at]);
	run_until(sim.now + LINGER_MS, false);
	finish();
}

int main(int argc, char **argv)
{
	uint64_t count = sim_seeds(argc, argv, simulate);

	printf("%llu seeds: %u sessions came up, at the end both ends agreed on %u\n", (unsigned long long)count,
	       sums.ups, sums.agreed / 2);
	/* A network on which nothing comes up proves nothing. */
	return sums.ups < count;
}
