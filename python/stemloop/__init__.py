"""Precursor microRNA hairpins: fold them, measure them, find their arms, classify and design them.

Every function takes a list of sequences (RNA or DNA letters, either case; ``design`` one of structures) and works on all of them in threads, without
the interpreter's lock. The numbers are those of the program ``stemloop``. A sequence that cannot be worked on raises
``stemloop.Error``, a ``ValueError`` that says which one and why.
"""

import os as _os
from pathlib import Path as _Path

# Models and the library of boosted trees lie beside this file, unless the environment names others.
_here = _Path(__file__).resolve().parent
if "STEMLOOP_MODELS" not in _os.environ and (_here / "models").is_dir():
    _os.environ["STEMLOOP_MODELS"] = str(_here / "models")
if "STEMLOOP_BOOSTER" not in _os.environ and (_here / "libstemloop_booster.so").exists():
    _os.environ["STEMLOOP_BOOSTER"] = str(_here / "libstemloop_booster.so")

from ._stemloop import Error, arms, classify, design, features, fold, picture  # noqa: E402

__all__ = ["Error", "arms", "classify", "design", "features", "fold", "picture"]
