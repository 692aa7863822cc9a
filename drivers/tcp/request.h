// A step of a raw TCP flow, checked: what it sends and where its reply ends.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "drivers/common/conversation.h"
#include "drivers/common/text_template.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark::tcp {

enum class Until {
  kNothing,  // no reply is awaited
  kEcho,     // as many bytes as were sent
  kSize,     // `size` bytes, with `text` among them if there is one
  kEqual,    // the bytes of `text`, or a difference
  kFound,    // up to and with `text`
  kRead,     // what the next read brings
};

class TcpRequest final : public Request {
 public:
  bool receives = false;  // kReceive: nothing is sent
  TextTemplate body;      // unless the body is generated
  Until until = Until::kNothing;
  TextTemplate text;
  bool has_text = false;
  std::size_t size = 0;
};

Result<std::unique_ptr<TcpRequest>> prepare_request(const Step& step,
                                                    const VariableNames& names);

}  // namespace tidemark::tcp
