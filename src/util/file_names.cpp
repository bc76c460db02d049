#include "util/file_names.h"

#include <algorithm>
#include <filesystem>

#include "util/error.h"

namespace stemloop {

bool is_png(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".png" || extension == ".PNG";
}

FileNames::FileNames(std::string folder) : folder_(std::move(folder)) {
  std::error_code failure;
  std::filesystem::create_directories(folder_, failure);
  require(!failure, "{}: cannot be made a folder: {}", folder_, failure.message());
}

std::string FileNames::next(const std::string& id, const std::string& extension) {
  std::string name;
  for (const char c : id) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
    name += plain ? c : '_';
  }
  if (name[0] == '.') name[0] = '_';
  constexpr std::size_t kLongestName = 200;  // file systems take 255 bytes, the extension included
  name.resize(std::min(name.size(), kLongestName));
  std::string unique = name;
  while (!used_.insert(unique).second)
    unique = fmt::format("{}.{}", name, ++repeats_.try_emplace(name, 1).first->second);
  return folder_ + "/" + unique + extension;
}

}  // namespace stemloop
