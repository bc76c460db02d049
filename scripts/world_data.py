#!/usr/bin/env python3
"""Writes the training set of the world classifier from the data folder: precursors and what is none, as they meet a
user: with and without flanks, at every length, with other structured RNA, shuffles and random letters beside them.

    scripts/world_data.py [DATA [OUT.tsv.gz]]      (default ../shared/data, build/world/train.tsv.gz)

Columns: id, label (1 = pre-miRNA), kind, group, weight, flank5, flank3 (letters added at either end), sequence (RNA),
drosha5, dicer5, dicer3, drosha3 (letters before the cuts that are known).
Records of one group (miRNA family, Rfam clan or family, and whatever shares a 20-mer with one of its records) are for
one fold. A negative that shares a 20-mer with a precursor is left out: known wrong labels, and unknown ones.
Everything is drawn from one seed, record by record; Python's standard library alone."""
import gzip, hashlib, os, random, re, sys

SEED = 20261128
WORD = 20       # letters that two records of one family, or a wrong label, share
LENGTHS = (40, 220)


def table(path):
    with gzip.open(path, "rt") as lines:
        names = next(lines).rstrip("\n").split("\t")
        for line in lines:
            yield dict(zip(names, line.rstrip("\n").split("\t")))


def fasta(path):
    name, parts = None, []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            if line.startswith(">"):
                if name is not None:
                    yield name, "".join(parts)
                name, parts = line[1:].split()[0], []
            else:
                parts.append(line.strip())
    if name is not None:
        yield name, "".join(parts)


def rna(sequence):
    return sequence.upper().replace("T", "U")


def clean(sequence):
    return re.fullmatch("[ACGU]+", sequence) is not None


def draw_of(key):
    """A generator of its own for every record, whatever else is in the set."""
    return random.Random(int.from_bytes(hashlib.sha256(f"{SEED}:{key}".encode()).digest()[:8], "big"))


def shuffled(sequence, draw):
    """Dinucleotides kept (Altschul & Erickson 1985): an Euler path through the same edges, its last edges a tree."""
    last = sequence[-1]
    edges = {}
    for a, b in zip(sequence, sequence[1:]):
        edges.setdefault(a, []).append(b)
    while True:
        leaving = {a: draw.choice(to) for a, to in edges.items() if a != last}
        reached, grows = {last}, True
        while grows:
            new = {a for a, b in leaving.items() if b in reached} - reached
            reached |= new
            grows = bool(new)
        if all(a in reached for a in leaving):
            break
    for a, to in edges.items():
        if a in leaving:
            to.remove(leaving[a])
        draw.shuffle(to)
        if a in leaving:
            to.append(leaving[a])
    place, path, used = sequence[0], [sequence[0]], dict.fromkeys(edges, 0)
    while place in edges and used[place] < len(edges[place]):
        following = edges[place][used[place]]
        used[place] += 1
        path.append(following)
        place = following
    return "".join(path)


def letters(count, gc, draw):
    return "".join(draw.choice("GC") if draw.random() < gc else draw.choice("AU") for _ in range(count))


class Background:
    """Pieces of genomes for flanks and windows."""

    def __init__(self, data):
        self.pieces = []
        places = ["scan_human/hsa_chr1_0M", "scan_human/hsa_chr9_0M", "scan_fly/dme_2L_pieces", "scan_worm/cel_starts",
                  "scan_plants/ath_starts", "scan_genomes/hsv1_NC_001806", "scan_virus/hhv6b_NC_000898"]
        for place in places:
            piece = rna("".join(s for _, s in fasta(f"{data}/{place}.fa.gz")))
            self.pieces.append((place.split("/")[1], piece))

    def window(self, length, draw):
        """(genome, strand, letters ACGU) of one place; viruses one time in ten, the other genomes evenly."""
        while True:
            name, piece = self.pieces[draw.randrange(5)] if draw.random() < 0.9 else self.pieces[draw.randrange(5, 7)]
            at = draw.randrange(len(piece) - length)
            window = piece[at:at + length]
            if clean(window):
                if draw.random() < 0.5:
                    return name, window[::-1].translate(str.maketrans("ACGU", "UGCA"))
                return name, window


def flanked(sequence, most, background, draw):
    """Letters at either end, 0 to `most`: half of the records random ones, half out of a genome."""
    five, three = draw.randint(0, most), draw.randint(0, most)
    if draw.random() < 0.5:
        gc = draw.uniform(0.3, 0.7)
        return five, three, letters(five, gc, draw) + sequence + letters(three, gc, draw)
    around = background.window(five + three, draw)[1] if five + three else ""
    return five, three, around[:five] + sequence + around[five:]


class Groups:
    """Union of records by name and by shared words."""

    def __init__(self):
        self.parent = {}

    def find(self, key):
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, a, b):
        a, b = self.find(a), self.find(b)
        if a != b:
            self.parent[max(a, b)] = min(a, b)


def words(sequence):
    return {sequence[i:i + WORD] for i in range(len(sequence) - WORD + 1)}


def dull(word):
    """Repeats of one to three letters say nothing of kinship."""
    return len({word[i:i + 3] for i in range(WORD - 2)}) < 9


def mirbase_family(name):
    match = re.match(r"[a-z0-9]+-(mir|let|lin|bantam|lsy|iab)-?([0-9]*|[A-Za-z0-9]+)", name, re.IGNORECASE)
    if match:
        return f"mirna:{match[1].lower()}-{match[2] or name}"
    return "mirna:" + name.split("-", 1)[-1].lower()


def mirbase_cuts(r):
    """Letters before Drosha's and Dicer's cuts as the annotated matures tell; None where no mature tells."""
    hairpin, first, second = r["sequence"], rna(r["mature1_sequence"]), rna(r["mature2_sequence"])
    places = sorted((hairpin.find(m), hairpin.find(m) + len(m)) for m in (first, second) if m)
    unknown = (None,) * 4
    if not places or places[0][0] < 0:
        return unknown
    if len(places) == 2:
        return places[0] + places[1] if places[0][1] <= places[1][0] else unknown
    middle = sum(places[0]) / 2 / len(hairpin)
    arm = r["mature1"][-3:]
    if arm == "-5p" or (arm != "-3p" and middle < 0.45):
        return places[0] + (None, None)
    if arm == "-3p" or middle > 0.55:
        return (None, None) + places[0]
    return unknown


def moved(cuts, by):
    return tuple(None if c is None else c + by for c in cuts)


def curated_family(name):
    """Of MirGeneDB's names behind the species: Mir-10-P1a -> 10, Bantam, Let-7-P2c3 -> 7."""
    match = re.match(r"(?:Mir-|Let-|Novel-)?([^-_]+)", name)
    return "curated:" + match[1].lower()


def main():
    data = sys.argv[1] if len(sys.argv) > 1 else "../shared/data"
    out = sys.argv[2] if len(sys.argv) > 2 else "build/world/train.tsv.gz"
    background = Background(data)
    groups = Groups()
    seen, rows, cores = set(), [], []  # rows: id, label, kind, group key, weight, five, three, sequence

    def add(name, label, kind, group, weight, sequence, five=0, three=0, cuts=(None,) * 4):
        if len(sequence) < 30 or not clean(sequence) or (label, sequence) in seen:
            return
        seen.add((label, sequence))
        rows.append((f"{kind}|{name}", label, kind, group, weight, five, three, sequence, cuts))

    # Precursors. Weights: how sure the label is.
    known = {}      # accession -> MirGeneDB name
    curated = list(table(f"{data}/mirgenedb21/mirgenedb21.tsv.gz"))
    for r in curated:
        for accession in r["mirbase_v22"].split(";"):
            known[accession] = r["name"]
    for r in table(f"{data}/mirbase/precursor_mature_v21.tsv.gz"):
        sequence, name = rna(r["sequence"]), r["name"]
        if not clean(sequence) or len(sequence) > 400:
            continue
        group = mirbase_family(name)
        if r["accession"] in known:
            groups.join(group, curated_family(known[r["accession"]].split("-", 1)[1]))
        cores.append((sequence, group))
        cuts = mirbase_cuts({**r, "sequence": sequence})
        both = None not in cuts
        weight = 1.0 if r["accession"] in known else 0.7 if both else 0.4
        draw = draw_of(r["accession"])
        way = draw.random()
        if way < 0.35 or len(sequence) > 200:
            add(name, 1, "mirbase", group, weight, sequence, cuts=cuts)
        elif way < 0.55 and both:
            begin = max(0, cuts[0] - draw.randint(0, 6))
            add(name, 1, "mirbase", group, weight, sequence[begin:cuts[3] + draw.randint(0, 6)], cuts=moved(cuts, -begin))
        else:
            five, three, longer = flanked(sequence, 50, background, draw)
            add(name, 1, "mirbase", group, weight, longer, five, three, moved(cuts, five))
    for r in curated:
        group = curated_family(r["name"].split("-", 1)[1])
        cores.append((r["sequence"], group))
        draw = draw_of(r["name"])
        ends = (0, None, None, len(r["sequence"]))
        add(r["name"], 1, "mirgenedb", group, 1.0, r["sequence"], cuts=ends)
        five, three, longer = flanked(r["sequence"], 60, background, draw)
        add(r["name"], 1, "mirgenedb", group, 1.0, longer, five, three, moved(ends, five))

    # Words of precursors: what no negative may hold.
    forbidden = {}
    for sequence, group in cores:
        for word in words(sequence):
            if not dull(word):
                if word in forbidden:
                    groups.join(forbidden[word], group)
                else:
                    forbidden[word] = group
    wrong = {}

    def negative(name, kind, group, weight, sequence, most=40, longest=130):
        if any(word in forbidden for word in words(sequence)):
            wrong[kind] = wrong.get(kind, 0) + 1
            return
        draw = draw_of(f"{kind}|{name}")
        five = three = 0
        if len(sequence) <= longest and most and draw.random() < 0.5:
            five, three, sequence = flanked(sequence, most, background, draw)
        add(name, 0, kind, group, weight, sequence, five, three)

    for r in table(f"{data}/mirdeep2_candidates/dev.tsv.gz"):
        if r["mirgenedb"] != "-":
            word = next((w for w in words(r["sequence"]) if w in forbidden), None)
            add(f"{r['location']}", 1, "mirdeep2", forbidden.get(word, "mirdeep2:" + r["mirgenedb"]), 1.0, r["sequence"])
        elif r["group"] == "novel" and r["mirgenedb_part"] == "-" and r["mirbase_v22"] == "-":
            negative(r["location"], "mirdeep2_false", "candidate:" + r["location"], 2.0, r["sequence"], most=0)

    family_of_name = {}
    for r in table(f"{data}/structured_rfam14_seed/dev.tsv.gz"):
        group = "rfam:" + (r["clan"] if r["clan"] != "-" else r["family"])
        family_of_name[r["family_name"]] = group
        sequence = rna(r["sequence"])
        negative(r["name"] + "|" + r["family"], "rfam_" + r["class"], group, 2.0, sequence)
        draw = draw_of("part" + r["name"])
        if len(sequence) > 100:  # a piece of it, as a genome's window shows it
            length = draw.randint(60, min(len(sequence), 180))
            at = draw.randrange(len(sequence) - length + 1)
            negative(r["name"] + "|" + r["family"] + "|part", "rfam_" + r["class"], group, 1.4, sequence[at:at + length])
        else:
            five, three, longer = flanked(sequence, 40, background, draw)
            negative(r["name"] + "|" + r["family"] + "|flanked", "rfam_" + r["class"], group, 1.4, longer, most=0)
    for r in table(f"{data}/small_ncrna_animals/dev.tsv.gz"):
        group = family_of_name.get(r["rfam_name"], family_of_name["tRNA"] if "tRNA" in r["class"] else "ncrna:" + r["class"])
        negative(r["name"] + "|" + r["species"], "ncrna_" + r["class"], group, 0.5, r["sequence"])
    conflicts = {rna(r["sequence"]) for r in table(f"{data}/label_conflicts/label_conflicts.tsv.gz")}
    for r in table(f"{data}/modmirbase/public_train.tsv.gz"):
        if r["label"] == "0" and rna(r["sequence"]) not in conflicts:
            negative(r["id"], "benchmark", "benchmark:" + r["id"], 0.5, rna(r["sequence"]))
    for folder in ("transcripts_animals", "transcripts_plants"):
        for r in table(f"{data}/{folder}/dev.tsv.gz"):
            if r["structured_rna"] != "-":
                continue
            for k in range(5):
                draw = draw_of(f"{r['name']}:{k}")
                length = min(draw.randint(*LENGTHS), len(r["sequence"]))
                at = draw.randrange(len(r["sequence"]) - length + 1)
                negative(f"{r['name']}|{k}", "transcript", "transcript:" + r["name"], 1.0,
                         rna(r["sequence"][at:at + length]), most=0)
    for k in range(14000):
        draw = draw_of(f"genome:{k}")
        genome, window = background.window(draw.randint(*LENGTHS), draw)
        negative(f"{genome}|{k}", "genome", f"genome:{k}", 1.0, window, most=0)
    for r in table(f"{data}/introns_not_mirtrons/dev.tsv.gz"):
        if int(r["length"]) <= 220:
            negative(f"{r['gene']}|{r['location']}", "intron", "intron:" + r["gene"], 1.0,
                     rna(r["up10"] + r["sequence"] + r["down10"]) if draw_of(r["location"]).random() < 0.3
                     else rna(r["sequence"]), most=0)
    for k in range(8000):
        draw = draw_of(f"random:{k}")
        add(f"{k}", 0, "random", f"random:{k}", 1.0, letters(draw.randint(*LENGTHS), draw.uniform(0.3, 0.7), draw))
    for k, (sequence, group) in enumerate(cores):
        draw = draw_of(f"shuffle:{k}")
        if draw.random() < 0.45 and len(set(sequence)) == 4:
            five, three, longer = (0, 0, sequence) if draw.random() < 0.6 else flanked(sequence, 50, background, draw)
            add(f"{k}", 0, "shuffle", group, 1.0, shuffled(longer, draw), five, three)

    # Kin by shared words of negatives, and families of names that share words.
    holder = {}
    for _, label, kind, group, _, five, three, sequence, _ in rows:
        if label == 0 and kind not in ("random", "shuffle"):
            for word in words(sequence[five:len(sequence) - three]):
                if word[0] < word[-1] and not dull(word):  # every word would do; some are enough
                    if word in holder:
                        groups.join(holder[word], group)
                    else:
                        holder[word] = group
    os.makedirs(os.path.dirname(out) or ".", exist_ok=True)
    with open(out, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as file:
        file.write(b"id\tlabel\tkind\tgroup\tweight\tflank5\tflank3\tsequence\tdrosha5\tdicer5\tdicer3\tdrosha3\n")
        for name, label, kind, group, weight, five, three, sequence, cuts in rows:
            known = "\t".join("" if c is None else str(c) for c in cuts)
            file.write(f"{name}\t{label}\t{kind}\t{groups.find(group)}\t{weight}\t{five}\t{three}\t{sequence}\t{known}\n"
                       .encode())
    counts = {}
    for row in rows:
        counts[(row[1], row[2])] = counts.get((row[1], row[2]), 0) + 1
    for (label, kind), count in sorted(counts.items(), reverse=True):
        print(f"{label}\t{kind}\t{count}\tleft out, for they share letters with a precursor: {wrong.get(kind, 0)}"
              if label == 0 else f"{label}\t{kind}\t{count}", file=sys.stderr)


if __name__ == "__main__":
    main()
