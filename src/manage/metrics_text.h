/* SPDX-License-Identifier: MIT */
/*
 * Lines of metrics, in Prometheus' text format; and the metrics of pools and RADIUS servers.
 */
#ifndef L2TPD_MANAGE_METRICS_TEXT_H
#define L2TPD_MANAGE_METRICS_TEXT_H

#include "manage/emit.h"
#include "service/service.h"

#define METRICS_PREFIX "l2tpd_"
#define METRICS_NAME_MAX 96			/* octets of a metric's name */

void metrics_family(struct emit *text, const char *name, const char *type, const char *help);
/* labels: with their braces, or "". */
void metrics_sample(struct emit *text, const char *name, const char *labels, uint64_t value);
void metrics_single(struct emit *text, const char *name, const char *type, const char *help, uint64_t value);
/* The value of a label: quotes and backslashes escaped. Returns out, which has room for every name. */
const char *metrics_label(const char *value, char out[4 * CONFIG_NAME_MAX]);

/* --- metrics_kept.c --- */
/* The family of this number, from 0, of all pools or all servers: each series has the name of one. False: there are no
 * more families. */
bool metrics_kept(struct emit *text, struct service *service, unsigned int family);

#endif
