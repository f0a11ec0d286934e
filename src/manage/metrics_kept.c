/* SPDX-License-Identifier: MIT */
/*
 * Metrics of pools and RADIUS servers, from the tables of their state.
 */
#include <stdio.h>

#include "manage/metrics_text.h"
#include "manage/state.h"

#define KEPT_MAX 256		/* pools, and servers, that have series: more is no monitoring any more */

/* What a pool or server of this name is doing; false: nothing yet. */
typedef bool look_fn(const struct service *service, const char *name, void *view);

static bool look_at_pool(const struct service *service, const char *name, void *view)
{
	return service_pool_view(service, name, view);
}

static bool look_at_server(const struct service *service, const char *name, void *view)
{
	return service_server_view(service, name, view);
}

union view {
	struct service_pool_view pool;
	struct service_server_view server;
};

static const struct kind {
	enum config_object object;
	const char *prefix, *label;
	const struct state_table *table;
	look_fn *look;
} kinds[] = {
	{ CONFIG_POOL, "pool", "pool", &state_pool, look_at_pool },
	{ CONFIG_RADIUS, "radius", "server", &state_server, look_at_server },
};

/* How much there is now; the others only grow. */
static bool is_gauge(const struct state_row *row)
{
	return row->type != STATE_U64 || (row->offset < offsetof(struct service_pool_view, given) &&
					  row >= state_pool.rows && row < state_pool.rows + state_pool.count);
}

static uint64_t number_of(const struct state_row *row, const void *view)
{
	const char *member = (const char *)view + row->offset;

	switch (row->type) {
	case STATE_BOOL:
		return *(const bool *)member;
	case STATE_U32:
		return *(const uint32_t *)(const void *)member;
	case STATE_WORD:		/* alive is the first: 1, as of all that is up */
		return *(const int *)(const void *)member == 0;
	default:
		return *(const uint64_t *)(const void *)member;
	}
}

static void put_family(struct emit *text, struct service *service, const struct kind *kind,
		       const struct state_row *row)
{
	bool gauge = is_gauge(row), up = row->type == STATE_WORD;
	char name[METRICS_NAME_MAX], value[4 * CONFIG_NAME_MAX], labels[5 * CONFIG_NAME_MAX];
	struct service_profile_view profile;
	union view view;

	snprintf(name, sizeof(name), "%s_%s%s", kind->prefix, up ? "up" : row->name, gauge ? "" : "_total");
	metrics_family(text, name, gauge ? "gauge" : "counter", up ? "1: it answers" : row->help);
	profile.name[0] = '\0';
	for (unsigned int i = 0; i < KEPT_MAX; i++) {
		if (!service_next_profile(service, kind->object, profile.name, &profile))
			break;
		if (!kind->look(service, profile.name, &view))
			continue;
		snprintf(labels, sizeof(labels), "{%s=\"%s\"}", kind->label, metrics_label(profile.name, value));
		metrics_sample(text, name, labels, number_of(row, &view));
	}
}

bool metrics_kept(struct emit *text, struct service *service, unsigned int family)
{
	struct service_profile_view ignored;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];

		if (family >= kind->table->count) {
			family -= kind->table->count;
			continue;
		}
		if (service_next_profile(service, kind->object, "", &ignored))
			put_family(text, service, kind, &kind->table->rows[family]);
		return true;
	}
	return false;
}
