/* SPDX-License-Identifier: MIT */
/*
 * Main program of a fuzz target in builds without libFuzzer: feeds the target every
 * file of the corpora named on the command line, then every prefix of the file, then
 * copies of it with single bits flipped. All of it is deterministic, so that
 * what fails once fails always. `make fuzz` looks for new inputs; this keeps the old
 * ones from coming back.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

/* larger files are fed whole, with a sample of their prefixes and flips only */
#ifndef REPLAY_EXHAUSTIVE_BYTES
#define REPLAY_EXHAUSTIVE_BYTES 512
#endif
/* about how many prefixes, and how many flips, a larger file gets */
#ifndef REPLAY_SAMPLES
#define REPLAY_SAMPLES 2048
#endif
/* what no corpus file of ours exceeds; a larger one is a mistake */
#define REPLAY_FILE_MAX (1u << 20)

/* Runs the target on a copy of exactly len bytes, so that ASan sees a read beyond it. */
static void feed(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void feed_variants(uint8_t *data, size_t len)
{
	size_t step = len <= REPLAY_EXHAUSTIVE_BYTES ? 1 : len / REPLAY_SAMPLES + 1;
	size_t flips = len * 8;
	size_t flip_step = len <= REPLAY_EXHAUSTIVE_BYTES ? 1 : flips / REPLAY_SAMPLES + 1;

	feed(data, len);
	for (size_t n = 0; n < len; n += step)
		feed(data, n);
	for (size_t bit = 0; bit < flips; bit += flip_step) {
		data[bit / 8] ^= 1u << (bit % 8);
		feed(data, len);
		data[bit / 8] ^= 1u << (bit % 8);
	}
}

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	int ret = -1;
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		goto out;
	}
	if (st.st_size > REPLAY_FILE_MAX) {
		fprintf(stderr, "%s: larger than %u bytes\n", path, REPLAY_FILE_MAX);
		goto out;
	}
	data = malloc((size_t)st.st_size + 1);
	if (!data || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		fprintf(stderr, "%s: cannot read\n", path);
		goto out;
	}
	/* the last words in the log before a crash: which file it was */
	fprintf(stderr, "replaying %s\n", path);
	feed_variants(data, (size_t)st.st_size);
	ret = 0;
out:
	free(data);
	if (f)
		fclose(f);
	return ret;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Replays each file of the folder in the order of their names. Returns how many, -1 on error. */
static int replay_folder(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, visible, by_name);
	int done = 0;

	if (n < 0) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (done >= 0)
			done = replay_file(path) < 0 ? -1 : done + 1;
		free(entries[i]);
	}
	free(entries);
	return done;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int n = replay_folder(argv[i]);

		if (n <= 0) {
			fprintf(stderr, "%s: nothing to replay\n", argv[i]);
			return 1;
		}
		printf("%d inputs of %s replayed\n", n, argv[i]);
	}
	return argc > 1 ? 0 : 1;
}
