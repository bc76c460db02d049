// The door of describe: features as a table, questions about them, linear SVMs that answer a question from a latent
// space, and the tree of such questions, in words and drawn.
#pragma once

#include "describe/linear_svm.h"
#include "describe/question.h"
#include "describe/tree.h"
#include "describe/tree_report.h"
#include "describe/tree_text.h"
