/* SPDX-License-Identifier: MIT */
/*
 * What sessions have in common, kept once: a hundred thousand sessions of a few profiles differ in their ids and in
 * little else, and a configuration is large.
 *
 * Common is what follows from profiles and built-in defaults, and whence that is; and what has but a few values,
 * whoever chose one.  A session's own rows, those with
 * another value, lie one behind the other in a few octets; ids, names and trace flags, which are looked at often, are
 * members of struct session.
 */
#include <stdlib.h>
#include <string.h>

#include "service/internal.h"

struct session_own {
	uint16_t length;
	uint8_t octets[];	/* of each row: its number, how many octets, they; those that follow are zero */
};
#define OWN_HEADER 2
#define OWN_MAX (sizeof(struct session_config) + (size_t)OWN_HEADER * PARAM_SET_MAX)

/* Those that are members of struct session, or its tunnel's. */
static void forget_members(struct session_config *config)
{
	memset(config->tunnel_name, 0, sizeof(config->tunnel_name));
	memset(config->session_name, 0, sizeof(config->session_name));
	config->tunnel_id = config->session_id = config->peer_session_id = config->trace_flags = 0;
}

/* --- a session's own rows --- */

static size_t own_write(const struct param *param, unsigned int row, const void *config, uint8_t *out)
{
	const uint8_t *octets = (const uint8_t *)config + param->offset;
	size_t length = param->size;

	while (length > 0 && !octets[length - 1])
		length--;
	if (length > UINT8_MAX)
		abort();	/* a defect of the table, which the test of this file finds */
	out[0] = (uint8_t)row;
	out[1] = (uint8_t)length;
	memcpy(out + OWN_HEADER, octets, length);
	return OWN_HEADER + length;
}

/* Where config differs from the common one. *own is NULL when it does nowhere. */
static int own_make(const struct session_config *common, const struct session_config *config,
		    struct session_own **own)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	uint8_t octets[OWN_MAX];
	size_t length = 0;

	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];
		const char *a = (const char *)common + param->offset, *b = (const char *)config + param->offset;

		if (param_is_kept(param) && memcmp(a, b, param->size) != 0)
			length += own_write(param, row, config, octets + length);
	}
	*own = NULL;
	if (!length)
		return 0;
	*own = malloc(sizeof(**own) + length);
	if (!*own)
		return -1;
	(*own)->length = (uint16_t)length;
	memcpy((*own)->octets, octets, length);
	return 0;
}

static void own_read(const struct session_own *own, struct session_config *config)
{
	const struct param *params = config_tables[CONFIG_SESSION]->params;

	for (size_t at = 0; own && at < own->length; at += OWN_HEADER + own->octets[at + 1]) {
		const struct param *param = &params[own->octets[at]];
		char *member = (char *)config + param->offset;

		memset(member, 0, param->size);
		memcpy(member, own->octets + at + OWN_HEADER, own->octets[at + 1]);
	}
}

/* --- the common part --- */

static void common_of(const struct service *service, const struct session_config *config,
		      const struct provenance *provenance, struct common_key *key)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];

	memset(key, 0, sizeof(*key));
	memcpy(&key->config, &service->ends.session, sizeof(key->config));
	rows_overlay(table, &key->config, config, &provenance->named);
	rows_overlay(table, &key->config, config, &provenance->fallback);
	param_copy(table, service->ends.session_rows.own, &key->config, config);
	param_copy(table, service->ends.session_rows.ppp, &key->config, config);
	for (unsigned int row = 0; row < table->count; row++) {
		if (table->params[row].type == PARAM_BOOL || table->params[row].type == PARAM_ENUM)
			param_copy(table, row, &key->config, config);
	}
	key->provenance = *provenance;
}

/* The one that the last session got is most often the one. */
static struct session_common *common_get(struct service *service, const struct common_key *key)
{
	struct session_common *common = service->last_common;

	if (!common || memcmp(&common->key, key, sizeof(*key)) != 0)
		HASH_FIND(hh, service->commons, key, sizeof(*key), common);
	if (!common) {
		common = calloc(1, sizeof(*common));
		if (!common)
			return NULL;
		common->key = *key;
		HASH_ADD(hh, service->commons, key, sizeof(common->key), common);
		if (!common->hh.tbl) {
			free(common);
			return NULL;
		}
	}
	common->references++;
	service->last_common = common;
	return common;
}

static void common_put(struct service *service, struct session_common *common)
{
	if (--common->references)
		return;
	if (service->last_common == common)
		service->last_common = NULL;
	HASH_DELETE(hh, service->commons, common);
	free(common);
}

/* --- for the others --- */

int common_keep(struct service *service, const struct session_config *config, const struct provenance *provenance,
		struct session_kept *kept, struct error *error)
{
	struct session_config rest = *config;
	struct common_key key;

	forget_members(&rest);
	common_of(service, &rest, provenance, &key);
	kept->common = common_get(service, &key);
	if (!kept->common)
		return service_no_memory(error);
	if (own_make(&key.config, &rest, &kept->own) < 0) {
		common_put(service, kept->common);
		return service_no_memory(error);
	}
	provenance_hold(provenance);
	return 0;
}

void common_forget(struct service *service, struct session_kept *kept)
{
	provenance_release(&kept->common->key.provenance);
	common_put(service, kept->common);
	free(kept->own);
	*kept = (struct session_kept){ .common = NULL };
}

void session_compose(const struct session *session, struct session_config *config)
{
	const struct tunnel_config *tunnel = &session->tunnel->config;

	*config = session->kept.common->key.config;
	own_read(session->kept.own, config);
	memcpy(config->tunnel_name, tunnel->tunnel_name, sizeof(config->tunnel_name));
	config->tunnel_id = tunnel->tunnel_id;
	if (session->name)
		memcpy(config->session_name, session->name->text, strlen(session->name->text));
	config->session_id = session_id(session);
	config->peer_session_id = session->peer_session_id;
	config->trace_flags = session->trace_flags;
}

/* --- of a tunnel --- */

static bool chain_holds(const struct service *service, const struct tunnel *tunnel)
{
	const struct chained *chained = &tunnel->chained;

	return chained->common && chained->profile_changes == service->profile_changes &&
	       chained->session == tunnel->provenance.session && chained->ppp == tunnel->provenance.ppp;
}

static int chain_anew(struct service *service, struct tunnel *tunnel, struct error *error)
{
	struct session_config nothing = { .tunnel_id = 0 }, config;
	struct provenance provenance = { .own = NULL };
	struct session_common *common;
	struct common_key key;

	if (chain_session(service, tunnel, &nothing, false, &provenance, &config, error) < 0)
		return -1;
	tunnel->chained.trace_flags = config.trace_flags;
	forget_members(&config);
	common_of(service, &config, &provenance, &key);
	common = common_get(service, &key);
	if (!common)
		return service_no_memory(error);
	common_forget_chain(service, tunnel);
	tunnel->chained.common = common;
	tunnel->chained.profile_changes = service->profile_changes;
	tunnel->chained.session = tunnel->provenance.session;
	tunnel->chained.ppp = tunnel->provenance.ppp;
	return 0;
}

int common_chain(struct service *service, struct tunnel *tunnel, struct session_config *config,
		 struct provenance *provenance, struct error *error)
{
	if (!chain_holds(service, tunnel) && chain_anew(service, tunnel, error) < 0)
		return -1;
	*config = tunnel->chained.common->key.config;
	*provenance = tunnel->chained.common->key.provenance;
	config->trace_flags = tunnel->chained.trace_flags;
	return 0;
}

/* What is left may point to profiles that are gone: nobody follows it before it was computed anew. */
void common_forget_chain(struct service *service, struct tunnel *tunnel)
{
	if (tunnel->chained.common)
		common_put(service, tunnel->chained.common);
	tunnel->chained.common = NULL;
}
