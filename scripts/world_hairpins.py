#!/usr/bin/env python3
"""Writes the table that the network and the latent tree of models/premirna/tree learn from: the best hairpin of each record
of the world classifier's table (scripts/world_data.py), as `stemloop classify` cuts it out.

    scripts/world_hairpins.py TRAIN.tsv.gz OUT.tsv [STEMLOOP [MODEL]]      (default stemloop, premirna)

Precursors as databases have them, without added flanks, those of miRBase with both arms known; of the others some of every
kind. Columns: id, label, kind, group, part, sequence. `part` is train, valid or test by the record's group, so that
families and clans stay together. Every sequence once. Python's standard library alone."""
import csv, gzip, hashlib, os, subprocess, sys, tempfile

MOST = {"benchmark": 4500, "genome": 3000, "transcript": 3000, "shuffle": 2500, "intron": 1200, "random": 500}
LEAST_WEIGHT = 0.7  # of a precursor of miRBase: less has one whose second arm nobody saw


def number_of(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def chosen(rows):
    taken, count = set(), {}
    for row in sorted(rows, key=lambda r: number_of(r["id"] + r["sequence"])):
        kind, flank = row["kind"], int(row["flank5"]) + int(row["flank3"])
        if row["label"] == "1":
            if flank > 0 or (kind == "mirbase" and float(row["weight"]) < LEAST_WEIGHT) or row["id"] in taken:
                continue
            taken.add(row["id"])
        else:
            if flank > 0 and kind.startswith(("rfam", "ncrna")):
                continue
            count[kind] = count.get(kind, 0) + 1
            if count[kind] > MOST.get(kind, len(rows)):
                continue
        yield row


def main():
    source, out = sys.argv[1:3]
    stemloop, model = (sys.argv[3:] + ["stemloop", "premirna"][len(sys.argv) - 3:])[:2]
    with gzip.open(source, "rt") as file:
        rows = list(chosen(list(csv.DictReader(file, delimiter="\t"))))
    with tempfile.TemporaryDirectory() as folder:
        fasta, calls = os.path.join(folder, "records.fa"), os.path.join(folder, "calls.tsv")
        with open(fasta, "w") as file:
            file.writelines(f">{k}\n{row['sequence']}\n" for k, row in enumerate(rows))
        subprocess.run([stemloop, "classify", fasta, "-m", model, "--no-reasons", "-q", "-o", calls], check=True)
        with open(calls) as file:
            places = {int(r["id"]): (r["hairpin_start"], r["hairpin_end"]) for r in csv.DictReader(file, delimiter="\t")}
    seen, counts = set(), {}
    with open(out, "w") as file:
        file.write("id\tlabel\tkind\tgroup\tpart\tsequence\n")
        for k, row in enumerate(rows):
            begin, end = places[k]
            sequence = row["sequence"][int(begin) - 1:int(end)] if begin else ""
            if not sequence or sequence in seen:
                continue
            seen.add(sequence)
            tenth = number_of("diva " + row["group"]) % 10
            part = "test" if tenth == 0 else "valid" if tenth == 1 else "train"
            counts[part, row["label"]] = counts.get((part, row["label"]), 0) + 1
            file.write(f"{row['id']}\t{row['label']}\t{row['kind']}\t{row['group']}\t{part}\t{sequence}\n")
    for (part, label), number in sorted(counts.items()):
        print(f"{part}\t{label}\t{number}", file=sys.stderr)


main()
