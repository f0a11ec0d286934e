/* SPDX-License-Identifier: MIT */
/*
 * Two sorted lists, this one's and the one's before, walked side by side.
 */
#include "l2tpctl/rates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rates_begin(struct rates *rates, uint64_t now)
{
	struct rate *rows = rates->before;
	unsigned int size = rates->size_before;

	rates->before = rates->rows;
	rates->count_before = rates->count;
	rates->size_before = rates->size;
	rates->when_before = rates->when;
	rates->rows = rows;
	rates->size = size;
	rates->count = 0;
	rates->when = now;
}

void rates_add(struct rates *rates, const struct rate *session)
{
	if (rates->count == rates->size) {
		rates->size = rates->size ? rates->size * 2 : 256;
		rates->rows = realloc(rates->rows, rates->size * sizeof(*rates->rows));
		if (!rates->rows)
			abort();	/* a client without memory has nothing better to do */
	}
	rates->rows[rates->count++] = *session;
}

static int compare_ids(const void *left, const void *right)
{
	const struct rate *a = left, *b = right;

	if (a->tunnel_id != b->tunnel_id)
		return a->tunnel_id < b->tunnel_id ? -1 : 1;
	return (a->session_id > b->session_id) - (a->session_id < b->session_id);
}

/* A counter that went backwards is another session's with the same ids. */
static void set_rates(struct rate *row, const struct rate *before, double seconds)
{
	for (int i = 0; i < RATE_COUNT; i++) {
		bool grew = before && seconds > 0 && row->counter[i] > before->counter[i];

		row->per_second[i] = grew ? (double)(row->counter[i] - before->counter[i]) / seconds : 0;
	}
}

void rates_end(struct rates *rates)
{
	double seconds = (double)(rates->when - rates->when_before) / 1000;
	unsigned int old = 0;

	if (rates->count)	/* there are no rows else, and qsort() wants some */
		qsort(rates->rows, rates->count, sizeof(*rates->rows), compare_ids);
	memset(rates->total, 0, sizeof(rates->total));
	for (unsigned int i = 0; i < rates->count; i++) {
		struct rate *row = &rates->rows[i];

		while (old < rates->count_before && compare_ids(&rates->before[old], row) < 0)
			old++;
		set_rates(row, old < rates->count_before && compare_ids(&rates->before[old], row) == 0
			  ? &rates->before[old] : NULL, seconds);
		for (int kind = 0; kind < RATE_COUNT; kind++)
			rates->total[kind] += row->per_second[kind];
	}
}

static double octets(const struct rate *row)
{
	return row->per_second[RATE_RX_BYTES] + row->per_second[RATE_TX_BYTES];
}

static bool busier(const struct rate *a, const struct rate *b)
{
	if (octets(a) != octets(b))
		return octets(a) > octets(b);
	return compare_ids(a, b) < 0;
}

unsigned int rates_top(const struct rates *rates, const struct rate **top, unsigned int max)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < rates->count; i++) {
		const struct rate *row = &rates->rows[i];
		unsigned int place = count;

		if (count == max && (!max || !busier(row, top[max - 1])))
			continue;
		if (count < max)
			count++;
		else
			place = max - 1;
		for (; place && busier(row, top[place - 1]); place--)
			top[place] = top[place - 1];
		top[place] = row;
	}
	return count;
}

void rates_free(struct rates *rates)
{
	free(rates->rows);
	free(rates->before);
	*rates = (struct rates){ .count = 0 };
}

const char *rate_text(double value, char out[RATE_TEXT_MAX])
{
	static const char *const units[] = { "", " k", " M", " G", " T" };
	unsigned int unit = 0;

	while (value >= 999.5 && unit < 4) {
		value /= 1000;
		unit++;
	}
	snprintf(out, RATE_TEXT_MAX, "%.*f%s", !unit || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value,
		 units[unit]);
	return out;
}

const char *rate_unit_text(double value, const char *unit, char out[RATE_UNIT_MAX])
{
	char number[RATE_TEXT_MAX];

	rate_text(value, number);
	snprintf(out, RATE_UNIT_MAX, "%s%s%s", number, strchr(number, ' ') ? "" : " ", unit);
	return out;
}
