#include "fold/local.h"

#include "fold/local_select.h"

namespace stemloop {

struct LocalFolder::Scratch {
  std::shared_ptr<const Model> model;
  LocalOptions options;
};

LocalFolder::LocalFolder(std::shared_ptr<const Model> model, const LocalOptions& options)
    : scratch_(std::make_unique<Scratch>()) {
  check_local(*model, options);
  scratch_->model = std::move(model);
  scratch_->options = options;
}
LocalFolder::~LocalFolder() = default;
LocalFolder::LocalFolder(LocalFolder&&) noexcept = default;
LocalFolder& LocalFolder::operator=(LocalFolder&&) noexcept = default;

std::vector<LocalStemLoop> LocalFolder::stem_loops(std::string_view piece) {
  return stem_loops_plain(*scratch_->model, scratch_->options, piece);
}

}  // namespace stemloop
