#include "harness/agent/unwind/cfi_parse.h"

namespace tidemark::agent {
namespace {

// DW_EH_PE: the low four bits are the format, the next three the base.
constexpr std::uint8_t kFormatMask = 0x0f;
constexpr std::uint8_t kBaseMask = 0x70;
constexpr std::uint8_t kIndirect = 0x80;
constexpr std::uint8_t kPcRelative = 0x10;
constexpr std::uint8_t kDataRelative = 0x30;
constexpr std::uint8_t kOmit = 0xff;
constexpr std::uint8_t kDataRelativeSigned4 = 0x3b;

std::uint64_t address_of(const std::uint8_t* pos) {
  return reinterpret_cast<std::uint64_t>(pos);
}

std::uint64_t read_format(ByteReader& reader, std::uint8_t format, bool& ok) {
  ok = true;
  switch (format) {
    case 0x00:  // absptr
    case 0x04:  // udata8
    case 0x0c:  // sdata8
      return reader.u64();
    case 0x01:
      return reader.uleb();
    case 0x02:
      return reader.u16();
    case 0x03:
      return reader.u32();
    case 0x09:
      return static_cast<std::uint64_t>(reader.sleb());
    case 0x0a:
      return static_cast<std::uint64_t>(
          static_cast<std::int64_t>(static_cast<std::int16_t>(reader.u16())));
    case 0x0b:
      return static_cast<std::uint64_t>(
          static_cast<std::int64_t>(static_cast<std::int32_t>(reader.u32())));
    default:
      ok = false;
      return 0;
  }
}

// Reads the length field of a CIE or FDE and narrows the reader to the entry.
// In .eh_frame the 64-bit form widens the length only, not the CIE pointer.
bool enter_entry(ByteRange image, const std::uint8_t* entry,
                 ByteReader& inside) {
  if (entry < image.begin || entry >= image.end) return false;
  ByteReader reader(entry, image.end);
  std::uint64_t length = reader.u32();
  if (length == 0xffffffff) length = reader.u64();
  if (!reader.ok() || length == 0 || length > reader.remaining()) return false;
  inside = ByteReader(reader.pos(), reader.pos() + length);
  return true;
}

// The augmentation data that follow 'z', in the order of their letters.
bool read_augmentation(ByteReader& reader, const std::uint8_t* letters,
                       FrameInfo& out) {
  const std::uint64_t length = reader.uleb();
  if (!reader.ok() || length > reader.remaining()) return false;
  ByteReader data(reader.pos(), reader.pos() + length);
  reader.skip(length);
  out.sized_augmentation = true;
  for (; *letters != 0; ++letters) {
    if (*letters == 'R') {
      out.pointer_encoding = data.u8();
    } else if (*letters == 'S') {
      out.signal_frame = true;
    } else if (*letters == 'L') {
      data.u8();
    } else if (*letters == 'P') {
      const std::uint8_t encoding = data.u8();
      bool known = true;
      if (encoding != kOmit) read_format(data, encoding & kFormatMask, known);
      if (!known) return false;
    } else {
      break;  // The length lets us skip what we do not know.
    }
  }
  return data.ok();
}

bool read_cie(ByteRange image, const std::uint8_t* cie, FrameInfo& out) {
  ByteReader reader(nullptr, nullptr);
  if (!enter_entry(image, cie, reader)) return false;
  if (reader.u32() != 0) return false;
  const std::uint8_t version = reader.u8();
  if (version != 1 && version != 3 && version != 4) return false;
  const std::uint8_t* letters = reader.pos();
  while (reader.u8() != 0) {
  }
  if (!reader.ok()) return false;
  if (version == 4 && (reader.u8() != 8 || reader.u8() != 0)) return false;
  out.code_align = reader.uleb();
  out.data_align = reader.sleb();
  out.return_register = version == 1 ? reader.u8() : reader.uleb();
  if (*letters == 'z') {
    if (!read_augmentation(reader, letters + 1, out)) return false;
  } else if (*letters != 0) {
    return false;  // "eh" of gcc 2: nothing on x86-64 has it.
  }
  out.initial = {reader.pos(), reader.end()};
  return reader.ok();
}

}  // namespace

std::uint64_t ByteReader::uleb() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8();
    if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return value;
  }
}

std::int64_t ByteReader::sleb() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;;) {
    const std::uint8_t byte = u8();
    if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
    shift += 7;
    if ((byte & 0x80) != 0) continue;
    if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
    return static_cast<std::int64_t>(value);
  }
}

void ByteReader::skip(std::uint64_t bytes) {
  if (bytes > remaining()) {
    fail();
  } else {
    pos_ += bytes;
  }
}

void ByteReader::jump(const std::uint8_t* first, std::int64_t bytes) {
  if (bytes < first - pos_ || bytes > end_ - pos_) {
    fail();
  } else {
    pos_ += bytes;
  }
}

bool read_encoded(ByteReader& reader, std::uint8_t encoding,
                  std::uint64_t data_base, std::uint64_t& value) {
  if (encoding == kOmit || (encoding & kIndirect) != 0) return false;
  std::uint64_t base = 0;
  switch (encoding & kBaseMask) {
    case 0:
      break;
    case kPcRelative:
      base = address_of(reader.pos());
      break;
    case kDataRelative:
      base = data_base;
      break;
    default:
      return false;
  }
  bool known = false;
  value = base + read_format(reader, encoding & kFormatMask, known);
  return known && reader.ok();
}

bool read_fde(ByteRange image, const std::uint8_t* fde, FrameInfo& out) {
  ByteReader reader(nullptr, nullptr);
  if (!enter_entry(image, fde, reader)) return false;
  // The CIE is named by its distance from this field; 0 would make this
  // entry a CIE itself.
  const std::uint8_t* field = reader.pos();
  const std::uint32_t distance = reader.u32();
  if (!reader.ok() || distance == 0) return false;
  if (distance > static_cast<std::uint64_t>(field - image.begin)) return false;
  out = FrameInfo{};
  if (!read_cie(image, field - distance, out)) return false;
  std::uint64_t length = 0;
  if (!read_encoded(reader, out.pointer_encoding, 0, out.pc_begin) ||
      !read_encoded(reader, out.pointer_encoding & kFormatMask, 0, length)) {
    return false;
  }
  out.pc_end = out.pc_begin + length;
  if (out.sized_augmentation) reader.skip(reader.uleb());
  out.program = {reader.pos(), reader.end()};
  return reader.ok() && out.pc_end >= out.pc_begin;
}

bool find_frame(ByteRange image, const std::uint8_t* header, std::uint64_t pc,
                FrameInfo& out) {
  if (header < image.begin || header >= image.end) return false;
  ByteReader reader(header, image.end);
  const std::uint64_t base = address_of(header);
  if (reader.u8() != 1) return false;
  const std::uint8_t frame_encoding = reader.u8();
  const std::uint8_t count_encoding = reader.u8();
  if (reader.u8() != kDataRelativeSigned4) return false;
  std::uint64_t frames = 0;
  std::uint64_t count = 0;
  if (!read_encoded(reader, frame_encoding, base, frames) ||
      !read_encoded(reader, count_encoding, base, count)) {
    return false;
  }
  if (count == 0 || count > reader.remaining() / 8) return false;
  const std::uint8_t* table = reader.pos();
  const auto field = [table, base](std::uint64_t index) {
    std::int32_t offset;
    __builtin_memcpy(&offset, table + index * 4, sizeof offset);
    return base + static_cast<std::uint64_t>(std::int64_t{offset});
  };
  // Invariant: functions before `low` start at or before pc, those from
  // `high` on start after it.
  std::uint64_t low = 0;
  std::uint64_t high = count;
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    if (field(2 * middle) <= pc) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return false;
  const std::uint64_t offset = field(2 * (low - 1) + 1) - base;
  const std::int64_t signed_offset = static_cast<std::int64_t>(offset);
  if (signed_offset < image.begin - header ||
      signed_offset >= image.end - header) {
    return false;
  }
  if (!read_fde(image, header + signed_offset, out)) return false;
  return out.pc_begin <= pc && pc < out.pc_end;
}

}  // namespace tidemark::agent
