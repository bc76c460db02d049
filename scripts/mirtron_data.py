#!/usr/bin/env python3
"""Writes the table that models/mirtron is trained on, from the data folder: human mirtrons and canonical precursors, and
what is neither: short introns of four species, stretches of human genome with splice sites at their ends, structured RNAs,
pieces of transcripts.

    scripts/mirtron_data.py [DATA [OUT.tsv.gz]]      (default ../shared/data, build/mirtron/train.tsv.gz)

Columns: id, kind (mirtron, canonical, or what else), group, weight, flank5, flank3 (letters of the flank a record brings),
sequence (RNA). Records of one group (miRNA family, gene, Rfam clan or family, and whatever shares an 18-mer with one of
its records) are for one fold. Mouse is left out altogether, to be blind to. Python's standard library alone."""
import bisect, csv, gzip, hashlib, os, random, re, sys

sys.dont_write_bytecode = True
from world_data import Groups, fasta, rna, table

WORD = 18
# Records of each kind at most, and what one weighs: human introns are few and nearest to human mirtrons.
MOST = {"intron_hsa": 200, "intron_dme": 200, "intron_ath": 200, "intron_cel": 120, "structured": 400, "transcript": 150}
WEIGHT = {"intron_hsa": 3.0, "intron_like": 1.0, "intron_dme": 1.0, "intron_ath": 1.0, "intron_cel": 1.0, "structured": 0.7, "transcript": 0.7}
LONGEST = 200
MOST_LIKE = 800  # intron_like
# Stretches of genome that look like introns as short as mirtrons: donor and acceptor as good as those of many introns. They
# are rich in G and C, as human short introns are; of the others a quarter is taken. One in three hundred letters at most.
PIECES = ("hsa_chr1_0M", "hsa_chr9_0M", "hsa_chr16_0M", "hsa_chr20_1M")
LIKE_LENGTHS = (55, 150)
DONOR = ((-3, "AC"), (-2, "A"), (-1, "G"), (2, "AG"), (3, "A"), (4, "G"), (5, "T"))  # around GT
DONOR_LEAST, TRACT_LEAST, TRACT = 5, 11, range(-18, -3)  # of DONOR; pyrimidines before YAG
EXON, APART = 10, 300


def draw_of(key):
    return random.Random(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big"))


def dull(word):
    """Repeats of one to three letters say nothing of kinship."""
    return len({word[i:i + 3] for i in range(WORD - 2)}) < 8


def words(sequence):
    every = {sequence[k:k + WORD] for k in range(len(sequence) - WORD + 1)}
    return {word for word in every if not dull(word)}


def complement(sequence):
    return sequence.translate(str.maketrans("ACGTN", "TGCAN"))[::-1]


def like_introns(data):
    """Name, group (some hundred kb) and parts as in the table of introns; microRNAs of miRBase 22 and what lies near are left out."""
    known = {}
    for r in csv.DictReader(open(f"{data}/scan_human/truth_mirbase_v22.tsv"), delimiter="\t"):
        known.setdefault(r["genome"], []).append((int(r["start"]) - LONGEST, int(r["end"]) + LONGEST))
    for piece in PIECES:
        plus = "".join(text for _, text in fasta(f"{data}/scan_human/{piece}.fa.gz")).upper()
        for strand, text in (("+", plus), ("-", complement(plus))):
            ends = [m.start() + 3 for m in re.finditer("(?=[CT]AG)", text)
                    if m.start() > LONGEST and sum(text[m.start() + 3 + k] in "CT" for k in TRACT) >= TRACT_LEAST]
            for m in re.finditer("(?=GT)", text):
                begin = m.start()
                if begin < EXON or sum(text[begin + k:begin + k + 1] in set(some) for k, some in DONOR) < DONOR_LEAST:
                    continue
                first = bisect.bisect_left(ends, begin + LIKE_LENGTHS[0])
                for end in ends[first:bisect.bisect_right(ends, begin + LIKE_LENGTHS[1])]:
                    at = begin if strand == "+" else len(plus) - end
                    if any(a <= at <= b for a, b in known.get(piece, [])) or "N" in text[begin - EXON:end + EXON]:
                        continue
                    yield (f"{piece}:{at + 1}{strand}{end - begin}", f"like:{piece}:{at // 100000}", (piece, strand, at // APART),
                           {"up10": text[begin - EXON:begin], "sequence": text[begin:end], "down10": text[end:end + EXON]})


def main():
    data = sys.argv[1] if len(sys.argv) > 1 else "../shared/data"
    out = sys.argv[2] if len(sys.argv) > 2 else "build/mirtron/train.tsv.gz"
    rows, groups = [], Groups()

    def add(name, kind, group, sequence, weight=1.0, five=0, three=0):
        sequence = rna(sequence)
        if re.fullmatch("[ACGU]{30,}", sequence):
            rows.append([name, kind, group, weight, five, three, sequence])

    for r in table(f"{data}/mirtrons_rorbach2018/mirbase_set.tsv.gz"):
        family = re.match(r"hsa-(mir|let)-(\d+)", r["name"])
        add(r["name"], "mirtron" if r["mirtron"] == "1" else "canonical",
            f"mirna:{family[1]}-{family[2]}" if family else "mirna:" + r["name"], r["sequence"])
    for r in table(f"{data}/mirtrons_rorbach2018/putative_mirtrons.tsv.gz"):
        add(r["name"], "mirtron", "gene:" + r["gene"], r["sequence"])
    # One sequence that carries both labels says nothing.
    labels = {}
    for row in rows:
        labels.setdefault(row[6], set()).add(row[1])
    rows[:] = [row for row in rows if len(labels[row[6]]) == 1]

    others = {}
    for r in table(f"{data}/introns_not_mirtrons/dev.tsv.gz"):
        if int(r["length"]) <= LONGEST:
            others.setdefault("intron_" + r["species"], []).append((f"{r['gene']}|{r['location']}", "gene:" + r["gene"], r))
    for r in table(f"{data}/structured_rfam14_seed/dev.tsv.gz"):
        if int(r["length"]) <= LONGEST:
            group = "rfam:" + (r["clan"] if r["clan"] != "-" else r["family"])
            others.setdefault("structured", []).append((f"{r['name']}|{r['family']}", group, r))
    for r in table(f"{data}/transcripts_animals/dev.tsv.gz"):
        if r["structured_rna"] == "-" and r["group"].startswith("hsa"):
            others.setdefault("transcript", []).append((r["name"], "transcript:" + r["name"], r))
    for kind, some in sorted(others.items()):
        some.sort(key=lambda one: hashlib.sha256(one[0].encode()).digest())
        for name, group, r in some[:MOST[kind]]:
            draw = draw_of(kind + name)
            sequence, flank = r["sequence"], 0
            if kind.startswith("intron") and draw.random() < 0.5:  # with the ends of its exons
                flank, sequence = len(r["up10"]), r["up10"] + sequence + r["down10"]
            if kind == "transcript":
                length = draw.randint(60, 160)
                at = draw.randrange(max(1, len(sequence) - length))
                sequence = sequence[at:at + length]
            add(name, kind, group, sequence, WEIGHT[kind], flank, flank)

    # What shares a word with anything else is an intron that is known, or a repeat.
    taken = {word for row in rows for word in words(row[6])}
    count, places = 0, set()
    for name, group, place, r in sorted(like_introns(data), key=lambda one: hashlib.sha256(one[0].encode()).digest()):
        draw = draw_of("intron_like" + name)
        strong = sum(letter in "GC" for letter in r["sequence"]) * 2 >= len(r["sequence"])
        sequence, flank = (r["sequence"], 0) if draw.random() < 0.5 else (r["up10"] + r["sequence"] + r["down10"], EXON)
        own = words(rna(sequence))
        if (not strong and draw.random() >= 0.25) or place in places or not own.isdisjoint(taken):
            continue
        places.add(place)
        taken |= own
        add(name, "intron_like", group, sequence, WEIGHT["intron_like"], flank, flank)
        count += 1
        if count == MOST_LIKE:
            break

    holder = {}
    for _, _, group, _, _, _, sequence in rows:
        for word in words(sequence):
            if word in holder:
                groups.join(holder[word], group)
            else:
                holder[word] = group
    os.makedirs(os.path.dirname(out) or ".", exist_ok=True)
    with open(out, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as file:
        file.write(b"id\tkind\tgroup\tweight\tflank5\tflank3\tsequence\n")
        for name, kind, group, weight, five, three, sequence in rows:
            file.write(f"{name}\t{kind}\t{groups.find(group)}\t{weight}\t{five}\t{three}\t{sequence}\n".encode())
    counts = {}
    for row in rows:
        counts[row[1]] = counts.get(row[1], 0) + 1
    for kind, count in sorted(counts.items()):
        print(f"{kind}\t{count}", file=sys.stderr)


main()
