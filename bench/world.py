#!/usr/bin/env python3
"""The table of how a classifier of precursors holds in the world, on records left out of training.

    stemloop model train DIR --family precursor --tsv build/world/train.tsv.gz --calls calls.tsv
    bench/world.py calls.tsv [length.svg]

With a second name it also draws what is called by length.
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


LINES = (("MirGeneDB", "#0072b2", lambda r: r["kind"] == "mirgenedb"),
         ("miRBase 21", "#56b4e9", lambda r: r["kind"] == "mirbase"),
         ("structured RNA", "#d55e00", lambda r: r["kind"].startswith("rfam_")),
         ("shuffles", "#cc79a7", lambda r: r["kind"] == "shuffle"),
         ("transcripts", "#009e73", lambda r: r["kind"] == "transcript"),
         ("random letters", "#000000", lambda r: r["kind"] == "random"))
EDGES = tuple(range(40, 221, 20))


def plot(rows, path):
    """Share called at 0.5 by length, a line a kind; the scale of shares is a square root, so that small ones are seen."""
    left, top, width, height = 60, 20, 420, 260
    x = lambda n: left + width * (n - EDGES[0]) / (EDGES[-1] - EDGES[0])
    y = lambda p: top + height * (1 - math.sqrt(p))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 140}" height="{top + height + 50}" '
           'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>']
    for p in (0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1):
        out.append(f'<path d="M{left} {y(p):.1f}H{left + width}" stroke="#ddd"/>'
                   f'<text x="{left - 6}" y="{y(p) + 4:.1f}" text-anchor="end">{p:g}</text>')
    for n in EDGES[::2]:
        out.append(f'<path d="M{x(n):.1f} {top + height}v4" stroke="#222"/>'
                   f'<text x="{x(n):.1f}" y="{top + height + 18}" text-anchor="middle">{n}</text>')
    out.append(f'<text x="{left + width / 2}" y="{top + height + 38}" text-anchor="middle">length of the record, nt</text>'
               f'<text transform="translate(14 {top + height / 2}) rotate(-90)" text-anchor="middle">'
               'share called pre-miRNA (square-root scale)</text>'
               f'<path d="M{left} {top}V{top + height}H{left + width}" fill="none" stroke="#222"/>')
    for k, (name, colour, test) in enumerate(LINES):
        points = []
        for low, high in zip(EDGES, EDGES[1:]):
            values = [r["p"] for r in rows if low <= r["n"] < high and test(r)]
            if len(values) >= 30:
                points.append(f"{x((low + high) / 2):.1f},{y(share(values, 0.5)):.1f}")
        out.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = top + 20 + 20 * k
        out.append(f'<path d="M{left + width + 15} {at}h20" stroke="{colour}" stroke-width="2"/>'
                   f'<text x="{left + width + 40}" y="{at + 4}">{name}</text>')
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n</svg>\n")


def main():
    rows = list(csv.DictReader(open(sys.argv[1]), delimiter="\t"))
    for r in rows:
        r["p"], r["x"], r["n"] = float(r["probability"]), float(r["log_odds"]), int(r["length"])
        r["flank"] = int(r["flank5"]) + int(r["flank3"])
    if len(sys.argv) > 2:
        plot(rows, sys.argv[2])
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
