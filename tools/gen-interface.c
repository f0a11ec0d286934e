/* SPDX-License-Identifier: MIT */
/*
 * gen-interface - print the API's interface file, as the daemon serves it: for dist/.
 */
#include <stdio.h>
#include <stdlib.h>

#include "manage/interface.h"

int main(void)
{
	char *text = interface_description(INTERFACE_NAME);

	if (!text || fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return EXIT_FAILURE;
	free(text);
	return EXIT_SUCCESS;
}
