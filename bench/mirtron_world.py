#!/usr/bin/env python3
"""The table of how mirtrons are told in the world.

    bench/mirtron_world.py CALLS.tsv [DATA]
    bench/mirtron_world.py --stand-ins SPECIES DATA

CALLS.tsv is what `scripts/train_mirtron.sh` leaves (build/mirtron/calls.tsv): human records out of fold, shown as given,
with flanks, trimmed. With DATA (../shared/data) the model is asked about what it has not seen, by `classify --three-way`,
with 0, 10 and 30 random letters at both ends:
- mouse, fly and worm. No set at hand says which of their hairpins are mirtrons; stand-ins are, of mouse, the hairpins
  mir-6896 to mir-7092, which miRBase 20 took in as a batch and most of which end on AG, and of fly and worm, hairpins that start with
  GU and end on AG, so whole introns by their letters. Canonical are those that MirGeneDB 2.1 knows. Figures on them say how
  the calls hold from flank to flank and clade to clade, not how right they are to a percent.
- short introns that are no mirtrons (human ones were trained on in part) and structured RNAs.
The second form writes a species' stand-ins (mmu) as a table to stdout, for `experiment mirtron --blind`.
`stemloop` is looked for on PATH. Python's standard library alone."""
import bisect, csv, gzip, math, random, re, subprocess, sys, tempfile


def mcc(tp, fp, tn, fn):
    under = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / under if under else math.nan


def auroc(positive, negative):
    """Probability that a positive scores above a negative, ties half."""
    negative = sorted(negative)
    wins = sum((bisect.bisect_left(negative, p) + bisect.bisect_right(negative, p)) / 2 for p in positive)
    return wins / (len(positive) * len(negative)) if positive and negative else math.nan


def line(name, mirtrons, canonical, called):
    """`called(record)` -> (probability, called mirtron)."""
    a, b = [called(r) for r in mirtrons], [called(r) for r in canonical]
    tp, fp = sum(c for _, c in a), sum(c for _, c in b)
    print(f"{name}\t{len(a)}\t{len(b)}\t{mcc(tp, fp, len(b) - fp, len(a) - tp):.3f}\t{tp / max(1, len(a)):.3f}\t"
          f"{1 - fp / max(1, len(b)):.3f}\t{auroc([p for p, _ in a], [p for p, _ in b]):.3f}")


def out_of_fold(path):
    rows = list(csv.DictReader(open(path), delimiter="\t"))
    print("human, out of fold\tmirtrons\tcanonical\tMCC\tsensitivity\tspecificity\tAUROC")
    of = lambda kind, shown: [r for r in rows if r["kind"] == kind and r["shown"] == shown]
    alone = lambda r: (float(r["probability"]), float(r["probability"]) >= 0.5)
    both = lambda r: (float(r["probability"]), float(r["probability"]) >= 0.5 and float(r["against_others"]) >= 0.5)
    for words, call in (("against canonical", alone), ("and against others", both)):
        for shown in ("as given", "10 nt of flank", "30 nt of flank", "trimmed to the cuts"):
            line(f"{shown}, {words}", of("mirtron", shown), of("canonical", shown), call)
    print("\nothers out of fold\trecords\tcalled mirtron")
    for kind in sorted({r["kind"] for r in rows} - {"mirtron", "canonical"}):
        some = of(kind, "as given")
        print(f"{kind}\t{len(some)}\t{sum(both(r)[1] for r in some) / len(some):.3f}")


def rna(sequence):
    return sequence.upper().replace("T", "U")


def table(path):
    with gzip.open(path, "rt") as lines:
        yield from csv.DictReader(lines, delimiter="\t")


def stand_ins(data):
    curated = {a for r in table(f"{data}/mirgenedb21/mirgenedb21.tsv.gz") for a in r["mirbase_v22"].split(";")}
    for r in table(f"{data}/mirbase/precursor_mature_v21.tsv.gz"):
        species, sequence = r["name"].split("-")[0], rna(r["sequence"])
        if species not in ("mmu", "dme", "cel") or not re.fullmatch("[ACGU]+", sequence):
            continue
        number = re.match(r"\w+-mir-(\d+)", r["name"].lower())
        intron = sequence.startswith("GU") and sequence.endswith("AG")
        if (species == "mmu" and number and 6896 <= int(number[1]) <= 7092) or (species != "mmu" and intron):
            yield species, "mirtron", sequence
        elif r["accession"] in curated:
            yield species, "canonical", sequence


def asked(records):
    """Of (key, sequence): what --three-way says, in their order."""
    with tempfile.NamedTemporaryFile("w", suffix=".fa") as file:
        for k, (_, sequence) in enumerate(records):
            file.write(f">{k}\n{sequence}\n")
        file.flush()
        out = subprocess.run(["stemloop", "classify", "--three-way", "-q", "--skip-bad", file.name], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    return [(key, r) for (key, _), r in zip(records, csv.DictReader(out.splitlines(), delimiter="\t"))]


def unseen(data):
    draw = random.Random(20261128)
    letters = lambda n: "".join(draw.choice("ACGU") for _ in range(n))
    records = []
    for species, kind, sequence in stand_ins(data):
        for flank in (0, 10, 30):
            records.append(((species, kind, flank), letters(flank) + sequence + letters(flank)))
    for r in table(f"{data}/introns_not_mirtrons/dev.tsv.gz"):
        if int(r["length"]) <= 200:
            records.append((("intron", r["species"], 0), rna(r["sequence"])))
    for k, r in enumerate(table(f"{data}/structured_rfam14_seed/dev.tsv.gz")):
        if int(r["length"]) <= 200 and k % 8 == 0 and re.fullmatch("[ACGU]+", rna(r["sequence"])):
            records.append((("structured", "", 0), rna(r["sequence"])))
    calls = asked(records)
    print("\nstand-ins, unseen\tmirtrons\tcanonical\tMCC\tsensitivity\tspecificity\tAUROC")
    for species in ("mmu", "dme", "cel"):
        for flank in (0, 10, 30):
            of = lambda kind: [r for key, r in calls if key == (species, kind, flank)]
            p = lambda r: float(r["mirtron_probability"])
            line(f"{species}, {flank} nt, against canonical", of("mirtron"), of("canonical"), lambda r: (p(r), p(r) >= 0.5))
            line(f"{species}, {flank} nt, three-way", of("mirtron"), of("canonical"), lambda r: (p(r), r["label"] == "mirtron"))
            inside = lambda kind: [r for r in of(kind) if r["outside"] == "no"]
            line(f"{species}, {flank} nt, not told outside", inside("mirtron"), inside("canonical"), lambda r: (p(r), p(r) >= 0.5))
    print("\nothers, three-way\trecords\tmirtron\tcanonical\tother or no hairpin")
    for kind in sorted({key[:2] for key, _ in calls if key[0] in ("intron", "structured")}):
        labels = [r["label"] for key, r in calls if key[:2] == kind]
        share = lambda *names: sum(label in names for label in labels) / len(labels)
        print(f"{' '.join(kind)}\t{len(labels)}\t{share('mirtron'):.3f}\t{share('canonical'):.3f}\t{share('other', 'no hairpin'):.3f}")


def write_stand_ins(species, data):
    print("id\tsequence\tmirtron")
    for k, (of, kind, sequence) in enumerate(stand_ins(data)):
        if of == species and len(sequence) <= 200:
            print(f"{species}_{kind}_{k}\t{sequence}\t{int(kind == 'mirtron')}")


if sys.argv[1] == "--stand-ins":
    write_stand_ins(sys.argv[2], sys.argv[3])
else:
    out_of_fold(sys.argv[1])
    if len(sys.argv) > 2:
        unseen(sys.argv[2])
