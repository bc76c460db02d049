#include "design/conditions.h"

#include <algorithm>

namespace stemloop {

namespace {

std::pair<std::string, std::string> two_parts(const std::string& text, const std::string& between, const char* option) {
  const std::size_t cut = text.find(between);
  require(cut != std::string::npos, "{} {}: give two values with '{}' between them", option, printable(text), between);
  return {text.substr(0, cut), text.substr(cut + between.size())};
}

}  // namespace

// "MOTIF" or "MOTIF@POSITION".
Conditions::Hold Conditions::parse_hold(const std::string& text, const char* option) {
  Hold hold;
  const std::size_t cut = text.find('@');
  hold.text = fmt::format("{} {}", option, printable(text));
  hold.masks = letter_masks(text.substr(0, cut), option);
  require(!hold.masks.empty(), "{}: there are no letters in it", option);
  if (cut != std::string::npos) {
    const std::int64_t position = parse_integer(text.substr(cut + 1), option);
    require(position >= 1 && position <= kLongestDesign, "{}: {} is no position", hold.text, position);
    hold.at = static_cast<int>(position) - 1;
  }
  return hold;
}

Conditions::Conditions(const DesignOptions& c) : c_(c) {
  if (!c.flanks.empty()) {
    const auto [before, behind] = two_parts(c.flanks, ",", "--flanks");
    before_ = parse_integer(before, "--flanks");
    behind_ = parse_integer(behind, "--flanks");
    require(before_ >= 0 && behind_ >= 0 && before_ + behind_ <= kLongestDesign, "--flanks {}: 0 to {} bases", c.flanks,
            kLongestDesign);
  }
  if (!c.gc.empty()) {
    const auto [low, high] = two_parts(c.gc, ",", "--gc");
    gc_low_ = parse_number(low, "--gc");
    gc_high_ = parse_number(high, "--gc");
    require(gc_low_ >= 0 && gc_high_ <= 1 && gc_low_ <= gc_high_, "--gc {}: give two shares, 0 to 1, the lower first",
            c.gc);
  }
  for (const std::string& text : c.hold) holds_.push_back(parse_hold(text, "--hold"));
  if (!c.mature.empty()) holds_.push_back(parse_hold(c.mature, "--mature"));
  for (const std::string& text : c.avoid) {
    avoid_.push_back(letter_masks(text, "--avoid"));
    require(!avoid_.back().empty(), "--avoid: there are no letters in it");
  }
  if (!c.ends.empty()) {
    const auto [five, three] = two_parts(c.ends, "..", "--ends");
    five_ = letter_masks(five, "--ends");
    three_ = letter_masks(three, "--ends");
  }
}

DesignTarget Conditions::target(const std::string& structure) const {
  return narrowed(
      make_target(with_flanks(structure, static_cast<int>(before_), static_cast<int>(behind_)), c_.letters));
}

DesignTarget Conditions::narrowed(DesignTarget target) const {
  require(c_.length == 0 || c_.length == target.length(), "--length {}: the structure{} has {} positions", c_.length,
          before_ + behind_ > 0 ? " with its flanks" : "", target.length());
  target.gc_low = gc_low_;
  target.gc_high = gc_high_;
  target.avoid = avoid_;
  if (!five_.empty()) fix_letters(target, 0, five_, "--ends");
  if (!three_.empty()) fix_letters(target, target.length() - static_cast<int>(three_.size()), three_, "--ends");
  for (const Hold& hold : holds_) {
    if (hold.at >= 0) fix_letters(target, hold.at, hold.masks, hold.text);
  }
  for (const Hold& hold : holds_) {
    if (hold.at < 0)
      require(!places_for(target, hold.masks).empty(), "{} can stand nowhere in the structure", hold.text);
  }
  check_possible(target);
  return target;
}

void Conditions::place_holds(DesignTarget& target, Random random) const {
  for (const Hold& hold : holds_) {
    if (hold.at >= 0) continue;
    const std::vector<int> places = places_for(target, hold.masks);
    require(!places.empty(), "{} can stand nowhere in the structure beside the others", hold.text);
    fix_letters(target, places[random.below(places.size())], hold.masks, hold.text);
  }
}
bool Conditions::any_placed() const {
  return std::any_of(holds_.begin(), holds_.end(), [](const Hold& hold) { return hold.at < 0; });
}

}  // namespace stemloop
