#include "net/torch/loop/run_state.h"

#include <cmath>

#include "data/data.h"
#include "net/checkpoint.h"
#include "net/torch/weights.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// Tensors of a checkpoint by part: the first part's have plain names.
std::string of_part(const char* name, std::size_t part) {
  return part == 0 ? std::string(name) : fmt::format("{}.{}", name, part);
}

}  // namespace

Json RunCounts::json() const {
  return {{"step", step},
          {"epoch", epoch},
          {"step_of_epoch", step_of_epoch},
          {"best_epoch", best_epoch},
          {"best_loss", best_loss},
          {"epochs_without_better", epochs_without_better},
          {"finished", finished}};
}

void RunCounts::read(const Json& json) {
  json.at("step").get_to(step);
  json.at("epoch").get_to(epoch);
  json.at("step_of_epoch").get_to(step_of_epoch);
  json.at("best_epoch").get_to(best_epoch);
  json.at("best_loss").get_to(best_loss);
  json.at("epochs_without_better").get_to(epochs_without_better);
  json.at("finished").get_to(finished);
}

void RunCounts::check(std::int64_t epochs) const {
  constexpr std::int64_t kMost = std::int64_t{1} << 50U;
  const bool counts = step >= 0 && step < kMost && epoch >= 0 && epoch <= epochs && step_of_epoch >= 0 &&
                      step_of_epoch <= step && epochs_without_better >= 0 && epochs_without_better <= epoch;
  require(counts && best_epoch >= -1 && best_epoch < std::max<std::int64_t>(epoch, 1) && std::isfinite(best_loss),
          "step {}, epoch {} of {}, best {}: no run can stand there", step, epoch, epochs, best_epoch);
}

RunState::RunState(Trainee& trainee) : trainee_(trainee) {
  for (const Learned& part : trainee.learned()) parts.push_back({Adam(part), 0});
}

RunTerm& RunState::term(const std::string& name) {
  for (RunTerm& t : terms) {
    if (t.name == name) return t;
  }
  terms.push_back({name});
  return terms.back();
}

Json RunState::means() const {
  Json json = Json::object();
  for (const RunTerm& t : terms) {
    if (t.count > 0) json[t.name] = t.sum / static_cast<double>(t.count);
  }
  return json;
}

void RunState::remember() {
  torch::NoGradGuard no_gradient;
  std::vector<Tensor> all;
  for (RunPart& part : parts) {
    for (const Tensor& tensor : {part.adam.values(), part.adam.first_moments(), part.adam.second_moments()})
      all.push_back(tensor);
  }
  for (const auto& [name, tensor] : trainee_.state()) all.push_back(tensor);
  before_.tensors.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& [in_use, copy] = before_.tensors[i];
    in_use = all[i];
    if (copy.defined() && copy.sizes() == in_use.sizes()) {
      copy.copy_(in_use);
    } else {
      copy = in_use.detach().clone();
    }
  }
  before_.updates.clear();
  for (const RunPart& part : parts) before_.updates.push_back(part.updates);
  before_.terms = terms;
  before_.at = at;
}

void RunState::go_back() {
  torch::NoGradGuard no_gradient;
  for (auto& [in_use, copy] : before_.tensors) in_use.copy_(copy);
  for (std::size_t i = 0; i < before_.updates.size(); ++i) parts[i].updates = before_.updates[i];
  if (before_.tensors.empty()) return;
  terms = before_.terms;
  at = before_.at;
}

void RunState::save(const std::string& path, const std::string& identity) {
  TensorFile file;
  Json updates = Json::array(), sums = Json::array();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    put_tensor(file, of_part("values", i), parts[i].adam.values());
    put_tensor(file, of_part("first_moments", i), parts[i].adam.first_moments());
    put_tensor(file, of_part("second_moments", i), parts[i].adam.second_moments());
    updates.push_back(parts[i].updates);
  }
  for (const auto& [name, tensor] : trainee_.state()) put_tensor(file, "state." + name, tensor);
  for (const RunTerm& t : terms) sums.push_back({{"name", t.name}, {"sum", t.sum}, {"count", t.count}});
  Json state = at.json();
  state["updates"] = updates;
  state["terms"] = sums;
  file.metadata["state"] = state.dump();
  replace_file(path, seal_checkpoint(std::move(file), identity));
}

void RunState::load(const std::string& path, const std::string& identity, std::int64_t epochs) {
  const TensorFile file = open_checkpoint(path, identity);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    take_tensor(file, of_part("values", i), parts[i].adam.values(), path);
    take_tensor(file, of_part("first_moments", i), parts[i].adam.first_moments(), path);
    take_tensor(file, of_part("second_moments", i), parts[i].adam.second_moments(), path);
  }
  for (const auto& [name, tensor] : trainee_.state()) take_tensor(file, "state." + name, tensor, path);
  try {
    const Json state = Json::parse(file.metadata.at("state"));
    at.read(state);
    at.check(epochs);
    for (std::size_t i = 0; i < parts.size(); ++i) state.at("updates").at(i).get_to(parts[i].updates);
    terms.clear();
    for (const Json& t : state.at("terms"))
      terms.push_back({t.at("name").get<std::string>(), t.at("sum").get<double>(), t.at("count").get<std::int64_t>()});
  } catch (const std::exception& error) {
    fail("{}: its state cannot be read: {}", path, error.what());
  }
}

}  // namespace stemloop
