// Names of files a run writes.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace stemloop {

/// True if the name ends in ".png".
bool is_png(const std::string& path);

/// Names for one file a record in a folder, which is made: what an id has that not every file system allows becomes
/// "_", repeated ids get a number.
class FileNames {
 public:
  explicit FileNames(std::string folder);
  std::string next(const std::string& id, const std::string& extension);

 private:
  std::string folder_;
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, int> repeats_;
};

}  // namespace stemloop
