// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/order.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <tuple>

#include "absl/container/flat_hash_map.h"

namespace tinyc {
namespace {

using Bits = std::vector<uint64_t>;

bool Has(const Bits& bits, size_t i) { return bits[i / 64] >> (i % 64) & 1; }

// A problem from the side of its tasks.
class Tasks {
 public:
  explicit Tasks(const OrderProblem& problem)
      : problem_(problem),
        successors_(problem.tasks.size()),
        resources_(problem.tasks.size()) {
    for (size_t t = 0; t < problem.tasks.size(); ++t) {
      for (const size_t before : problem.tasks[t].after) {
        successors_[before].push_back(t);
        ++links_;
      }
    }
    for (size_t r = 0; r < problem.resources.size(); ++r) {
      for (const size_t t : problem.resources[r].tasks) {
        resources_[t].push_back(r);
        ++links_;
      }
    }
  }

  size_t size() const { return problem_.tasks.size(); }
  // What looking at all tasks costs.
  int64_t links() const { return links_ + static_cast<int64_t>(size()) + 1; }
  const OrderTask& task(size_t t) const { return problem_.tasks[t]; }
  const std::vector<OrderResource>& all_resources() const {
    return problem_.resources;
  }
  const OrderResource& resource(size_t r) const {
    return problem_.resources[r];
  }
  const std::vector<size_t>& successors(size_t t) const {
    return successors_[t];
  }
  const std::vector<size_t>& resources(size_t t) const { return resources_[t]; }

  // Every task needs its own resources, whatever the order.
  int64_t PeakBound() const {
    int64_t bound = 0;
    for (size_t t = 0; t < size(); ++t) {
      int64_t bytes = task(t).scratch;
      for (const size_t r : resources_[t]) bytes += resource(r).bytes;
      int64_t saving = 0;
      for (const auto& [from, to] : task(t).overwrites) {
        saving = std::max(saving,
                          std::min(resource(from).bytes, resource(to).bytes));
      }
      bound = std::max(bound, bytes - saving);
    }
    return bound;
  }

 private:
  const OrderProblem& problem_;
  std::vector<std::vector<size_t>> successors_;
  std::vector<std::vector<size_t>> resources_;
  int64_t links_ = 0;
};

// The state after some tasks.
class Execution {
 public:
  explicit Execution(const Tasks& tasks)
      : tasks_(tasks),
        done_((tasks.size() + 63) / 64),
        waits_for_(tasks.size()),
        left_(tasks.all_resources().size()) {
    for (size_t t = 0; t < tasks.size(); ++t) {
      waits_for_[t] = tasks.task(t).after.size();
    }
    for (size_t r = 0; r < left_.size(); ++r) {
      const OrderResource& resource = tasks.resource(r);
      left_[r] = resource.tasks.size() + (resource.to_end ? 1 : 0);
      if (resource.from_start && left_[r] > 0) live_ += resource.bytes;
    }
    peak_ = live_;
  }

  const Bits& done() const { return done_; }
  size_t count() const { return count_; }
  int64_t live() const { return live_; }
  int64_t peak() const { return peak_; }
  bool Ready(size_t t) const { return waits_for_[t] == 0 && !Has(done_, t); }

  struct Step {
    int64_t during = 0;  // bytes
    int64_t after = 0;
  };
  Step Look(size_t t) const {
    int64_t opened = 0;
    int64_t closed = 0;
    for (const size_t r : tasks_.resources(t)) {
      if (Unopened(r)) opened += tasks_.resource(r).bytes;
      if (left_[r] == 1) closed += tasks_.resource(r).bytes;
    }
    int64_t saving = 0;
    for (const auto& [from, to] : tasks_.task(t).overwrites) {
      if (left_[from] != 1 || !Unopened(to)) continue;
      saving = std::max(saving, std::min(tasks_.resource(from).bytes,
                                         tasks_.resource(to).bytes));
    }
    return {live_ + opened - saving + tasks_.task(t).scratch,
            live_ + opened - closed};
  }

  void Run(size_t t) {
    const Step step = Look(t);
    peak_ = std::max({peak_, step.during, step.after});
    live_ = step.after;
    for (const size_t r : tasks_.resources(t)) --left_[r];
    for (const size_t s : tasks_.successors(t)) --waits_for_[s];
    done_[t / 64] |= uint64_t{1} << (t % 64);
    ++count_;
  }

 private:
  // Whether no task of the resource has been done.
  bool Unopened(size_t r) const {
    const OrderResource& resource = tasks_.resource(r);
    return !resource.from_start &&
           left_[r] == resource.tasks.size() + (resource.to_end ? 1 : 0);
  }

  const Tasks& tasks_;
  Bits done_;
  size_t count_ = 0;
  int64_t live_ = 0;
  int64_t peak_ = 0;
  std::vector<size_t> waits_for_;  // tasks before it that are not done
  std::vector<size_t> left_;       // tasks of the resource that are not done
};

// The searches, which keep the best order.
class OrderSearch {
 public:
  explicit OrderSearch(const OrderProblem& problem) : tasks_(problem) {
    best_.order.resize(tasks_.size());
    std::iota(best_.order.begin(), best_.order.end(), size_t{0});
    best_.peak = PeakOf(problem, best_.order);
  }

  OrderSolution Run(const OrderEffort& effort) {
    best_.least = best_.peak <= tasks_.PeakBound();
    if (!best_.least) SearchGreedily();
    if (!best_.least) best_.least = SearchAll(effort.exact);
    if (!best_.least) SearchBest(effort.beam);
    best_.least = best_.least || best_.peak <= tasks_.PeakBound();
    return best_;
  }

 private:
  static constexpr size_t kRoot = static_cast<size_t>(-1);
  struct State {
    size_t trace;  // the last of its steps
    size_t count;  // of tasks done
    int64_t peak;
    int64_t live;
  };
  struct TraceStep {
    size_t before;
    size_t task;
  };

  std::vector<size_t> OrderOf(size_t trace) const {
    std::vector<size_t> order;
    for (; trace != kRoot; trace = trace_[trace].before) {
      order.push_back(trace_[trace].task);
    }
    std::reverse(order.begin(), order.end());
    return order;
  }

  Execution Replay(const State& state) const {
    Execution execution(tasks_);
    for (const size_t t : OrderOf(state.trace)) execution.Run(t);
    return execution;
  }

  void RunTask(size_t t, Execution* execution, State* state) {
    execution->Run(t);
    trace_.push_back({state->trace, t});
    *state = {trace_.size() - 1, execution->count(), execution->peak(),
              execution->live()};
  }

  // Runs what can only do good now: tasks that raise neither the peak nor what
  // is live after them.  Doing one later instead leaves more live until then.
  void RunFree(Execution* execution, State* state) {
    for (bool found = true; found;) {
      found = false;
      for (size_t t = 0; t < tasks_.size(); ++t) {
        if (!execution->Ready(t)) continue;
        const Execution::Step step = execution->Look(t);
        if (step.during > execution->peak() || step.after > execution->live()) {
          continue;
        }
        RunTask(t, execution, state);
        found = true;
      }
    }
  }

  // The states that follow one, with smaller peaks than the best known, in the
  // order of their tasks.
  template <typename Visit>
  void ForEachNext(const State& state, Visit visit) {
    const Execution execution = Replay(state);
    work_ += tasks_.links();
    for (size_t t = 0; t < tasks_.size(); ++t) {
      if (!execution.Ready(t) || execution.Look(t).during >= best_.peak) {
        continue;
      }
      Execution next = execution;
      State next_state = state;
      RunTask(t, &next, &next_state);
      RunFree(&next, &next_state);
      work_ += 2 * tasks_.links();
      if (next.peak() < best_.peak) visit(next, next_state);
    }
  }

  State Start() {
    trace_.clear();
    work_ = 0;
    Execution execution(tasks_);
    State start = {kRoot, 0, execution.peak(), execution.live()};
    RunFree(&execution, &start);
    return start;
  }

  void Keep(const State& state) {
    best_.order = OrderOf(state.trace);
    best_.peak = state.peak;
  }

  // Does next what leaves the fewest bytes live.
  void SearchGreedily() {
    Execution execution(tasks_);
    std::vector<size_t> order;
    std::vector<size_t> ready;
    for (size_t t = 0; t < tasks_.size(); ++t) {
      if (execution.Ready(t)) ready.push_back(t);
    }
    while (!ready.empty()) {
      const auto next =
          std::min_element(ready.begin(), ready.end(), [&](size_t a, size_t b) {
            return std::pair(execution.Look(a).after, a) <
                   std::pair(execution.Look(b).after, b);
          });
      const size_t t = *next;
      ready.erase(next);
      execution.Run(t);
      order.push_back(t);
      for (const size_t s : tasks_.successors(t)) {
        if (execution.Ready(s)) ready.push_back(s);
      }
    }
    if (execution.peak() < best_.peak) {
      best_.order = std::move(order);
      best_.peak = execution.peak();
    }
  }

  // Visits states by their least peaks until all tasks are done.  True when no
  // order is better than the best known.
  bool SearchAll(int64_t effort) {
    // By peak; the one nearest to the end first.
    using Entry = std::tuple<int64_t, size_t, size_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    std::vector<State> states;
    absl::flat_hash_map<Bits, int64_t> peaks;
    const auto push = [&](const State& state) {
      queue.emplace(state.peak, tasks_.size() - state.count, states.size());
      states.push_back(state);
    };
    push(Start());
    while (!queue.empty()) {
      const State state = states[std::get<2>(queue.top())];
      queue.pop();
      if (state.peak >= best_.peak) break;
      if (state.count == tasks_.size()) {
        Keep(state);
        return true;
      }
      if (work_ > effort) return false;
      ForEachNext(state, [&](const Execution& next, const State& next_state) {
        const auto [it, is_new] =
            peaks.try_emplace(next.done(), next_state.peak);
        if (!is_new && it->second <= next_state.peak) return;
        it->second = next_state.peak;
        push(next_state);
      });
    }
    return true;
  }

  // Keeps as many states at a time as the effort allows.
  void SearchBest(int64_t effort) {
    const int64_t levels = static_cast<int64_t>(tasks_.size()) + 1;
    const size_t width = static_cast<size_t>(
        std::clamp<int64_t>(effort / (10 * levels * tasks_.links()), 1, 1000));
    std::vector<State> states = {Start()};
    while (!states.empty() && work_ <= effort) {
      std::vector<State> next_states;
      absl::flat_hash_map<Bits, size_t> seen;
      for (const State& state : states) {
        if (state.count == tasks_.size()) {
          if (state.peak < best_.peak) Keep(state);
          continue;
        }
        ForEachNext(state, [&](const Execution& next, const State& next_state) {
          const auto [it, is_new] =
              seen.try_emplace(next.done(), next_states.size());
          if (is_new) {
            next_states.push_back(next_state);
          } else if (next_state.peak < next_states[it->second].peak) {
            next_states[it->second] = next_state;
          }
        });
      }
      std::stable_sort(next_states.begin(), next_states.end(),
                       [](const State& a, const State& b) {
                         return std::tie(a.peak, a.live, b.count) <
                                std::tie(b.peak, b.live, a.count);
                       });
      if (next_states.size() > width) next_states.resize(width);
      states = std::move(next_states);
    }
  }

  const Tasks tasks_;
  OrderSolution best_;
  std::vector<TraceStep> trace_;
  int64_t work_ = 0;
};

}  // namespace

int64_t PeakOf(const OrderProblem& problem, const std::vector<size_t>& order) {
  const Tasks tasks(problem);
  Execution execution(tasks);
  for (const size_t t : order) execution.Run(t);
  return execution.peak();
}

OrderSolution FindOrder(const OrderProblem& problem,
                        const OrderEffort& effort) {
  return OrderSearch(problem).Run(effort);
}

}  // namespace tinyc
