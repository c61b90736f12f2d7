// SPDX-License-Identifier: Apache-2.0
//
// Kernels that take indices, and those of triangles and running sums, on small
// tensors by hand.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// Calls visit(Type<T>{}, Type<I>{}) with the element and the index type of a
// row of a family like gather_b4_s64.
template <typename Visit>
void WithElementAndIndex(const KernelRow& row, Visit visit) {
  const auto with_index = [&](auto element) {
    if (SuffixOf(row.family) == "s32") return visit(element, Type<int32_t>{});
    return visit(element, Type<int64_t>{});
  };
  switch (row.family[row.family.rfind('_') - 1]) {
    case '1':
      return with_index(Type<uint8_t>{});
    case '2':
      return with_index(Type<uint16_t>{});
    case '4':
      return with_index(Type<uint32_t>{});
    case '8':
      return with_index(Type<uint64_t>{});
  }
  FAIL() << row.family;
}

// Two tables of three rows of two elements, each with the indices below.
tc_indexed_shape TwoTables() {
  tc_indexed_shape s = {};
  s.rank = 2;
  s.dims[0] = 2;
  s.dims[1] = 4;
  s.table_stride[0] = 6;
  s.index_stride[1] = 1;
  s.parts = 1;
  s.part_size[0] = 3;
  s.part_stride[0] = 2;
  s.row = 2;
  return s;
}

TEST(GatherTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_GATHER")) {
    SCOPED_TRACE(row.symbol);
    WithElementAndIndex(row, [&](auto element, auto index_type) {
      using T = typename decltype(element)::type;
      using I = typename decltype(index_type)::type;
      const tc_indexed_shape s = TwoTables();
      const std::vector<T> x = {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
      const std::vector<I> index = {2, -3, 9, -9};
      Guarded<T> y(16);
      row.As<void(const tc_indexed_shape*, const void*, const I*, void*)>()(
          &s, x.data(), index.data(), y.data());
      EXPECT_EQ(std::vector<T>(y.data(), y.data() + 16),
                (std::vector<T>{4, 5, 0, 1, 4, 5, 0, 1,  //
                                14, 15, 10, 11, 14, 15, 10, 11}));
    });
  }
}

TEST(ScatterTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_SCATTER")) {
    SCOPED_TRACE(row.symbol);
    const std::string_view element =
        SuffixOf(OperatorOf(row.family));  // of scatter_f32_s64
    WithType(element, [&](auto type) {
      using T = typename decltype(type)::type;
      const auto test = [&](auto index_type) {
        using I = typename decltype(index_type)::type;
        const auto run = [&](int32_t reduction) {
          tc_indexed_shape s = TwoTables();
          s.reduction = reduction;
          const std::vector<I> index = {2, -3, 9, -9};
          const std::vector<T> updates = {2, 3, 4, 5, 6, 7, 8, 9,  //
                                          1, 1, 1, 1, 1, 1, 1, 1};
          Guarded<T> y(12);
          std::fill(y.data(), y.data() + 12, static_cast<T>(5));
          row.As<void(const tc_indexed_shape*, const I*, const T*, T*)>()(
              &s, index.data(), updates.data(), y.data());
          return std::vector<T>(y.data(), y.data() + 12);
        };
        EXPECT_EQ(run(0), (std::vector<T>{8, 9, 5, 5, 6, 7, 1, 1, 5, 5, 1, 1}));
        EXPECT_EQ(run(TC_SCATTER_ADD),
                  (std::vector<T>{17, 19, 5, 5, 13, 15, 7, 7, 5, 5, 7, 7}));
        EXPECT_EQ(run(TC_SCATTER_MUL),
                  (std::vector<T>{static_cast<T>(160), static_cast<T>(225), 5,
                                  5, 60, 105, 5, 5, 5, 5, 5, 5}));
        EXPECT_EQ(run(TC_SCATTER_MIN),
                  (std::vector<T>{4, 5, 5, 5, 2, 3, 1, 1, 5, 5, 1, 1}));
        EXPECT_EQ(run(TC_SCATTER_MAX),
                  (std::vector<T>{8, 9, 5, 5, 6, 7, 5, 5, 5, 5, 5, 5}));
      };
      if constexpr (!std::is_same_v<T, BoolByte>) {
        if (SuffixOf(row.family) == "s32") {
          test(Type<int32_t>{});
        } else {
          test(Type<int64_t>{});
        }
      }
    });
  }
}

TEST(OneHotTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_ONE_HOT")) {
    SCOPED_TRACE(row.symbol);
    WithElementAndIndex(row, [&](auto element, auto index_type) {
      using T = typename decltype(element)::type;
      using I = typename decltype(index_type)::type;
      const tc_one_hot_shape s = {1, 3, 4};
      const std::vector<I> index = {0, -1, 3, -4};
      const std::vector<T> values = {5, 7};
      Guarded<T> y(12);
      row.As<void(const tc_one_hot_shape*, const I*, const void*, void*)>()(
          &s, index.data(), values.data(), y.data());
      EXPECT_EQ(std::vector<T>(y.data(), y.data() + 12),
                (std::vector<T>{7, 5, 5, 5, 5, 5, 5, 5, 5, 7, 5, 5}));
    });
  }
}

template <typename T>
void TestTrilu(const KernelRow& row) {
  const std::vector<T> x = {1, 2, 3, 4, 5, 6};
  const T zero = 9;
  const auto run = [&](int32_t upper, int64_t k) {
    const tc_trilu_shape s = {1, 2, 3, upper};
    Guarded<T> y(6);
    row.As<void(const tc_trilu_shape*, const void*, const int64_t*, const void*,
                void*)>()(&s, x.data(), &k, &zero, y.data());
    return std::vector<T>(y.data(), y.data() + 6);
  };
  EXPECT_EQ(run(1, 1), (std::vector<T>{9, 2, 3, 9, 9, 6}));
  EXPECT_EQ(run(0, 0), (std::vector<T>{1, 9, 9, 4, 5, 9}));
  EXPECT_EQ(run(1, INT64_MAX), std::vector<T>(6, 9));
  EXPECT_EQ(run(0, INT64_MAX), x);
  EXPECT_EQ(run(1, INT64_MIN), x);
  EXPECT_EQ(run(0, INT64_MIN), std::vector<T>(6, 9));
}

TEST(TriluTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_TRILU")) {
    SCOPED_TRACE(row.symbol);
    switch (row.family.back()) {
      case '1':
        TestTrilu<uint8_t>(row);
        break;
      case '2':
        TestTrilu<uint16_t>(row);
        break;
      case '4':
        TestTrilu<uint32_t>(row);
        break;
      default:
        TestTrilu<uint64_t>(row);
    }
  }
}

TEST(CumulativeTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_CUMULATIVE")) {
    SCOPED_TRACE(row.symbol);
    WithType(SuffixOf(row.family), [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (!std::is_same_v<T, BoolByte>) {
        const bool sum = OperatorOf(row.family) == "cum_sum";
        const std::vector<T> x = {1, 2, 3, 4, 5, 6};
        const auto run = [&](int32_t exclusive, int32_t reverse, int64_t axis) {
          const tc_cumulative_shape s = {2, {2, 3}, exclusive, reverse};
          Guarded<T> y(6);
          row.As<void(const tc_cumulative_shape*, const T*, const int64_t*,
                      T*)>()(&s, x.data(), &axis, y.data());
          return std::vector<T>(y.data(), y.data() + 6);
        };
        EXPECT_EQ(run(0, 0, 1), sum ? (std::vector<T>{1, 3, 6, 4, 9, 15})
                                    : (std::vector<T>{1, 2, 6, 4, 20, 120}));
        EXPECT_EQ(run(1, 1, -2), sum ? (std::vector<T>{4, 5, 6, 0, 0, 0})
                                     : (std::vector<T>{4, 5, 6, 1, 1, 1}));
      }
    });
  }
}

TEST(TopKTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_TOP_K")) {
    SCOPED_TRACE(row.symbol);
    WithType(SuffixOf(row.family), [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (!std::is_same_v<T, BoolByte>) {
        // Lines (3, 9, 9, 1) and (7, 7, 1, 8), side by side.
        const std::vector<T> x = {3, 7, 9, 7, 9, 1, 1, 8};
        const tc_top_k_shape s = {1, 4, 2, 3};
        Guarded<int64_t> y(6);
        row.As<void(const tc_top_k_shape*, const T*, int64_t*)>()(&s, x.data(),
                                                                  y.data());
        const bool top = OperatorOf(row.family) == "top_k";
        EXPECT_EQ(std::vector<int64_t>(y.data(), y.data() + 6),
                  top ? (std::vector<int64_t>{1, 3, 2, 0, 0, 1})
                      : (std::vector<int64_t>{3, 2, 0, 0, 1, 1}));
      }
    });
  }
}

template <typename T>
void TestReverseSequence(const KernelRow& row) {
  // Three steps of two sequences of two elements.
  const std::vector<T> x = {0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15};
  const std::vector<int64_t> lengths = {2, INT64_MAX};
  const tc_reverse_sequence_shape s = {2, 3, 2, 4, 2};
  Guarded<T> y(12);
  row.As<void(const tc_reverse_sequence_shape*, const void*, const int64_t*,
              void*)>()(&s, x.data(), lengths.data(), y.data());
  EXPECT_EQ(std::vector<T>(y.data(), y.data() + 12),
            (std::vector<T>{2, 3, 14, 15, 0, 1, 12, 13, 4, 5, 10, 11}));
}

TEST(ReverseSequenceTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_REVERSE_SEQUENCE")) {
    SCOPED_TRACE(row.symbol);
    switch (row.family.back()) {
      case '1':
        TestReverseSequence<uint8_t>(row);
        break;
      case '2':
        TestReverseSequence<uint16_t>(row);
        break;
      case '4':
        TestReverseSequence<uint32_t>(row);
        break;
      default:
        TestReverseSequence<uint64_t>(row);
    }
  }
}

template <typename I>
void TestNgrams(const KernelRow& row) {
  const std::vector<I> x = {1, 2, 1, 1, 2};
  const std::vector<int64_t> grams = {2, 1, 1, 2, 1, 0, 2};
  const tc_ngrams_shape s = {1, 5, 2, 3, 1};
  Guarded<float> y(3);
  row.As<void(const tc_ngrams_shape*, const I*, const int64_t*, float*)>()(
      &s, x.data(), grams.data(), y.data());
  EXPECT_EQ(std::vector<float>(y.data(), y.data() + 3),
            (std::vector<float>{2, 3, 0}));
}

TEST(NgramsTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_NGRAMS")) {
    SCOPED_TRACE(row.symbol);
    if (SuffixOf(row.family) == "s32") {
      TestNgrams<int32_t>(row);
    } else {
      TestNgrams<int64_t>(row);
    }
  }
}

}  // namespace
}  // namespace tinyc
