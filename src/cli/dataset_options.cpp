#include "cli/dataset_options.h"

namespace stemloop {

void add_dataset(CLI::App& app, DatasetOptions& options) {
  app.add_option("--tsv", options.tsv,
                 "Labelled sequences: a table with columns sequence, label (1 pre-miRNA, 0 not), id")
      ->type_name("FILE");
  app.add_option("--positives", options.positives, "FASTA of pre-miRNAs")->type_name("FASTA");
  app.add_option("--negatives", options.negatives, "FASTA of hairpins that are none")->type_name("FASTA");
  app.add_option("--bars", options.bars,
                 "Pictures instead of sequences: safetensors with colour, height and label, as published")
      ->type_name("FILE");
  app.add_option("--split", options.split, "Column of the table that says train, valid or test")->type_name("COLUMN");
  app.add_option("--splits", options.splits, "The table of --split for --bars, one line a record")->type_name("FILE");
}

}  // namespace stemloop
