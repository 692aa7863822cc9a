#include "harness/runtimes/jvm/hprof_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tidemark::jvm {
namespace {

// A symbol of the JVM has at most 65,535 bytes.
constexpr std::uint32_t kLongestText = 65535;
// Of an array of primitives: enough for the names of threads and loaders.
constexpr std::uint64_t kStart = 1024;
// Frames of one trace; the JVM keeps 1,024 if nobody asks for more.
constexpr std::uint32_t kDeepest = 1 << 17;

enum Tag : std::uint8_t {
  kString = 0x01,
  kLoadClass = 0x02,
  kFrame = 0x04,
  kTrace = 0x05,
  kHeapDump = 0x0c,
  kHeapDumpSegment = 0x1c,
  kHeapDumpEnd = 0x2c,
};

enum HeapTag : std::uint8_t {
  kClassDump = 0x20,
  kInstanceDump = 0x21,
  kArrayDump = 0x22,
  kPrimitivesDump = 0x23,
};

class Walker {
 public:
  Walker(HprofStream& stream, HprofVisitor& visitor)
      : stream_(stream), visitor_(visitor), id_(stream.id_bytes()) {}

  HprofWalk all() {
    while (going() && stream_.position() < stream_.size()) record();
    return result();
  }

  HprofWalk from(std::uint64_t record, std::uint64_t end) {
    stream_.seek(record);
    good_ = record;
    whole_ = true;
    heap(end);
    return all();
  }

 private:
  bool going() const {
    return stream_.good() && complaint_.empty() && !visitor_.enough;
  }

  HprofWalk result() {
    if (!visitor_.complaint.empty()) return {good_, visitor_.complaint, false};
    if (visitor_.enough) return {stream_.position(), {}, false};
    if (stream_.good() && complaint_.empty())
      return whole_ ? HprofWalk{stream_.position(), {}, false}
                    : HprofWalk{stream_.position(), "ends before the heap does",
                                true};
    if (!complaint_.empty()) return {good_, complaint_, false};
    if (!stream_.complaint().empty())
      return {good_, "cannot be read: " + stream_.complaint(), false};
    return {good_, fmt::format("ends in the midst of {}", what_),
            !stream_.stopped()};
  }

  void record() {
    good_ = stream_.position();
    what_ = "a record";
    const std::uint8_t tag = stream_.u1();
    stream_.u4();  // when it was written
    const std::uint32_t length = stream_.u4();
    if (!stream_.good()) return;
    const std::uint64_t begin = stream_.position();
    if (tag == kHeapDump || tag == kHeapDumpSegment) {
      // Of a dump in one piece that has 4 GiB or more the length is what 32
      // bits have room for: 0, as old JVMs wrote it, is "to the end".
      const bool open_end = tag == kHeapDump && length == 0;
      heap(open_end ? stream_.size() : begin + length);
      whole_ = tag == kHeapDump;
      return;
    }
    if (tag == kHeapDumpEnd) whole_ = true;
    what_ = fmt::format("a record of {} bytes", length);
    if (begin + length > stream_.size()) {
      stream_.skip(length);  // which fails, and says so
      return;
    }
    if (!plain(tag, length))
      complain("a record of the kind {:#04x} has {} bytes, which are too few",
               tag, length);
    else
      stream_.skip(begin + length - stream_.position());
  }

  template <class... Parts>
  void complain(fmt::format_string<Parts...> text, Parts&&... parts) {
    if (complaint_.empty())
      complaint_ = fmt::format(text, std::forward<Parts>(parts)...);
  }

  bool plain(std::uint8_t tag, std::uint32_t length) {
    switch (tag) {
      case kString:
        if (length < id_) return false;
        string(length - id_);
        return true;
      case kLoadClass: {
        if (length < 8 + 2 * id_) return false;
        const std::uint32_t serial = stream_.u4();
        const std::uint64_t id = stream_.id();
        stream_.u4();
        visitor_.on_load_class(serial, id, stream_.id());
        return true;
      }
      case kFrame:
        if (length < 8 + 4 * id_) return false;
        frame();
        return true;
      case kTrace:
        return trace(length);
      default:
        return true;
    }
  }

  void string(std::uint32_t bytes) {
    const std::uint64_t id = stream_.id();
    const std::uint32_t taken = std::min(bytes, kLongestText);
    if (const std::byte* text = stream_.take(taken))
      visitor_.on_string(id, {reinterpret_cast<const char*>(text), taken});
  }

  void frame() {
    HprofFrame frame;
    frame.id = stream_.id();
    frame.method = stream_.id();
    stream_.id();  // its signature
    frame.file = stream_.id();
    frame.class_serial = stream_.u4();
    frame.line = static_cast<std::int32_t>(stream_.u4());
    visitor_.on_frame(frame);
  }

  bool trace(std::uint32_t length) {
    if (length < 12) return false;
    const std::uint32_t serial = stream_.u4();
    stream_.u4();  // the thread's: roots tell it as well
    const std::uint32_t count = stream_.u4();
    if (count > kDeepest || std::uint64_t{count} * id_ > length - 12)
      return false;
    frames_.clear();
    for (std::uint32_t i = 0; i < count; ++i) frames_.push_back(stream_.id());
    if (stream_.good()) visitor_.on_trace(serial, frames_);
    return true;
  }

  void heap(std::uint64_t end) {
    while (going() && stream_.position() < end) {
      good_ = stream_.position();
      what_ = "the heap";
      heap_record(end);
      if (stream_.good() && stream_.position() > end)
        complain(
            "something in the heap goes on behind the end of its part, "
            "which is at byte {}",
            end);
    }
  }

  void heap_record(std::uint64_t end) {
    const std::uint64_t at = stream_.position();
    const std::uint8_t tag = stream_.u1();
    if (tag >= kClassDump && tag <= kPrimitivesDump)
      visitor_.on_object_at(at, end);
    switch (tag) {
      case kClassDump:
        what_ = "a class";
        return class_dump();
      case kInstanceDump:
        what_ = "an object";
        return instance(end);
      case kArrayDump:
        what_ = "an array";
        return array(end);
      case kPrimitivesDump:
        what_ = "an array";
        return primitives(end);
      default:
        what_ = "a root";
        return root(tag);
    }
  }

  void root(std::uint8_t tag) {
    HprofRootRecord root;
    root.kind = static_cast<HprofRoot>(tag);
    root.object = stream_.id();
    switch (root.kind) {
      case HprofRoot::kUnknown:
      case HprofRoot::kStickyClass:
      case HprofRoot::kMonitor:
        break;
      case HprofRoot::kJniGlobal:
        stream_.id();  // the reference's own
        break;
      case HprofRoot::kJniLocal:
      case HprofRoot::kJavaFrame:
      case HprofRoot::kThread:
        root.thread = stream_.u4();
        root.frame = stream_.u4();
        break;
      case HprofRoot::kNativeStack:
      case HprofRoot::kThreadBlock:
        root.thread = stream_.u4();
        break;
      default:
        return complain("the heap has a record of an unknown kind, {:#04x}",
                        tag);
    }
    if (stream_.good()) visitor_.on_root(root);
  }

  // The bytes of a value, which must have a type.
  std::uint32_t value_bytes(std::uint8_t type) {
    const std::uint32_t bytes = bytes_of(static_cast<HprofType>(type), id_);
    if (bytes == 0 && stream_.good())
      complain("{} has a value of an unknown type, {}", what_, type);
    return bytes;
  }

  void class_dump() {
    class_.statics.clear();
    class_.fields.clear();
    class_.id = stream_.id();
    stream_.u4();
    class_.super = stream_.id();
    class_.loader = stream_.id();
    class_.signers = stream_.id();
    class_.domain = stream_.id();
    stream_.id();
    stream_.id();
    stream_.u4();  // of an instance, as large as the dump's own fields
    for (std::uint32_t left = stream_.u2(); left > 0 && going(); --left) {
      stream_.u2();
      stream_.skip(value_bytes(stream_.u1()));
    }
    for (std::uint32_t left = stream_.u2(); left > 0 && going(); --left) {
      HprofStatic one;
      one.name = stream_.id();
      one.type = static_cast<HprofType>(stream_.u1());
      const std::uint32_t bytes =
          value_bytes(static_cast<std::uint8_t>(one.type));
      if (one.type == HprofType::kObject)
        one.object = stream_.id();
      else
        stream_.skip(bytes);
      class_.statics.push_back(one);
    }
    for (std::uint32_t left = stream_.u2(); left > 0 && going(); --left) {
      HprofField one;
      one.name = stream_.id();
      one.type = static_cast<HprofType>(stream_.u1());
      value_bytes(static_cast<std::uint8_t>(one.type));
      class_.fields.push_back(one);
    }
    if (going()) visitor_.on_class(class_);
  }

  // Whether `bytes` fit into the part; a part beyond the file's end is cut off
  // there, and what is missing is told of the object.
  bool fits(std::uint64_t bytes, std::uint64_t end) {
    if (!stream_.good()) return false;
    if (stream_.position() + bytes <= end) return true;
    complain("{} of {} bytes is larger than the part that it is in", what_,
             bytes);
    return false;
  }

  void instance(std::uint64_t end) {
    const std::uint64_t id = stream_.id();
    stream_.u4();
    const std::uint64_t class_id = stream_.id();
    const std::uint32_t bytes = stream_.u4();
    if (!fits(bytes, end)) return;
    if (bytes > HprofStream::kWindow)
      return complain("an object that is no array has {} bytes", bytes);
    if (const std::byte* fields = stream_.take(bytes))
      visitor_.on_instance(id, class_id, {fields, bytes});
  }

  void array(std::uint64_t end) {
    const std::uint64_t id = stream_.id();
    stream_.u4();
    const std::uint32_t count = stream_.u4();
    const std::uint64_t class_id = stream_.id();
    std::uint64_t left = std::uint64_t{count} * id_;
    if (!fits(left, end) || !there(left)) return;
    visitor_.on_array(id, class_id, count);
    if (!visitor_.wants_elements) return stream_.skip(left);
    while (left > 0) {
      const std::uint64_t some =
          std::min<std::uint64_t>(left, HprofStream::kWindow / 2);
      const std::byte* const elements = stream_.take(some);
      if (!elements) return;
      visitor_.on_elements({elements, some});
      left -= some;
    }
  }

  void primitives(std::uint64_t end) {
    const std::uint64_t id = stream_.id();
    stream_.u4();
    const std::uint32_t count = stream_.u4();
    const std::uint8_t type = stream_.u1();
    const std::uint64_t bytes = std::uint64_t{count} * value_bytes(type);
    if (!going() || !fits(bytes, end) || !there(bytes)) return;
    const std::uint64_t some = std::min(bytes, kStart);
    const std::byte* const start = stream_.peek(some);
    if (!start) return;
    visitor_.on_primitives(id, static_cast<HprofType>(type), count,
                           {start, some});
    stream_.skip(bytes);
  }

  // An object is told only if all of it is in the file.
  bool there(std::uint64_t bytes) {
    if (bytes <= stream_.size() - std::min(stream_.size(), stream_.position()))
      return true;
    stream_.skip(bytes);  // which fails
    return false;
  }

  HprofStream& stream_;
  HprofVisitor& visitor_;
  std::uint32_t id_;
  std::uint64_t good_ = 0;
  // Whether the heap has been read to its end: of a dump in parts, which may be
  // cut off between two of them, only a record of its own tells that.
  bool whole_ = false;
  std::string what_;
  std::string complaint_;
  HprofClass class_;
  std::vector<std::uint64_t> frames_;
};

}  // namespace

std::uint32_t bytes_of(HprofType type, std::uint32_t id_bytes) {
  switch (type) {
    case HprofType::kObject:
      return id_bytes;
    case HprofType::kBoolean:
    case HprofType::kByte:
      return 1;
    case HprofType::kChar:
    case HprofType::kShort:
      return 2;
    case HprofType::kFloat:
    case HprofType::kInt:
      return 4;
    case HprofType::kDouble:
    case HprofType::kLong:
      return 8;
  }
  return 0;
}

std::string read_hprof_header(HprofStream& stream) {
  constexpr std::string_view kGzip("\x1f\x8b");
  constexpr std::string_view kMagic = "JAVA PROFILE ";
  constexpr std::size_t kLongest = 32;  // with its version
  const std::size_t some = std::min<std::uint64_t>(stream.size(), kLongest);
  const std::byte* const start = stream.peek(some);
  if (!start && some > 0) return "cannot be read: " + stream.complaint();
  const std::string text(reinterpret_cast<const char*>(start), some);
  if (text.starts_with(kGzip))
    return "is packed by gzip: unpack it first (gunzip)";
  const std::size_t end = text.find('\0');
  if (!text.starts_with(kMagic) || end == text.npos)
    return "does not begin with \"JAVA PROFILE\", as heap dumps of a JVM do";
  const std::string version = text.substr(kMagic.size(), end - kMagic.size());
  if (version != "1.0.1" && version != "1.0.2")
    return "is of another version of the format than 1.0.1 and 1.0.2";
  stream.skip(end + 1);
  const std::uint32_t id_bytes = stream.u4();
  stream.u8();  // when it was taken
  if (!stream.good()) return "ends within its header";
  if (id_bytes != 4 && id_bytes != 8)
    return fmt::format("has identifiers of {} bytes; wanted 4 or 8", id_bytes);
  stream.set_id_bytes(id_bytes);
  return {};
}

HprofWalk walk_records(HprofStream& stream, HprofVisitor& visitor) {
  return Walker(stream, visitor).all();
}

HprofWalk walk_from(HprofStream& stream, std::uint64_t record,
                    std::uint64_t end, HprofVisitor& visitor) {
  return Walker(stream, visitor).from(record, end);
}

}  // namespace tidemark::jvm
