#include "nn_support.h"

#include "fold/fold.h"
#include "net/training_pictures.h"

namespace stemloop::testing {

PictureData example_pictures(std::int64_t count) {
  const auto model = make_model(load_parameters("turner2004"), {});
  Folder folder(model);
  FastaReader reader(std::string(STEMLOOP_EXAMPLES) + "/hairpins.fa");
  PictureData data;
  std::vector<Picture> originals;
  while (const auto item = reader.next()) {
    const Record& record = std::get<Record>(*item);
    originals.push_back(draw_picture(lay_out(record.sequence, folder.fold(record.sequence).structure).columns));
  }
  Random random(7, 0);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto n = static_cast<std::int64_t>(originals.size());
    const Picture& original = originals[static_cast<std::size_t>(i % n)];
    data.add(i < n ? original : substitute(original, 0.3, random), static_cast<int>(i % 2));
  }
  return data;
}

DivaConfig tiny_config() {
  DivaConfig config = diva_preset("diva", "small").config;
  config.latent = 16;
  config.context = 8;
  config.flow_blocks = 2;
  config.flow_hidden = 32;
  config.width = 32;
  config.decoder_width = 32;
  return config;
}

}  // namespace stemloop::testing
