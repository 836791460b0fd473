/* The whole of libpq that pgradient sees. */
#include <libpq-fe.h>

/* What Glibc's Swift module leaves out and a connection's thread needs: a descriptor to be woken through, and a name
   for tools like top. */
#include <sys/eventfd.h>
#include <sys/prctl.h>

static inline int pgradient_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline void pgradient_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
