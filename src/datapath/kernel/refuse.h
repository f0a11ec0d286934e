/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's L2TP cannot do: refused before anything is made, by the parameter that asks for it.
 */
#ifndef L2TPD_DATAPATH_KERNEL_REFUSE_H
#define L2TPD_DATAPATH_KERNEL_REFUSE_H

#include "datapath/datapath.h"

/* 0, or -1 with *error filled (ERROR_UNSUPPORTED). fields: which members count; UINT_MAX: all. */
int native_refuse_tunnel(const struct datapath_tunnel_config *config, unsigned int fields, struct error *error);
int native_refuse_session(const struct datapath_session_config *config, unsigned int fields, struct error *error);

#endif
