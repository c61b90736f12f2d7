// SPDX-License-Identifier: Apache-2.0
#include "compiler/data/zip.h"

#include <zip.h>

#include <memory>

namespace tinyc {
namespace {

// A zip_error_t, and its text.
class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ~ZipError() { zip_error_fini(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;

  zip_error_t* get() { return &error_; }
  std::string text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_;
};

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Source = std::unique_ptr<zip_source_t, Discard>;
using File = std::unique_ptr<zip_file_t, Discard>;

constexpr size_t kChunk = 1 << 16;

absl::StatusOr<std::string> ReadMember(zip_t* archive, zip_uint64_t index,
                                       absl::string_view name) {
  const File file(zip_fopen_index(archive, index, 0));
  if (file == nullptr) {
    return Invalid("member \"", name, "\": ", zip_strerror(archive));
  }
  // The declared size is not believed: the text grows as data come.
  std::string bytes;
  while (true) {
    const size_t before = bytes.size();
    bytes.resize(before + kChunk);
    const zip_int64_t count = zip_fread(file.get(), &bytes[before], kChunk);
    bytes.resize(before + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count < 0) {
      return Invalid("member \"", name,
                     "\" is damaged: ", zip_file_strerror(file.get()));
    }
    if (count == 0) return bytes;
  }
}

}  // namespace

absl::StatusOr<std::vector<ZipMember>> ReadZip(absl::string_view archive,
                                               absl::string_view kind) {
  // libzip takes an empty file for an archive without members.
  if (archive.empty()) return Invalid("is empty");
  ZipError error;
  Source source(
      zip_source_buffer_create(archive.data(), archive.size(), 0, error.get()));
  if (source == nullptr) return Invalid(error.text());
  const Archive zip(zip_open_from_source(
      source.get(), ZIP_RDONLY | ZIP_CHECKCONS, error.get()));
  if (zip == nullptr) {
    return Invalid("is not ", kind, ", or is damaged: ", error.text());
  }
  source.release();  // owned by the archive
  std::vector<ZipMember> members;
  const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* name = zip_get_name(zip.get(), index, ZIP_FL_ENC_RAW);
    if (name == nullptr) return Invalid("member ", i, " has no name");
    TINYC_ASSIGN_OR_RETURN(std::string bytes,
                           ReadMember(zip.get(), index, name));
    members.push_back({name, std::move(bytes)});
  }
  return members;
}

absl::StatusOr<std::string> ZipBytes(absl::Span<const ZipMember> members) {
  if (members.empty()) {
    // libzip writes no empty archive; this is one: an end record alone.
    return std::string("PK\x05\x06", 4) + std::string(18, '\0');
  }
  ZipError error;
  const Source source(zip_source_buffer_create(nullptr, 0, 0, error.get()));
  if (source == nullptr) return Internal("zip: ", error.text());
  Archive zip(zip_open_from_source(source.get(), ZIP_CREATE | ZIP_TRUNCATE,
                                   error.get()));
  if (zip == nullptr) return Internal("zip: ", error.text());
  zip_source_keep(source.get());  // outlives the archive
  const auto failed = [&] {
    return Internal("zip: ", zip_strerror(zip.get()));
  };
  for (const ZipMember& member : members) {
    Source bytes(zip_source_buffer(zip.get(), member.bytes.data(),
                                   member.bytes.size(), 0));
    if (bytes == nullptr) return failed();
    const zip_int64_t index = zip_file_add(zip.get(), member.name.c_str(),
                                           bytes.get(), ZIP_FL_ENC_UTF_8);
    if (index < 0) return failed();
    bytes.release();  // owned by the archive
    constexpr zip_uint16_t kFirstOfJanuary1980 = 1 << 5 | 1;
    if (zip_file_set_dostime(zip.get(), static_cast<zip_uint64_t>(index), 0,
                             kFirstOfJanuary1980, 0) < 0) {
      return failed();
    }
  }
  if (zip_close(zip.get()) < 0) return failed();
  zip.release();  // closed

  zip_stat_t stat;
  if (zip_source_stat(source.get(), &stat) < 0 ||
      zip_source_open(source.get()) < 0) {
    return Internal("zip: ",
                    zip_error_strerror(zip_source_error(source.get())));
  }
  std::string archive(stat.size, '\0');
  const zip_int64_t count =
      zip_source_read(source.get(), archive.data(), archive.size());
  zip_source_close(source.get());
  if (count != static_cast<zip_int64_t>(archive.size())) {
    return Internal("zip: the archive could not be read back");
  }
  return archive;
}

}  // namespace tinyc
