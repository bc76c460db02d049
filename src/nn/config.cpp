#include "nn/config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// Every field once: visit(name, field, what it may be).
template <class Config, class Visit>
void visit_config(Config& c, Visit visit) {
  visit("backbone", c.backbone, std::vector<std::string>{"columns", "picture"});
  visit("decoder", c.decoder, std::vector<std::string>{"deconvolution", "dense"});
  visit("likelihood", c.likelihood, std::vector<std::string>{"categorical", "gaussian"});
  visit("disentangled", c.disentangled, 0);
  visit("latent", c.latent, std::pair(2L, 1024L));
  visit("context", c.context, std::pair(1L, 1024L));
  visit("flow_blocks", c.flow_blocks, std::pair(0L, 64L));
  visit("flow_hidden", c.flow_hidden, std::pair(2L, 8192L));
  visit("width", c.width, std::pair(8L, 512L));
  visit("decoder_width", c.decoder_width, std::pair(8L, 512L));
}

template <class Objective, class Visit>
void visit_objective(Objective& o, Visit visit) {
  visit("beta_x", o.beta_x, 0);
  visit("beta_y", o.beta_y, 0);
  visit("beta_m", o.beta_m, 0);
  visit("alpha_y1", o.alpha_y1, 0);
  visit("alpha_y2", o.alpha_y2, 0);
  visit("alpha_m", o.alpha_m, 0);
  visit("warmup_epochs", o.warmup_epochs, 0);
}

struct Writer {
  Json json = Json::object();
  template <class Field, class Rule>
  void operator()(const char* name, const Field& field, const Rule&) {
    json[name] = field;
  }
};

class Reader {
 public:
  Reader(const std::string& text, std::string name) : name_(std::move(name)) {
    json_ = Json::parse(text, nullptr, false);
    require(json_.is_object(), "{}: is no JSON object", name_);
  }

  template <class Field, class Rule>
  void operator()(const char* key, Field& field, const Rule& rule) {
    const auto found = json_.find(key);
    require(found != json_.end(), "{}: '{}' is missing", name_, key);
    const std::string value = printable(found->dump(-1, ' ', false, Json::error_handler_t::replace));
    if constexpr (std::is_same_v<Field, std::string>) {
      require(found->is_string(), "{}: '{}' is {}, not a text", name_, key, value);
      field = found->template get<std::string>();
      require(std::find(rule.begin(), rule.end(), field) != rule.end(), "{}: '{}' is {}; choose {}", name_, key, value,
              fmt::join(rule, " or "));
    } else if constexpr (std::is_same_v<Field, bool>) {
      require(found->is_boolean(), "{}: '{}' is {}, neither true nor false", name_, key, value);
      field = found->template get<bool>();
    } else if constexpr (std::is_same_v<Field, double>) {
      require(found->is_number(), "{}: '{}' is {}, not a number", name_, key, value);
      field = found->template get<double>();
      require(field >= 0 && field <= 1e6, "{}: '{}' is {}, outside 0 to 1000000", name_, key, value);
    } else {
      require(found->is_number_integer(), "{}: '{}' is {}, not a whole number", name_, key, value);
      const auto number = found->template get<double>();
      require(number >= static_cast<double>(rule.first) && number <= static_cast<double>(rule.second),
              "{}: '{}' is {}, outside {} to {}", name_, key, value, rule.first, rule.second);
      field = found->template get<std::int64_t>();
    }
    json_.erase(found);
  }

  void done() const {
    require(json_.empty(), "{}: '{}' is not known here; was it written by a newer stemloop?", name_,
            json_.empty() ? "" : printable(json_.begin().key()));
  }

 private:
  Json json_;
  std::string name_;
};

}  // namespace

DivaPreset diva_preset(const std::string& model, const std::string& size) {
  DivaPreset preset;
  require(size == "small" || size == "paper", "'{}' is no size; choose small or paper", printable(size));
  if (size == "paper") {
    preset.config.backbone = "picture";
    preset.config.likelihood = "gaussian";
    preset.config.flow_blocks = 8;
    preset.config.flow_hidden = 1080;
  }
  // The gaussian likelihood counts every pixel, the categorical one every bar: a weight that fits the one drowns the
  // other (docs/results.md), so the categorical presets carry a tenth of the paper's.
  double beta = size == "paper" ? 0.5 : 0.05;
  if (model == "vae") {
    beta *= 2;
  }
  if (model == "vae" || model == "beta-vae") preset.config.flow_blocks = 0;
  if (model == "vae" || model == "beta-vae" || model == "beta-iaf-vae") preset.config.decoder = "dense";
  const char* kModels[] = {"vae", "beta-vae", "beta-iaf-vae", "dc-beta-iaf-vae", "diva"};
  require(std::find(std::begin(kModels), std::end(kModels), model) != std::end(kModels), "'{}' is no model; choose {}",
          printable(model), fmt::join(kModels, ", "));
  preset.config.disentangled = model == "diva";
  preset.objective.beta_x = preset.objective.beta_y = preset.objective.beta_m = beta;
  return preset;
}

std::string config_json(const DivaConfig& config) {
  Writer writer;
  visit_config(config, std::ref(writer));
  return writer.json.dump(2);
}

DivaConfig config_from_json(const std::string& text, const std::string& name) {
  DivaConfig config;
  Reader reader(text, name);
  visit_config(config, std::ref(reader));
  reader.done();
  return config;
}

std::string objective_json(const DivaObjective& objective) {
  Writer writer;
  visit_objective(objective, std::ref(writer));
  return writer.json.dump(2);
}

DivaObjective objective_from_json(const std::string& text, const std::string& name) {
  DivaObjective objective;
  Reader reader(text, name);
  visit_objective(objective, std::ref(reader));
  reader.done();
  return objective;
}

}  // namespace stemloop
