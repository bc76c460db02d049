#!/usr/bin/env python3
"""The table of how a classifier of precursors holds in the world, on records left out of training.

    stemloop model train DIR --family precursor --tsv build/world/train.tsv.gz --calls calls.tsv
    bench/world.py calls.tsv

Of every record the call is that of trees that saw neither it nor its family (Rfam clan, gene, near copies), measured by
networks of cuts that did not either. Python's standard library alone."""
import bisect, csv, math, random, sys


def auroc(positive, negative):
    """Probability that a positive scores above a negative, ties half."""
    negative = sorted(negative)
    wins = sum((bisect.bisect_left(negative, p) + bisect.bisect_right(negative, p)) / 2 for p in positive)
    return wins / (len(positive) * len(negative)) if positive and negative else math.nan


def share(values, threshold):
    return sum(v >= threshold for v in values) / len(values) if values else math.nan


def interval(values, threshold):
    """95 % of Wilson's score interval."""
    n, z = len(values), 1.96
    if n == 0:
        return math.nan, math.nan
    p = share(values, threshold)
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def line(name, values, threshold=0.5):
    low, high = interval(values, threshold)
    print(f"{name}\t{len(values)}\t{share(values, threshold):.4f}\t{low:.4f}\t{high:.4f}")


def main():
    rows = list(csv.DictReader(open(sys.argv[1]), delimiter="\t"))
    for r in rows:
        r["p"], r["x"], r["n"] = float(r["probability"]), float(r["log_odds"]), int(r["length"])
        r["flank"] = int(r["flank5"]) + int(r["flank3"])
    of = lambda test: [r["p"] for r in rows if test(r)]
    print("records\tnumber\tcalled\tlow\thigh")
    curated = lambda r: r["kind"] == "mirgenedb"
    line("precursors, MirGeneDB, no flank", of(lambda r: curated(r) and r["flank"] == 0))
    line("precursors, MirGeneDB, 1 to 60 letters of flank in all", of(lambda r: curated(r) and 0 < r["flank"] <= 60))
    line("precursors, MirGeneDB, 61 to 120 letters", of(lambda r: curated(r) and r["flank"] > 60))
    for low, high in ((40, 60), (60, 80), (80, 100), (100, 120), (120, 160), (160, 400)):
        line(f"precursors, miRBase 21, {low} to {high - 1} nt", of(lambda r: r["kind"] == "mirbase" and low <= r["n"] < high))
    line("precursors, miRBase 21", of(lambda r: r["kind"] == "mirbase"))
    line("precursors cut out by miRDeep2", of(lambda r: r["kind"] == "mirdeep2"))
    kinds = sorted({r["kind"] for r in rows if r["label"] == "0"})
    for kind in kinds:
        line("others, " + kind, of(lambda r: r["kind"] == kind))
    structured = lambda r: r["kind"].startswith("rfam_")
    line("others, structured RNA of all classes", of(structured))
    line("others, structured RNA, whole records", of(lambda r: structured(r) and "|part" not in r["id"] and "|flanked" not in r["id"]))
    for kind in ("random", "shuffle"):
        for low in range(40, 220, 30):
            line(f"others, {kind}, {low} to {low + 29} nt", of(lambda r: r["kind"] == kind and low <= r["n"] < low + 30))
    x = lambda test: [r["x"] for r in rows if test(r)]
    print("\nAUROC")
    print(f"MirGeneDB against structured RNA\t{auroc(x(curated), x(structured)):.4f}")
    print(f"miRBase 21 against structured RNA\t{auroc(x(lambda r: r['kind'] == 'mirbase'), x(structured)):.4f}")
    true, false = x(lambda r: r["kind"] == "mirdeep2"), x(lambda r: r["kind"] == "mirdeep2_false")
    cut = sorted(true)[int(0.05 * len(true))] if true else math.nan
    print(f"miRDeep2's candidates, human\t{auroc(true, false):.4f}\tspecificity at sensitivity 0.95\t"
          f"{1 - share(false, cut):.4f}")


main()
