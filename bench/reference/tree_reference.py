#!/usr/bin/env python3
"""Algorithm 1 of the DIVA paper with scikit-learn's LinearSVC: the reference `stemloop describe` is timed against.

  stemloop embed --bars B -m MODEL -o latents.safetensors
  bench/reference/tree_reference.py latents.safetensors features.csv.gz

Grows the latent tree on z_m of all records with the published questions and prints its time and its questions, before
siblings of one class are joined; two threads. Needs python3-sklearn and python3-pandas. A reference, not a part of the program.
"""
import json
import struct
import sys
import time

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.svm import LinearSVC

THRESHOLDS = {
    "start_loop_upperhalf_col": [3, 7, 15, 30, 45],
    "highest_point_loop_upperhalf_col": [3, 7, 9, 15, 30, 45],
    "gap_start": [2, 8, 20, 40],
    "palindrome_score": [0.25, 0.5, 0.6, 0.7, 0.8, 0.9],
    "large_asymmetric_bulge": [2, 4, 8, 10, 20, 40, 60],
    "largest_asym_bulge_sequence_location": [5, 20, 40, 60, 80],
    "stem_begin": [15, 35, 45, 55, 60, 75],
    "stem_end": [3, 5, 8, 12, 20, 30, 40],
    "stem_length": [10, 20, 30, 35, 40, 45, 50, 55, 60, 70, 80, 90],
    "total_length": [20, 30, 40, 50, 60, 70, 80, 90],
    "base_pairs_in_stem": [0.1, 0.3, 0.5, 0.7, 0.9],
    "base_pairs_wobbles_in_stem": [0.1, 0.3, 0.5, 0.7, 0.9],
    "loop_width": [2, 8, 20, 45],
}


def read_safetensors(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    types = {"F32": np.float32, "U8": np.uint8}
    return {
        name: np.frombuffer(data[8 + size + t["data_offsets"][0] : 8 + size + t["data_offsets"][1]], types[t["dtype"]]).reshape(t["shape"])
        for name, t in header.items()
        if name != "__metadata__"
    }


def questions(features):
    found, known = [], set()

    def consider(name, answers):
        key = answers.tobytes()
        if answers.any() and not answers.all() and key not in known:
            known.add(key)
            found.append((name, answers))

    for name, column in features.items():
        values = column.dropna()
        if values.dtype == bool or set(values.unique()) <= {True, False}:
            consider(name, (column == True).to_numpy())  # noqa: E712
        elif values.dtype == object:
            for value in sorted(values.unique())[:-1]:
                consider(f"{name} is {value}", (column == value).to_numpy())
        else:
            distinct = np.unique(values)
            if len(distinct) <= 11:
                cuts = distinct[:-1]
            elif name in THRESHOLDS:
                cuts = THRESHOLDS[name]
            else:
                ranked = np.sort(values.to_numpy())
                cuts = sorted({float(f"{ranked[k * len(ranked) // 10]:.3g}") for k in range(1, 10)} - {distinct[-1]})
            for cut in cuts:
                consider(f"{name} > {cut:g}", (column > cut).to_numpy())
    for name, column in features.items():
        consider(f"has {name}", column.notna().to_numpy())
    return found


def gini(y):
    p = y.mean() if len(y) else 0
    return 1 - p * p - (1 - p) * (1 - p)


def split(z, y, name, truth):
    """Gain, name and side of one question; dual=False is the faster of LinearSVC's two ways here."""
    if truth.all() or not truth.any():
        return (0, name, None)
    side = LinearSVC(C=1.0, dual=False).fit(z, truth).predict(z)
    if (side == truth).mean() <= 0.8:
        return (0, name, None)
    share = side.mean()
    return (gini(y) - share * gini(y[side]) - (1 - share) * gini(y[~side]), name, side)


def grow(z, y, asked, rows, depth, indent=""):
    if depth == 5 or len(rows) < 10 or y[rows].min() == y[rows].max():
        return
    here, labels = z[rows], y[rows]
    tried = Parallel(n_jobs=2, prefer="threads")(delayed(split)(here, labels, name, answers[rows]) for name, answers in asked)
    best = max(tried, key=lambda t: t[0])
    if best[0] <= 0.001:
        return
    print(f"{indent}{best[1]}  [{len(rows)} records, gain {best[0]:.4f}]", flush=True)
    grow(z, y, asked, rows[best[2]], depth + 1, indent + "  yes ")
    grow(z, y, asked, rows[~best[2]], depth + 1, indent + "  no  ")


def main():
    latents = read_safetensors(sys.argv[1])
    features = pd.read_csv(sys.argv[2])
    features = features[[c for c in features.columns if c not in ("Unnamed: 0", "idx", "class_label", "id")]]
    asked = questions(features)
    start = time.perf_counter()
    grow(latents["z_m"].astype(np.float64), latents["label"].astype(int), asked, np.arange(len(features)), 0)
    print(f"{len(asked)} questions, {time.perf_counter() - start:.2f} s")


main()
