#include "altyn/data/packed_file.h"

#include <zlib.h>

#include <fstream>
#include <vector>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

[[noreturn]] void fail(std::string code, std::string what, const std::string& path, std::string why,
                       std::vector<std::string> fixes) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = path,
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

/// zlib's state for one gzip file, whose length and sum it compares at the end.
struct Unpacking {
  z_stream stream{};
  Unpacking() { ALTYN_CHECK(inflateInit2(&stream, 15 + 16) == Z_OK, "zlib does not start"); }
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;
  ~Unpacking() { inflateEnd(&stream); }
};

}  // namespace

void check_packed(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (file.get() != 0x1F || file.get() != 0x8B) {
    fail("unreadable-table", "this is no gzip file", path, "its name says that it is packed",
         {"rename it without .gz"});
  }
  file.seekg(0);
  Unpacking unpacking;
  z_stream& stream = unpacking.stream;
  std::vector<char> packed(std::size_t{1} << 16);
  std::vector<Bytef> text(std::size_t{1} << 18);
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    if (stream.avail_in == 0) {
      file.read(packed.data(), std::ssize(packed));
      stream.next_in = reinterpret_cast<Bytef*>(packed.data());
      stream.avail_in = static_cast<uInt>(file.gcount());
      if (stream.avail_in == 0) {
        fail("truncated-gzip", "the packed file ends too early", path,
             "its last rows would be missing without a word", {"copy or download the file again"});
      }
    }
    stream.next_out = text.data();
    stream.avail_out = static_cast<uInt>(text.size());
    code = inflate(&stream, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      fail("damaged-gzip", "the packed file is damaged", path,
           stream.msg == nullptr ? "it does not unpack" : stream.msg,
           {"copy or download the file again"});
    }
  }
  if (stream.avail_in > 0 || file.peek() != std::ifstream::traits_type::eof()) {
    fail("several-parts", "the packed file goes on behind its end", path,
         "of several packed files put together, one that is missing would leave no trace",
         {"unpack it first: gunzip < old.gz > new.csv"});
  }
}

}  // namespace altyn::data
