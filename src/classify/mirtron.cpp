#include "classify/mirtron.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <unordered_map>

#include "classify/model_files.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr const char* kBooster = "booster.ubj";
constexpr const char* kIndex = "index.safetensors";
constexpr const char* kRanged[] = {"nucleotides", "gc_content", "mfe_per_nt"};
constexpr double kRangeTail = 0.001;
constexpr const char* kFigureNames[] = {"accuracy", "sensitivity", "specificity", "mcc", "auroc", "auprc", "ece"};
constexpr std::string_view kLetters = "ACGU";
constexpr int kEndLetters = 6;  // looked at one by one at either end
constexpr int kSite = 3;        // letters of a splice site that the tract stands away from
constexpr int kTract = 18;      // length of the tracts measured

// Columns of the letters at the 5' and at the 3' end, counted from the end.
constexpr std::string_view kFirst = "letter_5_", kLast = "letter_3_";

bool is_letter(std::string_view column) { return column.starts_with(kFirst) || column.starts_with(kLast); }

// --- what the trees see ----------------------------------------------------------------------------------------------

// The columns beside those of evidence_matrix(), in one place: add(name, value) is called for each in their order.
template <class Add>
void measure_mirtron(const FoldedHairpin& hairpin, Add add) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  const std::string& s = hairpin.sequence;
  const std::string& structure = hairpin.structure;
  const std::size_t n = s.size();
  const auto share = [&](std::size_t begin, std::size_t end, std::string_view letters) {
    begin = std::min(begin, n);
    end = std::clamp(end, begin, n);
    if (begin == end) return kMissing;
    const auto count =
        std::count_if(s.begin() + static_cast<std::ptrdiff_t>(begin), s.begin() + static_cast<std::ptrdiff_t>(end),
                      [&](char c) { return letters.find(c) != std::string_view::npos; });
    return static_cast<double>(count) / static_cast<double>(end - begin);
  };
  const auto longest_run = [&](std::string_view letters) {
    int run = 0, longest = 0;
    for (const char c : s) {
      run = letters.find(c) != std::string_view::npos ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    return longest;
  };

  for (const bool start : {true, false}) {
    for (std::size_t k = 1; k <= kEndLetters; ++k) {
      const char letter = k > n ? kGapLetter : start ? s[k - 1] : s[n - k];
      for (const char c : kLetters) add(fmt::format("{}{}_{}", start ? kFirst : kLast, k, c), letter == c ? 1.0 : 0.0);
    }
  }
  const std::size_t first = structure.find_first_not_of('.'), last = structure.find_last_not_of('.');
  const bool paired = first != std::string::npos;
  const double front = paired ? static_cast<double>(first) : kMissing;
  const double back = paired ? static_cast<double>(n - 1 - last) : kMissing;
  add("overhang_5", front);
  add("overhang_3", back);
  add("overhang_difference", back - front);
  const auto free = static_cast<double>(std::count(structure.begin(), structure.end(), '.'));
  add("paired_share", n > 0 ? 1 - free / static_cast<double>(n) : kMissing);
  add("hairpins", lay_out(s, structure).hairpins);
  for (const bool five : {true, false}) {
    for (const char& c : kLetters)
      add(fmt::format("half_{}_{}", five ? 5 : 3, c), share(five ? 0 : n / 2, five ? n / 2 : n, {&c, 1}));
  }
  constexpr std::size_t kFar = kSite + kTract;
  const std::size_t tract = n > kFar ? n - kFar : 0, tract_end = n > kSite ? n - kSite : 0;
  for (const auto& [name, letters] : {std::pair("pyrimidines", "CU"), std::pair("U", "U"), std::pair("G", "G")}) {
    add(fmt::format("tract_3_{}", name), share(tract, tract_end, letters));
    add(fmt::format("tract_5_{}", name), share(kSite, kFar, letters));
  }
  add("longest_G_run", longest_run("G"));
  add("longest_pyrimidine_run", longest_run("CU"));
  const std::size_t ag = n > kSite ? s.rfind("AG", n - kSite - 1) : std::string::npos;
  add("last_AG", ag == std::string::npos ? kMissing : static_cast<double>(n - 2 - ag));
}

// The property a column belongs to: "letter_5_2" of "letter_5_2_U", else the column itself.
std::string property_of(const std::string& column) {
  return is_letter(column) ? column.substr(0, column.rfind('_')) : column;
}

std::vector<Evidence> evidence_of(std::span<const FoldedHairpin> hairpins) {
  std::vector<Evidence> evidence;
  for (const FoldedHairpin& h : hairpins)
    evidence.push_back({draw_picture(lay_out(h.sequence, h.structure).columns), h.sequence, h.mfe_kcal});
  return evidence;
}

Matrix matrix_of(std::span<const FoldedHairpin> hairpins, std::span<const Evidence> evidence,
                 const FeatureTable& table) {
  const Matrix seen = evidence_matrix(evidence, table);
  Matrix matrix{seen.rows, 0, {}};
  for (std::int64_t i = 0; i < seen.rows; ++i) {
    matrix.values.insert(matrix.values.end(), seen.row(i).begin(), seen.row(i).end());
    measure_mirtron(hairpins[static_cast<std::size_t>(i)],
                    [&](const std::string&, double value) { matrix.values.push_back(static_cast<float>(value)); });
  }
  matrix.columns = matrix.rows == 0 ? 0 : static_cast<std::int64_t>(matrix.values.size()) / matrix.rows;
  return matrix;
}

// Contributions of columns added up by property; `columns` as mirtron_columns().
std::vector<Contribution> properties_of(const std::vector<std::string>& columns, std::span<const float> row) {
  std::vector<Contribution> all;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    std::string property = property_of(columns[k]);
    if (all.empty() || all.back().feature != property) all.push_back({std::move(property), "", 0});
    all.back().log_odds += row[k];
  }
  return all;
}

// What each property changes on average, up or down, to four decimals; the weightiest first.
std::vector<std::pair<std::string, double>> importance_of(const Matrix& contributions) {
  constexpr double kDecimals = 1e4;
  const std::vector<std::string> columns = mirtron_columns();
  std::vector<std::pair<std::string, double>> importance;
  for (std::int64_t i = 0; i < contributions.rows; ++i) {
    const auto properties = properties_of(columns, contributions.row(i));
    importance.resize(properties.size());
    for (std::size_t k = 0; k < properties.size(); ++k) {
      importance[k].first = properties[k].feature;
      importance[k].second += std::abs(properties[k].log_odds) / static_cast<double>(contributions.rows);
    }
  }
  for (auto& [property, weight] : importance) weight = std::round(weight * kDecimals) / kDecimals;
  std::stable_sort(importance.begin(), importance.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return importance;
}

// --- closest known ---------------------------------------------------------------------------------------------------

// Hashes of about half of the distinct words of six letters, sorted: words whose hash is odd are left out. Half of the
// words in no order do not lead back to the sequence.
std::vector<std::uint16_t> sketch_of(const std::string& sequence) {
  constexpr int kWord = 6;
  constexpr std::uint32_t kMask = (1U << (2 * kWord)) - 1;
  std::vector<std::uint16_t> words;
  std::uint32_t code = 0;
  int known = 0;
  for (const char c : sequence) {
    const std::size_t letter = kLetters.find(c);
    known = letter == std::string_view::npos ? 0 : known + 1;
    code = (code << 2U | (static_cast<std::uint32_t>(letter) & 3U)) & kMask;
    const std::uint32_t hash = (code + 1) * 0x9e3779b1U >> 16U;
    if (known >= kWord && hash % 2 == 0) words.push_back(static_cast<std::uint16_t>(hash));
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

template <class Number>
StoredTensor stored(const char* type, const std::vector<Number>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {type, {static_cast<std::int64_t>(values.size())}, {bytes.begin(), bytes.end()}};
}

// Names and sketches of the training hairpins as safetensors.
std::string index_bytes(const LabelledHairpins& data) {
  std::vector<std::int32_t> starts = {0};
  std::vector<std::uint16_t> words;
  for (const FoldedHairpin& hairpin : data.hairpins) {
    const auto sketch = sketch_of(hairpin.sequence);
    words.insert(words.end(), sketch.begin(), sketch.end());
    starts.push_back(static_cast<std::int32_t>(words.size()));
  }
  TensorFile index;
  index.metadata["names"] = fmt::format("{}", fmt::join(data.ids, "\n"));
  index.tensors["label"] = stored("U8", data.labels);
  index.tensors["starts"] = stored("I32", starts);
  index.tensors["words"] = stored("U16", words);
  return encode_safetensors(index);
}

template <class Number>
std::vector<Number> numbers(const TensorFile& file, const char* tensor, const char* type, std::int64_t count,
                            const std::string& name) {
  const std::int64_t shape[] = {count};
  const StoredTensor& found = expect_tensor(file, tensor, type, shape, name);
  std::vector<Number> values(found.bytes.size() / sizeof(Number));
  if (!values.empty()) std::memcpy(values.data(), found.bytes.data(), found.bytes.size());
  return values;
}

// --- cross-validation ------------------------------------------------------------------------------------------------

std::vector<std::int64_t> sequence_groups(const LabelledHairpins& data) {
  std::unordered_map<std::string, std::int64_t> known;
  std::vector<std::int64_t> groups;
  for (const FoldedHairpin& h : data.hairpins)
    groups.push_back(known.try_emplace(h.sequence, static_cast<std::int64_t>(known.size())).first->second);
  return groups;
}

template <class Value>
std::vector<Value> picked(const std::vector<Value>& all, std::span<const std::int64_t> records) {
  std::vector<Value> some;
  for (const std::int64_t i : records) some.push_back(all[static_cast<std::size_t>(i)]);
  return some;
}

// Records in part `part`, and all others.
std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> in_and_out(const std::vector<int>& parts, int part) {
  std::vector<std::int64_t> in, out;
  for (std::size_t i = 0; i < parts.size(); ++i) (parts[i] == part ? in : out).push_back(static_cast<std::int64_t>(i));
  return {in, out};
}

std::vector<int> even_parts(std::span<const std::int64_t> groups, std::span<const std::uint8_t> labels, int parts,
                            std::uint64_t seed) {
  const std::vector<double> shares(static_cast<std::size_t>(parts), 1.0 / parts);
  return split_groups(groups, labels, shares, seed);
}

BoosterOptions with_depth(const MirtronTraining& how, int depth) {
  BoosterOptions options = how.booster;
  options.depth = depth;
  options.seed = static_cast<int>(how.seed);
  options.threads = 1;  // folds run side by side
  return options;
}

// The depth whose trees predict a third of these records best when they learn from the rest.
int choose_depth(const Matrix& rows, const std::vector<std::uint8_t>& labels, std::span<const std::int64_t> groups,
                 const MirtronTraining& how, std::uint64_t seed) {
  if (how.depths.size() == 1) return how.depths.front();
  const auto [held_out, rest] = in_and_out(even_parts(groups, labels, 3, seed), 0);
  const Matrix test = rows.select(held_out), train = rows.select(rest);
  const auto train_labels = picked(labels, rest), test_labels = picked(labels, held_out);
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const int depth : how.depths) {
    const auto logits = neural().train_booster(train, train_labels, with_depth(how, depth))->logits(test);
    double loss = 0;
    for (std::size_t i = 0; i < logits.size(); ++i)
      loss += std::log1p(std::exp(test_labels[i] == 1 ? -logits[i] : logits[i]));
    if (loss >= least) continue;
    least = loss;
    best = depth;
  }
  return best;
}

LogisticBlend calibrate(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  return fit_blend({static_cast<std::int64_t>(logits.size()), 1, {logits.begin(), logits.end()}}, labels);
}

// On all repeats together.
LogisticBlend calibrate(const OutOfFold& predictions, std::span<const std::uint8_t> labels) {
  std::vector<float> logits;
  std::vector<std::uint8_t> repeated;
  for (const auto& repeat : predictions.logits) {
    logits.insert(logits.end(), repeat.begin(), repeat.end());
    repeated.insert(repeated.end(), labels.begin(), labels.end());
  }
  return calibrate(logits, repeated);
}

float calibrated(const LogisticBlend& curve, float logit) {
  const double x[] = {logit};
  return curve.probability(x);
}

using FigureRow = std::array<double, std::size(kFigureNames)>;  // in their order

FigureRow figures_once(std::span<const float> p, std::span<const std::uint8_t> labels) {
  const ClassificationScore s = score_classification(p, labels);
  const double ece = expected_calibration_error(calibration_curve(p, labels));
  return {s.accuracy, s.sensitivity, s.specificity, s.mcc, s.auroc, s.auprc, ece};
}

// The same records without some letters of either end, folded again.
LabelledHairpins without_ends(const LabelledHairpins& data, const MirtronTraining& how) {
  std::vector<std::string> shorter;
  for (const FoldedHairpin& h : data.hairpins) {
    const auto cut = std::min(static_cast<std::size_t>(how.masked), (h.sequence.size() - 1) / 2);
    shorter.push_back(h.sequence.substr(cut, h.sequence.size() - 2 * cut));
  }
  return {data.ids, fold_hairpins(shorter, how.energy, how.threads), data.labels};
}

// --- the directory ---------------------------------------------------------------------------------------------------

double finite(const Json& json, const std::string& what, const std::string& name) {
  require(json.is_number() && std::isfinite(json.get<double>()), "{}: {} is missing or no number", name, what);
  return json.get<double>();
}

// A member of an object; null if there is none.
Json member(const Json& json, const std::string& key) { return json.is_object() ? json.value(key, Json()) : Json(); }

const FeatureColumn& measure(const std::string& name, const FeatureTable& table) {
  return column_of({name, QuestionKind::kGreater, 0, ""}, table);
}

void check_training(const LabelledHairpins& data, const MirtronTraining& how) {
  std::set<std::string_view> distinct[2];
  for (std::size_t i = 0; i < data.labels.size(); ++i) distinct[data.labels[i]].insert(data.hairpins[i].sequence);
  for (const int label : {1, 0}) {
    const auto fewest = static_cast<std::size_t>(2 * how.folds);
    require(distinct[label].size() >= fewest, "{} different sequences called {} are too few; {} are wanted",
            distinct[label].size(), kMirtronClasses[label], fewest);
  }
}

}  // namespace

std::vector<FoldedHairpin> fold_hairpins(std::span<const std::string> sequences,
                                         const std::shared_ptr<const Model>& model, int threads) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::enumerable_thread_specific<Folder> folders([&] { return Folder(model); });
  std::vector<FoldedHairpin> hairpins(sequences.size());
  tbb::parallel_for(std::size_t{0}, sequences.size(), [&](std::size_t i) {
    const Fold fold = folders.local().fold(sequences[i]);
    hairpins[i] = {sequences[i], fold.structure, fold.energy / 100.0};
  });
  return hairpins;
}

std::vector<std::string> mirtron_columns() {
  std::vector<std::string> names(kFeatureNames.begin(), kFeatureNames.end());
  for (const char* name : {"nucleotides", "gc_content", "mfe", "mfe_per_nt"}) names.emplace_back(name);
  constexpr int kLongestWord = 3;  // as evidence_matrix() counts them
  std::vector<std::string> words = {""};
  for (int k = 1; k <= kLongestWord; ++k) {
    std::vector<std::string> longer;
    for (const std::string& word : words) {
      for (const char c : kLetters) longer.push_back(word + c);
    }
    for (const std::string& word : longer) names.push_back("share_" + word);
    words = std::move(longer);
  }
  measure_mirtron({}, [&](const std::string& name, double) { names.push_back(name); });
  return names;
}

Matrix mirtron_matrix(std::span<const FoldedHairpin> hairpins) {
  const auto evidence = evidence_of(hairpins);
  return matrix_of(hairpins, evidence, measured_table(evidence));
}

std::string in_words(const Contribution& contribution) {
  const auto& [feature, value, log_odds] = contribution;
  if (is_letter(feature)) {
    const std::string place = feature.substr(kFirst.size());
    if (feature.starts_with(kFirst)) return fmt::format("letter {} is {}", place, value);
    return fmt::format("letter {} from the end is {}", place, value);
  }
  return fmt::format("{} {}", in_words(Question{feature, QuestionKind::kTrue, 0, ""}), value.empty() ? "none" : value);
}

OutOfFold out_of_fold(const LabelledHairpins& data, const MirtronTraining& how) {
  const Matrix rows = mirtron_matrix(data.hairpins);
  const auto groups = sequence_groups(data);
  const std::size_t n = data.labels.size();
  const auto folds = static_cast<std::size_t>(how.folds), repeats = static_cast<std::size_t>(how.repeats);
  OutOfFold result;
  result.logits.assign(repeats, std::vector<float>(n));
  result.probabilities = result.logits;
  for (std::size_t r = 0; r < repeats; ++r)
    result.parts.push_back(even_parts(groups, data.labels, how.folds, how.seed + r));

  neural();  // is opened by one thread
  std::mutex telling;
  int fits = 0;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(how.threads));
  tbb::parallel_for(std::size_t{0}, repeats * folds, [&](std::size_t task) {
    const std::size_t r = task / folds;
    const auto [held_out, rest] = in_and_out(result.parts[r], static_cast<int>(task % folds));
    const Matrix train = rows.select(rest);
    const auto labels = picked(data.labels, rest);
    const int depth = choose_depth(train, labels, picked(groups, rest), how, how.seed + task);
    const auto logits = neural().train_booster(train, labels, with_depth(how, depth))->logits(rows.select(held_out));
    for (std::size_t i = 0; i < logits.size(); ++i) result.logits[r][static_cast<std::size_t>(held_out[i])] = logits[i];
    const std::lock_guard lock(telling);
    ++fits;
    if (how.progress) how.progress(fits / static_cast<double>(repeats * folds));
  });
  // Each part is calibrated on the others.
  for (std::size_t r = 0; r < repeats; ++r) {
    for (int part = 0; part < how.folds; ++part) {
      const auto [held_out, rest] = in_and_out(result.parts[r], part);
      const LogisticBlend curve = calibrate(picked(result.logits[r], rest), picked(data.labels, rest));
      for (const std::int64_t i : held_out) {
        const auto at = static_cast<std::size_t>(i);
        result.probabilities[r][at] = calibrated(curve, result.logits[r][at]);
      }
    }
  }
  return result;
}

Figures figures_of(const OutOfFold& predictions, std::span<const std::uint8_t> labels) {
  constexpr std::size_t kResamples = 1000;
  constexpr double kTail = 0.025;
  const auto& repeats = predictions.probabilities;
  const auto count = static_cast<double>(repeats.size());
  const std::vector<std::uint8_t> all(labels.begin(), labels.end());
  // The mean over repeats, of some of the records.
  const auto means = [&](std::span<const std::int64_t> records) {
    const auto some = picked(all, records);
    FigureRow sum{};
    for (const std::vector<float>& p : repeats) {
      const FigureRow one = figures_once(picked(p, records), some);
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += one[k] / count;
    }
    return sum;
  };
  std::vector<std::int64_t> records(labels.size());
  std::iota(records.begin(), records.end(), std::int64_t{0});
  const FigureRow mean = means(records);
  std::array<std::vector<double>, std::size(kFigureNames)> drawn;
  for (std::size_t draw = 0; draw < kResamples; ++draw) {
    Random random(1, draw);
    for (std::int64_t& i : records) i = static_cast<std::int64_t>(random.below(labels.size()));
    const FigureRow one = means(records);
    for (std::size_t k = 0; k < one.size(); ++k) {
      if (!std::isnan(one[k])) drawn[k].push_back(one[k]);
    }
  }
  Figures figures;
  for (std::size_t k = 0; k < mean.size(); ++k)
    figures[kFigureNames[k]] = {mean[k], quantile(drawn[k], kTail), quantile(drawn[k], 1 - kTail)};
  return figures;
}

std::span<const std::uint16_t> MirtronModel::Index::words_of(std::size_t hairpin) const {
  const auto begin = static_cast<std::size_t>(starts[hairpin]), end = static_cast<std::size_t>(starts[hairpin + 1]);
  return std::span(words).subspan(begin, end - begin);
}

ClosestKnown MirtronModel::Index::closest(std::span<const std::uint16_t> asked) const {
  ClosestKnown best;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto known = words_of(i);
    std::size_t shared = 0;
    for (auto a = asked.begin(), b = known.begin(); a != asked.end() && b != known.end();) {
      shared += *a == *b ? 1 : 0;
      const bool next_a = *a <= *b, next_b = *b <= *a;
      a += next_a ? 1 : 0;
      b += next_b ? 1 : 0;
    }
    if (shared == 0) continue;
    const double share = static_cast<double>(shared) / static_cast<double>(std::min(asked.size(), known.size()));
    if (share > best.similarity) best = {names[i], labels[i], share};
  }
  return best;
}

bool MirtronModel::Index::holds(std::span<const std::uint16_t> asked) const {
  if (asked.empty()) return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::ranges::equal(words_of(i), asked)) return true;
  }
  return false;
}

std::vector<MirtronCall> MirtronModel::classify(std::span<const FoldedHairpin> hairpins) const {
  if (hairpins.empty()) return {};
  static const std::vector<std::string> columns = mirtron_columns();
  const auto evidence = evidence_of(hairpins);
  const FeatureTable table = measured_table(evidence);
  const Matrix rows = matrix_of(hairpins, evidence, table);
  const Matrix contributions = booster_->contributions(rows);
  const auto logits = booster_->logits(rows);
  const double slope = calibration_.weights[0];
  std::vector<MirtronCall> calls;
  for (std::size_t i = 0; i < hairpins.size(); ++i) {
    const auto record = static_cast<std::int64_t>(i);
    const std::string& s = hairpins[i].sequence;
    MirtronCall call;
    call.probability = calibrated(calibration_, logits[i]);
    call.reasons = properties_of(columns, contributions.row(record));
    call.base = slope * contributions.row(record).back() + calibration_.bias;
    for (Contribution& reason : call.reasons) reason.log_odds *= slope;
    // Properties come in the order of the columns: those of the table, numbers, letters of the ends.
    const auto row = rows.row(record);
    std::size_t column = 0;
    for (Contribution& reason : call.reasons) {
      const bool end = is_letter(columns[column]);
      const float value = row[column];
      if (column < table.columns.size()) {
        reason.value = cell_of(table.columns[column], record);
      } else if (!end && !std::isnan(value)) {
        reason.value = fmt::format("{:.3g}", value);
      }
      for (std::size_t k = 0; end && k < kLetters.size(); ++k) {
        if (row[column + k] > 0) reason.value = kLetters[k];
      }
      column += end ? kLetters.size() : 1;
    }
    std::stable_sort(call.reasons.begin(), call.reasons.end(), [](const Contribution& a, const Contribution& b) {
      return std::abs(a.log_odds) > std::abs(b.log_odds);
    });
    call.starts_gu = s.rfind("GU", 0) == 0;
    call.ends_ag = s.size() >= 2 && s.compare(s.size() - 2, 2, "AG") == 0;
    const auto words = sketch_of(s);
    call.closest = index_.closest(words);
    call.trained_on = index_.holds(words);
    for (const MeasureRange& range : ranges_) {
      const double value = measure(range.name, table).values[i];
      if (value < range.low || value > range.high)
        call.unusual.push_back(fmt::format("{} is {:.4g}, training hairpins have {:.4g} to {:.4g}",
                                           in_words(Question{range.name, QuestionKind::kTrue, 0, ""}), value, range.low,
                                           range.high));
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

MirtronModel MirtronModel::train(const std::string& directory, const LabelledHairpins& data,
                                 const MirtronTraining& how) {
  check_training(data, how);
  // Whole hairpins, then the same without the letters next to the splice sites: half of the work each.
  MirtronTraining half = how;
  const auto from = [&](double begin) {
    half.progress = [&how, begin](double share) {
      if (how.progress) how.progress(begin + share / 2);
    };
  };
  from(0);
  const OutOfFold whole = out_of_fold(data, half);
  from(0.5);
  const OutOfFold masked = out_of_fold(without_ends(data, how), half);
  MirtronModel m;
  m.figures_ = {{"whole", figures_of(whole, data.labels)}, {"masked", figures_of(masked, data.labels)}};
  m.calibration_ = calibrate(whole, data.labels);
  m.parameters_ = how.parameters;

  const Matrix rows = mirtron_matrix(data.hairpins);
  const BoosterOptions trees = with_depth(how, choose_depth(rows, data.labels, sequence_groups(data), how, how.seed));
  m.booster_ = neural().train_booster(rows, data.labels, trees);
  m.importance_ = importance_of(m.booster_->contributions(rows));
  const FeatureTable table = measured_table(evidence_of(data.hairpins));
  for (const char* name : kRanged) {
    const auto& values = measure(name, table).values;
    m.ranges_.push_back({name, quantile(values, kRangeTail), quantile(values, 1 - kRangeTail)});
  }

  fs::create_directories(directory);
  Json sums = Json::object(), ranges = Json::object(), weights = Json::object(), figures = Json::object();
  const auto put = [&](const char* file, const std::string& bytes) {
    replace_file(directory + "/" + file, bytes);
    sums[file] = md5_hex(std::as_bytes(std::span(bytes)));
  };
  put(kBooster, text_of(m.booster_->bytes()));
  put(kIndex, index_bytes(data));
  for (const MeasureRange& range : m.ranges_) ranges[range.name] = {range.low, range.high};
  for (const auto& [property, weight] : m.importance_) weights[property] = weight;
  for (const auto& [which, all] : m.figures_) {
    for (const char* name : kFigureNames)
      figures[which][name] = {all.at(name).mean, all.at(name).low, all.at(name).high};
  }
  const Json config = {{"format", kFormat},
                       {"family", kMirtronFamily},
                       {"parameters", m.parameters_},
                       {"calibration", {{"slope", m.calibration_.weights[0]}, {"bias", m.calibration_.bias}}},
                       {"ranges", ranges},
                       {"figures", figures},
                       {"importance", weights},
                       {"trees",
                        {{"rounds", trees.rounds},
                         {"depth", trees.depth},
                         {"depths", how.depths},
                         {"rate", trees.rate},
                         {"rows", trees.rows},
                         {"columns", trees.columns},
                         {"leaf", trees.leaf},
                         {"seed", trees.seed}}},
                       {"cross_validation", {{"folds", how.folds}, {"repeats", how.repeats}, {"masked", how.masked}}},
                       {"md5", sums},
                       {"training", Json::parse(how.origin)}};
  replace_file(directory + "/config.json", config.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return open(directory, how.threads);
}

MirtronModel MirtronModel::open(const std::string& directory, int threads) {
  const Json config = read_config(directory);
  const std::string name = directory + "/config.json";
  const Json format = member(config, "format"), family = member(config, "family");
  require(format.is_number_integer(), "{}: 'format' is missing: this is no stemloop model", name);
  require(format == kFormat, "{}: format {} is not known here (this is {}); was it written by a newer stemloop?", name,
          printable(format.dump()), kFormat);
  require(family == kMirtronFamily, "{}: this is a model of family '{}', not '{}'", name,
          family.is_string() ? printable(family.get<std::string>()) : "", kMirtronFamily);
  MirtronModel m;
  const Json parameters = member(config, "parameters");
  require(parameters.is_string(), "{}: 'parameters' is missing or no text", name);
  m.parameters_ = parameters.get<std::string>();
  const Json calibration = member(config, "calibration");
  m.calibration_.weights = {finite(member(calibration, "slope"), "'slope' of 'calibration'", name)};
  m.calibration_.bias = finite(member(calibration, "bias"), "'bias' of 'calibration'", name);
  for (const char* measured : kRanged) {
    const Json range = member(member(config, "ranges"), measured);
    require(range.is_array() && range.size() == 2, "{}: the range of '{}' is missing", name, measured);
    m.ranges_.push_back({measured, finite(range[0], "a range", name), finite(range[1], "a range", name)});
  }
  const Json weights = member(config, "importance");
  require(weights.is_object(), "{}: 'importance' is missing", name);
  for (const auto& [property, value] : weights.items())
    m.importance_.emplace_back(property, finite(value, "an importance", name));
  for (const char* which : {"whole", "masked"}) {
    for (const char* figure : kFigureNames) {
      const Json three = member(member(member(config, "figures"), which), figure);
      require(three.is_array() && three.size() == 3, "{}: the figure '{}' ({}) is missing", name, figure, which);
      m.figures_[which][figure] = {finite(three[0], "a figure", name), finite(three[1], "a figure", name),
                                   finite(three[2], "a figure", name)};
    }
  }

  const std::string index_name = directory + "/" + kIndex;
  const TensorFile index = decode_safetensors(checked_file(config, directory, kIndex), index_name);
  require(index.metadata.count("names") == 1, "{}: has no names", index_name);
  const std::string& names = index.metadata.at("names");
  for (const std::string_view one : split_fields(names, '\n')) m.index_.names.emplace_back(one);
  const auto n = static_cast<std::int64_t>(m.index_.names.size());
  m.index_.labels = numbers<std::uint8_t>(index, "label", "U8", n, index_name);
  m.index_.starts = numbers<std::int32_t>(index, "starts", "I32", n + 1, index_name);
  const auto& labels = m.index_.labels;
  const auto& starts = m.index_.starts;
  require(starts.front() == 0 && std::is_sorted(starts.begin(), starts.end()), "{}: 'starts' do not rise from 0",
          index_name);
  require(std::all_of(labels.begin(), labels.end(), [](auto label) { return label <= 1; }),
          "{}: a label is neither 0 nor 1", index_name);
  m.index_.words = numbers<std::uint16_t>(index, "words", "U16", starts.back(), index_name);

  const std::string booster = directory + "/" + kBooster;
  m.booster_ = neural().load_booster(checked_file(config, directory, kBooster), booster, threads);
  const auto columns = static_cast<std::int64_t>(mirtron_columns().size());
  require(m.booster_->columns() == columns, "{}: is for {} columns, not {}", booster, m.booster_->columns(), columns);
  return m;
}

}  // namespace stemloop
