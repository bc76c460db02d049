#!/usr/bin/env python3
"""Runs the scripts and the stubs of packaging/nf-core's modules as Nextflow would, and holds meta.yml against main.nf.

    tests/nfcore_modules.py FOLDER_OF_STEMLOOP

No Nextflow is needed: of its language the modules use variables in a shell script alone. What this cannot see is
Nextflow's own syntax. Exits with 77, and a word, where Python's yaml is missing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import yaml
except ImportError:
    print("skipped: no python3-yaml")
    sys.exit(77)

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "packaging/nf-core/modules/stemloop"
ORDER = ["fold", "classify", "report", "scan", "scanmerge"]  # scanmerge takes what scan left


def block(text, name):
    """The lines of `name:` up to the next label or the end."""
    found = re.search(rf"^    {name}:\n(.*?)(?=^    \w+:\n|^\}})", text, re.S | re.M)
    if not found:
        raise SystemExit(f"no block '{name}:'")
    return found.group(1)


def shell(text, name, values):
    """A script as Groovy hands it to bash: variables replaced, backslashes halved."""
    body = block(text, name)
    script = body.split('"""')[1]
    args = re.search(r"def args = task.ext.args \?: '(.*)'", body)
    for key, value in {"args": args.group(1) if args else "", "prefix": "test", "task.cpus": "2", **values}.items():
        script = script.replace("${" + key + "}", value)
    script = script.replace("\\\\", "\\")
    if "${" in script:
        raise SystemExit(f"a variable without a value in:\n{script}")
    return script


def check_meta(name, text, meta):
    outputs = re.findall(r"emit: (\w+)", block(text, "output"))
    if list(meta["output"]) != outputs:
        raise SystemExit(f"{name}: meta.yml has the outputs {list(meta['output'])}, main.nf {outputs}")
    inputs = re.findall(r"(?:val|path)\((\w+)\)", block(text, "input"))
    if [key for part in meta["input"][0] for key in part] != inputs:
        raise SystemExit(f"{name}: meta.yml and main.nf have other inputs")
    if "topic: versions" not in text or "versions" not in meta["topics"]:
        raise SystemExit(f"{name}: no versions topic")


def run(name, kind, text, values, folder):
    folder.mkdir(parents=True)
    for file in values.get("files", []):
        shutil.copy(file, folder)
    script = shell(text, kind, {key: value for key, value in values.items() if key != "files"})
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, check=True)
    for pattern in re.findall(r'path\("(.*?)"\)', block(text, "output")):
        if not any(folder.glob(pattern)):
            raise SystemExit(f"{name}, {kind}: nothing is {pattern}")
    print(f"ok    {name}: {kind}")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    os.environ["PATH"] = f"{Path(sys.argv[1]).resolve()}:{os.environ['PATH']}"
    assert sorted(ORDER) == sorted(path.name for path in MODULES.iterdir()), "a module without a place in ORDER"
    hairpins = ROOT / "examples/hairpins.fa"
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        values = {name: {"fasta": hairpins.name, "files": [hairpins]} for name in ORDER[:3]}
        values["scan"] = {"genome": hairpins.name, "chunk": "1", "chunks": "1", "files": [hairpins]}
        values["scanmerge"] = {"parts": "test.part.1", "files": [base / "scan/script/test.part.1"]}
        for name in ORDER:
            text = (MODULES / name / "main.nf").read_text()
            check_meta(name, text, yaml.safe_load((MODULES / name / "meta.yml").read_text()))
            for kind in ["script", "stub"]:
                run(name, kind, text, values[name], base / name / kind)


if __name__ == "__main__":
    main()
