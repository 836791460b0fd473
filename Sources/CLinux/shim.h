/* What the server needs of Linux and Swift's Glibc module leaves out. */
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#ifndef _GNU_SOURCE
/* glibc declares these two only with _GNU_SOURCE, which the importer does not
   set. accept4 makes a descriptor close-on-exec in the same call, so that no
   child process started at that moment can inherit it. */
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
int pthread_setname_np(pthread_t thread, const char *name);
#endif
