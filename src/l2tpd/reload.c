/* SPDX-License-Identifier: MIT */
/*
 * See reload.h.  Systemd and the log are told how it went.
 */
#include "l2tpd/reload.h"

#include <string.h>

#include "base/log.h"
#include "l2tpd/configuration.h"
#include "os/clock.h"
#include "os/notify.h"

/* A file that is missing now is a mistake, also where it was optional at the start: an empty
 * configuration would delete everything. */
int reload_file(const char *before, const char *path, struct service *service, struct manage *manage,
		struct error *error)
{
	struct configuration configuration;
	int ret;

	if (strcmp(path, "-") == 0)
		return error_set(error, ERROR_UNSUPPORTED, NULL, "the configuration came from standard input, "
				 "which cannot be read again: give l2tpd a file with -c");
	os_notify_reloading();
	ret = configuration_load(&configuration, before, path, CONFIGURATION_AGAIN, configuration_log_error);
	if (ret == 0)
		ret = configuration_apply(&configuration, service, manage, SERVICE_RELOAD_FILE, os_clock_ms());
	if (ret < 0) {
		log_error("the configuration was not loaded: what was running runs on");
		error_set(error, ERROR_VALUE, NULL, "%s", configuration_first_error(&configuration));
		service_configuration_loaded(service, os_clock_ms(), configuration_first_error(&configuration));
	} else {
		log_info("%s loaded", path);
		service_configuration_loaded(service, os_clock_ms(), NULL);
	}
	configuration_free(&configuration);
	os_notify_ready();
	return ret;
}

/* The mistakes become the caller's. */
static void move_mistakes(struct configuration *configuration, struct manage_restore *restore)
{
	_Static_assert(CONFIGURATION_ERRORS_MAX <= MANAGE_MISTAKES_MAX, "there is room for all that are kept");
	memcpy(restore->mistakes, configuration->lines, sizeof(configuration->lines));
	memset(configuration->lines, 0, sizeof(configuration->lines));
	restore->mistake_count = configuration->errors;
}

int reload_texts(struct service *service, struct manage *manage, struct manage_restore *restore)
{
	struct configuration configuration;
	int ret = configuration_load_texts(&configuration, &restore->sources, NULL);

	if (ret == 0)
		service_reload_counts(configuration.reload, &restore->tunnels, &restore->sessions);
	if (ret == 0 && !restore->check_only)
		ret = configuration_apply(&configuration, service, manage, SERVICE_RELOAD_ALL, os_clock_ms());
	if (!restore->check_only) {
		log_info("a configuration was restored by a client%s%s", ret < 0 ? ", but not accepted: " : "",
			 configuration_first_error(&configuration));
		service_configuration_loaded(service, os_clock_ms(),
					     ret < 0 ? configuration_first_error(&configuration) : NULL);
	}
	move_mistakes(&configuration, restore);
	configuration_free(&configuration);
	return ret;
}
