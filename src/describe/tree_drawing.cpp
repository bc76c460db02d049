// A tree as a picture: the root at the left, leaves from top to bottom, "yes" above; a tree of depth 5 fits a page.
#include <algorithm>

#include "canvas/canvas.h"
#include "describe/tree_text.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr const char* kInk = "#333333";
constexpr const char* kSoft = "#555555";
constexpr double kBoxHeight = 66, kGapX = 52, kGapY = 12, kMargin = 20, kTitle = 34;
constexpr double kHeadSize = 12, kLineSize = 10, kAround = 10;

double share_of(const TreeNode& node, int label) {
  return node.total() == 0 ? 0 : static_cast<double>(node.count[label]) / static_cast<double>(node.total());
}

// Class 1 is vermilion, class 0 blue: told apart by colour-blind readers, and in grey by their depth.
const char* colour_of(int label) { return chart_colour(label == 0 ? 0 : 1); }

class TreePainter {
 public:
  TreePainter(const Tree& tree, const ClassNames& classes)
      : tree_(tree), classes_(classes), places_(tree.nodes.size()) {
    // As wide as the longest question: what does not fit that is cut in the middle.
    constexpr double kLeast = 150, kMost = 330;
    for (const TreeNode& node : tree.nodes) {
      width_ = std::max({width_, text_width(head(node), kHeadSize, true) + 2 * kAround,
                         text_width(counts(node), kLineSize) + 2 * kAround});
    }
    width_ = std::clamp(width_, kLeast, kMost);
  }

  Drawing run(const std::string& title) {
    constexpr double kTitleSize = 14;
    double next = kMargin + kTitle;
    put(0, 0, next);
    d_.width = 2 * kMargin + std::max(tree_.depth() * (width_ + kGapX) + width_, text_width(title, kTitleSize, true));
    d_.height = next - kGapY + kMargin;
    d_.add(Text{{kMargin, kMargin + 12}, title, kTitleSize, Anchor::kStart, kInk, true});
    for (std::size_t at = 0; at < tree_.nodes.size(); ++at) {
      if (!tree_.nodes[at].leaf()) branches(at);
    }
    for (std::size_t at = 0; at < tree_.nodes.size(); ++at) box(at);
    return std::move(d_);
  }

 private:
  [[nodiscard]] std::string head(const TreeNode& node) const {
    return node.leaf() ? classes_[node.label()] : in_words(tree_.questions[node.question]) + "?";
  }

  [[nodiscard]] std::string counts(const TreeNode& node) const {
    return fmt::format("{} hairpin{}, {:.0f} % {}", node.total(), node.total() == 1 ? "" : "s",
                       100 * share_of(node, node.label()), classes_[node.label()]);
  }

  // Parents stand in the middle of their children.
  void put(int at, int depth, double& next) {
    const TreeNode& node = tree_.nodes[at];
    const double x = kMargin + depth * (width_ + kGapX);
    if (node.leaf()) {
      places_[at] = {x, next};
      next += kBoxHeight + kGapY;
      return;
    }
    put(node.yes, depth + 1, next);
    put(node.no, depth + 1, next);
    places_[at] = {x, (places_[node.yes].y + places_[node.no].y) / 2};
  }

  // Out of the box, up or down, into the child; the answer stands on the last piece, beside no other line.
  void branches(std::size_t at) {
    const TreeNode& node = tree_.nodes[at];
    const Point from = {places_[at].x + width_, places_[at].y + kBoxHeight / 2};
    const double bend = from.x + kGapX * 0.4;
    for (const int child : {node.yes, node.no}) {
      const Point to = {places_[child].x, places_[child].y + kBoxHeight / 2};
      d_.add(Polyline{{from, {bend, from.y}, {bend, to.y}, to}, 1.2, "#999999"});
      d_.add(Text{{(bend + to.x) / 2, to.y - 4}, child == node.yes ? "yes" : "no", kLineSize, Anchor::kMiddle, kSoft});
    }
  }

  void box(std::size_t at) {
    const TreeNode& node = tree_.nodes[at];
    const Point corner = places_[at];
    const double middle = corner.x + width_ / 2;
    const char* colour = node.leaf() ? colour_of(node.label()) : kInk;
    d_.add(Rectangle{corner, width_, kBoxHeight, node.leaf() ? "#ffffff" : "#f4f4f4", colour, node.leaf() ? 2.0 : 1.0});
    d_.add(Text{{middle, corner.y + 18},
                fitted_text(head(node), width_ - kAround, kHeadSize, true),
                kHeadSize,
                Anchor::kMiddle,
                colour,
                true});
    d_.add(Text{{middle, corner.y + 34},
                fitted_text(counts(node), width_ - kAround, kLineSize),
                kLineSize,
                Anchor::kMiddle,
                kInk});
    if (!node.leaf() && tree_.dimensions > 0) {
      d_.add(Text{{middle, corner.y + 47},
                  fmt::format("SVM right for {:.1f} %", 100 * node.svm_accuracy),
                  kLineSize,
                  Anchor::kMiddle,
                  kSoft});
    }
    // How the classes stand: class 1 from the left.
    const double whole = width_ - 2 * kAround, top = corner.y + kBoxHeight - 12, first = whole * share_of(node, 1);
    if (first > 0) d_.add(Rectangle{{corner.x + kAround, top}, first, 6, colour_of(1), "", 0});
    if (first < whole) d_.add(Rectangle{{corner.x + kAround + first, top}, whole - first, 6, colour_of(0), "", 0});
  }

  const Tree& tree_;
  const ClassNames& classes_;
  std::vector<Point> places_;
  double width_ = 0;
  Drawing d_;
};

}  // namespace

Drawing draw_tree(const Tree& tree, const ClassNames& classes, const std::string& title) {
  return TreePainter(tree, classes).run(title);
}

}  // namespace stemloop
