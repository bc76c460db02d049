from typing import Any, Dict, List, Optional, Sequence, Union

import numpy as np
from numpy.typing import NDArray

class Error(ValueError): ...

def fold(
    sequences: Sequence[str],
    ensemble: bool = ...,
    parameters: str = ...,
    temperature: float = ...,
    threads: int = ...,
) -> Dict[str, Any]:
    """Columns ``structure`` (list of str) and ``mfe`` (array, kcal/mol); with ``ensemble`` also ``ensemble_energy``,
    ``mfe_frequency``, ``ensemble_diversity`` and ``centroid_structure``. ``threads`` 0: as many as there are."""

def picture(sequences: Sequence[str], parameters: str = ..., threads: int = ...) -> Dict[str, NDArray[Any]]:
    """The 100 x 25 pictures as arrays: ``colour`` and ``height`` (N, 2, 100), ``bond`` (N, 200)."""

def features(
    sequences: Sequence[str], parameters: str = ..., threads: int = ...
) -> Dict[str, Union[NDArray[np.float64], List[Optional[str]]]]:
    """The 20 features, a column each; NaN or None where one does not apply."""

def arms(sequences: Sequence[str], model: str = ..., threads: int = ...) -> List[Optional[Dict[str, Any]]]:
    """For each sequence None (no hairpin) or ``5p`` and ``3p`` as (begin, end) from 0, their letters, ``within``
    (for each cut the probability of being off by at most 0, 1, 2 letters), ``guide`` and ``fault``."""

def classify(
    sequences: Sequence[str], model: str = ..., threads: int = ...
) -> Dict[str, Union[NDArray[np.float64], List[Any]]]:
    """The columns of ``stemloop classify``: ``label``, ``probability``, ... by the family of the model."""

def design(
    structures: Sequence[str],
    count: int = ...,
    seed: int = ...,
    probability: float = ...,
    letters: str = ...,
    model: str = ...,
    threads: int = ...,
) -> Dict[str, Any]:
    """``count`` sequences for each dot-bracket: ``sequence`` (list; None where none was found), ``mfe`` and
    ``probability`` of the structure (arrays). ``letters``: IUPAC letters allowed, one a position."""
