#!/usr/bin/env python3
"""The DIVA networks in plain PyTorch, as a Python user would write them: the reference for speed and for the first losses.

Not a part of the program. Needs python3-torch and python3-numpy of the same libtorch (Debian: apt install python3-torch).

  diva_twin.py time MODEL [--threads 2] [--device cuda]   milliseconds of a training step, batch 64
  diva_twin.py losses MODEL --run RUN                     losses of the first ten steps from the weights in MODEL, beside
                                                           those in RUN/metrics.jsonl (stemloop train --init MODEL)
"""
import argparse
import gzip
import json
import math
import time

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

from stemloop_files import SplitMix, read_safetensors

# --- the network -----------------------------------------------------------------------------------------------------


class Residual(nn.Module):
    def __init__(self, conv, norm, i, o, k, stride):
        super().__init__()
        self.first = conv(i, o, k, stride=stride, padding=k // 2, bias=False)
        self.middle = norm(o)
        self.second = conv(o, o, k, padding=k // 2, bias=False)
        self.last = norm(o)
        self.skip = conv(i, o, 1, stride=stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        h = self.second(F.elu(self.middle(self.first(x))))
        return F.elu(self.last(self.skip(x) + 0.2 * h))


class Encoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.columns = c["backbone"] == "columns"
        if self.columns:
            conv, norm, w, k = nn.Conv1d, nn.BatchNorm1d, c["width"], 5
            self.stem = nn.ModuleList([conv(39, w, 5, padding=2, bias=False)])
            self.stem_norm = nn.ModuleList([norm(w)])
            sizes, features = [(w, w, 1), (w, w * 3 // 2, 2), (w * 3 // 2, w * 3 // 2, 1), (w * 3 // 2, w * 2, 2)], w * 50
        else:
            conv, norm, k = nn.Conv2d, nn.BatchNorm2d, 3
            self.stem = nn.ModuleList([conv(5, 32, 5, padding=2, bias=False), conv(32, 48, 5, padding=2, bias=False)])
            self.stem_norm = nn.ModuleList([norm(32), norm(48)])
            sizes, features = [(48, 48, 1), (48, 96, 2), (96, 96, 1), (96, 128, 2)], 4992
        self.residuals = nn.ModuleList([Residual(conv, norm, i, o, k, s) for i, o, s in sizes])
        self.mu = nn.Linear(features, c["latent"])
        self.sigma = nn.Linear(features, c["latent"])
        self.context = nn.Linear(features, c["context"])
        self.letters = nn.Linear(1200, c["latent"], bias=False) if c.get("letter_code") else None

    def forward(self, x):
        letters = x[:, :12].transpose(1, 2).flatten(1) if self.letters else None
        for conv, norm in zip(self.stem, self.stem_norm):
            x = F.elu(norm(conv(x)))
        if not self.columns:
            x = F.max_pool2d(x, 2)
        for block in self.residuals:
            x = block(x)
        x = x.flatten(1)
        mu, sigma, context = self.mu(x), self.sigma(x), self.context(x)
        if self.letters:
            mu, sigma, context = 0.1 * mu + self.letters(letters), 0.1 * sigma, 0.1 * context
        return mu, F.softplus(sigma) + 1e-4, context


class MaskedLinear(nn.Linear):
    def __init__(self, mask):
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask)

    def forward(self, x):
        return F.linear(x, self.weight * self.mask, self.bias)


class Made(nn.Module):
    def __init__(self, d, h, c):
        super().__init__()
        unit, place = torch.arange(h) * (d - 1) // h, torch.arange(d)
        self.l1 = MaskedLinear((unit[:, None] >= place[None, :]).float())
        self.l2 = MaskedLinear((unit[:, None] >= unit[None, :]).float())
        self.l3 = MaskedLinear((place[:, None] > unit[None, :]).float())
        self.context = nn.Linear(c, d)

    def forward(self, z, c):
        return self.l3(F.elu(self.l2(F.elu(self.l1(z))))) + self.context(c)


class Flow(nn.Module):
    def __init__(self, c):
        super().__init__()
        sizes = c["latent"], c["flow_hidden"], c["context"]
        self.s = nn.ModuleList([Made(*sizes) for _ in range(c["flow_blocks"])])
        self.t = nn.ModuleList([Made(*sizes) for _ in range(c["flow_blocks"])])

    def forward(self, z, c):
        log_det = torch.zeros(z.shape[0], device=z.device)
        for s, t in zip(self.s, self.t):
            g = torch.sigmoid(s(z, c) + 1.5)
            z = (g * z + (1 - g) * t(z, c)).flip(1)
            log_det = log_det + torch.log(g).sum(1)
        return z, log_det


def ladder(conv, up, norm, widths, kernel, out):
    """Two three-fold upsamplings with convolutions between and after; `widths` of the five layers and the input."""
    a, b, c, d, e, f = widths
    layers = [up(a, b, 3, stride=3, bias=False), norm(b), nn.ELU()]
    layers += [conv(b, c, kernel, padding=kernel // 2, bias=False), norm(c), nn.ELU()]
    layers += [up(c, d, 3, stride=3, bias=False), norm(d), nn.ELU()]
    layers += [conv(d, e, kernel, padding=kernel // 2, bias=False), norm(e), nn.ELU()]
    layers += [conv(e, f, kernel, padding=kernel // 2, bias=False), norm(f), nn.ELU()]
    return nn.Sequential(*layers, conv(f, out, 1))


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.columns = c["backbone"] == "columns"
        if self.columns:
            w = c["decoder_width"]
            self.shape = (w, 12)
            self.ladder = ladder(nn.Conv1d, nn.ConvTranspose1d, nn.BatchNorm1d, [w] * 6, 5, 39)
        else:
            self.shape = (32, 12, 3)
            # The paper's stride-1 layers are transposed convolutions.
            def conv2(i, o, k, padding=0, bias=True):
                return nn.ConvTranspose2d(i, o, k, padding=padding, bias=bias) if k > 1 else nn.Conv2d(i, o, k)

            def conv1(i, o, k, padding=0, bias=True):
                return nn.ConvTranspose1d(i, o, k, padding=padding, bias=bias) if k > 1 else nn.Conv1d(i, o, k)

            widths = [32, 32, 32, 64, 64, 32]
            self.ladder = ladder(conv2, nn.ConvTranspose2d, nn.BatchNorm2d, widths, 3, 1)
            self.colours = ladder(conv1, nn.ConvTranspose1d, nn.BatchNorm1d, widths, 3, 10)
        size = math.prod(self.shape)
        self.first, self.norm = nn.Linear(3 * c["latent"], size), nn.BatchNorm1d(size)

    def forward(self, z):
        h = F.elu(self.norm(self.first(z))).view(-1, *self.shape)
        if self.columns:
            x = self.ladder(h)[:, :, :100].transpose(1, 2)
            return x[..., :12].reshape(-1, 100, 2, 6), x[..., 12:26], x[..., 26:]
        heights = self.ladder(h)[:, 0, :100, :26]
        colours = self.colours(h.sum(3))[:, :, :100].transpose(1, 2)
        return colours.reshape(-1, 100, 2, 5), heights[..., :13], heights[..., 13:]


class Diva(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.encoders = nn.ModuleList([Encoder(c) for _ in range(3)])
        self.flows = nn.ModuleList([Flow(c) for _ in range(3)])
        self.decoder = Decoder(c)
        d = c["latent"]
        act = lambda n: [nn.BatchNorm1d(n), nn.LeakyReLU()]
        self.class_prior = nn.Sequential(nn.Linear(2, 64), *act(64), nn.Linear(64, 64), *act(64))
        self.class_head = nn.Linear(64, 2 * d)
        self.class_from = nn.ModuleList([nn.Sequential(nn.Linear(d, 64), nn.LeakyReLU(), nn.Linear(64, 2)) for _ in range(2)])
        prior = []
        for i, o, k in [(2, 8, 13), (8, 16, 9), (16, 32, 5), (32, 64, 5), (64, 32, 5), (32, 32, 5)]:
            prior += [nn.Conv1d(i, o, k, bias=False), *act(o)]
        self.bond_prior = nn.Sequential(*prior, nn.Conv1d(32, 1, 1), nn.LeakyReLU())
        self.bond_head = nn.Linear(64, 2 * d)
        self.bond_code = nn.Linear(200, d, bias=False) if c.get("bond_code") else None
        self.bonds_in, self.bonds_norm = nn.Linear(d, 64), nn.Sequential(*act(64))
        out = []
        for i, o, k in [(1, 16, 5), (16, 32, 5), (32, 64, 5), (64, 64, 5), (64, 32, 5), (32, 16, 7)]:
            out += [nn.ConvTranspose1d(i, o, k, bias=False), *act(o)]
        self.bonds_out = nn.Sequential(*out, nn.ConvTranspose1d(16, 2, 11, bias=False))

    def loss(self, batch, objective, beta_scale, noise):
        x, image, colour, height, bonds, label = batch
        half_log = 0.5 * math.log(2 * math.pi)
        zs, log_q = [], []
        for g in range(3):
            mu, sigma, context = self.encoders[g](x)
            z, log_det = self.flows[g](mu + sigma * noise[g], context)
            zs.append(z)
            log_q.append((-0.5 * noise[g] ** 2 - torch.log(sigma) - half_log).sum(1) - log_det)

        def log_normal(z, mu, sigma):
            return (-0.5 * ((z - mu) / sigma) ** 2 - torch.log(sigma) - half_log).sum(1)

        def normal(heads):
            mu, sigma = heads.chunk(2, 1)
            return mu, F.softplus(sigma) + 1e-4

        n = x.shape[0]
        prior_y = normal(self.class_head(self.class_prior(F.one_hot(label, 2).float())))
        prior_m = normal(self.bond_head(self.bond_prior(bonds).flatten(1)))
        if self.bond_code:  # the latent and its prior's mean, alike
            code = self.bond_code(bonds.flatten(1))
            zs[2], prior_m = zs[2] + code, (prior_m[0] + code, prior_m[1])
        logits = self.decoder(torch.cat(zs, 1))
        kl = [
            (log_q[0] - log_normal(zs[0], x.new_zeros(1), x.new_ones(1, self.c["latent"]))).sum() / n,
            (log_q[1] - log_normal(zs[1], *prior_y)).sum() / n,
            (log_q[2] - log_normal(zs[2], *prior_m)).sum() / n,
        ]
        m_logits = self.bonds_out(self.bonds_norm(self.bonds_in(zs[2])).unsqueeze(1))
        total = self.reconstruction(logits, image, colour, height) / n
        total = total + beta_scale * sum(objective[f"beta_{name}"] * k for name, k in zip("xym", kl))
        total = total + objective["alpha_y1"] * F.cross_entropy(self.class_from[0](zs[1]), label)
        total = total + objective["alpha_y2"] * F.cross_entropy(self.class_from[1](zs[2]), label)
        return total + objective["alpha_m"] * F.binary_cross_entropy_with_logits(m_logits, bonds, reduction="sum") / n

    def reconstruction(self, logits, image, colour, height):
        colours, top, bottom = logits
        if self.c["likelihood"] == "gaussian":
            p = F.softmax(colours, -1)[..., :5]

            def reach(h, rows):
                at_least = F.softmax(h, -1).flip(-1).cumsum(-1).flip(-1)
                if self.c["backbone"] == "columns":
                    return at_least[..., 1:rows + 1]
                return torch.cat([at_least[..., 1:2], at_least[..., 1:rows]], -1)

            t = reach(top, 13).flip(-1).unsqueeze(-1) * p[:, :, 0].unsqueeze(2)
            b = reach(bottom, 12).unsqueeze(-1) * p[:, :, 1].unsqueeze(2)
            return ((torch.cat([t, b], 2).permute(0, 3, 2, 1) - image) ** 2).sum()
        classes = height if self.c["backbone"] == "columns" else (height - 1).clamp_min(0)
        loss = F.cross_entropy(top.reshape(-1, top.shape[-1]), classes[:, 0].reshape(-1), reduction="sum")
        loss = loss + F.cross_entropy(bottom.reshape(-1, bottom.shape[-1]), classes[:, 1].reshape(-1), reduction="sum")
        target = colour.transpose(1, 2).reshape(-1)
        if colours.shape[-1] == 5:
            target = torch.where(target == 5, torch.full_like(target, -100), target)
        return loss + F.cross_entropy(colours.reshape(-1, colours.shape[-1]), target, reduction="sum")


# --- weights of a stemloop model -------------------------------------------------------------------------------------


def load_weights(net, w):
    w = {k: torch.from_numpy(v.copy()) for k, v in w.items() if v.dtype == np.float32}
    columns = net.c["backbone"] == "columns"

    def put(parameter, value):
        with torch.no_grad():
            parameter.copy_(value.reshape(parameter.shape))

    def norm(module, name, part=slice(None)):
        for ours, theirs in [("weight", module.weight), ("bias", module.bias), ("running_mean", module.running_mean),
                             ("running_var", module.running_var)]:
            put(theirs, w[f"{name}.{ours}"][part])

    def linear(module, name):
        put(module.weight, w[name + ".weight"])
        put(module.bias, w[name + ".bias"])

    def conv(module, name, part=slice(None)):
        put(module.weight, w[name + ".weight"][part])

    def transposed(module, name):  # a stride-1 convolution as a transposed one: in and out exchanged, taps reversed
        x = w[name + ".weight"]
        x = x.flip(-1) if x.shape[2] == 1 else x.flip(-1, -2)
        put(module.weight, x.transpose(0, 1))

    d, c = net.c["latent"], net.c["context"]
    for g, encoder in enumerate(net.encoders):
        def part(channels):
            return slice(g * channels, (g + 1) * channels)

        for i, (layer, n) in enumerate(zip(encoder.stem, encoder.stem_norm)):
            conv(layer, f"stem{i}", part(layer.out_channels))
            norm(n, f"stem_norm{i}", part(layer.out_channels))
        for i, block in enumerate(encoder.residuals):
            out = block.first.out_channels
            conv(block.first, f"residual{i}_first", part(out))
            norm(block.middle, f"residual{i}_middle", part(out))
            conv(block.second, f"residual{i}_second", part(out))
            norm(block.last, f"residual{i}_last", part(out))
            if not isinstance(block.skip, nn.Identity):
                conv(block.skip, f"residual{i}_skip", part(out))
        channels = net.encoders[0].residuals[-1].first.out_channels
        heads = w["heads.weight"][g]  # (places * channels, outputs)
        heads = heads.view(-1, channels, heads.shape[1]).permute(2, 1, 0).flatten(1)
        bias = w["heads.bias"][g, 0]
        for module, begin, end in [(encoder.mu, 0, d), (encoder.sigma, d, 2 * d), (encoder.context, 2 * d, 2 * d + c)]:
            put(module.weight, heads[begin:end])
            put(module.bias, bias[begin:end])
        if encoder.letters:
            put(encoder.letters.weight, w["letters.weight"][g * d:(g + 1) * d])
        flow = net.flows[g]
        blocks = len(flow.s)
        context = w["flow.context_weight"][g].view(c, blocks, 2, d)
        context_bias = w["flow.context_bias"][g, 0].view(blocks, 2, d)
        for b in range(blocks):
            for which, made in enumerate((flow.s[b], flow.t[b])):
                for k, layer in enumerate((made.l1, made.l2, made.l3), 1):
                    put(layer.weight, w[f"flow.block{b}_weight{k}"][2 * g + which].t())
                    put(layer.bias, w[f"flow.block{b}_bias{k}"][2 * g + which])
                put(made.context.weight, context[:, b, which].t())
                put(made.context.bias, context_bias[b, which])

    decoder = net.decoder
    # Ours lays places before channels.
    order = torch.arange(math.prod(decoder.shape)).view(*decoder.shape[1:], decoder.shape[0])
    order = order.movedim(-1, 0).flatten()
    put(decoder.first.weight, w["decoder_in.weight"][order])
    put(decoder.first.bias, w["decoder_in.bias"][order])
    norm(decoder.norm, "decoder_norm", order)

    def set_ladder(module, name, h):
        for index, layer in enumerate(module):
            ours = f"{name}.{index - index // 3}"  # ours has no module of its own for the activation
            if index == 15:
                linear(layer, f"{name}.10")
            elif index % 3 == 1:
                norm(layer, ours)
            elif index in (0, 6):
                x = w[ours + ".weight"].view(layer.in_channels, h, 3, layer.out_channels)
                put(layer.weight, x.permute(0, 3, 1, 2))
            elif index % 3 == 0 and columns:
                conv(layer, ours)
            elif index % 3 == 0:
                transposed(layer, ours)

    if columns:
        set_ladder(decoder.ladder, "ladder", 1)
    else:
        set_ladder(decoder.ladder, "height_ladder", 3)
        set_ladder(decoder.colours, "colour_ladder", 1)

    for index, ours in [(0, 0), (3, 2)]:
        linear(net.class_prior[index], f"class_prior.{ours}")
        norm(net.class_prior[index + 1], f"class_prior.{ours + 1}")
    linear(net.class_head, "class_prior_head")
    for module, name in zip(net.class_from, ("class_from_y", "class_from_m")):
        linear(module[0], name + ".0")
        linear(module[2], name + ".2")
    for i in range(6):
        conv(net.bond_prior[3 * i], f"bond_prior.{2 * i}")
        norm(net.bond_prior[3 * i + 1], f"bond_prior.{2 * i + 1}")
        transposed(net.bonds_out[3 * i], f"bonds_out.{2 * i + 2}")
        norm(net.bonds_out[3 * i + 1], f"bonds_out.{2 * i + 3}")
    linear(net.bond_prior[18], "bond_prior.12")
    linear(net.bond_head, "bond_prior_head")
    if net.bond_code:
        put(net.bond_code.weight, w["bond_code.weight"])
    linear(net.bonds_in, "bonds_in")
    norm(net.bonds_norm[0], "bonds_out.0")
    transposed(net.bonds_out[18], "bonds_out.14")


# --- data and steps --------------------------------------------------------------------------------------------------


def column_bonds(colour, height):
    """Bonds by column and the columns of the terminal loop, (N, 2, 100); colours 0 gap, 1 G, 2 C, 3 U, 4 A, 255 none."""
    extent = np.full((256, 256), 4)
    for a, b, e in [(1, 2, 1), (3, 4, 2), (1, 3, 3)]:
        extent[a, b] = extent[b, a] = e
    rows = np.zeros((len(colour), 2, 100), np.float32)
    for row, (top, bottom), (high, low) in zip(rows, colour, height):
        width = int((top != 255).sum())
        loop = next(k for k in range(width, -1, -1) if (top[:k] == bottom[:k][::-1]).all())
        e = extent[top, bottom] + 1
        row[0] = (high == e) & (low == e) & np.isin(top, [1, 2, 3, 4]) & np.isin(bottom, [1, 2, 3, 4])
        row[0] *= (top != 1) | (bottom != 1)
        row[0, :loop], row[1, :loop] = 0, 1
    return rows


def make_batch(config, colour, height, bond, label):
    n = len(label)
    by_column = column_bonds(colour, height) if config.get("bond_code") else None
    colour = torch.from_numpy(colour.astype(np.int64))
    colour[colour == 255] = 5
    height = torch.from_numpy(height.astype(np.int64))
    rows = np.stack([bond[:, 99::-1], np.abs(bond[:, 100:])], 1)
    bonds = torch.from_numpy((rows != 0).astype(np.float32) if by_column is None else by_column)
    label = torch.from_numpy(label.astype(np.int64))
    one_hot = [F.one_hot(colour[:, s], 6).float() for s in range(2)]
    heights = [F.one_hot(height[:, s], 14).float() for s in range(2)]
    reached = torch.arange(13)[None, None, :]
    top = (height[:, 0, :, None] > reached).float().flip(-1)
    bottom = (height[:, 1, :, None] > reached[..., :12]).float()
    image = torch.cat([top.unsqueeze(-1) * one_hot[0][:, :, None, :5], bottom.unsqueeze(-1) * one_hot[1][:, :, None, :5]], 2)
    image = image.permute(0, 3, 2, 1).contiguous()
    if config["backbone"] == "columns":
        x = torch.cat([*one_hot, heights[0], heights[1][..., :13]], 2).transpose(1, 2).contiguous()
        assert x.shape == (n, 39, 100)
    else:
        x = image
    return x, image, colour, height, bonds, label


def step_noise(config, seed, step, n):
    generator = torch.Generator()
    generator.manual_seed(SplitMix(seed, step).next())
    return torch.empty(n, 3, config["latent"]).normal_(generator=generator).transpose(0, 1).contiguous()


def run_time(arguments, config):
    torch.manual_seed(1)
    device = torch.device(arguments.device)
    if arguments.strict:  # torch's own default: TF32 in convolutions, not in other products
        torch.backends.cudnn.allow_tf32 = False
    net = Diva(config).to(device)
    rng = np.random.default_rng(1)
    colour = rng.integers(0, 5, (64, 2, 100)).astype(np.uint8)
    height = rng.integers(2, 13, (64, 2, 100)).astype(np.uint8)
    batch = make_batch(config, colour, height, np.zeros((64, 200), np.int8), rng.integers(0, 2, 64))
    batch = [part.to(device) for part in batch]
    objective = dict(beta_x=0.05, beta_y=0.05, beta_m=0.05, alpha_y1=12, alpha_y2=12, alpha_m=1)
    adam = torch.optim.Adam(net.parameters(), 1e-4)
    times = []
    for step in range(arguments.steps + 2):
        begin = time.perf_counter()
        adam.zero_grad()
        net.loss(batch, objective, 1, step_noise(config, 1, step, 64).to(device)).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1e9)
        adam.step()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(1e3 * (time.perf_counter() - begin))
    times = sorted(times[2:])
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    print(f"python twin, {config['backbone']}: median {times[len(times) // 2]:.1f} ms, fastest {times[0]:.1f}, "
          f"slowest {times[-1]:.1f}, {len(times)} steps, {where}, torch {torch.__version__}")


def run_losses(arguments, config):
    run = json.load(open(arguments.run + "/run.json"))
    objective, options = run["objective"], run["options"]
    assert options["mutate"] == 0 and options["bars"]
    net = Diva(config)
    load_weights(net, read_safetensors(arguments.model + "/model.safetensors"))
    bars = read_safetensors(options["bars"])
    with gzip.open(options["splits"], "rt") as file:
        header = next(file).rstrip("\n").split("\t")
        at = header.index(options["split"])
        train = np.array([i for i, line in enumerate(file) if line.rstrip("\n").split("\t")[at] == "train"])
    order, random = list(range(len(train))), SplitMix(options["seed"], 1 << 40)
    for i in range(len(order), 1, -1):
        j = random.below(i)
        order[i - 1], order[j] = order[j], order[i - 1]
    theirs = [json.loads(line) for line in open(arguments.run + "/metrics.jsonl")]
    theirs = {line["step"]: line["loss"] for line in theirs if line["kind"] == "step"}
    n = options["batch"]
    steps = len(train) // n
    warm = min(200, max(1, steps * options["epochs"] // 20))
    adam = torch.optim.Adam(net.parameters(), options["rate"])
    for step in range(10):
        records = train[order[step * n:(step + 1) * n]]
        batch = make_batch(config, bars["colour"][records], bars["height"][records], bars["bond"][records], bars["label"][records])
        progress = step / (steps * options["epochs"])
        rate = options["rate"] * min(1, (step + 1) / warm) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in adam.param_groups:
            group["lr"] = rate
        adam.zero_grad()
        beta_scale = min(1, step / steps / objective["warmup_epochs"]) if objective["warmup_epochs"] > 0 else 1
        loss = net.loss(batch, objective, beta_scale, step_noise(config, options["seed"], step, n))
        loss.backward()
        if options["clip"] > 0:
            nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
        adam.step()
        print(f"step {step + 1}: python {loss.item():.4f} stemloop {theirs[step + 1]:.4f} "
              f"relative difference {abs(loss.item() / theirs[step + 1] - 1):.1e}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["time", "losses"])
    parser.add_argument("model", help="a model directory, or (time) small or paper")
    parser.add_argument("--run", help="losses: the run to compare with")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--device", default="cpu", help="time: cpu or cuda")
    parser.add_argument("--strict", action="store_true", help="time: no TF32 anywhere")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    sizes = dict(latent=64, context=32)
    presets = {
        "small": dict(sizes, backbone="columns", likelihood="categorical", flow_blocks=4, flow_hidden=256, width=64, decoder_width=128),
        "paper": dict(sizes, backbone="picture", likelihood="gaussian", flow_blocks=8, flow_hidden=1080),
    }
    config = presets.get(arguments.model)
    if config is None:
        config = json.load(open(arguments.model + "/config.json"))["network"]
    (run_time if arguments.what == "time" else run_losses)(arguments, config)


if __name__ == "__main__":
    main()
