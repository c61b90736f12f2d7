// SPDX-License-Identifier: Apache-2.0
// NumPy's array files: .npy (one array) and .npz (a zip of them).
//
// Read: format 1.0 to 3.0, little endian, C or Fortran order, stored or
// deflated members.  Written: format 1.0, C order, deflated; the same bytes
// for the same arrays.
//
// NumPy lacks some of our types.  bf16 and the 8-bit floats stand as unsigned
// integers of their bits; types below a byte stand one element per byte.
//
// Errors read on after the name of the file: "has no array ...".
#ifndef TINYC_COMPILER_DATA_NPZ_H_
#define TINYC_COMPILER_DATA_NPZ_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

// The array in the bytes of an .npy file.  A void type of one or two bytes,
// which is how NumPy stores the types of ml_dtypes, is read as u8 or u16.
absl::StatusOr<Tensor> ParseNpy(absl::string_view bytes);
// The bytes of an .npy file with `tensor`, as NumpyForm shows it.
std::string NpyBytes(const Tensor& tensor);

// The arrays of an .npz file in its order, named without their ".npy"; or the
// one array of an .npy file, named "".  When the file has an array of each name
// in `wanted`, the others are left unread.
absl::StatusOr<std::vector<NamedTensor>> ReadArrays(
    const std::string& path, absl::Span<const std::string> wanted = {});
// The bytes of an .npz file; names are distinct.
absl::StatusOr<std::string> NpzBytes(absl::Span<const NamedTensor> arrays);

// `tensor` in the form NumPy can hold, and back to `type`, which has as many
// elements; the quantization of `type` does not matter.
Tensor NumpyForm(const Tensor& tensor);
absl::StatusOr<Tensor> FromNumpyForm(const Tensor& array,
                                     const TensorType& type);

}  // namespace tinyc

#endif  // TINYC_COMPILER_DATA_NPZ_H_
