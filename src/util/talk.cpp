#include "util/talk.h"

namespace stemloop {

namespace {

Talker& talker() {
  static Talker current;
  return current;
}

}  // namespace

void set_talker(Talker one) { talker() = std::move(one); }

void say_text(Loud how, const std::string& text) {
  if (talker()) talker()(how, text);
}

}  // namespace stemloop
