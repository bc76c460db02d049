#include "net/config.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// Of a yes or no that is written only if yes: files of versions that did not know it lack it.
struct MissingIsNo {};

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
  visit("letter_code", c.letter_code, MissingIsNo{});
  visit("bond_code", c.bond_code, MissingIsNo{});
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

template <class Config, class Visit>
void visit_sequence_net(Config& c, Visit visit) {
  visit("architecture", c.architecture, std::vector<std::string>{"residual", "convolutions", "mixed"});
  visit("layout", c.layout, std::vector<std::string>{"strand", "columns"});
  visit("length", c.length, std::pair(1L, 4096L));
  visit("noise", c.noise, std::pair(1L, 4096L));
  visit("hidden", c.hidden, std::pair(1L, 4096L));
  visit("blocks", c.blocks, std::pair(0L, 64L));
  visit("temperature", c.temperature, 0);
  visit("fitted", c.fitted, 0);
}

template <class Objective, class Visit>
void visit_gan_objective(Objective& o, Visit visit) {
  visit("penalty", o.penalty, 0);
  visit("critic_steps", o.critic_steps, std::pair(1L, 1000L));
  visit("beta1", o.beta1, 0);
  visit("beta2", o.beta2, 0);
  visit("average", o.average, 0);
  visit("refold", o.refold, 0);
  visit("feedback", o.feedback, 0);
  visit("accept", o.accept, 0);
  visit("newest", o.newest, std::pair(1L, 1000000L));
  visit("shortest", o.shortest, std::pair(0L, 4096L));
}

struct Writer {
  Json json = Json::object();
  template <class Field, class Rule>
  void operator()(const char* name, const Field& field, const Rule&) {
    if constexpr (std::is_same_v<Rule, MissingIsNo>) {
      if (!field) return;
    }
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
    if constexpr (std::is_same_v<Rule, MissingIsNo>) {
      if (found == json_.end()) {
        field = false;
        return;
      }
    }
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

DivaPreset diva_preset(const std::string& model, const std::string& size, const std::string& likelihood) {
  DivaPreset preset;
  constexpr const char* kModels[] = {"vae", "beta-vae", "beta-iaf-vae", "dc-beta-iaf-vae", "diva"};
  require(std::find(std::begin(kModels), std::end(kModels), model) != std::end(kModels), "'{}' is no model; choose {}",
          printable(model), fmt::join(kModels, ", "));
  require(size == "small" || size == "paper", "'{}' is no size; choose small or paper", printable(size));
  DivaConfig& config = preset.config;
  config.disentangled = model == "diva";
  if (model == "vae" || model == "beta-vae" || model == "beta-iaf-vae") config.decoder = "dense";
  if (size == "paper") {
    config.backbone = "picture";
    config.likelihood = "gaussian";
    config.flow_blocks = 8;
    config.flow_hidden = 1080;
    preset.objective.warmup_epochs = 10;
  } else {
    config.letter_code = true;
    config.bond_code = config.disentangled;
    preset.recipe = {2e-3, 300, 0.05, 0.5, 0.7, config.disentangled ? 0.15 : 0};
  }
  if (model == "vae" || model == "beta-vae") config.flow_blocks = 0;
  if (!likelihood.empty()) config.likelihood = likelihood;
  // The gaussian likelihood counts every pixel, the categorical one every bar: a weight that fits the one drowns the
  // other (docs/results.md).
  double beta = config.likelihood == "gaussian" ? 0.5 : 0.004;
  if (model == "vae") beta *= 2;
  preset.objective.beta_x = preset.objective.beta_y = preset.objective.beta_m = beta;
  return preset;
}

GanPreset gan_preset(const std::string& model, const std::string& size) {
  require(model == "wgan" || model == "fbgan" || model == "cnn", "'{}' is no model; choose wgan, fbgan, cnn",
          printable(model));
  require(size == "small" || size == "paper", "'{}' is no size; choose small or paper", printable(size));
  GanPreset preset;
  preset.objective.feedback = model == "fbgan";
  if (size == "small") {
    preset.network.hidden = 64;
    if (model != "cnn") {
      preset.network.layout = "columns";
      preset.network.fitted = true;
      preset.objective.average = 0.998;
      preset.objective.refold = 0.4;
    }
  }
  return preset;
}

namespace {

// A struct as JSON text, and back.
template <class Config, class Visit>
std::string to_json(const Config& config, Visit visit) {
  Writer writer;
  visit(config, std::ref(writer));
  return writer.json.dump(2);
}

template <class Config, class Visit>
Config from_json(const std::string& text, const std::string& name, Visit visit) {
  Config config;
  Reader reader(text, name);
  visit(config, std::ref(reader));
  reader.done();
  return config;
}

constexpr auto kVisitConfig = [](auto& c, auto visit) { visit_config(c, visit); };
constexpr auto kVisitObjective = [](auto& o, auto visit) { visit_objective(o, visit); };
constexpr auto kVisitSequenceNet = [](auto& c, auto visit) { visit_sequence_net(c, visit); };
constexpr auto kVisitGanObjective = [](auto& o, auto visit) { visit_gan_objective(o, visit); };

}  // namespace

std::string config_json(const DivaConfig& config) { return to_json(config, kVisitConfig); }
DivaConfig config_from_json(const std::string& text, const std::string& name) {
  return from_json<DivaConfig>(text, name, kVisitConfig);
}
std::string objective_json(const DivaObjective& objective) { return to_json(objective, kVisitObjective); }
DivaObjective objective_from_json(const std::string& text, const std::string& name) {
  return from_json<DivaObjective>(text, name, kVisitObjective);
}
std::string sequence_net_json(const SequenceNetConfig& config) { return to_json(config, kVisitSequenceNet); }
SequenceNetConfig sequence_net_from_json(const std::string& text, const std::string& name) {
  auto config = from_json<SequenceNetConfig>(text, name, kVisitSequenceNet);
  constexpr std::int64_t kMostPlaces = 1 << 21;  // numbers of one layer for one sequence
  require(config.length * config.hidden <= kMostPlaces, "{}: a network of {} places with {} channels is too large",
          name, config.length, config.hidden);
  return config;
}
std::string gan_objective_json(const GanObjective& objective) { return to_json(objective, kVisitGanObjective); }
GanObjective gan_objective_from_json(const std::string& text, const std::string& name) {
  return from_json<GanObjective>(text, name, kVisitGanObjective);
}

}  // namespace stemloop
