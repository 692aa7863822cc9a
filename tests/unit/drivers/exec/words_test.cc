// What becomes of a command's words.
#include "drivers/exec/words.h"

#include <gtest/gtest.h>

namespace tidemark::exec {
namespace {

using Words = std::vector<std::string>;

TEST(ExecWords, TheNumberOfConnectionsIsFilledIn) {
  EXPECT_EQ(with_connections({"hey", "-c", "{{ connections }}"}, Count{50}),
            (Words{"hey", "-c", "50"}));
  EXPECT_EQ(
      with_connections({"-c{{connections}}", "{{ connections}}x2"}, Count{7}),
      (Words{"-c7", "7x2"}));
  EXPECT_EQ(with_connections({"{{ connections }}/{{ connections }}"}, Count{3}),
            Words{"3/3"});
}

TEST(ExecWords, OtherBracesAreTheProgramsOwn) {
  const Words words{"{{ way }}", "{{.Name}}", "{{ connections",
                    "}}{{",      "{{}}",      "{ connections }",
                    ""};
  EXPECT_EQ(with_connections(words, Count{3}), words);
  EXPECT_EQ(with_connections({"{{ x }} {{ connections }}"}, Count{3}),
            Words{"{{ x }} 3"});
  EXPECT_EQ(with_connections({"{\"n\":{{ connections }}}"}, Count{3}),
            Words{"{\"n\":3}"});
  EXPECT_EQ(with_connections({"{{{ connections }}}"}, Count{3}), Words{"{3}"});
}

TEST(ExecWords, ACommandCanBePastedIntoAShell) {
  EXPECT_EQ(command_line({"redis-benchmark", "-p", "6379"}),
            "redis-benchmark -p 6379");
  EXPECT_EQ(command_line({"sh", "-c", "echo 'a' $b", ""}),
            "sh -c 'echo '\\''a'\\'' $b' ''");
}

}  // namespace
}  // namespace tidemark::exec
