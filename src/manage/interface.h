/* SPDX-License-Identifier: MIT */
/*
 * The description of the API in Varlink's interface language (varlink.org), written from the
 * tables: what is served, shipped and implemented cannot differ.
 */
#ifndef L2TPD_MANAGE_INTERFACE_H
#define L2TPD_MANAGE_INTERFACE_H

#define INTERFACE_NAME "org.l2tpd"
#define INTERFACE_SERVICE "org.varlink.service"

/* The description of one of these two interfaces, malloc'd; NULL when there is no such
 * interface or no memory. */
char *interface_description(const char *interface);

#endif
