/* Brings its own malloc: the agent's hooks are never called. */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  void* volatile p = malloc(10007);
  if (!p) return 1;
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) {
  }
  return 0;
}
