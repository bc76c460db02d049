#!/usr/bin/env python3
"""Tables for `stemloop train arms`: hairpins with the cuts that miRBase 21 and MirGeneDB 2.1 tell.

  scripts/arms_data.py DATA OUT        (Python 3, standard library; calls stemloop leakage)

DATA holds mirbase/, mirgenedb21/ and deepmircut/. OUT gets train.tsv, valid.tsv and test.tsv with the columns that
train arms reads. Whatever is at least 80 % identical to a hairpin of the test set (or, of the training table, of the
validation set) is left out: the whole hairpins are compared, and the stretches between Drosha's cuts, for the same
precursor may stand in flanks of other lengths.
"""
import collections
import csv
import gzip
import os
import re
import subprocess
import sys
import tempfile

CUTS = ("drosha5", "dicer5", "dicer3", "drosha3")
LONGEST = 250  # letters of a hairpin that is learnt from
WEIGHTS = {"all": 1.0, "curated": 0.6, "part": 0.4}


def rows_of(path):
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def before(cut):
    """'43,44': the cut has 43 letters before it."""
    return int(cut.split(",")[0])


def mirbase_cuts(row):
    """Known cuts of a miRBase row, or None where its matures do not say which arm is which."""
    hairpin, first, second = row["sequence"], row["mature1_sequence"], row["mature2_sequence"]
    if not re.fullmatch("[ACGU]+", hairpin) or not first:
        return None
    if second:
        a, b = hairpin.find(first), hairpin.rfind(second)
        if a < 0 or b < 0:
            return None
        if a > b:
            first, second = second, first
            a, b = hairpin.find(first), hairpin.rfind(second)
        if a + len(first) > b:
            return None
        return {"drosha5": a, "dicer5": a + len(first), "dicer3": b, "drosha3": b + len(second)}
    a = hairpin.find(first)
    if a < 0 or hairpin.rfind(first) != a:
        return None
    middle = (a + len(first) / 2) / len(hairpin)
    name = row["mature1"]
    if name.endswith("-5p") or (not name.endswith("-3p") and middle < 0.45):
        return {"drosha5": a, "dicer5": a + len(first)}
    if name.endswith("-3p") or middle > 0.55:
        return {"dicer3": a, "drosha3": a + len(first)}
    return None


def curated(data):
    """MirGeneDB: both ends are Drosha's cuts; Dicer's of the matures that are listed, and the guide of mouse and fish."""
    matures = collections.defaultdict(list)
    for row in rows_of(f"{data}/mirgenedb21/matures_hsa_mmu_dre.tsv.gz"):
        if row["at_precursor_end"] == "yes":
            matures[row["species"], row["name"]].append(row)
    for row in rows_of(f"{data}/mirgenedb21/mirgenedb21.tsv.gz"):
        record = {"source": "mirgenedb", "id": f"{row['species']}|{row['name']}", "sequence": row["sequence"],
                  "drosha5": 0, "drosha3": len(row["sequence"])}
        listed = matures[row["species"], row["name"]]
        for mature in listed:
            record["dicer5" if mature["arm"] == "5p" else "dicer3"] = before(mature["dicer_cut"])
        if len(listed) == 1 and row["species"] != "hsa":
            record["guide"] = listed[0]["arm"]
        yield record


def held_out(path, source):
    for row in rows_of(path):
        if "_x" in row["example"]:
            continue
        start, stop = int(row["hairpin_start"]), int(row["hairpin_stop"])
        yield {"source": source, "id": row["accession"], "sequence": row["sequence"],
               "hairpin": row["sequence"][start - 1:stop],
               **{cut: before(row[cut + "p"]) for cut in CUTS}}


def similar_pairs(records, folder):
    """Numbers of records that are alike, as whole hairpins or between Drosha's cuts."""
    table, pairs = os.path.join(folder, "all.tsv"), os.path.join(folder, "pairs.tsv")
    with open(table, "w") as out:
        out.write("id\tsequence\n")
        for number, record in enumerate(records):
            out.write(f"{number}|hairpin\t{record.get('hairpin', record['sequence'])}\n")
            if "drosha5" in record and "drosha3" in record and record["source"] != "mirgenedb":
                out.write(f"{number}|precursor\t{record['sequence'][record['drosha5']:record['drosha3']]}\n")
    subprocess.run(["stemloop", "leakage", table, "--identity", "0.8", "--containment", "0.15", "-k", "6", "-q",
                    "--pairs", pairs, "-o", os.devnull], check=True)
    with open(pairs) as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            yield int(row["id"].split("|")[0]), int(row["other_id"].split("|")[0])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    data, out = sys.argv[1:]
    records = []
    for row in rows_of(f"{data}/mirbase/precursor_mature_v21.tsv.gz"):
        cuts = mirbase_cuts(row)
        if cuts:
            records.append({"source": "mirbase", "id": row["accession"], "sequence": row["sequence"], **cuts})
    records += curated(data)
    records += held_out(f"{data}/deepmircut/validationSet.tsv.gz", "valid")
    records += held_out(f"{data}/deepmircut/testSet.tsv.gz", "test")

    cluster = list(range(len(records)))

    def root(k):
        while cluster[k] != k:
            cluster[k] = cluster[cluster[k]]
            k = cluster[k]
        return k

    apart = {"test": 2, "valid": 1}  # the record of the lower rank goes
    gone = set()
    with tempfile.TemporaryDirectory() as folder:
        for a, b in similar_pairs(records, folder):
            rank_a, rank_b = (apart.get(records[k]["source"], 0) for k in (a, b))
            if rank_a != rank_b:
                gone.add(a if rank_a < rank_b else b)
            cluster[root(a)] = root(b)
    names = {record["id"] for record in records if record["source"] in apart}
    seen = set()
    kept = collections.defaultdict(list)
    for number, record in enumerate(records):
        part = record["source"] if record["source"] in apart else "train"
        key = (part, record["sequence"]) + tuple(record.get(cut) for cut in CUTS)
        if number in gone or key in seen:
            continue
        if part == "train" and (record["id"] in names or len(record["sequence"]) > LONGEST):
            continue
        seen.add(key)
        kept[part].append((number, record))
    size = collections.Counter(root(number) for number, _ in kept["train"])
    os.makedirs(out, exist_ok=True)
    for part, members in kept.items():
        with open(f"{out}/{part}.tsv", "w") as table:
            table.write("id\tsequence\t" + "\t".join(CUTS) + "\tweight\tguide\tconvention\n")
            for number, record in members:
                known = sum(cut in record for cut in CUTS)
                kind = "all" if known == 4 else "curated" if record["source"] == "mirgenedb" else "part"
                # A large family counts for less than its members.
                weight = WEIGHTS[kind] * size[root(number)] ** -0.4 if part == "train" else 1
                cells = [str(record.get(cut, "")) for cut in CUTS]
                table.write("\t".join([record["id"], record["sequence"], *cells, f"{weight:.4f}",
                                       record.get("guide", ""),
                                       "mirgenedb" if record["source"] == "mirgenedb" else "mirbase"]) + "\n")
        print(f"{out}/{part}.tsv: {len(members)} hairpins", file=sys.stderr)


if __name__ == "__main__":
    main()
