// A file that grows by whole lines: each is on the disk when append() returns, or the file is as it was before. What a
// kill leaves of a line, whoever reads the file takes off.
#pragma once

#include <string>
#include <string_view>

namespace stemloop {

class AppendFile {
 public:
  /// Error if the file is not there or cannot be written.
  explicit AppendFile(std::string path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Error if the line has not reached the disk.
  void append(std::string_view line);

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace stemloop
