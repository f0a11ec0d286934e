/* SPDX-License-Identifier: MIT */
/*
 * The folder of debugfs in which the kernel tells of tunnels: what lists it finds its file.  It is one of a file system
 * in memory that is mounted nowhere, where it has the same path, so that what a program opens in it is known.
 */
#ifndef L2TPD_L2TPRUN_FOLDER_H
#define L2TPD_L2TPRUN_FOLDER_H

#include "l2tprun/files.h"

void folder_open(struct supervisor *supervisor, const struct trapped *trapped, const struct file_opening *opening);
int folder_next(struct supervisor *supervisor, const struct file *file);

#endif
