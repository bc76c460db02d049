#!/usr/bin/env python3
"""WGAN-GP of GENNUS in plain PyTorch, as a Python user would write it: the reference for speed.

Not a part of the program. Needs python3-torch of the same libtorch (Debian: apt install python3-torch; run it with
/usr/bin/python3). nn_bench --benchmark_filter=wgan is the same work.

  gan_twin.py [--hidden 512] [--length 121] [--symbols 5] [--threads 2] [--iterations 1]
      seconds of an iteration: five steps of the critic and one of the generator, batch 32
"""
import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn

BATCH, NOISE, BLOCKS, PENALTY, TEMPERATURE = 32, 100, 5, 10, 0.5


class Block(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.outer = nn.Conv1d(hidden, hidden, 5, padding=2)
        self.inner = nn.Conv1d(hidden, hidden, 5, padding=2)

    def forward(self, h):
        return h + 0.3 * self.inner(F.relu(self.outer(F.relu(h))))


class Generator(nn.Module):
    def __init__(self, hidden, length, symbols):
        super().__init__()
        self.shape = (-1, hidden, length)
        self.first = nn.Linear(NOISE, hidden * length)
        self.blocks = nn.Sequential(*[Block(hidden) for _ in range(BLOCKS)])
        self.last = nn.Conv1d(hidden, symbols, 1)

    def forward(self, z):
        return F.gumbel_softmax(self.last(self.blocks(self.first(z).view(self.shape))), TEMPERATURE, dim=1)


class Critic(nn.Module):
    def __init__(self, hidden, length, symbols):
        super().__init__()
        self.first = nn.Conv1d(symbols, hidden, 1)
        self.blocks = nn.Sequential(*[Block(hidden) for _ in range(BLOCKS)])
        self.last = nn.Linear(hidden * length, 1)

    def forward(self, x):
        return self.last(self.blocks(self.first(x)).flatten(1)).squeeze(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--length", type=int, default=121)
    parser.add_argument("--symbols", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=1)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    generator, critic = Generator(a.hidden, a.length, a.symbols), Critic(a.hidden, a.length, a.symbols)
    adam_g = torch.optim.Adam(generator.parameters(), 1e-4, (0.5, 0.9))
    adam_c = torch.optim.Adam(critic.parameters(), 1e-4, (0.5, 0.9))
    real = F.one_hot(torch.randint(a.symbols, (BATCH, a.length)), a.symbols).float().permute(0, 2, 1)

    def critic_step():
        with torch.no_grad():
            fake = generator(torch.randn(BATCH, NOISE))
        share = torch.rand(BATCH, 1, 1)
        mixed = (share * real + (1 - share) * fake).requires_grad_()
        slope = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)[0]
        penalty = PENALTY * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        adam_c.zero_grad()
        (critic(fake).mean() - critic(real).mean() + penalty).backward()
        adam_c.step()

    def generator_step():
        adam_g.zero_grad()
        (-critic(generator(torch.randn(BATCH, NOISE))).mean()).backward()
        adam_g.step()

    for i in range(a.iterations):
        start = time.perf_counter()
        for _ in range(5):
            critic_step()
        generator_step()
        print(f"iteration {i + 1}: {time.perf_counter() - start:.2f} s", flush=True)


main()
