#include "tests/agent/under_agent.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace tidemark {
namespace {

constexpr int kPatienceMs = 60000;

std::string drain(int fd) {
  std::string text;
  char part[4096];
  ssize_t n;
  while ((n = read(fd, part, sizeof part)) > 0) text.append(part, size_t(n));
  return text;
}

[[noreturn]] void become(const std::vector<std::string>& command,
                         const std::string& preload,
                         const std::map<std::string, std::string>& more) {
  if (!preload.empty()) setenv("LD_PRELOAD", preload.c_str(), 1);
  for (const auto& [name, value] : more) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

Finished run(const std::vector<std::string>& command,
             const std::string& preload, const std::string& input) {
  // Both outputs and the input may be large: files, not pipes.
  FILE* in = tmpfile();
  FILE* out = tmpfile();
  FILE* err = tmpfile();
  if (!in || !out || !err) return {};
  fwrite(input.data(), 1, input.size(), in);
  rewind(in);
  pid_t child = fork();
  if (child == 0) {
    dup2(fileno(in), 0);
    dup2(fileno(out), 1);
    dup2(fileno(err), 2);
    become(command, preload, {});
  }
  Finished finished;
  waitpid(child, &finished.status, 0);
  rewind(out);
  rewind(err);
  lseek(fileno(out), 0, SEEK_SET);
  lseek(fileno(err), 0, SEEK_SET);
  finished.output = drain(fileno(out));
  finished.errors = drain(fileno(err));
  fclose(in);
  fclose(out);
  fclose(err);
  return finished;
}

}  // namespace

UnderAgent::UnderAgent(std::vector<std::string> command,
                       const std::string& preload,
                       std::map<std::string, std::string> environment) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
    abort();
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    become(command,
           std::string(TIDEMARK_AGENT_LIBRARY) +
               (preload.empty() ? "" : ":" + preload),
           environment);
  }
  close(in[0]);
  close(out[1]);
  close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
}

UnderAgent::~UnderAgent() {
  close_stdin();
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
  close(err_);
}

std::string UnderAgent::line() {
  for (;;) {
    std::size_t end = buffered_.find('\n');
    if (end != std::string::npos) {
      std::string text = buffered_.substr(0, end);
      buffered_.erase(0, end + 1);
      return text;
    }
    pollfd readable{out_, POLLIN, 0};
    if (poll(&readable, 1, kPatienceMs) <= 0) {
      ADD_FAILURE() << "no line in a minute; stderr: ";
      return {};
    }
    char part[4096];
    ssize_t n = read(out_, part, sizeof part);
    if (n <= 0) {
      if (buffered_.empty()) ADD_FAILURE() << "ended early: " << drain(err_);
      return std::exchange(buffered_, {});
    }
    buffered_.append(part, size_t(n));
  }
}

std::unique_ptr<SegmentReader> UnderAgent::segment(pid_t pid) const {
  Result<std::unique_ptr<SegmentReader>> reader =
      SegmentReader::open(pid ? pid : pid_);
  if (!reader) {
    ADD_FAILURE() << reader.error().message;
    return nullptr;
  }
  return std::move(*reader);
}

void UnderAgent::write_stdin(const std::string& text) {
  ASSERT_EQ(write(in_, text.data(), text.size()), ssize_t(text.size()));
}

void UnderAgent::close_stdin() {
  if (in_ >= 0) close(in_);
  in_ = -1;
}

Finished UnderAgent::finish() {
  close_stdin();
  Finished finished;
  finished.output = buffered_ + drain(out_);
  finished.errors = drain(err_);
  waitpid(pid_, &finished.status, 0);
  pid_ = -1;
  return finished;
}

BySize live_by_size(const SegmentReader& segment) {
  BySize sizes;
  for (const CellCount& count : segment.scan())
    sizes[agent::cell_size(count.cell)] += count.blocks;
  return sizes;
}

Finished run_bare(const std::vector<std::string>& command,
                  const std::string& input) {
  return run(command, "", input);
}

Finished run_under_agent(const std::vector<std::string>& command,
                         const std::string& input) {
  return run(command, TIDEMARK_AGENT_LIBRARY, input);
}

}  // namespace tidemark
