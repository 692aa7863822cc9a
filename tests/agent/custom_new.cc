// A program with an operator new of its own.
#include <stdio.h>
#include <stdlib.h>

#include <new>
#include <string>

#include "tests/agent/subject.h"

namespace {
int calls = 0;
}

void* operator new(std::size_t n) {
  ++calls;
  if (void* p = malloc(n)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { free(p); }
void operator delete(void* p, std::size_t) noexcept { free(p); }

int main() {
  char* p = new char[kMark(0)];
  escape(p);
  std::string* text = new std::string(kMark(1) - 1, 'x');
  escape(text);
  delete new std::string(kMark(2) - 1, 'y');
  if (calls < 4) return 1;
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) {
  }
}
