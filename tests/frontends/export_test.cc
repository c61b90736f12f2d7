// SPDX-License-Identifier: Apache-2.0
//
// Models that exist, written as ONNX and read again, and what is not written.
// What modules become is in export.tir; every model of the other .tir files is
// written and read again as well.

#include "frontends/onnx/export/export.h"

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/ops/registry.h"
#include "frontends/onnx/export/exporters.h"
#include "frontends/onnx/import.h"
#include "frontends/onnx/importers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "onnx/onnx_pb.h"
#include "passes/pass_manager.h"
#include "tests/support/exported.h"
#include "tests/support/same_results.h"
#include "tools/driver/compile.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr char kModel[] = "examples/mnist/mnist.onnx";
constexpr char kInt8Model[] = "examples/mnist/mnist_int8.onnx";
constexpr char kDigits[] = "examples/mnist/digits.npz";

std::vector<std::string> ModelFiles() {
  std::vector<std::string> files = {kModel, kInt8Model};
  for (const auto& entry :
       std::filesystem::directory_iterator("tests/exports/models")) {
    if (entry.path().extension() == ".onnx") files.push_back(entry.path());
  }
  return files;
}

absl::Status RunText(Module& module, absl::string_view passes) {
  TINYC_ASSIGN_OR_RETURN(const Pipeline pipeline, ParsePipeline(passes));
  return RunPipeline(module, pipeline, {.replay_dir = ""});
}

// The model that is read from what `module` is written as.
absl::StatusOr<Module> ReadAgain(const Module& module) {
  TINYC_ASSIGN_OR_RETURN(const std::string bytes, ExportOnnx(module));
  return ImportOnnx(bytes, "", {});
}

TEST(ExportTest, ModelsComputeTheSameBitsWhenReadAgain) {
  for (const std::string& file : ModelFiles()) {
    SCOPED_TRACE(file);
    const absl::StatusOr<Module> module = ImportOnnxFile(file, {});
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_EQ(DifferenceOfExport(*module, Numbers::kExact), "");
  }
}

// A layer with its bias and limits is several operators of ONNX, which the
// passes merge again.
TEST(ExportTest, MergedModelsComputeTheSameBitsWhenReadAgain) {
  for (const std::string& file : ModelFiles()) {
    SCOPED_TRACE(file);
    const absl::StatusOr<Module> module = CompileForOnnx(file, {});
    ASSERT_TRUE(module.ok()) << module.status();
    absl::StatusOr<Module> again = ReadAgain(*module);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_TRUE(RunText(*again, "clean,fuse,clean").ok());
    EXPECT_EQ(
        DifferenceOfResults(*module->graph, *again->graph, Numbers::kExact),
        "");
  }
}

// tinyc gets its own integers back.
TEST(ExportTest, QuantizedModelsComputeTheSameBitsWhenReadAgain) {
  using Type = QuantizeOptions::Type;
  using Io = QuantizeOptions::Io;
  for (const Type type : {Type::kInt8, Type::kInt16x8}) {
    for (const Io io : {Io::kKeep, Io::kInt8, Io::kInt16}) {
      SCOPED_TRACE(AttrText(type) + ", " + AttrText(io));
      CompileOptions options;
      options.quantize =
          QuantizeOptions{.type = type, .io = io, .calibration = kDigits};
      const absl::StatusOr<Module> module = CompileForOnnx(kModel, options);
      ASSERT_TRUE(module.ok()) << module.status();
      absl::StatusOr<Module> again = ReadAgain(*module);
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_TRUE(RunText(*again, "clean,fuse,integers").ok());
      EXPECT_EQ(
          DifferenceOfResults(*module->graph, *again->graph, Numbers::kExact),
          "");
    }
  }
}

// Netron shows the layers as PyTorch has them: no transposes, and every value
// between two layers in 8 bits.
TEST(ExportTest, QuantizedModelsLookLikeOthers) {
  CompileOptions options;
  options.quantize = QuantizeOptions{.calibration = kDigits};
  const absl::StatusOr<Module> module = CompileForOnnx(kModel, options);
  ASSERT_TRUE(module.ok()) << module.status();
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(*ExportOnnx(*module)));
  std::vector<std::string> operators;
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.op_type() != "QuantizeLinear" &&
        node.op_type() != "DequantizeLinear") {
      operators.push_back(node.op_type());
    }
  }
  EXPECT_THAT(operators, ElementsAre("Conv", "Relu", "MaxPool", "Conv", "Relu",
                                     "MaxPool", "Conv", "Relu", "Conv", "Relu",
                                     "MaxPool", "Reshape", "Gemm"));
}

// The exporter of regular operators writes their attributes as numbers.
TEST(ExportTest, RegularOperatorsHaveOnlyNumbersForAttributes) {
  for (const Importer& importer : Importers()) {
    if (importer.op.empty()) continue;
    for (const Op::NamedText& attr :
         OpRegistry::Get().Make(importer.op)->AllAttrs()) {
      int64_t number = 0;
      EXPECT_TRUE(ParseAttr(attr.text, &number))
          << importer.type << ": " << attr.name;
    }
  }
}

TEST(ExportTest, EveryOperatorIsExportedOrKnownNotToBe) {
  std::vector<std::string> lacking;
  for (const auto& [name, op] : OpRegistry::Get().ops()) {
    if (FindExporter(name) == nullptr) lacking.push_back(name);
  }
  EXPECT_THAT(lacking, UnorderedElementsAre(
                           // Operator set 21 does not have them.
                           "attention", "cum_prod", "tensor_scatter",
                           // com.microsoft or ai.onnx.ml has them.
                           "block_dense", "ngrams", "tree_ensemble",
                           // Graphs in graphs.
                           "if", "loop",
                           // They come after all that is exported.
                           "map", "read_rows",
                           // ONNX counts in a shape that is lost.
                           "max_unpool"));
}

}  // namespace
}  // namespace tinyc
