#!/usr/bin/env python3
"""Damages the shipped models in random places, makes the checksums fit, and runs the program on them.

  bench/hostile_models.py [--program build/release/bin/stemloop] [--count 600] [--seed 1] [--keep FOLDER]

Counts what ends in an answer (exit 0), in a sentence (exit 1 to 3), in a crash (a signal, or 134 and above), takes over
20 s, over 2 GB of memory, says "internal error", or answers with nan or inf. Mutation i depends on (seed, i) alone.
Standard library only."""
import argparse, hashlib, json, math, os, random, resource, shutil, struct, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "..", "models")
HAIRPINS = os.path.join(HERE, "..", "examples", "hairpins.fa")
SECONDS, BYTES = 20, 2 << 30
# What is done with each model after `model verify`.
USES = {
    "premirna": [["classify", HAIRPINS, "--format", "json", "-m", "{}"]],
    "premirna-modmirbase": [["classify", HAIRPINS, "-m", "{}"]],
    "mirtron": [["classify", HAIRPINS, "-m", "{}"]],
    "arms": [["arms", HAIRPINS, "-m", "{}"]],
    "natural-precursors": [["design", "--structure", "((((((((((((....))))))))))))", "--natural", "{}"]],
    "mirtron-generator": [["generate", "-m", "{}", "-n", "3"]],
}
NUMBERS = [0, -1, -2, 1, 2, 7, 4096, 65536, 2**31 - 1, -2**31, 2**53, 2**63 - 1, 1e308, -1e308, 1e-308, 0.5, 1.5]
OTHERS = [None, True, False, "", "x", "/dev/zero", "../../../etc/passwd", "\x1b[2J", [], {}, [[[]]], "A" * 5000]


def refit(path):
    """Puts the checksums of all files into the config.json files."""
    for folder, _, files in os.walk(path):
        name = os.path.join(folder, "config.json")
        if "config.json" not in files or not os.path.isfile(name) or os.path.islink(name):
            continue
        try:
            config = json.load(open(name))
        except ValueError:
            continue
        if not isinstance(config, dict):
            continue
        md5 = lambda file: hashlib.md5(open(os.path.join(folder, file), "rb").read()).hexdigest()
        plain = lambda file: os.path.isfile(os.path.join(folder, file)) and not os.path.islink(os.path.join(folder, file))
        sums = config.get("md5")
        if isinstance(sums, dict):
            for file in list(sums):
                if file and "\0" not in file and plain(file):
                    sums[file] = md5(file)
        if "weights_md5" in config and plain("model.safetensors"):
            config["weights_md5"] = md5("model.safetensors")
        json.dump(config, open(name, "w"))


def places(value, at=()):
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, at + (key,))


def change_json(path, draw):
    text = open(path).read()
    value = json.loads(text)
    for _ in range(draw.choice([1, 1, 1, 3])):
        at = draw.choice(list(places(value)))
        if not at:
            continue
        inner = value
        try:
            for key in at[:-1]:
                inner = inner[key]
            what = draw.randrange(5)
            if what == 0:
                del inner[at[-1]]
            elif what == 1 and isinstance(inner[at[-1]], (int, float)) and not isinstance(inner[at[-1]], bool):
                inner[at[-1]] = inner[at[-1]] * draw.choice([-1, 0, 2, 100, 1e9]) + draw.choice([0, 1, -1])
            elif what == 2 and isinstance(inner[at[-1]], list):
                inner[at[-1]] = inner[at[-1]] * draw.choice([2, 50])
            elif what == 3:
                inner[at[-1]] = draw.choice(OTHERS)
            else:
                inner[at[-1]] = draw.choice(NUMBERS)
        except (KeyError, IndexError, TypeError):
            continue
    json.dump(value, open(path, "w"))


def change_bytes(path, draw):
    data = bytearray(open(path, "rb").read())
    special = [struct.pack(">i", x) for x in (0, -1, -2, 1, 2, 3, 2**31 - 1, -2**31, 1000)]
    special += [struct.pack(end + "f", x) for end in "<>" for x in (math.nan, math.inf, -math.inf, 1e38, -1e38, 1e-45)]
    special += [struct.pack(">q", x) for x in (0, -1, 2**62, 2**40)]
    for _ in range(draw.choice([1, 1, 4, 40])):
        at = draw.randrange(min(len(data), draw.choice([64, 2000, len(data), len(data)])))
        what = draw.randrange(4)
        if what == 0:
            data[at] ^= 1 << draw.randrange(8)
        elif what == 1:
            data[at] = draw.randrange(256)
        elif what == 2:
            piece = draw.choice(special)
            data[at : at + len(piece)] = piece
        else:  # a number of a list of children, parents, columns
            key = draw.choice([b"left_children", b"right_children", b"parents", b"split_indices", b"num_nodes", b"num_feature"])
            found = data.find(key, draw.randrange(len(data)))
            if found >= 0:
                place = found + len(key) + 13 + 4 * draw.randrange(8)
                data[place : place + 4] = draw.choice(special[:9])
    if draw.randrange(10) == 0:
        data = data[: draw.randrange(len(data))]
    open(path, "wb").write(data)


def change_header(path, draw):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    inner = tempfile.NamedTemporaryFile("wb", delete=False)
    inner.write(data[8 : 8 + size])
    inner.close()
    change_json(inner.name, draw)
    header = open(inner.name, "rb").read()
    os.unlink(inner.name)
    open(path, "wb").write(struct.pack("<Q", len(header)) + header + data[8 + size :])


def damage(path, draw):
    files = [os.path.join(folder, f) for folder, _, names in os.walk(path) for f in names if f != "README.md"]
    file = draw.choice(files)
    if draw.randrange(25) == 0:
        os.unlink(file)
        what = draw.randrange(5)
        if what == 0:
            os.symlink("/dev/zero", file)
        elif what == 1:
            os.mkfifo(file)
        elif what == 2:
            os.mkdir(file)
        elif what == 3:
            open(file, "wb").truncate(1 << 40)
        return "odd file in place of " + os.path.relpath(file, path)
    if file.endswith(".json"):
        change_json(file, draw)
    elif file.endswith(".safetensors") and draw.randrange(3) == 0:
        change_header(file, draw)
    else:
        change_bytes(file, draw)
    refit(path)
    return os.path.relpath(file, path)


def run(program, words, path):
    limit = lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.time()
        child = subprocess.Popen([program] + [w.format(path) for w in words] + ["-t", "1"] * (words[0] != "model"),
                                 stdout=out, stderr=err, stdin=subprocess.DEVNULL, preexec_fn=limit, cwd=os.path.dirname(path))
        usage, code = None, None
        while code is None:
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
            elif time.time() - start > SECONDS:
                child.kill()
                _, _, usage = os.wait4(child.pid, 0)
                code = "hang"
            else:
                time.sleep(0.005)
        child.returncode = 0
        out.seek(0), err.seek(0)
        said, told = out.read(1 << 20).decode("utf8", "replace"), err.read(1 << 16).decode("utf8", "replace")
    kinds = []
    if code == "hang":
        kinds.append("hang")
    elif code < 0 or code >= 128:
        kinds.append("crash")
    if usage.ru_maxrss * 1024 > BYTES:
        kinds.append("memory")
    if "internal error" in told:
        kinds.append("internal")
    if code == 0 and any(w in said.replace("\t", " ").replace(",", " ").split() for w in ("nan", "-nan", "inf", "-inf")):
        kinds.append("nan")
    return kinds, code, told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(HERE, "..", "build", "release", "bin", "stemloop"))
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", default=",".join(USES))
    parser.add_argument("--keep", help="folder that gets the directories with findings")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    tally, refused, answered, unverified = {}, 0, 0, 0
    models = args.models.split(",")
    for i in range(args.count):
        draw = random.Random(args.seed * 1000003 + i)
        model = models[i % len(models)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model")
            shutil.copytree(os.path.join(MODELS, model), path)
            what = damage(path, draw)
            found, codes = [], []
            for words in [["model", "verify", "{}"]] + USES[model]:
                kinds, code, told = run(args.program, words, path)
                codes.append(code)
                for kind in kinds:
                    found.append(kind)
                    print(f"{kind}: mutation {i} of {model} ({what}): {words[0]} exit {code}: {told.strip()[:200]}", flush=True)
            refused += codes[0] != 0
            answered += codes[0] == 0
            if codes[0] == 0 and any(c not in (0, 3) for c in codes[1:]):
                unverified += 1
                print(f"verified, yet refused: mutation {i} of {model} ({what}): {told.strip()[:200]}", flush=True)
            for kind in set(found):
                tally[kind] = tally.get(kind, 0) + 1
            if args.keep and found:
                shutil.copytree(path, os.path.join(args.keep, f"{model}-{args.seed}-{i}"), symlinks=True)
    print(f"{args.count} mutations: {refused} refused by verify, {answered} whole; verified and then refused {unverified}; "
          + ", ".join(f"{k} {tally.get(k, 0)}" for k in ("crash", "hang", "memory", "internal", "nan")))
    return 1 if tally else 0


if __name__ == "__main__":
    sys.exit(main())
