/* SPDX-License-Identifier: MIT */
/*
 * PPP profiles of OpenL2TP have radius_hint, the configuration of pppd's RADIUS client.  Where such a profile of a
 * configuration names no servers of ours, those of that file become servers of ours, and its own: as if commands at
 * the end of the configuration had said so.
 */
#ifndef L2TPD_L2TPD_RADIUS_HINT_H
#define L2TPD_L2TPD_RADIUS_HINT_H

#include "config/source.h"

/* Adds a piece to the list. What is wrong with such a file is told in the log: the configuration itself is not.
 * -1: out of memory, or there is too much. */
int radius_hint_add(struct source_list *sources, struct error *error);

#endif
