#include "net/torch/sequences/gan_training.h"

#include "net/model_directory.h"
#include "net/read_out.h"
#include "net/torch/sequences/critic_loss.h"
#include "net/torch/sequences/gan_draws.h"
#include "net/torch/sequences/symbol_rows.h"
#include "net/torch/weights.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kFeedbackStream = std::uint64_t{1} << 41U;
constexpr std::uint64_t kJudgeStream = std::uint64_t{1} << 42U;

class GanTrainee : public Trainee {
 public:
  GanTrainee(const SequenceNetConfig& config, const GanObjective& objective, const SymbolData& data,
             const GanOptions& gan, const TrainOptions& options, Peers& peers, TrainWatcher& watcher,
             torch::Device device)
      : config_(config),
        objective_(objective),
        data_(data),
        gan_(gan),
        options_(options),
        peers_(peers),
        watcher_(watcher),
        device_(device),
        critic_(config),
        generator_(config),
        average_(config),
        accepted_(torch::zeros({objective.newest, config.length}, torch::kInt64)),
        accepted_count_(torch::zeros({1}, torch::kInt64)),
        generator_steps_(torch::zeros({1}, torch::kInt64)) {
    require(objective.refold == 0 || config.layout == "columns", "only rows of the columns layout can be folded anew");
    if (config.fitted) {
      generator_->fit(one_hot_rows(data, config.symbols(), torch::kCPU));
    }
    if (!options.start.empty()) {
      const StoredModel model = read_stored_model(options.start, kGanFamily);
      require(sequence_net_from_json(model.network, options.start + "/config.json") == config,
              "{}: this network differs from the one to be trained", options.start);
      set_weights(*generator_, model.weights, options.start + "/model.safetensors");
    }
    critic_->to(device);
    generator_->to(device);
    average_->to(device);
    copy_to_average(1);
    for (Tensor& p : average_->parameters()) p.set_requires_grad(false);
  }

  [[nodiscard]] torch::Device device() const override { return device_; }
  std::vector<Learned> learned() override {
    return {{critic_.get(), {}, objective_.beta1, objective_.beta2},
            {generator_.get(), {}, objective_.beta1, objective_.beta2}};
  }
  [[nodiscard]] std::vector<std::size_t> turns(std::int64_t step) const override {
    if (step % objective_.critic_steps == objective_.critic_steps - 1) return {kCritic, kGenerator};
    return {kCritic};
  }
  // Real records and the accepted ones.
  [[nodiscard]] std::int64_t records() const { return data_.size() + accepted_records(); }
  [[nodiscard]] std::int64_t steps_per_epoch() const override { return records() / options_.batch; }

  void begin(std::int64_t epoch, std::int64_t step_of_epoch) override {
    epoch_ = epoch;
    refolds_ = static_cast<double>(epoch) >= (1 - objective_.refold) * static_cast<double>(options_.epochs);
    if (objective_.feedback && step_of_epoch == 0) feed_back(epoch);
    order_ = epoch_order(records(), options_.seed, epoch);
    at_ = step_of_epoch * options_.batch;
  }

  NamedTerms step(std::size_t part, double, std::int64_t step) override {
    Draws draws(options_.seed, 2 * static_cast<std::uint64_t>(step) + part, peers_.rank() * share(), options_.batch,
                device_);
    return part == kCritic ? critic_step(draws) : generator_step(draws);
  }

  void updated(std::size_t part) override {
    if (part != kGenerator) return;
    const auto steps = static_cast<double>(++generator_steps_.data_ptr<std::int64_t>()[0]);
    // Young averages forget faster, so that they do not drag the first weights along.
    const double decay = std::min(objective_.average, (1 + steps) / (10 + steps));
    copy_to_average(objective_.average > 0 ? 1 - decay : 1);
  }

  [[nodiscard]] Keep keep() const override { return gan_.judge_every > 0 ? Keep::kBestJudged : Keep::kLast; }

  Json validate(bool last_epoch) override {
    Json json = Json::object();
    if (gan_.judge_every == 0 || ((epoch_ + 1) % gan_.judge_every != 0 && !last_epoch)) return json;
    std::vector<std::string> valid;
    const SymbolData rows = draw_rows(*average_, gan_.judged, options_.seed, kJudgeStream, device_);
    for (auto& sequence : sequences_of(config_, rows)) {
      if (sequence) valid.push_back(std::move(*sequence));
    }
    for (const auto& [name, value] : watcher_.judge(valid)) json[name] = value;
    json["invalid"] = 1 - static_cast<double>(valid.size()) / static_cast<double>(gan_.judged);
    return json;
  }

  void save_model(const std::string& directory, const Json& metrics) override {
    const Json training = {{"origin", Json::parse(options_.origin)}, {"metrics", metrics}};
    write_stored_model(directory, kGanFamily, {sequence_net_json(config_), training.dump(), weights_of(*average_)});
  }

  std::vector<std::pair<std::string, Tensor>> state() override {
    std::vector<std::pair<std::string, Tensor>> state;
    for (const auto& p : average_->named_parameters()) state.emplace_back("average." + p.key(), p.value());
    for (const auto& b : generator_->named_buffers()) state.emplace_back("generator." + b.key(), b.value());
    state.emplace_back("accepted", accepted_);
    state.emplace_back("accepted_count", accepted_count_);
    state.emplace_back("generator_steps", generator_steps_);
    return state;
  }

 private:
  static constexpr std::size_t kCritic = 0, kGenerator = 1;

  [[nodiscard]] std::int64_t share() const { return options_.batch / peers_.size(); }
  [[nodiscard]] std::int64_t accepted_records() const {
    return std::min(objective_.newest, accepted_count_.data_ptr<std::int64_t>()[0]);
  }

  void copy_to_average(double share_of_new) {
    torch::NoGradGuard no_gradient;
    const auto from = generator_->parameters();
    const auto to = average_->parameters();
    for (std::size_t i = 0; i < to.size(); ++i) to[i].lerp_(from[i], share_of_new);
    const auto from_buffers = generator_->buffers();
    const auto to_buffers = average_->buffers();
    for (std::size_t i = 0; i < to_buffers.size(); ++i) to_buffers[i].copy_(from_buffers[i]);
  }

  Tensor real_rows() {
    SymbolData rows;
    rows.length = config_.length;
    for (std::int64_t i = 0; i < share(); ++i) {
      const std::int64_t record = order_[static_cast<std::size_t>(at_ + peers_.rank() * share() + i)];
      if (record < data_.size()) {
        rows.add(data_.row(record), 1);
      } else {
        std::vector<std::uint8_t> symbols;
        const std::int64_t* from = accepted_.data_ptr<std::int64_t>() + (record - data_.size()) * config_.length;
        for (std::int64_t k = 0; k < config_.length; ++k) symbols.push_back(static_cast<std::uint8_t>(from[k]));
        rows.add(symbols, 1);
      }
    }
    at_ += options_.batch;
    return one_hot_rows(rows, config_.symbols(), device_);
  }

  Tensor fake_rows(Draws& draws) {
    const Tensor noise_NZ = draws.normal(1, share(), config_.noise)[0];
    const Tensor length_N = draws.uniform(share(), 1).view({-1});
    constexpr double kSmallest = 1e-12;
    const Tensor uniform = draws.uniform(share(), config_.length * config_.symbols());
    const Tensor gumbel = -torch::log(-torch::log(uniform.clamp_min(kSmallest)) + kSmallest);
    return generator_->forward({noise_NZ, length_N}, gumbel.view({share(), config_.length, config_.symbols()}));
  }

  // Rows as their sequences fold anew. Of several hairpins the widest stands, the others are loops. A sequence without
  // a pair, or longer than a row now, stays as it was drawn.
  SymbolData folded(const SymbolData& drawn) {
    std::vector<std::string> sequences;
    for (std::int64_t i = 0; i < drawn.size(); ++i)
      sequences.push_back(symbols_sequence(SequenceLayout::kColumns, drawn.row(i)).value_or("A"));
    const auto structures = watcher_.fold(sequences);
    SymbolData rows;
    rows.length = drawn.length;
    for (std::int64_t i = 0; i < drawn.size(); ++i) {
      const std::string& sequence = sequences[static_cast<std::size_t>(i)];
      const std::string structure = widest_hairpin(structures[static_cast<std::size_t>(i)]);
      std::vector<std::uint8_t> row;
      if (structure.find('(') != std::string::npos)
        row = sequence_symbols(SequenceLayout::kColumns, sequence, structure);
      const bool fits = !row.empty() && static_cast<std::int64_t>(row.size()) <= drawn.length;
      rows.add(fits ? row : drawn.row(i), 1);
    }
    return rows;
  }

  // What the critic is shown of drawn distributions.
  Tensor shown(const Tensor& fake_NLV) {
    if (!refolds_) return fake_NLV;
    const Tensor symbols_NL = fake_NLV.argmax(-1).to(torch::kUInt8).to(torch::kCPU).contiguous();
    const std::uint8_t* symbols = symbols_NL.data_ptr<std::uint8_t>();
    SymbolData drawn;
    drawn.length = config_.length;
    drawn.symbols.assign(symbols, symbols + symbols_NL.numel());
    drawn.labels.assign(static_cast<std::size_t>(symbols_NL.size(0)), 1);
    return one_hot_rows(folded(drawn), config_.symbols(), device_);
  }

  NamedTerms critic_step(Draws& draws) {
    torch::NoGradGuard no_gradient;
    const Tensor real_NLV = real_rows();
    const Tensor fake_NLV = shown(fake_rows(draws));
    const Tensor share_N = draws.uniform(share(), 1).view({-1});
    const CriticLoss loss = critic_gradient(*critic_, real_NLV, fake_NLV, share_N, objective_.penalty, options_.batch);
    return {{"critic", torch::tensor(loss.total)},
            {"distance", torch::tensor(loss.distance)},
            {"penalty", torch::tensor(loss.penalty)}};
  }

  // The generator climbs the critic's score: its gradient at the rows is the critic's adjoint. A critic that knows rows
  // of symbols only is asked at those drawn, and its gradient taken as that at the distributions behind them
  // (straight-through estimator, Bengio et al. 2013).
  NamedTerms generator_step(Draws& draws) {
    const Tensor fake_NLV = fake_rows(draws);
    Tensor seen_NLV = fake_NLV.detach();
    if (refolds_) seen_NLV = torch::one_hot(seen_NLV.argmax(-1), config_.symbols()).to(torch::kFloat32);
    const auto trace = critic_->forward(seen_NLV);
    const double one = -1.0 / static_cast<double>(options_.batch);
    const auto adjoint = critic_->backward(trace, torch::full({share()}, one, fake_NLV.options().requires_grad(false)));
    (fake_NLV * adjoint.x_NLV).sum().backward();
    return {{"generator", trace.score_N.sum() * one}};
  }

  // One batch of the generator's sequences goes to the analyzer; what it accepts joins the real records.
  void feed_back(std::int64_t epoch) {
    SymbolData rows = draw_rows(*generator_, options_.batch, options_.seed,
                                kFeedbackStream + static_cast<std::uint64_t>(epoch * options_.batch), device_);
    // Among the real rows stands what real rows are: sequences as they fold.
    if (refolds_) rows = folded(rows);
    const auto sequences = sequences_of(config_, rows);
    std::vector<std::string> offered;
    std::vector<std::int64_t> row_of;
    for (std::int64_t i = 0; i < rows.size(); ++i) {
      const auto& sequence = sequences[static_cast<std::size_t>(i)];
      if (!sequence || static_cast<std::int64_t>(sequence->size()) < objective_.shortest) continue;
      offered.push_back(*sequence);
      row_of.push_back(i);
    }
    if (offered.empty()) return;
    const std::vector<double> scores = watcher_.analyze(offered);
    require(scores.size() == offered.size(), "the analyzer gave {} scores for {} sequences", scores.size(),
            offered.size());
    for (std::size_t i = 0; i < offered.size(); ++i) {
      if (scores[i] < objective_.accept) continue;
      std::int64_t& count = accepted_count_.data_ptr<std::int64_t>()[0];
      const auto symbols = rows.row(row_of[i]);
      std::copy(symbols.begin(), symbols.end(),
                accepted_.data_ptr<std::int64_t>() + count % objective_.newest * config_.length);
      ++count;
    }
  }

  const SequenceNetConfig& config_;
  const GanObjective& objective_;
  const SymbolData& data_;
  const GanOptions& gan_;
  const TrainOptions& options_;
  Peers& peers_;
  TrainWatcher& watcher_;
  torch::Device device_;
  Critic critic_;
  Generator generator_;
  Generator average_;      // what is kept: the generator's weights averaged over its steps, or its weights
  Tensor accepted_;        // rows, the newest in place of the oldest
  Tensor accepted_count_;  // of the whole run
  Tensor generator_steps_;
  std::vector<std::int64_t> order_;
  std::int64_t at_ = 0;  // place in order_
  std::int64_t epoch_ = 0;
  bool refolds_ = false;  // the critic sees sequences as they fold
};

}  // namespace

TrainOutcome run_gan_training(const SequenceNetConfig& config, const GanObjective& objective, const SymbolData& data,
                              const GanOptions& gan, const TrainOptions& options, bool resume, TrainWatcher& watcher) {
  const torch::Device device = device_named(options.device);
  const auto peers = join_peers(device, identity_of(options), [&watcher] { return watcher.stop_asked(); });
  check_batch(options.batch, data.size(), *peers);
  torch::manual_seed(options.seed);
  TrainOptions how = options;
  if (resume) how.start.clear();  // the checkpoint has it all
  GanTrainee trainee(config, objective, data, gan, how, *peers, watcher, device);
  return run_training(trainee, options, resume, *peers, watcher);
}

}  // namespace stemloop
