// SPDX-License-Identifier: Apache-2.0
// THE list of kernels (runtime/kernels/kernels.inc) as data.
#include <type_traits>
#include <utility>

#include "compiler/targets/registry.h"
#include "kernels.h"

namespace tinyc {
namespace {

// Calls kernel(shape[, quant], args...) through untyped pointers.  A kernel
// has a quant block when its second parameter points to a const struct.
template <auto kKernel>
struct Trampoline;

template <typename Shape, typename... Args,
          void (*kKernel)(const Shape*, Args...)>
struct Trampoline<kKernel> {
  template <typename First, typename... Rest>
  static constexpr bool HasQuant() {
    return std::is_class_v<std::remove_cv_t<std::remove_pointer_t<First>>>;
  }
  template <size_t... kIndex>
  static void Call(const void* shape, const void* quant, void* const* args,
                   std::index_sequence<kIndex...>) {
    constexpr size_t kFirst = HasQuant<Args...>() ? 1 : 0;
    const auto pointer = [&](size_t i) -> void* {
      if (i < kFirst) return const_cast<void*>(quant);
      return args[i - kFirst];
    };
    kKernel(static_cast<const Shape*>(shape),
            static_cast<Args>(pointer(kIndex))...);
  }
  static void Run(const void* shape, const void* quant, void* const* args) {
    Call(shape, quant, args, std::index_sequence_for<Args...>());
  }
};

#define TC_STRING_INNER(...) #__VA_ARGS__
#define TC_STRING(...) TC_STRING_INNER(__VA_ARGS__)

constexpr Kernel kKernels[] = {
#define TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac) \
  {#symbol,        #family, needs, weight_block,                           \
   cycles_per_mac, "",      "",    &Trampoline<&symbol>::Run},
#define TC_MACRO_ROW(symbol, family, needs, header, macro, ...)            \
  {#symbol,                                                                \
   #family,                                                                \
   needs,                                                                  \
   1,                                                                      \
   1,                                                                      \
   header,                                                                 \
   TC_STRING(macro) "(" TC_STRING(symbol) ", " TC_STRING(__VA_ARGS__) ")", \
   &Trampoline<&symbol>::Run},
#include "kernels.inc"
#undef TC_KERNEL_ROW
#undef TC_MACRO_ROW
};

}  // namespace

absl::Span<const Kernel> AllKernels() { return kKernels; }

const Kernel* FindKernel(absl::string_view symbol) {
  for (const Kernel& kernel : kKernels) {
    if (kernel.symbol == symbol) return &kernel;
  }
  return nullptr;
}

std::vector<const Kernel*> KernelsFor(absl::string_view family,
                                      const Target& target) {
  std::vector<const Kernel*> rows;
  for (const Kernel& kernel : kKernels) {
    if (kernel.family == family && (kernel.needs & ~target.caps) == 0) {
      rows.push_back(&kernel);
    }
  }
  return rows;
}

}  // namespace tinyc
