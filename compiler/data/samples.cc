// SPDX-License-Identifier: Apache-2.0
#include "compiler/data/samples.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <random>
#include <utility>

#include "absl/strings/str_join.h"

namespace tinyc {
namespace {

Shape WithLeading(int64_t count, Shape shape) {
  shape.insert(shape.begin(), count);
  return shape;
}

// `count` elements of `array` from element `first` on, of that shape.
Tensor Slice(const Tensor& array, int64_t first, const Shape& shape) {
  Tensor slice(TensorType(array.dtype(), shape));
  const int64_t bytes = InfoOf(array.dtype()).bits / 8;  // NumPy's form
  if (slice.size() > 0) {
    std::memcpy(slice.bytes().data(), array.bytes().data() + first * bytes,
                slice.bytes().size());
  }
  return slice;
}

// The array for `input`, or null.
const NamedTensor* FindArray(absl::Span<const NamedTensor> arrays,
                             const std::string& input, bool only_input) {
  const auto named = [&](absl::string_view name) -> const NamedTensor* {
    for (const NamedTensor& array : arrays) {
      if (array.name == name) return &array;
    }
    return nullptr;
  };
  const NamedTensor* array = named(input);
  if (array != nullptr || !only_input) return array;
  return arrays.size() == 1 ? &arrays[0] : named("x");
}

struct Fit {
  Samples::Form form;
  int64_t count;
};

absl::StatusOr<Fit> FitOf(const Shape& array, const Shape& input) {
  if (array == input) return Fit{Samples::Form::kOne, 1};
  const absl::Span<const int64_t> rest =
      array.empty() ? absl::Span<const int64_t>()
                    : absl::MakeConstSpan(array).subspan(1);
  if (!array.empty() && rest == absl::MakeConstSpan(input)) {
    return Fit{Samples::Form::kStacked, array[0]};
  }
  if (!array.empty() && !input.empty() && input[0] == 1 &&
      rest == absl::MakeConstSpan(input).subspan(1)) {
    return Fit{Samples::Form::kWithoutBatch, array[0]};
  }
  return Invalid("has shape ", ToString(array), ", the model takes ",
                 ToString(input), ", or any number of them as [N,",
                 absl::StrJoin(input, ","), "]");
}

// The samples of a value of `type` in an array that fits it.
absl::StatusOr<std::vector<Tensor>> Cut(const Tensor& array, int64_t count,
                                        const TensorType& type) {
  std::vector<Tensor> samples;
  for (int64_t n = 0; n < count; ++n) {
    TINYC_ASSIGN_OR_RETURN(
        Tensor sample,
        FromNumpyForm(Slice(array, n * type.num_elements(), type.shape), type));
    samples.push_back(std::move(sample));
  }
  return samples;
}

Tensor RandomTensor(const TensorType& type, std::mt19937_64* random) {
  Tensor tensor(type);
  std::normal_distribution<double> normal;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (IsFloat(type.dtype)) {
      tensor.Set(i, normal(*random));
    } else if (InfoOf(type.dtype).bits == 64) {
      tensor.SetInt(i, static_cast<int64_t>((*random)()));
    } else if (type.dtype == DType::kBool) {
      tensor.SetInt(i, static_cast<int64_t>((*random)() & 1));
    } else {
      tensor.SetInt(i, std::uniform_int_distribution<int64_t>(
                           MinOf(type.dtype), MaxOf(type.dtype))(*random));
    }
  }
  return tensor;
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> CutSamples(const Tensor& array,
                                               const TensorType& type) {
  TINYC_ASSIGN_OR_RETURN(const Fit fit, FitOf(array.shape(), type.shape));
  return Cut(array, fit.count, type);
}

absl::StatusOr<Samples> Samples::Match(std::vector<NamedTensor> arrays,
                                       const Graph& graph) {
  Samples samples;
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    const Value& input = *graph.inputs()[i];
    const NamedTensor* array =
        FindArray(arrays, input.name(), graph.inputs().size() == 1);
    if (array == nullptr) {
      std::vector<std::string> names;
      for (const NamedTensor& a : arrays) names.push_back(a.name);
      return Invalid("has no array \"", input.name(), "\"; it has ",
                     names.empty() ? "none" : absl::StrJoin(names, ", "));
    }
    const std::string place = absl::StrCat("array \"", array->name, "\" ");
    const absl::StatusOr<Fit> fit =
        FitOf(array->tensor.shape(), input.type().shape);
    if (!fit.ok()) return Prefixed(place, fit.status());
    if (i == 0) {
      samples.form_ = fit->form;
      samples.values_.resize(static_cast<size_t>(fit->count));
    } else if (fit->count != static_cast<int64_t>(samples.values_.size())) {
      return Invalid(place, "has ", fit->count, " samples, that of input \"",
                     graph.inputs()[0]->name(), "\" has ",
                     samples.values_.size());
    }
    absl::StatusOr<std::vector<Tensor>> cut =
        Cut(array->tensor, fit->count, input.type());
    if (!cut.ok()) return Prefixed(place, cut.status());
    for (size_t n = 0; n < cut->size(); ++n) {
      samples.values_[n].push_back(std::move((*cut)[n]));
    }
  }
  // A model without inputs has one sample.
  if (graph.inputs().empty()) {
    samples.form_ = Form::kOne;
    samples.values_.resize(1);
  }
  return samples;
}

namespace {

// The files of a folder that hold arrays, by name.
absl::StatusOr<std::vector<std::filesystem::path>> ArrayFiles(
    const std::string& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string extension = entry.path().extension();
    if (extension == ".npz" || extension == ".npy") {
      files.push_back(entry.path());
    }
  }
  if (error) return Invalid("cannot be read: ", error.message());
  if (files.empty()) return Invalid("has no .npz or .npy file");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<Samples> Samples::Read(const std::string& path,
                                      const Graph& graph) {
  std::vector<std::string> names;
  for (const Value* input : graph.inputs()) names.push_back(input->name());
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    TINYC_ASSIGN_OR_RETURN(std::vector<NamedTensor> arrays,
                           ReadArrays(path, names));
    return Match(std::move(arrays), graph);
  }
  TINYC_ASSIGN_OR_RETURN(const std::vector<std::filesystem::path> files,
                         ArrayFiles(path));
  Samples samples;
  std::vector<NamedTensor> by_input;
  for (const std::filesystem::path& file : files) {
    const std::string place = absl::StrCat(file.filename().string(), " ");
    absl::StatusOr<std::vector<NamedTensor>> arrays =
        ReadArrays(file.string(), names);
    if (!arrays.ok()) return Prefixed(place, arrays.status());
    const std::string stem = file.stem();
    if (file.extension() == ".npy" &&
        std::find(names.begin(), names.end(), stem) != names.end()) {
      by_input.push_back({stem, std::move((*arrays)[0].tensor)});
      continue;
    }
    absl::StatusOr<Samples> some = Match(*std::move(arrays), graph);
    if (!some.ok()) return Prefixed(place, some.status());
    for (auto& sample : some->values_) {
      samples.values_.push_back(std::move(sample));
    }
  }
  if (!by_input.empty()) {
    TINYC_ASSIGN_OR_RETURN(Samples some, Match(std::move(by_input), graph));
    for (auto& sample : some.values_) {
      samples.values_.push_back(std::move(sample));
    }
  }
  return samples;
}

std::vector<std::vector<Tensor>> Samples::Spread(size_t count) const {
  if (values_.size() <= count) return values_;
  std::vector<std::vector<Tensor>> spread;
  for (size_t i = 0; i < count; ++i) {
    // The middle of the i-th of `count` equal parts.
    spread.push_back(values_[(2 * i + 1) * values_.size() / (2 * count)]);
  }
  return spread;
}

Samples Samples::Random(const Graph& graph, int64_t count) {
  std::mt19937_64 random(1);
  Samples samples;
  samples.values_.resize(static_cast<size_t>(count));
  for (std::vector<Tensor>& sample : samples.values_) {
    for (const Value* input : graph.inputs()) {
      sample.push_back(RandomTensor(input->type(), &random));
    }
  }
  return samples;
}

std::vector<NamedTensor> Samples::Stack(
    const Graph& graph, absl::Span<const std::vector<Tensor>> outputs) const {
  const int64_t count = static_cast<int64_t>(outputs.size());
  std::vector<NamedTensor> arrays;
  for (size_t o = 0; o < graph.outputs().size(); ++o) {
    const Value& output = *graph.outputs()[o];
    Shape shape = output.type().shape;
    if (form_ == Form::kWithoutBatch && !shape.empty() && shape[0] == 1) {
      shape[0] = count;
    } else if (form_ != Form::kOne) {
      shape = WithLeading(count, shape);
    }
    Tensor stacked(TensorType(
        NumpyForm(Tensor(TensorType(output.type().dtype, {0}))).dtype(),
        shape));
    size_t at = 0;
    for (const std::vector<Tensor>& sample : outputs) {
      const Tensor array = NumpyForm(sample[o]);
      if (array.size() == 0) continue;
      std::memcpy(stacked.bytes().data() + at, array.bytes().data(),
                  array.bytes().size());
      at += array.bytes().size();
    }
    arrays.push_back({output.name(), std::move(stacked)});
  }
  return arrays;
}

}  // namespace tinyc
