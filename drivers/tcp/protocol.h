// Raw TCP: what a scenario writes is what is sent, and a reply is as many
// bytes as its step expects.
//
//   - send: { text: "PING\r\n", expect: { equals: "+PONG\r\n" } }
//
// A stream of bytes has no messages, so what a step expects says where its
// reply ends:
//
//   replies: echo   as many bytes as were sent
//   equals          as many bytes as the text has, or up to a difference
//   size            so many bytes
//   contains        up to and with the text
//   replies: any    what the next read brings, whatever it is
//   replies: ignore, or nothing: no reply is awaited, unless a part of it is
//                   captured
//
// The last of the awaited replies, if it is wrong or ends with a `contains`,
// takes all that has come: the rest of a line is no reply of its own.
#pragma once

#include <memory>

#include "drivers/common/conversation.h"
#include "drivers/common/load_url.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/units.h"

namespace tidemark {

// More is not kept while a `contains` is looked for, nor for a kReceive step
// that has not begun.
inline constexpr Bytes kMaxTcpReply{1 << 20};

// An error of kind kUsage if `spec` cannot be carried out.
//
// For the engine: send() is called for kReceive steps, too, and writes
// nothing. What they receive is replied() if the step is awaited() by then,
// else pushed(). Bytes that came before a kReceive step began (a banner, while
// connections are still being opened) are kept for it if the load has such a
// step; take() with no bytes then looks at them, so it is to be called after
// such a send().
Result<std::unique_ptr<Protocol>> make_tcp_protocol(const LoadSpec& spec,
                                                    const LoadUrl& url);

}  // namespace tidemark
