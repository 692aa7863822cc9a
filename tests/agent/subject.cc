#include "tests/agent/subject.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void ready_and_wait() {
  (void)!write(STDOUT_FILENO, "ready\n", 6);
  char c;
  while (read(STDIN_FILENO, &c, 1) > 0) {
  }
}

int main(int argc, char** argv) {
  const char* wanted = argc > 1 ? argv[1] : "";
  for (std::size_t i = 0; i < kHeapCaseCount; ++i)
    if (strcmp(kHeapCases[i].name, wanted) == 0) {
      kHeapCases[i].run();
      ready_and_wait();
      return 0;
    }
  for (std::size_t i = 0; i < kProcessCaseCount; ++i)
    if (strcmp(kProcessCases[i].name, wanted) == 0) {
      kProcessCases[i].run();
      return 0;
    }
  fprintf(stderr, "no case %s\n", wanted);
  return 99;
}
