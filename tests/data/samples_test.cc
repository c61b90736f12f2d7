// SPDX-License-Identifier: Apache-2.0

#include "compiler/data/samples.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "compiler/data/zip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

Tensor Counting(Shape shape) {
  Tensor tensor(TensorType(DType::kS32, shape));
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.SetInt(i, i);
  return tensor;
}

// A graph with inputs of these shapes, named "a", "b", ..., which are its
// outputs as well.
std::unique_ptr<Graph> Echo(const std::vector<Shape>& shapes) {
  auto graph = std::make_unique<Graph>();
  for (size_t i = 0; i < shapes.size(); ++i) {
    graph->AddOutput(graph->AddInput(std::string(1, "ab"[i]),
                                     TensorType(DType::kS32, shapes[i])));
  }
  return graph;
}

std::string ErrorOf(std::vector<NamedTensor> arrays, const Graph& graph) {
  const auto samples = Samples::Match(std::move(arrays), graph);
  return samples.ok() ? "no error" : std::string(samples.status().message());
}

struct FormCase {
  Shape input;
  Shape array;
  int64_t samples;
  Shape output;  // of the model that echoes its input
};

TEST(SamplesTest, TakesEveryFormAndGivesItBack) {
  for (const FormCase& c :
       std::vector<FormCase>{{{2, 3}, {2, 3}, 1, {2, 3}},
                             {{2, 3}, {4, 2, 3}, 4, {4, 2, 3}},
                             {{1, 3}, {4, 1, 3}, 4, {4, 1, 3}},
                             {{1, 3}, {4, 3}, 4, {4, 3}},
                             {{1, 3}, {1, 3}, 1, {1, 3}},
                             {{}, {}, 1, {}},
                             {{}, {5}, 5, {5}},
                             {{3}, {3}, 1, {3}},
                             {{1}, {7}, 7, {7}},
                             {{2, 3}, {0, 2, 3}, 0, {0, 2, 3}}}) {
    const auto graph = Echo({c.input});
    const Tensor array = Counting(c.array);
    const auto samples = Samples::Match({{"a", array}}, *graph);
    ASSERT_TRUE(samples.ok()) << ToString(c.array) << samples.status();
    EXPECT_EQ(samples->values().size(), c.samples) << ToString(c.array);
    for (const auto& sample : samples->values()) {
      EXPECT_EQ(sample[0].shape(), c.input);
    }
    const auto outputs = samples->Stack(*graph, samples->values());
    ASSERT_EQ(outputs.size(), 1u);
    EXPECT_EQ(outputs[0].name, "a");
    EXPECT_EQ(outputs[0].tensor.shape(), c.output);
    EXPECT_EQ(outputs[0].tensor, array) << ToString(c.array);
  }
}

TEST(SamplesTest, CutsSamplesInOrder) {
  const auto graph = Echo({{1, 2}});
  const auto samples = Samples::Match({{"a", Counting({2, 2})}}, *graph);
  ASSERT_TRUE(samples.ok());
  EXPECT_THAT(samples->values()[1][0].data<int32_t>(), ElementsAre(2, 3));
}

TEST(SamplesTest, FindsTheArrayOfALoneInput) {
  const auto graph = Echo({{2}});
  const Tensor right = Counting({2});
  const Tensor wrong = Counting({9});
  EXPECT_EQ(ErrorOf({{"any", right}}, *graph), "no error");
  EXPECT_EQ(ErrorOf({{"", right}}, *graph), "no error");
  EXPECT_EQ(ErrorOf({{"x", right}, {"y", wrong}}, *graph), "no error");
  EXPECT_EQ(ErrorOf({{"x", wrong}, {"a", right}}, *graph), "no error");
  EXPECT_EQ(ErrorOf({{"p", right}, {"q", right}}, *graph),
            "has no array \"a\"; it has p, q");
  EXPECT_EQ(ErrorOf({}, *graph), "has no array \"a\"; it has none");
}

TEST(SamplesTest, WantsAnArrayPerInput) {
  const auto graph = Echo({{2}, {1}});
  EXPECT_EQ(ErrorOf({{"a", Counting({2})}}, *graph),
            "has no array \"b\"; it has a");
  EXPECT_EQ(ErrorOf({{"a", Counting({2, 2})}, {"b", Counting({2})}}, *graph),
            "no error");
  EXPECT_EQ(ErrorOf({{"a", Counting({3, 2})}, {"b", Counting({2})}}, *graph),
            "array \"b\" has 2 samples, that of input \"a\" has 3");
}

TEST(SamplesTest, NamesBothShapesAndBothTypes) {
  const auto graph = Echo({{1, 28}});
  EXPECT_EQ(ErrorOf({{"a", Counting({10, 27})}}, *graph),
            "array \"a\" has shape [10,27], the model takes [1,28], or any "
            "number of them as [N,1,28]");
  EXPECT_EQ(ErrorOf({{"a", Tensor(TensorType(DType::kF64, {28}))}}, *graph),
            "array \"a\" has shape [28], the model takes [1,28], or any "
            "number of them as [N,1,28]");
  EXPECT_EQ(ErrorOf({{"a", Tensor(TensorType(DType::kF64, {1, 28}))}}, *graph),
            "array \"a\" holds f64, the model takes s32");
}

TEST(SamplesTest, DrawsTheSameRandomInputsEveryTime) {
  Graph graph;
  graph.AddInput("i", TensorType(DType::kS8, {4000}));
  graph.AddInput("f", TensorType(DType::kF32, {4000}));
  const Samples samples = Samples::Random(graph, 2);
  EXPECT_EQ(samples.values(), Samples::Random(graph, 2).values());
  EXPECT_NE(samples.values()[0], samples.values()[1]);
  int64_t least = 0, most = 0;
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < 4000; ++i) {
    least = std::min(least, samples.values()[0][0].IntAt(i));
    most = std::max(most, samples.values()[0][0].IntAt(i));
    sum += samples.values()[0][1].At(i);
    squares += std::pow(samples.values()[0][1].At(i), 2);
  }
  EXPECT_EQ(least, -128);
  EXPECT_EQ(most, 127);
  EXPECT_NEAR(sum / 4000, 0, 0.1);
  EXPECT_NEAR(squares / 4000, 1, 0.1);
}

std::vector<int64_t> FirstElements(
    const std::vector<std::vector<Tensor>>& samples) {
  std::vector<int64_t> elements;
  for (const std::vector<Tensor>& sample : samples) {
    elements.push_back(sample[0].IntAt(0));
  }
  return elements;
}

TEST(SamplesTest, SpreadTakesTheMiddlesOfEqualParts) {
  const auto samples = Samples::Match({{"", Counting({10})}}, *Echo({{}}));
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(FirstElements(samples->Spread(2)), ElementsAre(2, 7));
  EXPECT_THAT(FirstElements(samples->Spread(3)), ElementsAre(1, 5, 8));
  EXPECT_EQ(samples->Spread(10), samples->values());
  EXPECT_EQ(samples->Spread(11), samples->values());
}

TEST(SamplesTest, ReadsFilesAndFolders) {
  const TempDir dir;
  const auto write = [&](const std::string& name, int64_t first) {
    Tensor tensor = Counting({2});
    for (int64_t i = 0; i < 2; ++i) tensor.SetInt(i, first + i);
    dir.Write(name, NpyBytes(tensor));
  };
  write("b.npy", 20);
  write("c.npy", 30);
  dir.Write("a.npz", *NpzBytes({{{"a", Counting({3})}}}));
  dir.Write("readme.txt", "no samples");
  const auto graph = Echo({{}});
  const auto file = Samples::Read(dir.path() + "/b.npy", *graph);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(FirstElements(file->values()), ElementsAre(20, 21));
  const auto folder = Samples::Read(dir.path(), *graph);
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_THAT(FirstElements(folder->values()),
              ElementsAre(0, 1, 2, 20, 21, 30, 31));
}

TEST(SamplesTest, FilesOfAFolderMayBelongToInputs) {
  const TempDir dir;
  dir.Write("a.npy", NpyBytes(Counting({2})));
  dir.Write("b.npy", NpyBytes(Counting({2, 2})));
  const auto samples = Samples::Read(dir.path(), *Echo({{}, {2}}));
  ASSERT_TRUE(samples.ok()) << samples.status();
  ASSERT_EQ(samples->values().size(), 2);
  EXPECT_EQ(samples->values()[1][0].IntAt(0), 1);
  EXPECT_EQ(samples->values()[1][1].IntAt(0), 2);
}

TEST(SamplesTest, SaysWhatIsWrongWithAFolder) {
  const TempDir dir;
  const auto error = [&] {
    return std::string(
        Samples::Read(dir.path(), *Echo({{}})).status().message());
  };
  EXPECT_EQ(error(), "has no .npz or .npy file");
  dir.Write("bad.npy", "text");
  EXPECT_THAT(error(), testing::StartsWith("bad.npy "));
}

TEST(SamplesTest, LeavesArraysUnreadThatNoInputHas) {
  // An array of strings has no form here, and is not looked at.
  const TempDir dir;
  std::string names = NpyBytes(Counting({1}));
  names.replace(names.find("<i4"), 3, "<U1");
  const std::string path = dir.Write(
      "s.npz",
      *ZipBytes({{{"names.npy", names}, {"a.npy", NpyBytes(Counting({2}))}}}));
  EXPECT_TRUE(Samples::Read(path, *Echo({{}})).ok());
}

}  // namespace
}  // namespace tinyc
