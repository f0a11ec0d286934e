/* SPDX-License-Identifier: MIT */
/*
 * Nearly every path that comes here is none of ours: its last part tells, which is all that is looked at then.
 */
#include "l2tprun/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <string.h>
#include <unistd.h>

#include "l2tprun/folder.h"
#include "l2tprun/notification.h"
#include "l2tprun/path.h"
#include "l2tprun/ppp.h"
#include "l2tprun/views.h"

#define CAP_DAC_OVERRIDE_BIT 1

static const struct file files[] = {
	{ "/proc/net/pppol2tp", S_IFREG | 0444, 0, 0, view_pppol2tp, view_next },
	{ "/proc/*/net/pppol2tp", S_IFREG | 0444, 0, 0, view_pppol2tp, view_next },
	{ "/proc/*/task/*/net/pppol2tp", S_IFREG | 0444, 0, 0, view_pppol2tp, view_next },
	{ "/sys/kernel/debug/l2tp", S_IFDIR | 0755, 0, 0, folder_open, folder_next },
	{ "/sys/kernel/debug/l2tp/tunnels", S_IFREG | 0600, 0, 0, view_tunnels, view_next },
	{ "/dev/ppp", S_IFCHR | 0600, 108, 0, ppp_open, NULL },
	{ .path = NULL },
};

/* Where each call has what it says: NONE nowhere. */
#define NONE (-1)
enum use { USE_OPEN, USE_ACCESS, USE_STATUS };
static const struct {
	enum use use;
	int folder, path;
	int flags;		/* how it is opened, or what is to be allowed */
} about[CALL_COUNT] = {
	[CALL_OPEN] = { USE_OPEN, NONE, 0, 1 },
	[CALL_OPENAT] = { USE_OPEN, 0, 1, 2 },
	[CALL_OPENAT2] = { USE_OPEN, 0, 1, 2 },
	[CALL_ACCESS] = { USE_ACCESS, NONE, 0, 1 },
	[CALL_FACCESSAT] = { USE_ACCESS, 0, 1, 2 },
	[CALL_FACCESSAT2] = { USE_ACCESS, 0, 1, 2 },
	[CALL_STAT] = { USE_STATUS, NONE, 0, NONE },
	[CALL_LSTAT] = { USE_STATUS, NONE, 0, NONE },
	[CALL_FSTATAT] = { USE_STATUS, 0, 1, NONE },
	[CALL_STATX] = { USE_STATUS, 0, 1, NONE },
};

/* --- which file --- */

static bool may_be_ours(const char *path)
{
	const char *name = path_name(path);

	for (const struct file *file = files; file->path; file++)
		if (strcmp(name, path_name(file->path)) == 0)
			return true;
	return false;
}

/* As its own root has it. */
static bool make_absolute(const struct trapped *trapped, const char *text, char *whole)
{
	int argument = about[trapped->call.kind].folder;
	int folder = argument == NONE ? AT_FDCWD : (int)trapped->call.arguments[argument];
	char base[PATH_TEXT_MAX], root[PATH_TEXT_MAX];

	if (*text == '/')
		return path_absolute("", text, whole);
	return caller_folder(&trapped->caller, folder, base) && caller_root(&trapped->caller, root) &&
	       path_below(base, root) && path_absolute(base, text, whole);
}

static const struct file *find(const char *path)
{
	for (const struct file *file = files; file->path; file++)
		if (fnmatch(file->path, path, FNM_PATHNAME) == 0)
			return file;
	return NULL;
}

/* --- what is wanted of it --- */

/* As file systems do: by the user, and by the right to be above that. */
static bool allows(const struct trapped *trapped, const struct file *file, uint32_t wanted)
{
	struct caller_rights rights;
	uint32_t user;

	if (!caller_rights(&trapped->caller, &rights))
		return false;
	user = about[trapped->call.kind].use == USE_ACCESS ? rights.uid : rights.file_uid;
	if (rights.capabilities & 1u << CAP_DAC_OVERRIDE_BIT)
		return !(wanted & X_OK);
	return (wanted & ~(user == 0 ? file->mode >> 6 : file->mode) & 7) == 0;
}

static uint32_t rights_of_flags(uint64_t flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return R_OK;
	case O_WRONLY:
		return W_OK;
	default:
		return R_OK | W_OK;
	}
}

/* False: they cannot be read, or say that paths shall be looked up in another way than ours. */
static bool get_flags(struct trapped *trapped, uint64_t *flags)
{
	uint64_t argument = trapped->call.arguments[about[trapped->call.kind].flags];
	struct open_how how;

	*flags = (uint32_t)argument;
	if (trapped->call.kind != CALL_OPENAT2)
		return true;
	if (!caller_read(&trapped->caller, argument, &how, sizeof(how)))
		return false;
	*flags = how.flags;
	return !(how.resolve & ~(uint64_t)RESOLVE_NO_MAGICLINKS);
}

static void call_open(struct supervisor *supervisor, struct trapped *trapped, const struct file *file,
		      const char *path)
{
	struct file_opening opening = { .file = file, .path = path };
	int error = 0;

	if (!get_flags(trapped, &opening.flags)) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	if ((opening.flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		error = EEXIST;
	else if (S_ISDIR(file->mode) && (opening.flags & (O_CREAT | O_ACCMODE)) != O_RDONLY)
		error = EISDIR;
	else if (!S_ISDIR(file->mode) && opening.flags & O_DIRECTORY)
		error = ENOTDIR;
	else if (!allows(trapped, file, rights_of_flags(opening.flags)))
		error = EACCES;
	if (error)
		supervisor_answer(supervisor, trapped->id, error);
	else if (notification_waits(supervisor->listener, trapped->id))
		file->open(supervisor, trapped, &opening);
}

static void call_access(struct supervisor *supervisor, struct trapped *trapped, const struct file *file)
{
	uint32_t wanted = (uint32_t)trapped->call.arguments[about[trapped->call.kind].flags];
	int error = wanted & ~7u ? EINVAL : allows(trapped, file, wanted) ? 0 : EACCES;

	supervisor_answer(supervisor, trapped->id, error);
}

/* Returns whether there were any: only a folder has that name then. */
static bool cut_slashes(char *text)
{
	size_t length = strlen(text), whole = length;

	while (length > 1 && text[length - 1] == '/')
		text[--length] = '\0';
	return length < whole;
}

void files_call(struct supervisor *supervisor, struct trapped *trapped)
{
	uint64_t address = trapped->call.arguments[about[trapped->call.kind].path];
	char text[PATH_TEXT_MAX], path[PATH_TEXT_MAX];
	const struct file *file = NULL;
	bool is_folder;

	if (caller_string(&trapped->caller, address, text, sizeof(text))) {
		is_folder = cut_slashes(text);
		if (may_be_ours(text) && make_absolute(trapped, text, path))
			file = find(path);
		if (file && is_folder && !S_ISDIR(file->mode))
			file = NULL;
	}
	if (!file)
		supervisor_continue(supervisor, trapped->id);
	else if (about[trapped->call.kind].use == USE_OPEN)
		call_open(supervisor, trapped, file, path);
	else if (about[trapped->call.kind].use == USE_ACCESS)
		call_access(supervisor, trapped, file);
	else
		supervisor_answer(supervisor, trapped->id, file_status_write(supervisor, trapped, file));
}
