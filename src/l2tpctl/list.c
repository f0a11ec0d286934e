/* SPDX-License-Identifier: MIT */
/*
 * Objects are texts here (scanner.h): printed as JSON they are passed on as they are, one on a line; a table asks
 * the daemon for its columns only.  Unless they are to be sorted, no more of them than one reply is in memory.
 */
#include "l2tpctl/list.h"

#include <stdlib.h>
#include <string.h>

#include "l2tpctl/output.h"
#include "l2tpctl/request.h"
#include "l2tpctl/scanner.h"

#define KEY_MAX 128		/* octets of what is sorted by */
#define KEPT_MORE 1024		/* objects beyond the limit that are kept until it is worth to sort them out */

struct entry {
	char *text;
	bool has_key;
	char key[KEY_MAX];
	size_t order;		/* as it came: equal ones stay in it */
};

struct list {
	struct run *run;
	const struct command *command;
	const struct command_extra *extra;
	struct table table;
	uint64_t printed;
	struct entry *entries;	/* only when they are to be sorted */
	size_t count, size, seen;
};

static void print_object(struct list *list, const char *text, size_t length)
{
	json_t *object;

	list->printed++;
	if (list->run->json) {
		fputs(list->printed == 1 ? "[\n" : ",\n", stdout);
		fwrite(text, 1, length, stdout);
		return;
	}
	object = json_loadb(text, length, JSON_DECODE_ANY, NULL);
	if (object)
		output_list_object(list->command, object, &list->table, stdout);
	json_decref(object);
}

/* --- sorting --- */

/* qsort() hands on no context. */
static const struct command_extra *sorting;

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = column_compare(sorting->sort, a->has_key ? a->key : NULL, b->has_key ? b->key : NULL);

	if (order)
		return sorting->descending ? -order : order;
	return (a->order > b->order) - (a->order < b->order);
}

/* Of those that are kept only the first `limit` can still be printed. */
static void sort_out(struct list *list)
{
	sorting = list->extra;
	qsort(list->entries, list->count, sizeof(*list->entries), compare);
	while (list->extra->limit && list->count > list->extra->limit)
		free(list->entries[--list->count].text);
}

static void keep(struct list *list, const char *text, size_t length)
{
	struct entry *entry;

	if (list->count == list->size) {
		list->size = list->size ? list->size * 2 : KEPT_MORE;
		list->entries = realloc(list->entries, list->size * sizeof(*list->entries));
		if (!list->entries)
			abort();	/* a client without memory has nothing better to do */
	}
	entry = &list->entries[list->count++];
	*entry = (struct entry){ .text = strndup(text, length), .order = list->seen++ };
	if (!entry->text)
		abort();
	entry->has_key = scanner_text(scanner_path(entry->text, list->extra->sort->path), entry->key,
				      sizeof(entry->key));
	if (list->extra->limit && list->count >= (size_t)list->extra->limit + KEPT_MORE)
		sort_out(list);
}

static void print_sorted(struct list *list)
{
	if (list->count)
		sort_out(list);
	for (size_t i = 0; i < list->count; i++) {
		print_object(list, list->entries[i].text, strlen(list->entries[i].text));
		free(list->entries[i].text);
	}
	free(list->entries);
}

/* --- replies --- */

static bool is_full(const struct list *list)
{
	return list->extra->limit && !list->extra->sort && list->printed == list->extra->limit;
}

static void take_batch(struct list *list, const char *parameters)
{
	const char *position = scanner_array(parameters), *object;
	size_t length;

	while (position && !is_full(list) && scanner_next(&position, &object, &length)) {
		if (list->extra->sort)
			keep(list, object, length);
		else
			print_object(list, object, length);
	}
}

enum api_outcome list_run(struct run *run, const struct command *command, const struct command_extra *extra,
			  struct error *error)
{
	struct list list = { .run = run, .command = command, .extra = extra };
	char method[REQUEST_METHOD_MAX];
	enum api_outcome outcome;
	const char *parameters;
	bool continues = true;

	outcome = api_call(&run->api, request_method(command, method),
			   request_list_parameters(command, extra, run->json), true, error);
	output_list_begin(command, &list.table);
	while (outcome == API_OK && continues && !is_full(&list)) {
		outcome = api_reply_text(&run->api, &parameters, &continues, error);
		if (outcome == API_OK)
			take_batch(&list, parameters);
	}
	if (outcome == API_OK && continues)
		api_close(&run->api);	/* the rest is not wanted */
	print_sorted(&list);
	if (run->json && outcome == API_OK)
		puts(list.printed ? "\n]" : "[]");
	table_end(&list.table, stdout);
	return outcome;
}
