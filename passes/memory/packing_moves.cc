// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/packing_moves.h"

#include <algorithm>
#include <array>
#include <utility>

#include "passes/memory/packing_search.h"

namespace tinyc {
namespace {

constexpr int kMostWidth = 12;  // sections to each side
constexpr size_t kStays = 8;    // one in so many stays nevertheless

}  // namespace

bool PackingMoves::Move(int64_t capacity, std::vector<int64_t>* offsets,
                        int64_t* budget) {
  const std::vector<bool> moved = ChooseMoved(capacity, *offsets);
  // What stays matters only where it is in the way.
  std::vector<size_t> near;
  for (size_t i = 0; i < moved.size(); ++i) {
    const auto& neighbours = model_.buffers()[i].neighbours;
    if (moved[i] || std::any_of(neighbours.begin(), neighbours.end(),
                                [&](const PackingModel::Neighbour& n) {
                                  return moved[static_cast<size_t>(n.index)];
                                })) {
      near.push_back(i);
    }
  }
  OffsetPart part = PartOf(problem_, std::move(near));
  for (size_t p = 0; p < part.buffers.size(); ++p) {
    const size_t i = part.buffers[p];
    if (!moved[i]) part.problem.buffers[p].fixed = (*offsets)[i];
  }
  const int64_t n = static_cast<int64_t>(part.buffers.size());
  const PackingModel model(part.problem);
  PackingSearch search(model);
  constexpr std::array kOrders = {PackingSearch::Order::kDuration,
                                  PackingSearch::Order::kCrowdArea,
                                  PackingSearch::Order::kCrowdDuration};
  PackingSearch::Options options;
  options.order = kOrders[static_cast<size_t>(Random(kOrders.size()))];
  options.seed = 1 + static_cast<uint32_t>(Random(1 << 20));
  options.limit = std::min(*budget, 50 * n * n);
  const PackingSearch::Result result = search.Run(capacity, options);
  *budget -= search.work() + n * n;  // and for the model
  if (result != PackingSearch::Result::kFound) return false;
  const std::vector<int64_t> found = search.Offsets();
  for (size_t p = 0; p < found.size(); ++p) {
    (*offsets)[part.buffers[p]] = found[p];
  }
  return true;
}

std::vector<bool> PackingMoves::ChooseMoved(
    int64_t capacity, const std::vector<int64_t>& offsets) {
  const std::vector<PackingModel::Buffer>& buffers = model_.buffers();
  std::vector<size_t> high;
  for (size_t i = 0; i < buffers.size(); ++i) {
    if (offsets[i] + buffers[i].bytes > capacity) high.push_back(i);
  }
  // Now and then somewhere else, to make room there.
  int section = Random(model_.sections().size());
  if (!high.empty() && Random(4) > 0) {
    const PackingModel::Buffer& b =
        buffers[high[static_cast<size_t>(Random(high.size()))]];
    section = b.first + Random(static_cast<size_t>(b.last - b.first) + 1);
  }
  const int width = Random(kMostWidth);
  std::vector<bool> moved(buffers.size());
  for (size_t i = 0; i < buffers.size(); ++i) {
    moved[i] = buffers[i].first <= section + width &&
               buffers[i].last + width >= section && Random(kStays) > 0;
  }
  for (const size_t i : high) moved[i] = true;
  return moved;
}

}  // namespace tinyc
