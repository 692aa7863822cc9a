// How long things took in one flow, as histograms of fixed size.
#pragma once

#include "tidemark/histogram.h"
#include "tidemark/units.h"

namespace tidemark {

struct FlowTimes {
  Histogram connect;    // until the kernel says connected
  Histogram handshake;  // from there until the conversation is open
  // Until the reply; where none came, for as long as it was waited for.
  Histogram request;          // from when it should have been sent
  Histogram request_service;  // from when it was sent
  Histogram iteration;        // of the flow, from when it should have begun
  Count requests;             // replied, rightly or wrongly
  Count request_errors;       // wrong, late or lost
  Count late;                 // of those: not replied, or not taken, in time
  Count lost;                 // of those: the connection ended before
  Bytes sent;
  Bytes received;
};

}  // namespace tidemark
