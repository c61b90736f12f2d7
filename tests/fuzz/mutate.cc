// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutate.h"

#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace tinyc {
namespace {

constexpr int kMaxDepth = 60;

// The wire types that are in use.
constexpr uint64_t kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;

struct Field {
  uint64_t key = 0;                           // number and wire type
  uint64_t number = 0;                        // kVarint
  std::string bytes;                          // kBytes and the fixed ones
  std::optional<std::vector<Field>> message;  // kBytes that read as one

  uint64_t wire() const { return key & 7; }
};

using Message = std::vector<Field>;

std::optional<uint64_t> TakeVarint(absl::string_view* in) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(in->front());
    in->remove_prefix(1);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<Message> Parse(absl::string_view in, int depth) {
  if (depth > kMaxDepth) return std::nullopt;
  Message message;
  while (!in.empty()) {
    Field field;
    const std::optional<uint64_t> key = TakeVarint(&in);
    if (!key || *key < 8) return std::nullopt;
    field.key = *key;
    std::optional<uint64_t> size;
    switch (field.wire()) {
      case kVarint: {
        const std::optional<uint64_t> number = TakeVarint(&in);
        if (!number) return std::nullopt;
        field.number = *number;
        size = 0;
        break;
      }
      case kFixed64:
        size = 8;
        break;
      case kFixed32:
        size = 4;
        break;
      case kBytes:
        size = TakeVarint(&in);
        break;
    }
    if (!size || *size > in.size()) return std::nullopt;
    field.bytes = std::string(in.substr(0, *size));
    in.remove_prefix(*size);
    if (field.wire() == kBytes && *size > 0) {
      field.message = Parse(field.bytes, depth + 1);
    }
    message.push_back(std::move(field));
  }
  return message;
}

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    out->push_back(static_cast<char>(value | 0x80));
  }
  out->push_back(static_cast<char>(value));
}

std::string Serialize(const Message& message) {
  std::string out;
  for (const Field& field : message) {
    AppendVarint(field.key, &out);
    if (field.wire() == kVarint) AppendVarint(field.number, &out);
    const std::string bytes =
        field.message ? Serialize(*field.message) : field.bytes;
    if (field.wire() == kBytes) AppendVarint(bytes.size(), &out);
    out += bytes;
  }
  return out;
}

class Mutator {
 public:
  Mutator(Message* message, std::mt19937* random) : random_(*random) {
    Visit(message);
  }

  void Run() {
    Message& message = *messages_[Below(messages_.size())];
    if (message.empty()) return;
    const size_t i = Below(message.size());
    switch (Below(5)) {
      case 0:
        message.erase(message.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      case 1:
        message.push_back(Field(message[i]));
        break;
      case 2:
        std::swap(message[i], message[Below(message.size())]);
        break;
      default:
        ChangeField(&message[i]);
    }
  }

 private:
  size_t Below(size_t n) { return random_() % n; }

  void Visit(Message* message) {
    messages_.push_back(message);
    for (Field& field : *message) {
      if (field.message) {
        Visit(&*field.message);
      } else if (field.wire() == kBytes) {
        strings_.push_back(field.bytes);
      }
    }
  }

  uint64_t Number(uint64_t old) {
    constexpr int64_t kNumbers[] = {0,
                                    1,
                                    -1,
                                    2,
                                    3,
                                    7,
                                    16,
                                    64,
                                    -2,
                                    1 << 20,
                                    int64_t{1} << 31,
                                    int64_t{1} << 40,
                                    std::numeric_limits<int64_t>::max(),
                                    std::numeric_limits<int64_t>::min()};
    switch (Below(3)) {
      case 0:
        return old + 1;
      case 1:
        return old - 1;
      default:
        return static_cast<uint64_t>(kNumbers[Below(std::size(kNumbers))]);
    }
  }

  void ChangeField(Field* field) {
    constexpr float kReals[] = {0,
                                1,
                                -1,
                                1e-30f,
                                1e30f,
                                std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN()};
    switch (field->wire()) {
      case kVarint:
        field->number = Number(field->number);
        break;
      case kFixed32:
        std::memcpy(field->bytes.data(), &kReals[Below(std::size(kReals))], 4);
        break;
      case kBytes:
        if (!strings_.empty()) {
          field->bytes = strings_[Below(strings_.size())];
          field->message.reset();
        }
        break;
    }
  }

  std::mt19937& random_;
  std::vector<Message*> messages_;
  std::vector<std::string> strings_;
};

}  // namespace

std::string MutateMessage(absl::string_view message, std::mt19937* random) {
  std::optional<Message> fields = Parse(message, 0);
  if (!fields || fields->empty()) return "";
  Mutator(&*fields, random).Run();
  return Serialize(*fields);
}

}  // namespace tinyc
