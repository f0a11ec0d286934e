#include "service_pair.h"
int main(void)
{
	return 0;
}
