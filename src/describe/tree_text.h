// A tree for people and for programs: rules in words, JSON that reads back, DOT for Graphviz, a drawing.
#pragma once

#include <array>
#include <string>

#include "canvas/canvas.h"
#include "describe/tree.h"

namespace stemloop {

/// What the two classes are called.
using ClassNames = std::array<std::string, 2>;

/// Indented rules, one node a line, with counts, purity and how well the SVM answers.
std::string tree_rules(const Tree& tree, const ClassNames& classes);

/// {"format": "stemloop tree 1", "dimensions", "questions": [...], "nodes": [...]}.
std::string tree_json(const Tree& tree);

/// Reads it back. Error naming `name` on anything that is no such tree: it may be hostile.
Tree tree_from_json(const std::string& text, const std::string& name);

std::string tree_dot(const Tree& tree, const ClassNames& classes);

Drawing draw_tree(const Tree& tree, const ClassNames& classes, const std::string& title);

}  // namespace stemloop
