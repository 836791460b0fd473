/* The whole of libpq that pgradient sees. */
#include <libpq-fe.h>
