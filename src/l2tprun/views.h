/* SPDX-License-Identifier: MIT */
/*
 * Files in which the kernel tells of its tunnels: what they say is l2tpd's, as it is when they are opened.
 */
#ifndef L2TPD_L2TPRUN_VIEWS_H
#define L2TPD_L2TPRUN_VIEWS_H

#include "l2tprun/files.h"

file_open_fn view_pppol2tp, view_tunnels;
int view_next(struct supervisor *supervisor, const struct file *file);

#endif
