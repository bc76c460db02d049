"""Build backend of `pip install .` (PEP 517), standard library alone, so that it works without a network: CMake builds
the module, and the wheel is what it built, the models, and the sources of the package."""

import base64
import hashlib
import os
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "stemloop"
SHIPPED_MODELS = ("premirna", "mirtron", "arms", "natural-precursors")


def _version():
    for line in (ROOT / "CMakeLists.txt").read_text().splitlines():
        if line.startswith("project("):
            return line.split("VERSION")[1].split()[0]
    raise RuntimeError("CMakeLists.txt names no version")


def _metadata():
    readme = (ROOT / "python" / "README.md").read_text()
    return (f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {_version()}\n"
            "Summary: Fold, see, describe and classify precursor microRNA hairpins\nLicense: MIT\n"
            "Requires-Python: >=3.8\nRequires-Dist: numpy\nDescription-Content-Type: text/markdown\n\n" + readme)


def _tag():
    version = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{version}-{version}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    info = f"{NAME}-{_version()}.dist-info"
    folder = Path(metadata_directory) / info
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "METADATA").write_text(_metadata())
    (folder / "WHEEL").write_text(f"Wheel-Version: 1.0\nGenerator: stemloop\nRoot-Is-Purelib: false\nTag: {_tag()}\n")
    return info


def _built(folder):
    """Files of the package, name in the wheel to path; built in `folder`, or taken from STEMLOOP_BUILD if that is set."""
    build = Path(os.environ.get("STEMLOOP_BUILD", folder))
    if "STEMLOOP_BUILD" not in os.environ:
        subprocess.run(["cmake", "-S", str(ROOT), "-B", str(build), "-DCMAKE_BUILD_TYPE=Release", "-DSTEMLOOP_PYTHON=ON",
                        "-DSTEMLOOP_NN=OFF", "-DSTEMLOOP_TESTS=OFF", "-DSTEMLOOP_BENCH=OFF",
                        f"-DPython3_EXECUTABLE={sys.executable}"], check=True)
    subprocess.run(["cmake", "--build", str(build), "--target", "stemloop_python", "--parallel"], check=True)
    files = {f"{NAME}/{path.name}": path for path in sorted((build / "python" / NAME).iterdir()) if path.is_file()}
    for model in SHIPPED_MODELS:
        for path in sorted((ROOT / "models" / model).rglob("*")):
            if path.is_file():
                files[f"{NAME}/models/{path.relative_to(ROOT / 'models').as_posix()}"] = path
    return files


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wheel = f"{NAME}-{_version()}-{_tag()}.whl"
    info = f"{NAME}-{_version()}.dist-info"
    with tempfile.TemporaryDirectory() as folder:
        contents = {name: path.read_bytes() for name, path in _built(folder).items()}
        prepare_metadata_for_build_wheel(folder)
        for name in ("METADATA", "WHEEL"):
            contents[f"{info}/{name}"] = (Path(folder) / info / name).read_bytes()
    record = ""
    for name, data in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    contents[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(Path(wheel_directory) / wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return wheel


def build_sdist(sdist_directory, config_settings=None):
    raise RuntimeError("the source archive of stemloop is its repository; build a wheel")
