// One awaited reply, and where it ends in the bytes that have come. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "drivers/tcp/request.h"

namespace tidemark::tcp {

// A reply that is complete.
struct Found {
  std::size_t body = 0;  // so many bytes from the front are shown as the reply
  std::size_t used = 0;  // so many are gone with it
  std::string error;     // in few words; empty if it is as wanted
};

// The reply to one sending of a request.
class Awaited {
 public:
  // What comes after this one.
  enum class After {
    kNothing,  // all that has come is its own
    kUnasked,  // a kReceive step may want the rest
    kReply,    // the rest belongs to the next
  };

  // `text`: what was sent and must come back (kEcho; empty if it is compared
  // elsewhere), or what is wanted.
  Awaited(const TcpRequest& request, std::string text, std::size_t size);

  const TcpRequest& request() const { return *request_; }

  // True if the bytes of the reply are counted only; then count() takes them
  // and they need not be kept.
  bool counts_only() const;

  // How many bytes of `bytes` are its own. Complete once remaining() is 0.
  std::size_t count(std::string_view bytes);
  std::size_t remaining() const { return size_ - seen_; }
  std::size_t size() const { return size_; }

  // `bytes` is all since the reply's begin; nothing means that more is
  // needed. What was looked at once is not looked at again.
  std::optional<Found> look(std::string_view bytes, After after);

  // What to say if the service closes after `got` bytes.
  std::string cut_short(std::size_t got) const;

  // Asked during take(): bytes that have come already are no answer to it.
  bool fresh = false;

 private:
  std::optional<Found> look_for_equal(std::string_view bytes, After after);
  std::optional<Found> look_for_text(std::string_view bytes, After after);
  Found counted(std::string_view bytes) const;

  const TcpRequest* request_;
  std::string text_;
  std::size_t size_;      // kEcho, kSize, kEqual
  std::size_t seen_ = 0;  // counted, compared or searched already
};

}  // namespace tidemark::tcp
