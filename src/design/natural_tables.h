// How the tables of a chain of NaturalModel are laid out: their sizes, which entry letters have, and which entries can
// be at all. For the files of this folder.
#pragma once

#include <cstddef>

#include "design/natural_model.h"

namespace stemloop {

/// Entries of table `index` (NaturalModel::table_index()).
std::size_t table_size(std::size_t index);

/// The entry of a site's letters, codes 1 to 4.
std::size_t entry_of(const NaturalSite& site, const Base* base);

/// True where an entry of a table is written: letters that stand for pairs do pair.
bool is_written(std::size_t index, std::size_t entry);

}  // namespace stemloop
