"""What the reference scripts share: the program's random numbers and its tensor files. Needs python3-numpy."""
import json

import numpy as np

MASK64 = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK64
    return z ^ (z >> 31)


class SplitMix:
    """stemloop's Random(seed, item)."""

    def __init__(self, seed, item):
        self.state = mix(seed) ^ mix((item + 0x9E3779B97F4A7C15) & MASK64)

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK64
        return mix(self.state)

    def below(self, bound):
        return (self.next() * bound) >> 64


def read_safetensors(path):
    kinds = {"F32": np.float32, "U8": np.uint8, "I8": np.int8, "I64": np.int64}
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[t["data_offsets"][0]:t["data_offsets"][1]], kinds[t["dtype"]]).reshape(t["shape"])
        for name, t in header.items()
    }
