// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/compress.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "absl/types/span.h"

namespace tinyc {
namespace {

using Bytes = std::vector<uint8_t>;
using Run = absl::Span<const int8_t>;

uint8_t Byte(int64_t value) { return static_cast<uint8_t>(value); }

void AppendSkip(Run run, Bytes* bytes) {
  constexpr size_t kMaxSkip = 15;
  constexpr size_t kMaxPairs = 255;
  struct Entry {
    size_t skip = 0;
    int8_t value = 0;
  };
  std::vector<Entry> entries;
  size_t last = 0;
  for (size_t k = 0; k < run.size(); ++k) {
    if (run[k] == 0) continue;
    for (; k - last > kMaxSkip; last += kMaxSkip) {
      entries.push_back({kMaxSkip, 0});
    }
    entries.push_back({k - last, run[k]});
    last = k;
  }
  if (entries.size() % 2 != 0) entries.push_back({});
  size_t left = entries.size() / 2;
  const Entry* entry = entries.data();
  size_t pairs = 0;
  do {
    pairs = std::min(left, kMaxPairs);
    bytes->push_back(static_cast<uint8_t>(pairs));
    for (size_t i = 0; i < pairs; ++i, entry += 2) {
      bytes->push_back(
          static_cast<uint8_t>(entry[0].skip | entry[1].skip << 4));
      bytes->push_back(Byte(entry[0].value));
      bytes->push_back(Byte(entry[1].value));
    }
    left -= pairs;
  } while (pairs == kMaxPairs);
}

void AppendMask(Run run, Bytes* bytes) {
  for (size_t first = 0; first < run.size(); first += 8) {
    const Run group = run.subspan(first, 8);
    unsigned mask = 0;
    for (size_t i = 0; i < group.size(); ++i) {
      mask |= (group[i] != 0 ? 1u : 0u) << i;
    }
    bytes->push_back(static_cast<uint8_t>(mask));
    for (const int8_t value : group) {
      if (value != 0) bytes->push_back(Byte(value));
    }
  }
}

// The places of the n values of each 4 taps.  A group with fewer takes zeros
// along.  False when one has more.
bool AppendNOfFour(Run run, size_t n, Bytes* bytes) {
  const size_t span = 16 / n;
  for (size_t first = 0; first < run.size(); first += span) {
    unsigned places = 0;
    Bytes values;
    for (size_t group = first; group < first + span; group += 4) {
      const Run four = run.subspan(group, 4);
      size_t zeros =
          static_cast<size_t>(std::count(four.begin(), four.end(), 0));
      if (zeros < 4 - n) return false;
      size_t spare = zeros - (4 - n);  // zeros that are stored
      for (size_t i = 0; i < 4; ++i) {
        if (four[i] == 0) {
          if (spare == 0) continue;
          --spare;
        }
        places |= static_cast<unsigned>(i) << (2 * values.size());
        values.push_back(Byte(four[i]));
      }
    }
    bytes->push_back(static_cast<uint8_t>(places));
    bytes->insert(bytes->end(), values.begin(), values.end());
  }
  return true;
}

// The codes of all runs together; false when there are more than 16 values.
bool AppendCodes(Run all, Bytes* bytes) {
  constexpr size_t kTable = 16;
  const std::set<int8_t> values(all.begin(), all.end());
  if (values.size() > kTable) return false;
  std::vector<int8_t> table(values.begin(), values.end());
  const auto code = [&](int8_t value) {
    return std::lower_bound(table.begin(), table.end(), value) - table.begin();
  };
  for (const int8_t value : table) bytes->push_back(Byte(value));
  bytes->resize(kTable);
  for (size_t i = 0; i < all.size(); i += 2) {
    bytes->push_back(Byte(code(all[i]) | code(all[i + 1]) << 4));
  }
  return true;
}

// Whether a format that groups so many taps can hold such runs: no group lies
// across the border of an image.  The last one of a run may be narrower only
// when `partial`.
bool Groups(const WeightRuns& runs, int64_t group, bool partial = false) {
  return runs.unit % group == 0 || (partial && runs.unit == runs.taps);
}

bool Append(Run weights, const WeightRuns& runs, WeightFormat format,
            Bytes* bytes) {
  const auto each = [&](auto append) {
    const auto taps = static_cast<size_t>(runs.taps);
    for (size_t at = 0; at < weights.size(); at += taps) {
      if (!append(weights.subspan(at, taps))) return false;
    }
    return true;
  };
  switch (format) {
    case WeightFormat::kSkip:
      return each([&](Run run) { return AppendSkip(run, bytes), true; });
    case WeightFormat::kMask:
      return Groups(runs, 8, /*partial=*/true) &&
             each([&](Run run) { return AppendMask(run, bytes), true; });
    case WeightFormat::kTwoOfFour:
      return Groups(runs, 8) &&
             each([&](Run run) { return AppendNOfFour(run, 2, bytes); });
    case WeightFormat::kOneOfFour:
      return Groups(runs, 16) &&
             each([&](Run run) { return AppendNOfFour(run, 1, bytes); });
    case WeightFormat::kCodes:
      return Groups(runs, 2) && AppendCodes(weights, bytes);
  }
  return false;
}

}  // namespace

std::optional<Tensor> CompressRows(const Tensor& rows, const WeightRuns& runs,
                                   WeightFormat format) {
  TINYC_CHECK(rows.dtype() == DType::kS8 && runs.taps > 0 && runs.unit > 0 &&
              runs.taps % runs.unit == 0 && rows.size() % runs.taps == 0);
  Bytes bytes;
  if (!Append(rows.data<int8_t>(), runs, format, &bytes)) return std::nullopt;
  Tensor packed(TensorType(DType::kU8, {static_cast<int64_t>(bytes.size())}));
  std::memcpy(packed.bytes().data(), bytes.data(), bytes.size());
  return packed;
}

}  // namespace tinyc
