#!/usr/bin/env python3
"""SPDX 2.3 list of what stemloop is made of, with licences: the program, the libraries it is built with (versions as
installed here), and the models with the data they were trained on.

    scripts/sbom.py [core|all] > stemloop.spdx.json

SOURCE_DATE_EPOCH, if set, is the time it bears.
"""

import datetime
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# name, Debian package, SPDX licence, relationship
CORE = [
    ("htslib", "libhts-dev", "MIT AND BSD-3-Clause", "DYNAMIC_LINK"),
    ("libdeflate", "libdeflate-dev", "MIT", "DYNAMIC_LINK"),
    ("CLI11", "libcli11-dev", "BSD-3-Clause", "STATIC_LINK"),
    ("JSON for Modern C++", "nlohmann-json3-dev", "MIT", "STATIC_LINK"),
    ("fmt", "libfmt-dev", "MIT", "DYNAMIC_LINK"),
    ("spdlog", "libspdlog-dev", "MIT", "DYNAMIC_LINK"),
    ("oneTBB", "libtbb-dev", "Apache-2.0", "DYNAMIC_LINK"),
    ("libpng", "libpng-dev", "libpng-2.0", "DYNAMIC_LINK"),
    ("zlib", "zlib1g-dev", "Zlib", "DYNAMIC_LINK"),
    ("cairo", "libcairo2-dev", "LGPL-2.1-only OR MPL-1.1", "DYNAMIC_LINK"),
    ("Eigen", "libeigen3-dev", "MPL-2.0", "STATIC_LINK"),
    ("LIBLINEAR", "liblinear-dev", "BSD-3-Clause", "DYNAMIC_LINK"),
    ("LIBSVM", "libsvm-dev", "BSD-3-Clause", "DYNAMIC_LINK"),
    ("XGBoost", "libxgboost-dev", "Apache-2.0", "DYNAMIC_LINK"),
    ("edlib", "libedlib-dev", "MIT", "DYNAMIC_LINK"),
    ("DejaVu fonts", "fonts-dejavu-core", "Bitstream-Vera", "RUNTIME_DEPENDENCY_OF"),
    ("GoogleTest", "libgtest-dev", "BSD-3-Clause", "TEST_DEPENDENCY_OF"),
]
NEURAL = [
    ("libtorch", "libtorch-dev", "BSD-3-Clause", "DYNAMIC_LINK"),
    ("Gloo", "libgloo-dev", "BSD-3-Clause", "DYNAMIC_LINK"),
    ("OpenBLAS", "libopenblas-dev", "BSD-3-Clause", "DYNAMIC_LINK"),
]
# Models: their own licence is the project's; what is said of the data comes from their cards.
MODEL_DATA = {
    "premirna": "miRBase 21 is in the public domain, MirGeneDB 2.1 and Rfam 14.2 are CC0; miRDeep2's candidates, tRNAs and other "
                "negatives as in the card. No sequence is in it.",
    "premirna-modmirbase": "miRBase 21 is in the public domain; the sources of the negatives state no licence. No sequence is "
                           "in it.",
    "natural-precursors": "Trained on miRBase 21, which is in the public domain (see its card).",
    "mirtron": "miRBase is in the public domain; one source is GPL-2.0, another states no licence (see the card). No "
               "sequence is in it.",
    "mirtron-generator": "Trained on human mirtrons of the same set as the model mirtron (see its card).",
    "arms": "Trained on miRBase 21, which is in the public domain (see its card).",
}


def installed(package):
    done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 and done.stdout else "NOASSERTION"


def version():
    for line in (ROOT / "CMakeLists.txt").read_text().splitlines():
        if line.startswith("project("):
            return line.split("VERSION")[1].split()[0]
    raise SystemExit("CMakeLists.txt names no version")


def folder_sum(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def main():
    if len(sys.argv) > 2 or sys.argv[1:] not in ([], ["core"], ["all"]):
        raise SystemExit(__doc__)
    parts = CORE + ([] if sys.argv[1:] == ["core"] else NEURAL)
    moment = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", datetime.datetime.now().timestamp())),
                                             datetime.timezone.utc)
    common = {"downloadLocation": "NOASSERTION", "filesAnalyzed": False, "copyrightText": "NOASSERTION"}
    packages = [{"SPDXID": "SPDXRef-stemloop", "name": "stemloop", "versionInfo": version(), "licenseConcluded": "MIT",
                 "licenseDeclared": "MIT", **common}]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-stemloop")]
    for name, package, licence, relation in parts:
        key = "SPDXRef-" + package
        packages.append({"SPDXID": key, "name": name, "versionInfo": installed(package), "licenseConcluded": licence,
                         "licenseDeclared": licence,
                         "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                           "referenceLocator": f"pkg:deb/debian/{package}"}], **common})
        relations.append((key, relation, "SPDXRef-stemloop") if relation.endswith("_OF") else
                         ("SPDXRef-stemloop", relation, key))
    for folder in sorted((ROOT / "models").iterdir()):
        if not (folder / "config.json").is_file():
            continue
        key = "SPDXRef-model-" + folder.name
        packages.append({"SPDXID": key, "name": f"model {folder.name}", "versionInfo": "sha256:" + folder_sum(folder),
                         "licenseConcluded": "MIT", "licenseDeclared": "MIT",
                         "comment": MODEL_DATA.get(folder.name, "See its card."), **common})
        relations.append(("SPDXRef-stemloop", "CONTAINS", key))
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "stemloop-" + version(),
        "documentNamespace": "urn:stemloop:" + hashlib.sha256(json.dumps(packages).encode()).hexdigest(),
        "creationInfo": {"created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: stemloop scripts/sbom.py"]},
        "packages": packages,
        "relationships": [{"spdxElementId": a, "relationshipType": r, "relatedSpdxElement": b} for a, r, b in relations],
    }
    print(json.dumps(document, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
