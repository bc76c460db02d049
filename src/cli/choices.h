// Options that only some of a command's choices know: of `train` the models, of `model` the actions, of `evaluate` what
// is measured. An option says so where it is added; the help and the man page list it under its choices, and for any
// other choice it is refused, since its value would be ignored.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace stemloop {

class ChoiceOptions {
 public:
  using Choices = std::vector<std::string>;

  explicit ChoiceOptions(CLI::App& app) : app_(&app) {}

  /// Puts `option` under `choices`.
  CLI::Option* only(const Choices& choices, CLI::Option* option);
  /// The same for options added before, by name.
  void only(const Choices& choices, std::initializer_list<const char*> names);

  /// Error if an option was given that `choice` does not know; `said` is the choice in words.
  void check(const std::string& choice, const std::string& said) const;

 private:
  struct Entry {
    Choices choices;
    CLI::Option* option;
  };

  CLI::App* app_;
  std::vector<Entry> entries_;
};

/// What --device may be: auto, cpu, cuda or cuda:N, whether or not the model then has a network to put there.
CLI::Validator device_name();

/// Error if one of the options `names` was given although its value would be ignored, as `why` says: "is of --method
/// tsne".
void refuse_ignored(const CLI::App& app, std::initializer_list<const char*> names, const std::string& why);

}  // namespace stemloop
