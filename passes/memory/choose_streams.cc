// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/choose_streams.h"

#include <algorithm>
#include <limits>
#include <list>
#include <numeric>
#include <set>
#include <tuple>

#include "compiler/lowering/call_forms.h"
#include "compiler/lowering/row_schedule.h"
#include "passes/memory/arena.h"

namespace tinyc {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
// Permutations of more buffers than these are not tried.
constexpr size_t kMostBuffers = 6;
// The numbers of strips that are tried.
constexpr int kStrips[] = {2, 3, 4, 5, 6, 8};

// The bytes of a storage that a run of nodes does not keep to itself.
struct Outer {
  int64_t bytes = 0;
  const Value* operand = nullptr;  // what it is besides, if nothing else:
  const Value* result = nullptr;   // an operand that dies, a result
};

// The least bytes for all of `outer`, where `distances` let them overlap.
int64_t LeastExtent(const std::vector<Outer>& outer,
                    const std::vector<RowDistance>& distances) {
  int64_t sum = 0;
  for (const Outer& o : outer) sum += o.bytes;
  if (outer.size() > kMostBuffers || distances.empty()) return sum;
  const auto apart = [&](const Outer& below, const Outer& above) {
    for (const RowDistance& d : distances) {
      if (d.upwards ? d.operand == below.operand && d.result == above.result
                    : d.result == below.result && d.operand == above.operand) {
        return std::min(d.distance, below.bytes);
      }
    }
    return below.bytes;
  };
  std::vector<size_t> order(outer.size());
  std::iota(order.begin(), order.end(), size_t{0});
  int64_t least = sum;
  do {
    std::vector<int64_t> begin(outer.size(), 0);
    int64_t end = 0;
    for (size_t i = 0; i < order.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        begin[i] = std::max(begin[i],
                            begin[j] + apart(outer[order[j]], outer[order[i]]));
      }
      end = std::max(end, begin[i] + outer[order[i]].bytes);
    }
    least = std::min(least, end);
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

class CostModel {
 public:
  CostModel(const Module& module, const AliasPlan& aliases)
      : module_(module), liveness_(*module.graph), aliases_(aliases) {
    for (const auto& node : module.graph->nodes()) {
      alone_.push_back(RowsOf(module, *node));
      scratch_.push_back(Aligned(ScratchBytesOf(module, *node)));
      const std::vector<LoweredCall>& calls =
          module.lowering->calls.at(node.get());
      if (calls.size() != 1 || calls[0].kernel == nullptr) {
        together_.push_back(alone_.back());
        continue;
      }
      forms_.push_back(ByRowsForm(calls[0], *module.target));
      together_.push_back(RowsOf(module, *node, forms_.back()));
    }
  }

  struct Cost {
    int strips = 1;
    std::optional<size_t> seam = {};
    int64_t bytes = 0;
    double extra_macs = 0;
  };

  // Of the run of nodes from `first` to `last`, as a whole and in strips; empty
  // when it can be no stream.
  std::vector<Cost> CostsOf(size_t first, size_t last, bool strips) const {
    std::vector<RowCall> calls;
    int64_t cost = 0;
    for (size_t i = first; i <= last; ++i) {
      const bool alone = first == last;
      const auto& call = alone ? alone_[i] : together_[i];
      if (call) calls.push_back(*call);
      cost += alone || !call ? scratch_[i]
                             : Aligned(call->lowered->call.scratch_bytes);
    }
    const bool by_rows = calls.size() == last - first + 1;
    if (!by_rows && first != last) return {};
    const std::vector<Outer> outer = OuterOf(first, last);
    for (const Outer& o : outer) {
      if (o.operand == nullptr && o.result == nullptr) cost += o.bytes;
    }
    std::vector<Outer> movable;
    for (const Outer& o : outer) {
      if (o.operand != nullptr || o.result != nullptr) movable.push_back(o);
    }
    const int64_t apart = LeastExtent(movable, {});
    if (!by_rows) return {{.bytes = cost + apart}};
    int64_t least = kNever;
    for (const bool upwards : {false, true}) {
      const std::optional<RowSchedule> schedule = ScheduleRows(calls, upwards);
      if (!schedule) continue;
      least =
          std::min(least, WindowBytes(*schedule) +
                              LeastExtent(movable, RowDistances(*schedule)));
    }
    if (least == kNever) return {};
    std::vector<Cost> costs = {{.bytes = cost + least}};
    if (!strips || first == last) return costs;
    for (const int n : kStrips) {
      const std::optional<RowSchedule> schedule =
          ScheduleRows(calls, /*upwards=*/false, n);
      if (!schedule) break;
      // The operands are read until the last strip.
      const int64_t bytes = cost + WindowBytes(*schedule) + apart;
      const Cost cut = {
          .strips = n, .bytes = bytes, .extra_macs = schedule->ExtraMacs()};
      if (bytes >= costs.back().bytes) break;
      for (size_t seam = 0; seam < calls.size(); ++seam) {
        AddSeam(calls, seam, cost + apart, cut, least + cost, &costs);
      }
      costs.push_back(cut);
    }
    return costs;
  }

 private:
  // The strips of `cut` with a node at their seam, if that takes less than
  // `most` bytes, `others` of them not for windows, and computes less.
  void AddSeam(const std::vector<RowCall>& calls, size_t seam, int64_t others,
               const Cost& cut, int64_t most, std::vector<Cost>* costs) const {
    const std::optional<RowSchedule> schedule =
        ScheduleRows(calls, /*upwards=*/false, cut.strips, seam);
    if (!schedule) return;
    const Cost with = {.strips = cut.strips,
                       .seam = seam,
                       .bytes = others + WindowBytes(*schedule),
                       .extra_macs = schedule->ExtraMacs()};
    if (with.bytes < most && with.extra_macs < cut.extra_macs) {
      costs->push_back(with);
    }
  }

  int64_t WindowBytes(const RowSchedule& schedule) const {
    int64_t bytes = 0;
    for (const WindowGroup& group : GroupWindows({&schedule})) {
      bytes += Aligned(group.bytes);
    }
    return bytes;
  }
  int64_t Aligned(int64_t bytes) const {
    return AlignUp(bytes, module_.target->align);
  }

  // The storages of the arena that are live in the run, less what only nodes of
  // the run write and read.
  std::vector<Outer> OuterOf(size_t first, size_t last) const {
    const Lifetime run{static_cast<int>(first), static_cast<int>(last)};
    std::vector<Outer> all;
    for (const Storage& storage : aliases_.storages) {
      if (storage.kind != Place::Kind::kArena || !storage.life.Overlaps(run)) {
        continue;
      }
      int64_t begin = kNever;
      int64_t end = 0;
      int members = 0;
      Outer outer;
      for (const Storage::Member& m : storage.members) {
        const Lifetime life = liveness_.Of(*m.value);
        if (!life.Overlaps(run) ||
            (life.first >= run.first && life.last <= run.last &&
             run.first != run.last)) {
          continue;
        }
        ++members;
        begin = std::min(begin, m.offset);
        end = std::max(end, m.offset + m.value->type().bytes());
        if (life.first < run.first && life.last <= run.last) {
          outer.operand = m.value;
        }
        if (life.first >= run.first) outer.result = m.value;
      }
      if (members == 0) continue;
      outer.bytes = Aligned(end - begin);
      if (members > 1) outer.operand = outer.result = nullptr;
      all.push_back(outer);
    }
    return all;
  }

  const Module& module_;
  const Liveness liveness_;
  const AliasPlan& aliases_;
  // Per node, how it runs by rows alone and in a stream with others.
  std::vector<std::optional<RowCall>> alone_;
  std::vector<std::optional<RowCall>> together_;
  std::list<LoweredCall> forms_;  // that these refer to
  std::vector<int64_t> scratch_;  // bytes, per node
};

}  // namespace

absl::StatusOr<StreamChooser> StreamChooser::Of(const Module& module,
                                                double extra_macs) {
  TINYC_ASSIGN_OR_RETURN(const Arena plain, PlanArena(module, ArenaOptions()));
  const CostModel model(module, plain.aliases);
  StreamChooser chooser;
  double macs = 0;
  for (const auto& node : module.graph->nodes()) {
    chooser.nodes_.push_back(node.get());
    macs += static_cast<double>(node->op().Macs(*node));
  }
  chooser.extra_macs_ = extra_macs * macs;
  for (size_t i = 0; i < chooser.nodes_.size(); ++i) {
    for (size_t j = i; j < chooser.nodes_.size(); ++j) {
      const std::vector<CostModel::Cost> costs =
          model.CostsOf(i, j, extra_macs > 0);
      if (costs.empty()) break;
      for (const CostModel::Cost& cost : costs) {
        if (cost.extra_macs > chooser.extra_macs_) continue;
        chooser.runs_.push_back(
            {i, j, cost.strips, cost.seam, cost.bytes, cost.extra_macs});
      }
    }
  }
  return chooser;
}

std::vector<int64_t> StreamChooser::Peaks() const {
  std::set<int64_t> peaks;
  for (const Run& run : runs_) peaks.insert(run.bytes);
  const std::vector<int64_t> all(peaks.begin(), peaks.end());
  // Once it works it works with more.
  const auto least = std::partition_point(
      all.begin(), all.end(), [&](int64_t peak) { return Cut(peak).empty(); });
  return {least, all.end()};
}

std::vector<StreamChooser::Run> StreamChooser::Cut(int64_t peak) const {
  struct Best {
    double extra_macs = std::numeric_limits<double>::infinity();
    size_t nodes = 0;   // in streams
    int64_t bytes = 0;  // of all runs
    const Run* last = nullptr;
    auto Rank() const { return std::tuple(extra_macs, nodes, bytes); }
  };
  std::vector<Best> best(nodes_.size() + 1);  // of the first nodes
  best[0].extra_macs = 0;
  for (const Run& run : runs_) {
    if (run.bytes > peak) continue;
    const Best& before = best[run.first];
    const size_t fused = run.first == run.last ? 0 : run.last - run.first + 1;
    const Best with{before.extra_macs + run.extra_macs, before.nodes + fused,
                    before.bytes + run.bytes, &run};
    if (with.Rank() < best[run.last + 1].Rank()) best[run.last + 1] = with;
  }
  std::vector<Run> runs;
  if (best.back().extra_macs > extra_macs_) return runs;
  for (const Run* run = best.back().last; run != nullptr;
       run = best[run->first].last) {
    runs.push_back(*run);
  }
  return runs;
}

std::optional<std::vector<Stream>> StreamChooser::Choose(int64_t peak) const {
  const std::vector<Run> runs = Cut(peak);
  if (runs.empty()) return std::nullopt;
  std::vector<Stream> streams;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->first == run->last) continue;
    Stream stream;
    stream.strips = run->strips;
    stream.seam = run->seam;
    for (size_t i = run->first; i <= run->last; ++i) {
      stream.nodes.push_back(nodes_[i]);
    }
    streams.push_back(std::move(stream));
  }
  return streams;
}

std::optional<Tradeoff> StreamChooser::CostOf(int64_t peak) const {
  const std::vector<Run> runs = Cut(peak);
  if (runs.empty()) return std::nullopt;
  Tradeoff cost;
  for (const Run& run : runs) {
    cost.bytes = std::max(cost.bytes, run.bytes);
    cost.extra_macs += run.extra_macs;
    if (run.first != run.last) cost.nodes += run.last - run.first + 1;
  }
  return cost;
}

absl::StatusOr<std::vector<Tradeoff>> Tradeoffs(const Module& module) {
  constexpr double kMostExtraMacs = 0.5;
  TINYC_ASSIGN_OR_RETURN(const StreamChooser chooser,
                         StreamChooser::Of(module, kMostExtraMacs));
  std::vector<Tradeoff> front;
  for (const int64_t peak : chooser.Peaks()) {
    const Tradeoff cost = *chooser.CostOf(peak);
    if (!front.empty() && cost.extra_macs >= front.back().extra_macs &&
        cost.nodes >= front.back().nodes) {
      continue;
    }
    front.push_back(cost);
  }
  std::reverse(front.begin(), front.end());
  return front;
}

}  // namespace tinyc
