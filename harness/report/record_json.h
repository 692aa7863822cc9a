// A run record as JSON and back. The file is public: other programs read it;
// run_record.schema.json documents every field. Pure functions; any thread.
//
// A worked example, shortened (a chat service that keeps two blocks for every
// connection; its record has the same shape with more cycles):
//
//   {
//     "tidemark_record": 1,
//     "outcome": "leak",
//     "reason": "the service keeps 96 B in 2 objects for every connection",
//     "judged": "leak",
//     "tidemark_version": "0.1.0",
//     "scenario_path": "tests/specimens/chat/guilty.yaml",
//     "scenario_name": "chat-guilty",
//     "started_at": "2024-05-01T12:00:00Z",
//     "took_ns": 8200000000,
//     "partial": false,
//     "error": null,
//     "detection_limit": {"bytes_per_connection": 0.2,
//       "objects_per_connection": 0.001, "connections": 1500},
//     "findings": [{
//       "class": "leak", "fails": true, "unit": "connection",
//       "rate": {"bytes_per_connection": 96.0, "objects_per_connection": 2.0,
//         "bytes_per_unit": 96.0, "objects_per_unit": 2.0, "exact": true,
//         "low": 96.0, "high": 96.0},
//       "residue": 144000, "objects": 3000, "linger_ns": null,
//       "explanation": "survivors in all 12 rings, in proportion",
//       "rings": [{"cycle": 4, "connections": 200, "bytes": 19200,
//         "objects": 400}],
//       "site": {"id": 7, "kind": "heap", "size": 64, "zoomed": true,
//         "truncated": false, "guilty": 1, "frames": [
//           {"function": "operator new(unsigned long)", "file": "", "line": 0,
//            "module": "/usr/lib/libstdc++.so.6", "inlined": false,
//            "library": true},
//           {"function": "Room::join(int)", "file": "chat.cc", "line": 88,
//            "module": "/opt/chat", "inlined": false, "library": false}]},
//       "sites": []
//     }],
//     "connections": {"attempted": 1500, "opened": 1500, "refused": 0,
//       "closed_by": {"graceful": 900, "reset": 300, "fin": 300}, …},
//     "service": {"command": ["/opt/chat", "--port", "7001"],
//       "exit": {"code": 0, "signal": null, "killed_by_us": false}, …},
//     …
//   }
//
// `site` is the site named, or null; `sites` are the others that grew with
// it; `guilty` indexes the first frame that is not library code, or is null.
// `outcome`, `site.frames` and `guilty` follow from the rest and are written
// for readers; from_json() takes frames from the record's own `sites`.
#pragma once

#include <string>
#include <string_view>

#include "tidemark/result.h"
#include "tidemark/run_record.h"

namespace tidemark {

// Ends in a newline. Text that is not UTF-8 is written with U+FFFD in place
// of the wrong bytes; numbers that are not finite are written as null.
std::string to_json(const RunRecord& record);

// The record that to_json() wrote: from_json(to_json(r)) == r for every r of
// valid UTF-8 and finite numbers. Unknown fields are ignored and missing ones
// have their default, so that older and newer writers of the same version
// are read; a field of the wrong type, an outcome that contradicts the rest
// and any other version are kUsage errors that name the field.
Result<RunRecord> from_json(std::string_view text);

}  // namespace tidemark
