/*
 * First process of a pod: owns its namespaces, waits, and reaps what its containers leave behind when they share the
 * process namespace.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void stop(int number) {
  _exit(number == SIGINT || number == SIGTERM ? 0 : 1);
}

static void reap(int number) {
  (void)number;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

static int handle(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  return sigaction(number, &action, NULL);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "-v") == 0) {
    puts("pause " VERSION);
    return 0;
  }
  if (handle(SIGINT, stop, 0) < 0 || handle(SIGTERM, stop, 0) < 0 || handle(SIGCHLD, reap, SA_NOCLDSTOP) < 0) {
    perror("sigaction");
    return 1;
  }
  for (;;) {
    pause();
  }
}
