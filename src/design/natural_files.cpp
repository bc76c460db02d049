#include "design/natural_files.h"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "design/natural_tables.h"
#include "net/model_files.h"
#include "net/net.h"
#include "util/regular_file.h"

namespace stemloop {

namespace {

constexpr const char* kFormat = "stemloop-natural-1";
constexpr double kThousand = 1000;

// Of letters that follow each other, the shares of what may come in each context add up to one.
bool adds_up(const std::vector<float>& logs, std::size_t table) {
  const std::size_t outcomes = table < 21 ? 4 : 16;
  constexpr double kRounding = 0.02;
  for (std::size_t context = 0; context < logs.size() / outcomes; ++context) {
    double sum = 0;
    bool any = false;
    for (std::size_t k = 0; k < outcomes; ++k) {
      const float value = logs[context * outcomes + k];
      any = any || value > NaturalModel::kNever;
      sum += value > NaturalModel::kNever ? std::exp(static_cast<double>(value)) : 0;
    }
    if (any && std::abs(sum - 1) > kRounding) return false;
  }
  return true;
}

NaturalModel::Chain chain_of(const nlohmann::json& from, const std::string& path) {
  NaturalModel::Chain chain;
  chain.weight = from.at("weight").get<double>();
  chain.gc = from.at("gc").get<double>();
  const auto& tables = from.at("tables");
  require(
      chain.weight > 0 && chain.weight <= 1 && chain.gc >= 0 && chain.gc <= 1 && tables.size() == chain.table.size(),
      "{}: a chain is damaged", path);
  for (std::size_t t = 0; t < chain.table.size(); ++t) {
    chain.table[t].assign(table_size(t), NaturalModel::kNever);
    std::size_t at = 0;
    for (std::size_t entry = 0; entry < chain.table[t].size(); ++entry) {
      if (!is_written(t, entry)) continue;
      const auto& item = tables[t].at(at++);
      require(item.is_number_integer() && item <= 0 && item > NaturalModel::kNever * kThousand,
              "{}: {} is no log-probability", path, printable(item.dump()));
      chain.table[t][entry] = static_cast<float>(item.get<double>() / kThousand);
    }
    require(at == tables[t].size(), "{}: table {} has {} entries, not {}", path, t, tables[t].size(), at);
    require(adds_up(chain.table[t], t), "{}: the probabilities of table {} do not add up to one", path, t);
  }
  return chain;
}

}  // namespace

std::string natural_model_text(const NaturalModel& model) {
  nlohmann::ordered_json json = {
      {"format", kFormat}, {"energy_mean", model.energy_mean}, {"energy_sd", model.energy_sd}};
  for (const auto& chain : model.chains) {
    nlohmann::ordered_json tables = nlohmann::ordered_json::array();
    for (const auto& table : chain.table) {
      // Of pairs only what can be is written, in the order of its entries.
      nlohmann::ordered_json values = nlohmann::ordered_json::array();
      for (const float value : table) {
        if (value > NaturalModel::kNever) values.push_back(std::lround(value * kThousand));
      }
      tables.push_back(std::move(values));
    }
    json["chains"].push_back({{"weight", chain.weight}, {"gc", chain.gc}, {"tables", std::move(tables)}});
  }
  return json.dump() + "\n";
}

std::shared_ptr<const NaturalModel> read_natural_model(const std::string& path) {
  constexpr std::uint64_t kMostBytes = 4U << 20U;
  return parse_natural_model(read_regular_file(path, kMostBytes), path);
}

std::shared_ptr<const NaturalModel> parse_natural_model(std::span<const std::byte> bytes, const std::string& path) {
  constexpr int kMostDepth = 5;
  constexpr std::size_t kMostChains = 64;
  auto model = std::make_shared<NaturalModel>();
  try {
    bool deep = false;
    const auto json = nlohmann::json::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                                            [&deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
                                              deep = deep || depth > kMostDepth;
                                              return !deep;
                                            });
    require(!deep && json.at("format") == kFormat, "{}: not a model of natural precursors", path);
    model->energy_mean = json.at("energy_mean").get<double>();
    model->energy_sd = json.at("energy_sd").get<double>();
    require(std::abs(model->energy_mean) <= 100 && model->energy_sd > 0 && model->energy_sd <= 100,
            "{}: energies {} and {} are out of range", path, model->energy_mean, model->energy_sd);
    const auto& chains = json.at("chains");
    require(chains.is_array() && !chains.empty() && chains.size() <= kMostChains,
            "{}: there are not 1 to {} chains in it", path, kMostChains);
    for (const auto& from : chains) model->chains.push_back(chain_of(from, path));
  } catch (const nlohmann::json::exception& error) {
    fail("{}: not a model of natural precursors: {}", path, printable(error.what()));
  }
  return model;
}

std::shared_ptr<const NaturalModel> open_natural_directory(const std::string& directory) {
  const std::string family = model_family(directory);
  require(family == kNaturalFamily, "{}: this is a model of family '{}', not '{}'", directory, printable(family),
          kNaturalFamily);
  return parse_natural_model(checked_file(read_config(directory), directory, kNaturalFile),
                             directory + "/" + kNaturalFile);
}

std::shared_ptr<const NaturalModel> open_natural_model(const std::string& name) {
  std::error_code ignored;
  const bool file = is_model_path(name) || name.ends_with(".json");
  if (file && std::filesystem::is_regular_file(name, ignored)) return read_natural_model(name);
  return open_natural_directory(find_model(name));
}

}  // namespace stemloop
