// Asio keeps what it allocates for each descriptor, as many as there were at
// once. How many that is, a busy machine decides.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <vector>

namespace specimen {

// From the start more of them than ever come.
inline void fill_descriptor_pool(boost::asio::io_context& context) {
  constexpr int kMore = 512;
  std::vector<boost::asio::ip::tcp::socket> sockets;
  for (int i = 0; i < kMore; ++i)
    sockets.emplace_back(context, boost::asio::ip::tcp::v4());
}

}  // namespace specimen
