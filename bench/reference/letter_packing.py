#!/usr/bin/env python3
"""Why the encoder begins with a letter code: how fast letters pass a bottleneck, by how the code begins.

170 random letters of four, one-hot, through a linear encoder to DIMENSIONS numbers, noise of deviation 0.05, a decoder with
one hidden layer (1024, batch normalisation, ELU). Prints loss and share of wrong letters as training goes on. Needs
python3-torch; not a part of the program.
"""
import math
import time

import torch
from torch import nn
import torch.nn.functional as F

LETTERS, HIDDEN, NOISE, STEPS, RATE = 170, 1024, 0.05, 1000, 2e-3


def amplitude_code(encoder):
    """One letter, one dimension, four amplitudes."""
    with torch.no_grad():
        encoder.weight.mul_(0.1)
        encoder.bias.zero_()
        for letter in range(LETTERS):
            encoder.weight[letter, 4 * letter:4 * letter + 4] += torch.tensor([-1.5, -0.5, 0.5, 1.5])


def rotated_code(encoder):
    """The same, the dimensions turned at random."""
    amplitude_code(encoder)
    with torch.no_grad():
        rotation, _ = torch.linalg.qr(torch.randn(encoder.out_features, encoder.out_features))
        encoder.weight.copy_(rotation @ encoder.weight)


def run(name, dimensions, begin=lambda encoder: None):
    torch.manual_seed(0)
    encoder = nn.Linear(4 * LETTERS, dimensions)
    decoder = nn.Sequential(nn.Linear(dimensions, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ELU(), nn.Linear(HIDDEN, 4 * LETTERS))
    begin(encoder)
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=RATE)
    seen, start = [], time.time()
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        letters = torch.randint(0, 4, (128, LETTERS))
        z = encoder(F.one_hot(letters, 4).float().flatten(1))
        logits = decoder(z + NOISE * torch.randn_like(z)).view(-1, LETTERS, 4)
        loss = F.cross_entropy(logits.reshape(-1, 4), letters.reshape(-1)) * LETTERS
        optimiser.zero_grad()
        (loss + 0.001 * z.square().sum(1).mean()).backward()
        optimiser.step()
        if (step + 1) % 200 == 0:
            seen.append(f"{(logits.argmax(-1) != letters).float().mean().item():.4f}")
    print(f"{name}\t{dimensions}\t" + "\t".join(seen) + f"\t{time.time() - start:.0f} s", flush=True)


torch.set_num_threads(2)
print("code at the start\tdimensions\t" + "\t".join(f"step {s}" for s in range(200, STEPS + 1, 200)))
run("random", 192)
run("one letter a dimension", 192, amplitude_code)
run("the same, rotated", 192, rotated_code)
run("random", 288)
run("random", 384)
