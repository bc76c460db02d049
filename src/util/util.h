// The door of util: errors, text, files, threads, progress, randomness. Knows nothing of RNA.
#pragma once

#include "util/checksum.h"
#include "util/draft.h"
#include "util/error.h"
#include "util/faults.h"
#include "util/file.h"
#include "util/file_names.h"
#include "util/library.h"
#include "util/progress.h"
#include "util/random.h"
#include "util/run_options.h"
#include "util/source.h"
#include "util/table.h"
#include "util/talk.h"
#include "util/text.h"
#include "util/threads.h"
