// What the classifiers' directories share: config.json and the files whose checksums stand in it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace stemloop {

std::string text_of(const std::vector<std::byte>& bytes);

/// DIRECTORY/config.json. Error if there is no directory or it holds no JSON object.
nlohmann::ordered_json read_config(const std::string& directory);

/// A file of the directory whose checksum stands under "md5" in `config`. Error if there is none or it differs.
std::vector<std::byte> checked_file(const nlohmann::ordered_json& config, const std::string& directory,
                                    const char* file);

/// The value below which `share` of the values lie. REQUIRES: there is one.
double quantile(std::vector<double> values, double share);

}  // namespace stemloop
