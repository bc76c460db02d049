#!/usr/bin/env python3
"""How seldom bases that could pair face each other unpaired in folded hairpins: the constants of src/net/hairpin_reader.cpp.

Not a part of the program. Needs python3-numpy. Reads the published pictures and counts, over the training part of the
random split, columns with an unpaired base on either strand: between the pairs of the hairpin or beyond the last one
(free), next to a paired column or apart from one; and the first and last letter of terminal loops of 5 nt and more. Log
odds: of facing bases that could pair, less those if letters stood side by side by chance.

  facing_bases.py [../shared/data/modmirbase/published]
"""
import csv
import gzip
import sys

import numpy as np

from stemloop_files import read_safetensors

COLUMNS = 100
EXTENT = np.full((5, 5), 4)  # by colours gap, G, C, U, A
for a, b, pixels in ((1, 2, 1), (4, 3, 2), (1, 3, 3)):
    EXTENT[a, b] = EXTENT[b, a] = pixels


def log_odds(p):
    return np.log(p / (1 - p))


def row(name, top, bottom):
    can = (EXTENT[top, bottom] < 4).mean()
    by_chance = sum((top == a).mean() * (bottom == b).mean()
                    for a in range(1, 5) for b in range(1, 5) if EXTENT[a, b] < 4)
    print(f"{name}\t{len(top)}\t{can:.4f}\t{by_chance:.4f}\t{log_odds(can) - log_odds(by_chance):.2f}")


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "../shared/data/modmirbase/published"
    with gzip.open(f"{folder}/test_splits.tsv.gz", "rt") as file:
        train = np.array([r["random_split"] == "train" for r in csv.DictReader(file, delimiter="\t")])
    bars = read_safetensors(f"{folder}/test_bars.safetensors")
    top, bottom = (bars["colour"][train, strand].astype(int) for strand in (0, 1))
    height = bars["height"][train, 0].astype(int)
    letters = (1 <= top) & (top <= 4) & (1 <= bottom) & (bottom <= 4)
    extent = EXTENT[np.where(letters, top, 0), np.where(letters, bottom, 0)]
    paired = letters & (extent < 4) & (height == extent + 1)
    whole = paired.any(1)
    first = np.where(whole, paired.argmax(1), COLUMNS)
    last = np.where(whole, COLUMNS - 1 - paired[:, ::-1].argmax(1), -1)
    x = np.arange(COLUMNS)[None, :]
    beside = np.zeros_like(paired)
    beside[:, 1:] |= paired[:, :-1]
    beside[:, :-1] |= paired[:, 1:]
    inside, free = (x > first[:, None]) & (x < last[:, None]), (x > last[:, None]) & whole[:, None]

    print("where\tcolumns\tcould pair\tby chance\tlog odds")
    for name, region in (("inside", inside), ("free", free)):
        for place, where in (("next to a pair", beside), ("apart", ~beside)):
            chosen = letters & ~paired & region & where
            row(f"{name}, {place}", top[chosen], bottom[chosen])
    loops = np.flatnonzero(whole & (first >= 5))
    ends = letters[loops, first[loops] - 1]
    row("ends of a loop", top[loops[ends], first[loops[ends]] - 1], bottom[loops[ends], first[loops[ends]] - 1])


if __name__ == "__main__":
    main()
