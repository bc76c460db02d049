"""The sets the design engine is fitted and measured on, made from miRBase 21 anew each time (nothing of it is kept here).

    python3 bench/reference/design_sets.py ../shared/data/mirbase/hairpin_v21.fa.gz OUT [SEED]

One hairpin a family (mir-21 of all species is one family), ACGU only, 50 to 120 nt, drawn with the seed. Families whose
name's CRC-32 is even go to OUT/fit.fa, up to 1,600 of the others to OUT/candidates.fa; no family is in both.
`stemloop fold` and a look for one hairpin loop make structures of the latter: bench/design.sh.
"""
import collections
import gzip
import random
import re
import sys
import zlib

source, out = sys.argv[1], sys.argv[2]
draw = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
families = collections.defaultdict(list)
name = None
for line in gzip.open(source, "rt"):
    if line.startswith(">"):
        name = line[1:].split()[0]
        continue
    sequence = line.strip().upper().replace("T", "U")
    match = re.match(r"[a-z0-9]+-((?:mir|let|lin|bantam|lsy|mit)[a-z]*)-?([0-9]*)", name, re.I)
    family = f"{match.group(1).lower()}-{match.group(2)}" if match and match.group(2) else name
    if 50 <= len(sequence) <= 120 and not set(sequence) - set("ACGU"):
        families[family].append((name, sequence))
fit, candidates = [], []
for family in sorted(families):
    record = draw.choice(families[family])
    (fit if zlib.crc32(family.encode()) % 2 == 0 else candidates).append(record)
draw.shuffle(candidates)
for path, records in ((f"{out}/fit.fa", fit), (f"{out}/candidates.fa", candidates[:1600])):
    with open(path, "w") as file:
        file.writelines(f">{name}\n{sequence}\n" for name, sequence in records)
print(f"{len(families)} families: {len(fit)} to fit on, {min(len(candidates), 1600)} candidates")
