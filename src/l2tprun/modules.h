/* SPDX-License-Identifier: MIT */
/*
 * The kernel's modules for L2TP, which scripts load before they use them: `modprobe l2tp_eth` succeeds under l2tprun.
 */
#ifndef L2TPD_L2TPRUN_MODULES_H
#define L2TPD_L2TPRUN_MODULES_H

/* Tell modprobe, by the environment of this process, of a configuration in which there is nothing to load. */
void modules_pretend(void);

#endif
