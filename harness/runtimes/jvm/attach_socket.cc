#include "harness/runtimes/jvm/attach_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/fd.h"
#include "harness/base/proc_tree.h"
#include "harness/base/short_text.h"
#include "harness/runtimes/jvm/door.h"
#include "harness/runtimes/jvm/process_folder.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {
namespace {

// Of the JVM's listener, once it has been asked to begin.
constexpr Duration kListenerTimeout = std::chrono::seconds(10);
constexpr Duration kLookAgain = std::chrono::milliseconds(5);

tl::unexpected<Error> no_answer(const std::string& command, std::string why) {
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("the JVM does not answer {}: {}", command, std::move(why)));
}

// What patience says is told of the command, unless the user has had enough.
tl::unexpected<Error> gave_up(const std::string& command, const Status& why) {
  if (why.error().kind == ErrorKind::kInterrupted) return fail(why.error());
  return no_answer(command, why.error().message);
}

Status send_all(const Fd& fd, std::string_view bytes,
                const std::string& command, const Patience& patience) {
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN)
      return no_answer(command, "it does not take the question");
    if (const Status waited = patience.wait_for(fd, POLLOUT); !waited)
      return gave_up(command, waited);
  }
  return {};
}

Result<std::string> receive_all(const Fd& fd, const std::string& command,
                                const Patience& patience) {
  std::string text;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t got = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (got == 0) return text;
    if (got > 0) {
      text.append(buffer, static_cast<std::size_t>(got));
      if (text.size() > kMostAnswer)
        return no_answer(command, "its answer has no end");
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return no_answer(command, std::strerror(errno));
    if (const Status waited = patience.wait_for(fd, POLLIN); !waited)
      return gave_up(command, waited);
  }
}

Result<Fd> connect_to(const std::string& path, const std::string& command,
                      const Patience& patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return no_answer(command, "the path of its socket is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return no_answer(command, std::strerror(errno));
  // EAGAIN: others wait to be served; there is nothing to poll.
  while (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                   sizeof address) != 0) {
    if (errno != EAGAIN && errno != EINTR)
      return no_answer(command, std::strerror(errno));
    if (const Status left = patience.left(); !left)
      return gave_up(command, left);
    patience.clock().sleep(kLookAgain);
  }
  return fd;
}

// "0\n" and what was asked for, or another number and why not.
Result<std::string> without_code(std::string text, const std::string& command) {
  std::string_view rest = text;
  const std::string_view code = take_line(rest);
  if (code == "0") return std::string(rest);
  if (code.empty()) return no_answer(command, "it hung up");
  return fail(ErrorKind::kEnvironment,
              fmt::format("the JVM refuses {}: {}", command,
                          one_line(trimmed(rest), 200)));
}

// The file by which the JVM knows that SIGQUIT does not ask for a list of
// threads, for as long as this lives.
class Word {
 public:
  Word(Fd folder, std::string name)
      : folder_(std::move(folder)), name_(std::move(name)) {}
  Word(Word&&) = default;
  Word& operator=(Word&&) = delete;
  ~Word() {
    if (folder_) ::unlinkat(folder_.get(), name_.c_str(), 0);
  }

  static Result<Word> leave(pid_t pid, const Door& door);

 private:
  Fd folder_;
  std::string name_;
};

Result<Word> Word::leave(pid_t pid, const Door& door) {
  const std::string name = ".attach_pid" + door.number;
  int cause = 0;
  // The second is a link itself, and what is meant is where it leads.
  for (const char* path : {"root/tmp", "cwd/."}) {
    Fd folder = open_folder(pid, path);
    // One that is left over from somebody who was killed does as well.
    if (folder) ::unlinkat(folder.get(), name.c_str(), 0);
    const Fd file(
        folder ? ::openat(folder.get(), name.c_str(),
                          O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
                          0600)
               : -1);
    if (!file) {
      cause = errno;
      continue;
    }
    // The JVM takes no other's file than root's and its user's. Where it
    // cannot be given away root's does.
    if (::geteuid() == 0)
      static_cast<void>(!::fchown(file.get(), door.user, gid_t(-1)));
    return Word(std::move(folder), name);
  }
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot write into the folder /tmp of process {}: {}",
                          pid, std::strerror(cause)),
              "run tidemark as the user who runs the service, or as root");
}

class AttachSocket final : public DiagnosticCommands {
 public:
  AttachSocket(pid_t pid, Clock& clock, std::function<bool()> cancelled)
      : pid_(pid), clock_(clock), cancelled_(std::move(cancelled)) {}
  ~AttachSocket() override;
  AttachSocket(const AttachSocket&) = delete;
  AttachSocket& operator=(const AttachSocket&) = delete;

  Result<std::string> ask(const std::string& command,
                          Duration timeout) override;

 private:
  Status open(const Patience& patience);

  pid_t pid_;
  Clock& clock_;
  std::function<bool()> cancelled_;
  Door door_;  // without a socket: not known yet
};

AttachSocket::~AttachSocket() {
  if (door_.socket.empty()) return;
  if (!is_gone(pid_)) return;
  // Its own view of the files went with it; where that was ours, this is it.
  const std::string ours = fmt::format("/tmp/.java_pid{}", pid_);
  struct stat about {};
  if (door_.number == std::to_string(pid_) &&
      ::lstat(ours.c_str(), &about) == 0 && S_ISSOCK(about.st_mode) &&
      about.st_uid == door_.user)
    ::unlink(ours.c_str());
}

Status AttachSocket::open(const Patience& patience) {
  Result<Door> door = door_of(pid_);
  TIDEMARK_TRY(door);
  door_ = *std::move(door);
  if (is_open(door_)) return {};
  TIDEMARK_TRY(may_be_asked(pid_));
  const Result<Word> word = Word::leave(pid_, door_);
  TIDEMARK_TRY(word);
  if (::kill(pid_, SIGQUIT) != 0)
    return fail(
        ErrorKind::kEnvironment,
        fmt::format("cannot signal process {}: {}", pid_, std::strerror(errno)),
        "run tidemark as the user who runs the service, or as root");
  const Patience for_listener(
      std::min(patience.until(), clock_.now() + kListenerTimeout), clock_,
      cancelled_);
  while (!is_open(door_)) {
    if (is_gone(pid_))
      return fail(ErrorKind::kEnvironment,
                  fmt::format("process {} has ended", pid_));
    Status left = for_listener.left();
    if (!left && left.error().kind == ErrorKind::kInterrupted) return left;
    if (!left) break;
    clock_.sleep(kLookAgain);
  }
  if (is_open(door_)) return {};
  return fail(ErrorKind::kEnvironment,
              fmt::format("process {} opens no socket for jcmd", pid_),
              "is it a HotSpot JVM that runs, and may it write to /tmp?");
}

Result<std::string> AttachSocket::ask(const std::string& command,
                                      Duration timeout) {
  const Patience patience(clock_.now() + timeout, clock_, cancelled_);
  if (door_.socket.empty() || !is_open(door_)) {
    if (Status opened = open(patience); !opened) {
      door_.socket.clear();
      return fail(std::move(opened).error());
    }
  }
  return ask_socket(door_.socket, command, patience);
}

}  // namespace

Result<std::string> ask_socket(const std::string& path,
                               const std::string& command,
                               const Patience& patience) {
  Result<Fd> fd = connect_to(path, command, patience);
  TIDEMARK_TRY(fd);
  // The protocol's version, its word for diagnostic commands, and three
  // arguments, of which it uses one.
  std::string request = "1";
  for (const std::string_view part :
       {std::string_view("jcmd"), std::string_view(command), std::string_view(),
        std::string_view()}) {
    request += '\0';
    request += part;
  }
  request += '\0';
  TIDEMARK_TRY(send_all(*fd, request, command, patience));
  Result<std::string> text = receive_all(*fd, command, patience);
  TIDEMARK_TRY(text);
  return without_code(*std::move(text), command);
}

std::unique_ptr<DiagnosticCommands> make_attach_socket(
    pid_t pid, Clock& clock, std::function<bool()> cancelled) {
  return std::make_unique<AttachSocket>(pid, clock, std::move(cancelled));
}

}  // namespace tidemark::jvm
