#include "bare_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace tidemark {

BareProcess::BareProcess(const std::vector<std::string>& command) {
  int in[2], out[2];
  EXPECT_EQ(pipe(in), 0);
  EXPECT_EQ(pipe(out), 0);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    dup2(in[0], 0);
    dup2(out[1], 1);
    for (int fd : {in[0], in[1], out[0], out[1]}) close(fd);
    std::vector<char*> words;
    for (const std::string& word : command)
      words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execv(words[0], words.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  in_ = in[1];
  out_ = out[0];
}

BareProcess::~BareProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    kill(-pid_, SIGKILL);  // what it forked
    waitpid(pid_, nullptr, 0);
  }
  if (in_ >= 0) close(in_);
  close(out_);
}

std::string BareProcess::ask(const std::string& line) {
  const std::string text = line + "\n";
  EXPECT_EQ(write(in_, text.data(), text.size()),
            static_cast<ssize_t>(text.size()));
  return read_line();
}

std::string BareProcess::read_line() {
  std::string answer;
  for (;;) {
    pollfd ready{out_, POLLIN, 0};
    char c = 0;
    if (poll(&ready, 1, 300'000) != 1 || read(out_, &c, 1) != 1) {
      ADD_FAILURE() << "no line from " << pid_;
      return answer;
    }
    if (c == '\n') return answer;
    answer += c;
  }
}

int BareProcess::finish() {
  close(std::exchange(in_, -1));
  int status = -1;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

}  // namespace tidemark
