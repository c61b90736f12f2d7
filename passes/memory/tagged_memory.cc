// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/tagged_memory.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tinyc {
namespace {

std::vector<ByteTag> Tags(int64_t bytes) {
  return std::vector<ByteTag>(static_cast<size_t>(bytes));
}

}  // namespace

TaggedMemory::TaggedMemory(const Module& module) : plan_(*module.plan) {
  arena_ = {"arena", true, Tags(plan_.arena_bytes)};
  for (const Value* input : module.graph->inputs()) {
    inputs_.push_back({absl::StrCat("input %", input->name()), false,
                       Tags(input->type().bytes())});
    for (size_t i = 0; i < inputs_.back().tags.size(); ++i) {
      inputs_.back().tags[i] = {input, static_cast<int64_t>(i)};
    }
  }
  for (const Value* output : module.graph->outputs()) {
    outputs_.push_back({absl::StrCat("output %", output->name()), true,
                        Tags(output->type().bytes())});
  }
}

absl::StatusOr<TaggedMemory::Region> TaggedMemory::RegionOf(const Value& value,
                                                            int64_t bytes) {
  const auto place = plan_.values.find(&value);
  if (place == plan_.values.end()) {
    return Internal("%", value.name(), " has no place");
  }
  const Place& at = place->second;
  std::vector<Block>& boundary =
      at.kind == Place::Kind::kModelInput ? inputs_ : outputs_;
  Block* block = &arena_;
  if (at.kind != Place::Kind::kArena) {
    if (at.index < 0 || static_cast<size_t>(at.index) >= boundary.size()) {
      return Internal("%", value.name(), " is in buffer ", at.index,
                      ", which the model does not have");
    }
    block = &boundary[static_cast<size_t>(at.index)];
  }
  if (at.offset < 0 ||
      at.offset + bytes > static_cast<int64_t>(block->tags.size())) {
    return Internal("%", value.name(), " at ", at.offset, " with ", bytes,
                    " bytes is not inside the ", block->name);
  }
  if (at.offset % std::max(1, InfoOf(value.type().dtype).bits / 8) != 0) {
    return Internal("%", value.name(), " at ", at.offset,
                    " is not aligned to its elements");
  }
  return Region{block, at.offset, at.offset + bytes};
}

absl::StatusOr<TaggedMemory::Region> TaggedMemory::ScratchOf(const Node& node,
                                                             int64_t bytes) {
  const auto offset = plan_.scratch.find(&node);
  if (offset == plan_.scratch.end() || offset->second < 0 ||
      offset->second + bytes > plan_.arena_bytes) {
    return Internal("the ", bytes, " scratch bytes have no place in the arena");
  }
  return Region{&arena_, offset->second, offset->second + bytes};
}

absl::Status TaggedMemory::CheckHolds(const Region& region, const Value& value,
                                      int64_t first,
                                      absl::string_view when) const {
  const std::vector<ByteTag>* content = ContentOf(value);
  for (int64_t i = region.begin; i < region.end; ++i) {
    const ByteTag& found = region.block->tags[static_cast<size_t>(i)];
    const int64_t byte = first + i - region.begin;
    if (found == TagOf(value, content, byte)) continue;
    return Internal(
        "byte ", byte, " of %", value.name(), " at ", region.block->name, "+",
        i, " holds ",
        found.value == nullptr
            ? std::string("nothing of use")
            : absl::StrCat("byte ", found.byte, " of %", found.value->name()),
        " ", when);
  }
  return absl::OkStatus();
}

absl::Status TaggedMemory::CheckIntact(const Value& value,
                                       absl::string_view when) {
  TINYC_ASSIGN_OR_RETURN(const Region region, RegionOf(value));
  return CheckHolds(region, value, 0, when);
}

absl::Status TaggedMemory::Write(const Region& region, const Value& value,
                                 int64_t first) {
  if (!region.block->writable && region.begin < region.end) {
    return Internal("%", value.name(), " is written into the ",
                    region.block->name);
  }
  for (int64_t i = region.begin; i < region.end; ++i) {
    region.block->tags[static_cast<size_t>(i)] = {&value,
                                                  first + i - region.begin};
  }
  return absl::OkStatus();
}

void TaggedMemory::Spoil(const Region& region) {
  std::fill(
      region.block->tags.begin() + static_cast<std::ptrdiff_t>(region.begin),
      region.block->tags.begin() + static_cast<std::ptrdiff_t>(region.end),
      ByteTag());
}

const std::vector<ByteTag>* TaggedMemory::ContentOf(const Value& value) const {
  const auto content = contents_.find(&value);
  return content == contents_.end() ? nullptr : &content->second;
}

void TaggedMemory::SetContent(const Value& value,
                              std::vector<ByteTag> content) {
  contents_[&value] = std::move(content);
}

}  // namespace tinyc
