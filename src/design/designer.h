// The structures asked for, and designs of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "design/conditions.h"
#include "design/edit.h"
#include "design/natural_model.h"
#include "design/search.h"

namespace stemloop {

/// One structure asked for.
struct Asked {
  std::string name;
  DesignTarget target;
  std::vector<double> chains;  // weights of the natural model's chains, empty: its own
  std::optional<StartLetters> start;
  std::string remark;  // of a guide: where it stands
};

class Designer {
 public:
  /// Reads what is asked for; what cannot be asked is listed and counted. `c` must outlive the object.
  Designer(const DesignOptions& c, std::shared_ptr<const Model> folding, std::shared_ptr<const NaturalModel> natural);

  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }
  [[nodiscard]] std::int64_t rejected() const { return rejected_; }

  /// Design `item` of the run, `retry` times drawn anew.
  Design design(Folder& folder, std::int64_t item, std::uint64_t retry) const;

  /// Why there is none: what in the structure makes it impossible, or how near the search came.
  [[nodiscard]] std::string why_not(const Asked& asked, const Design& design) const;

 private:
  void ask(const std::string& name, const std::string& place, const std::function<Asked()>& make);
  void list_asked();
  void ask_guide();
  void each_hairpin(const std::string& path, const std::function<void(const Record&, const std::string&)>& use);
  [[nodiscard]] std::vector<double> chains_of(const std::string& sequence, const std::string& structure) const;

  const DesignOptions& c_;
  std::shared_ptr<const Model> folding_;
  std::shared_ptr<const NaturalModel> natural_;
  Conditions conditions_;
  std::vector<Asked> asked_;
  std::int64_t rejected_ = 0;
};

}  // namespace stemloop
