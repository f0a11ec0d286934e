/* SPDX-License-Identifier: MIT */
/*
 * Tables of text with aligned columns.
 */
#ifndef L2TPD_L2TPCTL_TABLE_H
#define L2TPD_L2TPCTL_TABLE_H

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 12

struct table {
	unsigned int columns;
	char **cells;			/* row after row; the first row is the heading */
	size_t count, size;
	unsigned int width[TABLE_COLUMNS_MAX];
};

void table_begin(struct table *table, unsigned int columns, const char *const *headings);
/* The next cell, from left to right, row by row. Text that must not be shown is made printable. */
void table_add(struct table *table, const char *text);
/* Print heading and rows: nothing at all when there are no rows. Then forget them. */
void table_end(struct table *table, FILE *out);

#endif
