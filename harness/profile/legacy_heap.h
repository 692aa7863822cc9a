// Heap profiles as text, as gperftools, Go and jemalloc write them.
//
//   heap profile:  144: 8498176 [ 144: 8498176] @ heapz_v2/524288
//     1:   9216 [   1:   9216] @ 0x4a1b2c 0x4a1b99 0x400f10
//     ^count of blocks in use, bytes   [of all that were ever allocated]
//   MAPPED_LIBRARIES:
//   00400000-004a5000 r-xp 00000000 fe:00 248139   /usr/bin/true
//
//   heap_v2/524288                       jemalloc: sampled every 512 KiB
//     t*: 28106: 56637512 [0: 0]         all threads, then each of them
//     t3: 352: 16777344 [0: 0]
//   @ 0x5f86da8 0x5f5a1dc
//     t*: 13: 6688 [0: 0]
//     t3: 12: 6496 [0: 0]
//   MAPPED_LIBRARIES: …
#pragma once

#include <string_view>

#include "harness/profile/profile.h"
#include "tidemark/result.h"

namespace tidemark {

// Whether its first line is that of such a text.
bool looks_like_legacy_heap(std::string_view text);

// objects and space in use; if there is more that was allocated, that before
// them (alloc_objects, alloc_space, inuse_objects, inuse_space). `heapz_v2/R`
// and `heap_v2/R` are sampled every R bytes, `heap/R` of Go every R/2, and are
// told as what they stand for (unsample.h); `heapprofile` is exact. Addresses
// are return addresses, so 1 less is in the call. The label `bytes` is the
// average size that was sampled. Of jemalloc's lines only the sums over all
// threads count. kUsage: not such a text, with the line that is not.
Result<Profile> read_legacy_heap(std::string_view text);

}  // namespace tidemark
