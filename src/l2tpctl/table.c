/* SPDX-License-Identifier: MIT */
/*
 * Cells are kept until the end, when the widths are known.
 */
#include "l2tpctl/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define GAP 2	/* blanks between columns */

/* Characters of UTF-8 text. */
static unsigned int text_width(const char *text)
{
	unsigned int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

void table_begin(struct table *table, unsigned int columns, const char *const *headings)
{
	*table = (struct table){ .columns = columns };
	for (unsigned int i = 0; i < columns; i++)
		table_add(table, headings[i]);
}

void table_add(struct table *table, const char *text)
{
	unsigned int *widest = &table->width[table->count % table->columns];
	char *cell = strdup(text);

	if (table->count == table->size) {
		table->size = table->size ? table->size * 2 : 256;
		table->cells = realloc(table->cells, table->size * sizeof(*table->cells));
	}
	if (!cell || !table->cells)
		abort();	/* a client without memory has nothing better to do */
	text_make_printable(cell);
	table->cells[table->count++] = cell;
	if (text_width(cell) > *widest)
		*widest = text_width(cell);
}

/* No blanks behind the last cell of its row that is not empty. */
static bool is_last(const struct table *table, size_t cell)
{
	while (++cell % table->columns)
		if (table->cells[cell][0])
			return false;
	return true;
}

static void print_cell(const struct table *table, size_t cell, FILE *out)
{
	unsigned int column = cell % table->columns;

	fputs(table->cells[cell], out);
	if (!is_last(table, cell))
		fprintf(out, "%*s", (int)(table->width[column] - text_width(table->cells[cell]) + GAP), "");
	if (column + 1 == table->columns)
		fputc('\n', out);
}

void table_end(struct table *table, FILE *out)
{
	for (size_t cell = 0; cell < table->count; cell++) {
		if (table->count > table->columns)
			print_cell(table, cell, out);
		free(table->cells[cell]);
	}
	free(table->cells);
	*table = (struct table){ .columns = 0 };
}
