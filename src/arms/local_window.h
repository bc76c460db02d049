// The cut model's window around a stem-loop of fold/local.h: its own structure and some letters beyond it, so that what
// lies further away changes nothing and nothing is folded again.
#pragma once

#include <optional>
#include <string_view>

#include "arms/cut_examples.h"
#include "arms/cut_window.h"
#include "fold/local.h"

namespace stemloop {

inline constexpr int kBeyondStem = 20;   // letters beyond the stem-loop's ends that a window shows, where there are any
inline constexpr int kFarFromLoop = 80;  // from the middle of the loop, at most

/// `local` lies in `sequence`. Pairs of which a letter lies too far from the loop are left out.
CutWindow local_window(std::string_view sequence, const LocalStemLoop& local);

/// The window of the best-scored stem-loop of the example that its cuts may belong to; nothing if there is none, or if
/// no four cuts agree with those known.
std::optional<CutTask> local_cut_task(const CutExample& example, LocalFolder& folder);
/// The window of the best-scored stem-loop that known cuts do not belong to, to be told to have none.
std::optional<CutTask> other_local_task(const CutExample& example, LocalFolder& folder);

}  // namespace stemloop
