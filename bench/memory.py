#!/usr/bin/env python3
"""Peak memory of commands over the number of records: memory.py PROGRAM SMALL LARGE. Prints MB at both numbers of random
hairpins of 80 nt and what a record more costs. Python 3 standard library."""
import os
import random
import sys
import tempfile

PAIR = {"A": "U", "C": "G", "G": "C", "U": "A"}


def hairpin(draw):
    stem = [draw.choice("ACGU") for _ in range(34)]
    loop = [draw.choice("ACGU") for _ in range(12)]
    return "".join(stem + loop + [PAIR[c] if draw.random() < 0.9 else draw.choice("ACGU") for c in reversed(stem)])


def write_inputs(folder, count):
    draw = random.Random(count)
    with open(f"{folder}/r.fa", "w") as fasta, open(f"{folder}/r.tsv", "w") as table:
        table.write("id\tsequence\tlabel\n")
        for i in range(count):
            sequence = hairpin(draw)
            fasta.write(f">r{i}\n{sequence}\n")
            table.write(f"r{i}\t{sequence}\t{i % 2}\n")


def peak_mb(words, folder):
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.execvp(words[0], words)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"{' '.join(words)}: ended with {status}")
    return usage.ru_maxrss / 1024, usage.ru_utime


COMMANDS = [
    "fold r.fa", "fold r.fa --pf -f tsv", "eval folds.fa -s", "convert r.fa --to fasta", "show r.fa", "features r.fa",
    "encode r.fa -o out.safetensors", "arms r.fa", "classify r.fa --no-reasons", "scan r.fa --transcripts --model shape --decoy-share 0",
    "split r.tsv", "leakage r.tsv", "smote r.fa -n 20", "report r.fa --no-classify --arms none -o out.html",
    "draw r.fa --grid 4x6 --no-picture -o out.pdf", "quality r.fa r.fa --no-baselines --most 100",
]


def main():
    program, sizes = os.path.abspath(sys.argv[1]), [int(x) for x in sys.argv[2:4]]
    rows = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write_inputs(folder, size)
            os.system(f"cd {folder} && {program} fold r.fa -q -t 1 -o folds.fa")
            for command in COMMANDS:
                rows.setdefault(command, []).append(peak_mb([program, *command.split(), "-t", "1", "-q"], folder))
    print(f"command\tMB at {sizes[0]}\tMB at {sizes[1]}\tkB a record\ts at {sizes[1]}")
    for command, ((small, _), (large, seconds)) in rows.items():
        print(f"{command}\t{small:.0f}\t{large:.0f}\t{1024 * (large - small) / (sizes[1] - sizes[0]):.2f}\t{seconds:.1f}")


main()
