#!/usr/bin/env python3
"""How often miRBase 21 and MirGeneDB 2.1 put the same cut at the same place: the noise floor of docs/arms.md.

  bench/arms_noise.py [DATA]      (Python 3, standard library; default ../shared/data)
"""
import collections
import csv
import gzip
import sys


def rows_of(path):
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def arms(row):
    """The four cuts of a miRBase hairpin with both matures, letters before each; None for another."""
    hairpin, first, second = row["sequence"], row["mature1_sequence"], row["mature2_sequence"]
    if not second:
        return None
    a, b = hairpin.find(first), hairpin.rfind(second)
    if a < 0 or b < 0:
        return None
    if a > b:
        first, second = second, first
        a, b = hairpin.find(first), hairpin.rfind(second)
    return a, a + len(first), b, b + len(second)


def main():
    data = sys.argv[1] if len(sys.argv) > 1 else "../shared/data"
    mirbase = {row["accession"]: row for row in rows_of(f"{data}/mirbase/precursor_mature_v21.tsv.gz")}
    curated = {(row["species"], row["name"]): row for row in rows_of(f"{data}/mirgenedb21/mirgenedb21.tsv.gz")}

    def hairpins(row):
        """miRBase hairpins that hold the precursor: where it begins, their cuts."""
        for accession in row["mirbase_v22"].split(";"):
            hairpin = mirbase.get(accession)
            cuts = hairpin and arms(hairpin)
            at = hairpin["sequence"].find(row["sequence"]) if hairpin else -1
            if cuts and at >= 0:
                yield at, cuts

    off = collections.defaultdict(list)
    for row in curated.values():
        for at, cuts in hairpins(row):
            off["drosha5"].append(cuts[0] - at)
            off["drosha3"].append(cuts[3] - at - len(row["sequence"]))
    for mature in rows_of(f"{data}/mirgenedb21/matures_hsa_mmu_dre.tsv.gz"):
        row = curated.get((mature["species"], mature["name"]))
        if not row or mature["at_precursor_end"] != "yes":
            continue
        cut = int(mature["dicer_cut"].split(",")[0])
        for at, cuts in hairpins(row):
            if mature["arm"] == "5p":
                off["dicer5"].append(cuts[1] - at - cut)
            else:
                off["dicer3"].append(cuts[2] - at - cut)
    print("cut\tn\tsame\twithin_1\twithin_2\tdistance")
    for cut in ("drosha5", "dicer5", "dicer3", "drosha3"):
        values = [abs(value) for value in off[cut]]
        shares = [sum(value <= most for value in values) / len(values) for most in (0, 1, 2)]
        print(cut, len(values), *(f"{share:.3f}" for share in shares), f"{sum(values) / len(values):.2f}", sep="\t")


if __name__ == "__main__":
    main()
