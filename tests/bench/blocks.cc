// A service that holds so many blocks and answers every byte on stdin with
// one on stdout: blocks COUNT MEAN_SIZE

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cstdint>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::uint64_t count = strtoull(argv[1], nullptr, 10);
  std::uint64_t mean = strtoull(argv[2], nullptr, 10);
  void** blocks = static_cast<void**>(calloc(count, sizeof(void*)));
  std::uint64_t seed = 88172645463325252ull;
  for (std::uint64_t i = 0; i < count; ++i) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    // Half to one and a half times the mean.
    std::uint64_t bytes = mean / 2 + seed % (mean + 1);
    blocks[i] = malloc(bytes);
    memset(blocks[i], 1, 8);
  }
  (void)!write(STDOUT_FILENO, "r", 1);
  char c;
  while (read(STDIN_FILENO, &c, 1) == 1) {
    // A little real work per answer, the kind a service does.
    free(blocks[seed % count]);
    blocks[seed % count] = malloc(mean);
    (void)!write(STDOUT_FILENO, &c, 1);
  }
}
