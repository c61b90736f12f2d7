// SPDX-License-Identifier: Apache-2.0
// THE list of kernels (runtime/kernels/kernels.h) as data.
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "compiler/targets/registry.h"
#include "kernels.h"

namespace tinyc {
namespace {

// How a kernel's C text spells the pointer type `T`.
template <typename T>
constexpr absl::string_view PointerText() {
  if constexpr (std::is_same_v<T, void*>) return "void *";
  if constexpr (std::is_same_v<T, float*>) return "float *";
  if constexpr (std::is_same_v<T, double*>) return "double *";
  if constexpr (std::is_same_v<T, int8_t*>) return "int8_t *";
  if constexpr (std::is_same_v<T, uint8_t*>) return "uint8_t *";
  if constexpr (std::is_same_v<T, int16_t*>) return "int16_t *";
  if constexpr (std::is_same_v<T, uint16_t*>) return "uint16_t *";
  if constexpr (std::is_same_v<T, int32_t*>) return "int32_t *";
  if constexpr (std::is_same_v<T, uint32_t*>) return "uint32_t *";
  if constexpr (std::is_same_v<T, int64_t*>) return "int64_t *";
  if constexpr (std::is_same_v<T, uint64_t*>) return "uint64_t *";
  if constexpr (std::is_same_v<T, const void*>) return "const void *";
  if constexpr (std::is_same_v<T, const float*>) return "const float *";
  if constexpr (std::is_same_v<T, const double*>) return "const double *";
  if constexpr (std::is_same_v<T, const int8_t*>) return "const int8_t *";
  if constexpr (std::is_same_v<T, const uint8_t*>) return "const uint8_t *";
  if constexpr (std::is_same_v<T, const int16_t*>) return "const int16_t *";
  if constexpr (std::is_same_v<T, const uint16_t*>) return "const uint16_t *";
  if constexpr (std::is_same_v<T, const int32_t*>) return "const int32_t *";
  if constexpr (std::is_same_v<T, const uint32_t*>) return "const uint32_t *";
  if constexpr (std::is_same_v<T, const int64_t*>) return "const int64_t *";
  if constexpr (std::is_same_v<T, const uint64_t*>) return "const uint64_t *";
}

// Calls kernel(shape[, quant], args...) through untyped pointers.  A kernel
// has a quant block when its second parameter points to a const struct.
template <auto kKernel>
struct Trampoline;

template <typename Shape, typename First, typename... Rest,
          void (*kKernel)(const Shape*, First, Rest...)>
struct Trampoline<kKernel> {
  static constexpr bool kHasQuant =
      std::is_class_v<std::remove_cv_t<std::remove_pointer_t<First>>>;
  // The types of `args`.
  static constexpr auto kArgTypes = [] {
    if constexpr (kHasQuant) {
      return std::array{PointerText<Rest>()...};
    } else {
      return std::array{PointerText<First>(), PointerText<Rest>()...};
    }
  }();

  template <size_t... kIndex>
  static void Call(const void* shape, const void* quant, void* const* args,
                   std::index_sequence<kIndex...>) {
    if constexpr (kHasQuant) {
      kKernel(static_cast<const Shape*>(shape), static_cast<First>(quant),
              static_cast<Rest>(args[kIndex])...);
    } else {
      kKernel(static_cast<const Shape*>(shape), static_cast<First>(args[0]),
              static_cast<Rest>(args[kIndex + 1])...);
    }
  }
  static void Run(const void* shape, const void* quant, void* const* args) {
    Call(shape, quant, args, std::index_sequence_for<Rest...>());
  }
};

// The operands of # are not expanded, so that an instantiation keeps the
// spelling of its row: -INFINITY, not what this compiler's <math.h> makes of
// it.
constexpr Kernel kKernels[] = {
#define TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac, \
                      order)                                               \
  {#symbol,                                                                \
   #family,                                                                \
   needs,                                                                  \
   weight_block,                                                           \
   cycles_per_mac,                                                         \
   order,                                                                  \
   "",                                                                     \
   "",                                                                     \
   Trampoline<&symbol>::kArgTypes,                                         \
   &Trampoline<&symbol>::Run},
#define TC_MACRO_ROW(symbol, family, needs, header, macro, ...) \
  {#symbol,                                                     \
   #family,                                                     \
   needs,                                                       \
   1,                                                           \
   1,                                                           \
   0,                                                           \
   header,                                                      \
   #macro "(" #symbol ", " #__VA_ARGS__ ")",                    \
   Trampoline<&symbol>::kArgTypes,                              \
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

const Kernel* CheapestKernel(absl::string_view family, const Target& target) {
  const Kernel* best = nullptr;
  for (const Kernel* row : KernelsFor(family, target)) {
    if (best == nullptr || row->cycles_per_mac < best->cycles_per_mac) {
      best = row;
    }
  }
  return best;
}

}  // namespace tinyc
