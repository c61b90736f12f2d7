// SPDX-License-Identifier: Apache-2.0
//
// tinyc as a user runs it: what it writes, where, and how it fails.

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "compiler/base/file.h"
#include "compiler/data/npz.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "onnx/defs/parser.h"
#include "passes/quantization/pipeline.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr char kModel[] = "examples/mnist/mnist.onnx";
constexpr char kInt8Model[] = "examples/mnist/mnist_int8.onnx";
constexpr char kDigits[] = "examples/mnist/digits.npz";

class TinycTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const {
    return dir_.path() + "/" + name;
  }
  std::string Text(const std::string& name) const {
    return *ReadFile(Path(name));
  }

  // tinyc fails with `exit_code`, says this on stderr and nothing on stdout,
  // and leaves the folder as it was.
  void ExpectFailure(const std::vector<std::string>& arguments, int exit_code,
                     const std::string& text,
                     const std::vector<std::string>& environment = {}) {
    const std::vector<std::string> before = dir_.Names();
    const ProgramRun run = RunProgram("tinyc", arguments, environment);
    EXPECT_EQ(run.exit_code, exit_code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(text));
    EXPECT_THAT(run.err, StartsWith(exit_code == 1 ? "error: " : "tinyc: "));
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(dir_.Names(), before);
  }

  // A file that can be executed.
  std::string Script(const std::string& name, const std::string& text) {
    const std::string path = scripts_.Write(name, "#!/bin/sh\n" + text + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }

  const TempDir dir_;
  const TempDir scripts_;
};

TEST_F(TinycTest, WritesTheSourceAndTheHeader) {
  const ProgramRun run =
      RunProgram("tinyc", {kModel, "-o", Path("digits v2.c")});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(dir_.Names(), ElementsAre("digits v2.c", "digits v2.h"));
  EXPECT_THAT(Text("digits v2.h"), HasSubstr("int digits_v2_run("));
}

TEST_F(TinycTest, WritesTheSameBytesEveryTime) {
  for (const char* name : {"a", "b"}) {
    const std::vector<std::string> arguments = {
        kInt8Model, "-o", Path(absl::StrCat(name, ".c")), "--prefix=digits",
        absl::StrCat("--report=", Path(name), ".json")};
    ASSERT_EQ(RunProgram("tinyc", arguments).exit_code, 0);
  }
  const auto rename = [](const std::string& text) {
    return absl::StrReplaceAll(text, {{"b.h", "a.h"}, {"b.c", "a.c"}});
  };
  EXPECT_EQ(Text("a.c"), rename(Text("b.c")));
  EXPECT_EQ(Text("a.json"), Text("b.json"));
}

TEST_F(TinycTest, TakesThePrefixAndTheArena) {
  const ProgramRun run = RunProgram(
      "tinyc",
      {"--prefix", "kws", "--arena=caller", "-o", Path("m.c"), "--", kModel});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(Text("m.h"), HasSubstr("int kws_run(void *arena"));
}

TEST_F(TinycTest, PutsInputsAndOutputsIntoTheArena) {
  for (const char* arena : {"static", "caller"}) {
    const ProgramRun run =
        RunProgram("tinyc", {"--io-in-arena", absl::StrCat("--arena=", arena),
                             "-o", Path("m.c"), kModel, "--verify",
                             "--report=" + Path("r.json")});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(Text("m.h"), HasSubstr("#define M_IMAGE_OFFSET "));
    EXPECT_THAT(Text("m.h"), HasSubstr("float *m_image("));
    const auto report = nlohmann::json::parse(Text("r.json"));
    EXPECT_EQ(report["io"]["in_arena"], true);
    EXPECT_EQ(report["io"]["arena_bytes_with"], report["arena_bytes"]);
    EXPECT_EQ(report["tensors"][0]["name"], "image");
  }
  EXPECT_THAT(Text("m.h"), HasSubstr("int m_run(void *arena);"));
}

TEST_F(TinycTest, TakesInputsRowByRow) {
  for (const char* input : {"rows", "rows:image"}) {
    const ProgramRun run =
        RunProgram("tinyc", {absl::StrCat("--input=", input), "-o", Path("m.c"),
                             kModel, "--verify", "--report=" + Path("r.json")});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(Text("m.h"), HasSubstr("#define M_IMAGE_ROWS "));
    EXPECT_THAT(Text("m.h"), HasSubstr("m_image_reader read_image, "));
    const auto report = nlohmann::json::parse(Text("r.json"));
    EXPECT_GT(report["inputs"][0]["rows"], report["inputs"][0]["rows_kept"]);
  }
  const ProgramRun unknown =
      RunProgram("tinyc", {"--input=rows:imag", "-o", Path("no.c"), kModel});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("the model has no input \"imag\"; did you "
                                     "mean image?"));
  for (const char* wrong : {"columns", "rows:", "rowsy", "rows=image"}) {
    const ProgramRun run = RunProgram(
        "tinyc", {absl::StrCat("--input=", wrong), "-o", Path("no.c"), kModel});
    EXPECT_EQ(run.exit_code, 2) << wrong;
    EXPECT_THAT(run.err, HasSubstr("--input is rows or rows:NAME, not"));
  }
}

TEST_F(TinycTest, SplitsTheKernelsOff) {
  const ProgramRun run =
      RunProgram("tinyc", {kModel, "-o", Path("m.c"), "--emit=split"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(dir_.Names(), ElementsAre("kernels", "m.c", "m.h"));
}

TEST_F(TinycTest, WritesTheModuleAsText) {
  const ProgramRun run =
      RunProgram("tinyc", {kModel, "-o", Path("m.tir"), "--emit=tir"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(dir_.Names(), ElementsAre("m.bin", "m.tir"));
  EXPECT_EQ(RunProgram("tinyc-opt", {"--verify-only", Path("m.tir")}).exit_code,
            0);
}

TEST_F(TinycTest, WritesOnnx) {
  ProgramRun run =
      RunProgram("tinyc", {kModel, "-o", Path("m.onnx"), "--emit=onnx"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(dir_.Names(), ElementsAre("m.onnx"));
  // What was written is a model, also of itself.
  run = RunProgram(
      "tinyc", {Path("m.onnx"), "-o", Path("n.onnx"), "--emit=onnx",
                "--quantize=int8", absl::StrCat("--calibration=", kDigits)});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("note: calibrated on 20 samples"));
  run = RunProgram("tinyc", {Path("n.onnx"), "--verify"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST_F(TinycTest, RefusesToWriteWrongOnnx) {
  const std::string out = Path("m.onnx");
  ExpectFailure({kModel, "-o", Path("m.c"), "--emit=onnx"}, 2,
                "-o names a .onnx file");
  ExpectFailure({kModel, "--emit=onnx"}, 2, "-o FILE.onnx is missing");
  for (const char* option : {"--check", "--verify", "--report=r.json"}) {
    ExpectFailure({kModel, "-o", out, "--emit=onnx", option}, 2,
                  "are about C, not --emit=onnx");
  }
  ExpectFailure({kModel, "-o", out, "--emit=onnx", "--passes=clean,backend"}, 1,
                "the passes end at [planned], and ONNX is written at [graph]");
  ExpectFailure({kModel, "-o", out, "--emit=onnx", "--passes=layout"}, 1,
                "the channels come first");
  ExpectFailure(
      {kModel, "-o", out, "--emit=onnx", "--passes=layout,fuse-elementwise"}, 1,
      "error: examples/mnist/mnist.onnx: ");
  ExpectFailure({kModel, "-o", Path("none/m.onnx"), "--emit=onnx"}, 1,
                "none/m.onnx: No such file or directory");
}

TEST_F(TinycTest, ReportsAsJsonAndAsAPage) {
  for (const char* report : {"r.json", "r.html"}) {
    const ProgramRun run =
        RunProgram("tinyc", {kModel, absl::StrCat("--report=", Path(report))});
    EXPECT_EQ(run.exit_code, 0) << run.err;
  }
  EXPECT_THAT(dir_.Names(), ElementsAre("r.html", "r.json"));
  const auto report = nlohmann::json::parse(Text("r.json"));
  // examples/mnist/README.md counts 317,264.
  EXPECT_EQ(report["macs"], 317264);
  for (const char* key :
       {"arena_bytes", "arena_lower_bound", "arena_optimal", "weight_bytes",
        "code_bytes_estimate", "peak_tensors", "layers"}) {
    EXPECT_TRUE(report.contains(key)) << key;
  }
  EXPECT_THAT(Text("r.html"), StartsWith("<!doctype html>"));
}

TEST_F(TinycTest, StoresWeightsAsAskedFor) {
  // Of 64 x 64 weights 30 % are zero: a mask makes them smaller, and slower.
  ASSERT_TRUE(WriteFiles({{Path("m.tir"), R"(
      graph(%x: s8[1,64] q(0.5, 3)) -> (%y) {
        %w = const rand(1, 30) : s8[64,64] q(0.5, 0)
        %y = dense(%x, %w) : s8[1,64] q(0.5, 0)
        return %y
      })"}}).ok());
  ;
  const auto form = [&](std::vector<std::string> options) {
    options.insert(options.begin(),
                   {Path("m.tir"), "--verify", "--report=" + Path("r.json")});
    const ProgramRun run = RunProgram("tinyc", options);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return nlohmann::json::parse(
        Text("r.json"))["layers"][0]["weights"]["form"];
  };
  EXPECT_EQ(form({}), "dense");
  EXPECT_EQ(form({"--weights=fast"}), "dense");
  EXPECT_EQ(form({"--weights=small"}), "mask");
  EXPECT_EQ(form({"--weights=dense"}), "dense");
  ExpectFailure({kModel, "-o", Path("m.c"), "--weights=sparse"}, 2,
                "--weights is fast, small or dense, not \"sparse\"");
}

TEST_F(TinycTest, VerifiesOnSamplesAndOnRandomInputs) {
  for (const char* model : {kModel, kInt8Model}) {
    ProgramRun run =
        RunProgram("tinyc", {model, absl::StrCat("--verify=", kDigits)});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.err, StartsWith("note: the emitted C agrees with the "
                                    "reference on 20 samples: "));
    run = RunProgram("tinyc", {model, "--verify", "-o", Path("m.c")});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.err, HasSubstr("on 4 samples: "));
    EXPECT_THAT(dir_.Names(), ElementsAre("m.c", "m.h"));
  }
}

TEST_F(TinycTest, ChecksWithoutWriting) {
  const ProgramRun run = RunProgram("tinyc", {kModel, "--check"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("mnist for generic\n"));
  // examples/mnist/README.md counts 317,264.
  EXPECT_THAT(run.out, HasSubstr("work    317,264 multiply-accumulates"));
  EXPECT_THAT(dir_.Names(), IsEmpty());
}

TEST_F(TinycTest, SaysWhetherTheModelFits) {
  ProgramRun run = RunProgram(
      "tinyc", {kModel, "-o", Path("m.c"), "--ram=1M", "--flash=1M"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("of 1,048,576 bytes (without "));
  EXPECT_THAT(dir_.Names(), ElementsAre("m.c", "m.h"));
  ExpectFailure({kModel, "-o", Path("n.c"), "--ram=1K"}, 1,
                "mnist.onnx: the model does not fit: it needs ");
  ExpectFailure({kModel, "-o", Path("n.c"), "--flash=1K"}, 1,
                "would help: --quantize=int8");
  // The report shows it all the same.
  run = RunProgram("tinyc", {kModel, "-o", Path("n.c"), "--ram=1K",
                             "--report=" + Path("r.json")});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(dir_.Names(), ElementsAre("m.c", "m.h", "r.json"));
  const auto fit = nlohmann::json::parse(Text("r.json"))["fit"];
  EXPECT_GT(fit["ram"]["missing"], 0);
  EXPECT_EQ(fit["ram"]["limit"], 1024);
  run = RunProgram("tinyc", {kModel, "--check", "--ram=1K"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr("\n  does not fit: RAM "));
}

TEST_F(TinycTest, SpendsTheFlashThatIsLeft) {
  const std::string faster = "less than half the products, 1 here: ";
  const auto compile = [&](const std::vector<std::string>& limits) {
    std::vector<std::string> arguments = {"examples/mnist/mnist_int8.onnx",
                                          "--target=cortex-m4", "--verify",
                                          "--report=" + Path("r.json")};
    arguments.insert(arguments.end(), limits.begin(), limits.end());
    const ProgramRun run = RunProgram("tinyc", arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.err;
  };
  EXPECT_THAT(compile({}), Not(HasSubstr(faster)));
  const auto plain = nlohmann::json::parse(Text("r.json"));
  EXPECT_THAT(compile({"--flash=1M"}), HasSubstr(faster));
  const auto fast = nlohmann::json::parse(Text("r.json"));
  EXPECT_GT(fast["weight_bytes"], plain["weight_bytes"]);
  const int64_t flash =
      int64_t{fast["weight_bytes"]} + int64_t{fast["code_bytes_estimate"]};
  EXPECT_THAT(compile({absl::StrCat("--flash=", flash)}), HasSubstr(faster));
  EXPECT_THAT(compile({absl::StrCat("--flash=", flash - 1)}),
              Not(HasSubstr(faster)));
  // Nor when rows take turns.
  EXPECT_THAT(compile({"--flash=1M", "--ram=min"}), Not(HasSubstr(faster)));
}

TEST_F(TinycTest, SpendsTheRamThatIsLeft) {
  const std::string faster = "--ram has room for convolutions";
  const auto compile = [&](const std::vector<std::string>& limits) {
    std::vector<std::string> arguments = {"examples/mnist/mnist_int8.onnx",
                                          "--target=cortex-m4", "--verify",
                                          "--report=" + Path("r.json")};
    arguments.insert(arguments.end(), limits.begin(), limits.end());
    const ProgramRun run = RunProgram("tinyc", arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.err;
  };
  EXPECT_THAT(compile({"--ram=1M"}), HasSubstr(faster));
  const auto fast = nlohmann::json::parse(Text("r.json"));
  const int64_t arena = fast["arena_bytes"];
  const int64_t flash =
      int64_t{fast["weight_bytes"]} + int64_t{fast["code_bytes_estimate"]};
  // The code has to fit, too.
  EXPECT_THAT(compile({"--ram=1M", absl::StrCat("--flash=", flash)}),
              HasSubstr(faster));
  EXPECT_THAT(compile({"--ram=1M", absl::StrCat("--flash=", flash - 1)}),
              Not(HasSubstr(faster)));
  // Some scratch less will do; none will not.
  EXPECT_THAT(compile({absl::StrCat("--ram=", arena - 1)}), HasSubstr(faster));
  compile({});
  const auto plain = nlohmann::json::parse(Text("r.json"));
  EXPECT_THAT(compile({absl::StrCat("--ram=", int64_t{plain["arena_bytes"]})}),
              Not(HasSubstr(faster)));
}

TEST_F(TinycTest, EstimatesTheTime) {
  const auto check = [](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"examples/mnist/mnist_int8.onnx",
                                          "--check"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const ProgramRun run = RunProgram("tinyc", arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.out;
  };
  EXPECT_THAT(check({}), Not(HasSubstr("  time    ")));
  EXPECT_THAT(
      check({"--target=cortex-m0plus"}),
      AllOf(HasSubstr("  time    about "), HasSubstr(" instructions\n")));
  EXPECT_THAT(check({"--target=cortex-m4"}),
              AllOf(HasSubstr(" cycles\n"), Not(HasSubstr(" ms\n"))));
  EXPECT_THAT(check({"--target=cortex-m4", "--clock=80"}), HasSubstr(" ms\n"));

  const ProgramRun run =
      RunProgram("tinyc", {"examples/mnist/mnist_int8.onnx", "-o", Path("m.c"),
                           "--target=cortex-m4", "--clock=50",
                           "--report=" + Path("r.json")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto report = nlohmann::json::parse(Text("r.json"));
  int64_t instructions = 0;
  for (const auto& layer : report["layers"]) {
    instructions += int64_t{layer["instructions_estimate"]};
  }
  EXPECT_NEAR(instructions, int64_t{report["instructions_estimate"]},
              static_cast<double>(report["layers"].size()));
  EXPECT_EQ(report["layers_without_estimate"], 0);
  // 50,000 cycles a millisecond.
  EXPECT_NEAR(double{report["milliseconds_estimate"]} * 50000,
              double{report["cycles_estimate"]}, 1);
  for (const char* clock : {"0", "-1", "fast", "1e9"}) {
    ExpectFailure({kModel, "--check", std::string("--clock=") + clock}, 2,
                  "--clock is a number of MHz like 80, not \"" +
                      std::string(clock) + "\"");
  }
}

TEST_F(TinycTest, RefusesWrongLimits) {
  ExpectFailure({kModel, "--check", "--ram=64KB"}, 2,
                "--ram is a number of bytes like 65536, 64K or 1M, not "
                "\"64KB\"");
  for (const char* limit : {"--flash=1M", "--ram=1M", "--ram=min"}) {
    ExpectFailure({kModel, "-o", Path("m.onnx"), "--emit=onnx", limit}, 2,
                  "are about C, not --emit=onnx");
  }
}

TEST_F(TinycTest, SpreadsTheArenaOverMemories) {
  const ProgramRun done = RunProgram(
      "tinyc",
      {kModel, "-o", Path("m.c"), "--memory=dtcm:1K:fast,sram:1M", "--verify"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(Text("m.h"), HasSubstr("#define M_SRAM_SIZE "));
  const auto refuse = [&](std::vector<std::string> options, int code,
                          const char* error) {
    std::vector<std::string> args = {kModel, "-o", Path("n.c")};
    args.insert(args.end(), options.begin(), options.end());
    ExpectFailure(args, code, error);
  };
  refuse({"--memory=sram"}, 2, "a memory is NAME:BYTES");
  refuse({"--memory=sram:16"}, 1, "finds no room in the memories");
  refuse({"--memory=sram:1M", "--ram=min"}, 2, "exclude each other");
  refuse({"--memory=sram:1M", "--io-in-arena"}, 2, "exclude each other");
  refuse({"--memory=sram:1M", "--arena=caller"}, 2,
         "an arena of the model's own");
}

TEST_F(TinycTest, ChecksAllNodesAtOnce) {
  onnx::ModelProto model;
  ASSERT_TRUE(onnx::OnnxParser::Parse(model, R"(
      <ir_version: 8, opset_import: ["" : 18, "example" : 1]>
      g (float[2] x) => (float[2] y) {
        a = example.Fold (x)
        b = Relu (a)
        y = example.Spindle (b)
      })")
                  .IsOK());
  const std::string path =
      scripts_.Write("two.onnx", model.SerializeAsString());
  const ProgramRun run = RunProgram("tinyc", {path, "--check"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err,
            absl::StrCat("error: ", path,
                         ": node 0 \"\" (Fold): the operator example.Fold is "
                         "not supported\nerror: ",
                         path,
                         ": node 2 \"\" (Spindle): the operator "
                         "example.Spindle is not supported\n"));
  ExpectFailure({kModel, "--check", "-o", Path("m.c")}, 2, "writes no file");
}

TEST_F(TinycTest, RefusesWhatDoesNotVerify) {
  // A compiler whose programs write zeros: 4 samples of 10 floats.
  const std::string zeros = Script("zeros", R"(
while [ "$1" != -o ]; do shift; done
echo '#!/bin/sh
head -c 160 /dev/zero > "$2"' > "$2"
chmod +x "$2")");
  const std::vector<std::string> arguments = {kModel, "-o", Path("m.c"),
                                              "--verify"};
  ExpectFailure(arguments, 1,
                "sample 0: output \"logits\" differs first at [0,0]: 0, the "
                "reference says ",
                {"CC=" + zeros});
  ExpectFailure(arguments, 1, "refuses the emitted C", {"CC=false"});
  ExpectFailure(arguments, 1, "cannot run /none/cc", {"CC=/none/cc -O1"});
}

TEST_F(TinycTest, RefusesSamplesThatDoNotFit) {
  const auto verify = [&](const std::string& file) {
    return std::vector<std::string>{kModel, "-o", Path("m.c"),
                                    "--verify=" + file};
  };
  ExpectFailure(verify(Path("none.npz")), 1,
                "none.npz: cannot be read: No such file or directory");
  ExpectFailure(verify(kModel), 1, "is not a NumPy .npz or .npy file");
}

TEST_F(TinycTest, Quantizes) {
  const std::string calibration = absl::StrCat("--calibration=", kDigits);
  ProgramRun run =
      RunProgram("tinyc", {kModel, "-o", Path("m.c"), "--quantize=int8",
                           calibration, absl::StrCat("--verify=", kDigits)});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("note: calibrated on 20 samples"));
  EXPECT_THAT(run.err, HasSubstr("\nwarning: 20 calibration samples are few"));
  EXPECT_THAT(run.err, HasSubstr("on 20 samples: all 200 values are the same"));
  EXPECT_THAT(Text("m.h"), HasSubstr("(const float image[M_IMAGE_SIZE]"));
  EXPECT_THAT(run.err,
              HasSubstr("\nnote: quantized, on its 20 calibration samples: "
                        "signal to noise at the outputs "));
  EXPECT_THAT(
      run.err,
      HasSubstr(" 100.0 % of the winners are those of the float model"));
  const std::pair<const char*, const char*> interfaces[] = {
      {"keep", "const float"},
      {"int8", "const int8_t"},
      {"int16", "const int16_t"}};
  for (const auto& [io, type] : interfaces) {
    run = RunProgram("tinyc",
                     {kModel, "-o", Path("m.c"), "--quantize=int8", calibration,
                      absl::StrCat("--io=", io), "--verify"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.err, HasSubstr("all 40 values are the same"));
    EXPECT_THAT(Text("m.h"), HasSubstr(absl::StrCat(type, " image[")));
  }
  run = RunProgram("tinyc", {kModel, "-o", Path("m.c"), "--quantize=int16x8",
                             calibration, "--io=int16", "--verify"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("all 40 values are the same"));
  EXPECT_THAT(Text("m.h"), HasSubstr("(const int16_t image["));
  EXPECT_THAT(Text("m.c"), HasSubstr("static const int64_t"));
  run = RunProgram("tinyc", {kModel, "-o", Path("m.c"), "--quantize=w4a8",
                             calibration, "--verify"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("all 40 values are the same"));
  EXPECT_THAT(Text("m.c"), HasSubstr("tc_conv2d_s8s4("));
  EXPECT_THAT(Text("m.c"), HasSubstr("], several in a byte, low bits first"));
}

TEST_F(TinycTest, Prunes) {
  const std::string calibration = absl::StrCat("--calibration=", kDigits);
  ProgramRun run = RunProgram(
      "tinyc",
      {kModel, "-o", Path("m.c"), "--prune=50%", calibration, "--verify"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(
      run.err,
      HasSubstr("note: pruned, on its 20 calibration samples: 50.0 % of "
                "4544 weights are 0: signal to noise at the outputs "));
  for (const char* quantize : {"int8", "int16x8", "w4a8"}) {
    run =
        RunProgram("tinyc", {kModel, "-o", Path("m.c"), "--prune=2:4,rounds=2",
                             calibration, absl::StrCat("--quantize=", quantize),
                             "--verify"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.err, HasSubstr(" weights are 0: "));
    EXPECT_THAT(run.err, HasSubstr("\nnote: quantized, on its 20 "));
    EXPECT_THAT(run.err, HasSubstr("are those of the pruned model\n"));
    EXPECT_THAT(run.err, HasSubstr("values are the same"));
  }
}

TEST_F(TinycTest, EstimatesRanges) {
  for (const char* type : {"int8", "int16x8", "w4a8"}) {
    const ProgramRun run = RunProgram(
        "tinyc", {kModel, "-o", Path("m.c"), absl::StrCat("--quantize=", type),
                  absl::StrCat("--calibration=", kDigits),
                  "--calibration-range=mse", "--verify"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.err, HasSubstr("mse"));
    EXPECT_THAT(run.err, HasSubstr(" dB, with minmax "));
    EXPECT_THAT(run.err, HasSubstr("all 40 values are the same"));
  }
}

TEST_F(TinycTest, ChoosesFormatsByTheLoss) {
  const std::string calibration = absl::StrCat("--calibration=", kDigits);
  const auto bytes = [&](const char* limit) {
    const ProgramRun run = RunProgram(
        "tinyc", {kModel, "-o", Path("m.c"), "--quantize=auto", calibration,
                  limit, "--verify", "--report=" + Path("m.json")});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.err, HasSubstr("\nnote: chosen: "));
    const auto report = nlohmann::json::parse(Text("m.json"));
    const double decibels = report.at("quantization").at("sqnr_db");
    EXPECT_GT(decibels, std::atof(limit + std::strlen("--max-loss=")));
    return report.at("weight_bytes").get<int64_t>();
  };
  const int64_t cheap = bytes("--max-loss=15dB");
  const int64_t exact = bytes("--max-loss=60dB");
  EXPECT_LT(cheap, exact);
}

TEST_F(TinycTest, ReportsWhatQuantizationCost) {
  const ProgramRun run =
      RunProgram("tinyc", {kModel, "--quantize=int8",
                           absl::StrCat("--calibration=", kDigits), "--check"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("  were only this layer quantized\n"));
  const ProgramRun json =
      RunProgram("tinyc", {kModel, "--quantize=int8",
                           absl::StrCat("--calibration=", kDigits),
                           "--report=" + Path("m.json")});
  EXPECT_EQ(json.exit_code, 0) << json.err;
  const auto quality = nlohmann::json::parse(Text("m.json")).at("quantization");
  EXPECT_EQ(quality.at("samples"), 20);
  EXPECT_EQ(quality.at("agreement"), 1);
  EXPECT_GT(quality.at("sqnr_db"), 30);
  // The digit as it comes in, and the layers with weights at the least.
  EXPECT_GE(quality.at("layers").size(), 5);
  for (const auto& layer : quality.at("layers")) {
    EXPECT_EQ(layer.at("dtype"), "s8");
    EXPECT_GE(layer.at("sqnr_db"), 15) << layer;
    EXPECT_LE(layer.at("saturated"), 0.01) << layer;
  }
}

TEST_F(TinycTest, RefusesWrongCalibration) {
  const auto arguments = [&](const std::string& file) {
    return std::vector<std::string>{
        kModel, "-o", Path("m.c"), "--quantize=int8", "--calibration", file};
  };
  ExpectFailure(arguments(Path("none.npz")), 1,
                "none.npz cannot be read: No such file or directory");
  ExpectFailure(arguments(scripts_.path()), 1, "has no .npz or .npy file");
  ExpectFailure(arguments(kModel), 1, "is not a NumPy .npz or .npy file");
  const auto file = [&](const std::string& name, const Tensor& tensor) {
    return scripts_.Write("s.npz", *NpzBytes({{{name, tensor}}}));
  };
  const Tensor images(TensorType(DType::kF32, {2, 1, 28, 28}));
  const std::string named = scripts_.Write(
      "s.npz", *NpzBytes({{{"picture", images}, {"label", images}}}));
  ExpectFailure(arguments(named), 1,
                "has no array \"image\"; it has picture, label");
  ExpectFailure(
      arguments(file("image", Tensor(TensorType(DType::kF32, {2, 28})))), 1,
      "array \"image\" has shape [2,28], the model takes [1,1,28,28]");
  ExpectFailure(
      arguments(file("image", Tensor(TensorType(DType::kU8, images.shape())))),
      1, "array \"image\" ");
  Tensor nan = images;
  nan.Set(1000, std::nan(""));
  ExpectFailure(arguments(file("image", nan)), 1,
                "has NaN or infinity for input \"image\"");
  ExpectFailure(
      arguments(file("image", Tensor(TensorType(DType::kF32, {0, 1, 28, 28})))),
      1, "has no samples");
  // A model that is quantized already.
  std::vector<std::string> again = arguments(kDigits);
  again[0] = kInt8Model;
  ExpectFailure(again, 1, "the model is quantized already");
}

TEST_F(TinycTest, RefusesModelsThatItCannotRead) {
  ExpectFailure({Path("none.onnx"), "-o", Path("m.c")}, 1,
                "none.onnx: is not a file");
  ExpectFailure({dir_.path(), "-o", Path("m.c")}, 1, ": is not a file");
  const std::string bytes = *ReadFile(kModel);
  for (size_t size = 0; size < bytes.size(); size += bytes.size() / 40) {
    const std::string cut = scripts_.Write("cut.onnx", bytes.substr(0, size));
    ExpectFailure({cut, "-o", Path("m.c")}, 1, "error: " + cut + ": ");
  }
}

TEST_F(TinycTest, SurvivesEveryFlippedByte) {
  const std::string bytes = *ReadFile(kInt8Model);
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = bytes;
    // Half of the flips hit the front, where the graph is.
    const size_t at = random() % (i % 2 == 0 ? 2000 : damaged.size());
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    const std::string model = scripts_.Write("damaged.onnx", damaged);
    const ProgramRun run = RunProgram("tinyc", {model, "-o", Path("m.c")});
    if (run.exit_code == 0) {
      EXPECT_THAT(dir_.Names(), ElementsAre("m.c", "m.h"));
      std::filesystem::remove(Path("m.c"));
      std::filesystem::remove(Path("m.h"));
      continue;
    }
    EXPECT_EQ(run.exit_code, 1) << "byte " << at << "\n" << run.err;
    EXPECT_THAT(run.err, HasSubstr("error: " + model + ": "));
    EXPECT_THAT(dir_.Names(), IsEmpty());
  }
}

TEST_F(TinycTest, RefusesDimensionsThatDoNotFit) {
  ExpectFailure({kModel, "-o", Path("m.c"), "--dim=batch=3"}, 1,
                "error: examples/mnist/mnist.onnx: --dim batch: ");
  ExpectFailure({kModel, "-o", Path("m.c"), "--shape", "img=1x1x28x28"}, 1,
                "--shape img: ");
  ExpectFailure({kModel, "-o", Path("m.c"), "--shape=image=1x5x28x28"}, 1,
                "error: examples/mnist/mnist.onnx: node ");
  ExpectFailure({kModel, "-o", Path("m.c"), "--dim=batch"}, 2, "--dim takes");
  ExpectFailure({kModel, "-o", Path("m.c"), "--dim=batch=-1"}, 2,
                "--dim batch is a whole number, not \"-1\"");
  ExpectFailure({kModel, "-o", Path("m.c"), "--shape=image=1x"}, 2,
                "\"1x\" is no shape");
}

TEST_F(TinycTest, RefusesFoldersThatItCannotWriteTo) {
  ExpectFailure({kModel, "-o", Path("none/m.c")}, 1,
                "none/m.c: No such file or directory");
  // The report cannot be written, so the C is not either.
  ExpectFailure({kModel, "-o", Path("m.c"), "--report=" + Path("none/r.json")},
                1, "none/r.json: No such file or directory");
  ExpectFailure({kModel, "-o", Path("m.c"), "--emit=split",
                 "--report=" + Path("none/r.json")},
                1, "none/r.json: No such file or directory");
}

TEST_F(TinycTest, RefusesWrongUsage) {
  const std::string out = Path("m.c");
  ExpectFailure({}, 2, "one model is expected, not 0");
  ExpectFailure({kModel, kModel, "-o", out}, 2, "expected, not 2");
  ExpectFailure({kModel}, 2, "-o FILE.c is missing");
  ExpectFailure({kModel, "-o"}, 2, "-o needs a value");
  ExpectFailure({kModel, "-o", Path("m.txt")}, 2, "-o names a .c file");
  ExpectFailure({kModel, "-o", out, "--optimise"}, 2,
                "there is no option --optimise");
  ExpectFailure({kModel, "-o", out, "--target=cortex-m5"}, 2,
                "there is no target cortex-m5; did you mean cortex-m");
  ExpectFailure({kModel, "-o", out, "--passes=claen"}, 2,
                "there is no pass claen");
  ExpectFailure({kModel, "-o", out, "--passes=backend,clean"}, 2, "needs [");
  ExpectFailure({kModel, "-o", out, "--quantize=int8"}, 2,
                "--quantize needs --calibration");
  ExpectFailure({kModel, "-o", out, "--quantize=int9", "--calibration=x"}, 2,
                "--quantize is int8, int16x8, w4a8 or auto, not \"int9\"");
  ExpectFailure(
      {kModel, "-o", out, "--quantize=int8", "--calibration=x", "--io=int4"}, 2,
      "--io is keep, int8 or int16");
  ExpectFailure({kModel, "-o", out, "--quantize=int8", "--calibration=x",
                 "--max-loss=1%"},
                2, "--max-loss goes with --quantize=auto");
  ExpectFailure(
      {kModel, "-o", out, "--quantize=auto", "--calibration=x", "--max-loss=1"},
      2, "--max-loss: the greatest loss is a signal to noise (30dB)");
  ExpectFailure({kModel, "-o", out, "--quantize=int8", "--calibration=x",
                 "--calibration-range=percentile:101"},
                2,
                "--calibration-range: the range is minmax, mse or "
                "percentile:99.99 (50 to 100), not \"percentile:101\"");
  ExpectFailure({kModel, "-o", out, "--calibration-range=mse"}, 2,
                "--calibration-range goes with --quantize");
  ExpectFailure({kModel, "-o", out, "--calibration=x"}, 2,
                "--calibration goes with --quantize or --prune");
  ExpectFailure({kModel, "-o", out, "--prune=80%"}, 2,
                "--prune needs --calibration");
  ExpectFailure(
      {kModel, "-o", out, "--prune=80%", "--calibration=x", "--passes=clean"},
      2, "--prune and --passes exclude each other");
  const std::pair<const char*, const char*> requests[] = {
      {"much", "sparsity is the share of weights that become 0"},
      {"2:4,sparsity=50%", "pattern says how many weights go"},
      {"2:4,2:4", "pattern is given twice"},
      {"80%,blok=1x4", "there is no option blok"},
      {"80%,data=y.npz", "there is no option data"},
      {"rounds=2", "the option sparsity=80% or pattern=2:4 is missing"}};
  for (const auto& [request, problem] : requests) {
    ExpectFailure({kModel, "-o", out, absl::StrCat("--prune=", request),
                   "--calibration=x"},
                  2, absl::StrCat("--prune: ", problem));
  }
  ExpectFailure({kModel, "-o", out, "--io=int8"}, 2,
                "--io goes with --quantize");
  ExpectFailure({kModel, "-o", out, "--quantize=int8", "--calibration=x",
                 "--passes=clean"},
                2, "exclude each other");
  ExpectFailure({kModel, "-o", out, "--arena=heap"}, 2, "--arena is static");
  ExpectFailure({kModel, "-o", out, "--code=tiny"}, 2,
                "--code is fast or small");
  ExpectFailure({kModel, "-o", out, "--emit=llvm"}, 2, "--emit is single");
  ExpectFailure({kModel, "-o", out, "--prefix=1st"}, 2, "C identifier");
  ExpectFailure({kModel, "-o", out, "--report=r.pdf"}, 2, ".json or .html");
}

TEST_F(TinycTest, ListsAndHelps) {
  ProgramRun run = RunProgram("tinyc", {"--list-targets"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("cortex-m4"));
  run = RunProgram("tinyc", {"--list-passes"});
  EXPECT_THAT(run.out, HasSubstr("plan-memory"));
  run = RunProgram("tinyc", {"--help"});
  EXPECT_EQ(run.exit_code, 0);
  for (const char* option : {"-o",
                             "--target",
                             "--dim",
                             "--shape",
                             "--prefix",
                             "--arena",
                             "--passes",
                             "--prune",
                             "--quantize",
                             "--calibration",
                             "--calibration-range",
                             "--io",
                             "--print-after",
                             "--time-passes",
                             "--list-passes",
                             "--list-targets",
                             "--report",
                             "--emit",
                             "--verify",
                             "--check",
                             "--version"}) {
    EXPECT_THAT(run.out, HasSubstr(absl::StrCat("  ", option)));
  }
  EXPECT_THAT(
      run.out,
      HasSubstr("--quantize=" +
                absl::StrJoin(EnumNames<QuantizeOptions::Type>::kNames, "|")));
  EXPECT_EQ(run.err, "");
}

TEST_F(TinycTest, PrintsModulesAndTimesToStderr) {
  const ProgramRun run =
      RunProgram("tinyc", {kModel, "-o", Path("m.c"),
                           "--print-after=plan-memory", "--time-passes"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("stage(planned)"));
  EXPECT_THAT(run.err, HasSubstr("total"));
}

}  // namespace
}  // namespace tinyc
