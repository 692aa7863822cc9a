#include "harness/base/fd.h"

#include <unistd.h>

#include <cerrno>

namespace tidemark {

void Fd::reset(int number) {
  const int kept_errno = errno;
  // Linux frees the number even when close() is interrupted: no retry, or
  // another thread's new descriptor would be closed.
  if (number_ >= 0) ::close(number_);
  number_ = number;
  errno = kept_errno;
}

}  // namespace tidemark
