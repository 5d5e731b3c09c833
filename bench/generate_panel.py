#!/usr/bin/env python3
"""Generates the panels of the estimation benchmarks, the same bytes on every machine.

    generate_panel.py OUT [PANEL ...]        PANEL is one of the names below; all by default

Each panel becomes a folder OUT/PANEL of raw little-endian columns (int32 ids from 1, float64).
Needs NumPy. The draws come from one PCG64 stream per panel, so their order is part of the panel.
"""

import argparse
import pathlib

import numpy as np

PANELS = {
    "g01": ("gravity", 70, 20),
    "g1": ("gravity", 150, 45),
    "g5": ("gravity", 250, 80),
    "akm1": ("worker_firm", 1_000_000, None),
}


def random_walks(rng, count, length):
    """Levels around a normal draw per unit, then a slow random walk: [count, length]."""
    return np.cumsum(rng.normal(0.01, 0.08, (count, length)), axis=1)


def adoption_years(rng, pair_effect, exporter_size, importer_size, n, t):
    """Year from which an agreement binds a pair; t + 1 is never. Close and large pairs first."""
    score = pair_effect + 0.3 * (exporter_size[:, None] + importer_size[None, :])
    score = score + rng.normal(0, 1, (n, n))
    score = (score + score.T) / 2
    np.fill_diagonal(score, -1e9)
    drawn = rng.integers(1, max(2, t), (n, n))
    years = np.where(score > np.quantile(score, 0.6), drawn, t + 1)
    upper = np.triu(years, 1)
    years = upper + upper.T
    np.fill_diagonal(years, t + 1)
    return years


def persistent_noise(rng, series, length, persistence=0.5, sigma=0.7):
    """Log-normal with mean one whose logarithm follows a first-order autoregression."""
    shocks = rng.normal(0, 1, (series, length))
    state = np.empty_like(shocks)
    state[:, 0] = shocks[:, 0]
    for year in range(1, length):
        state[:, year] = (
            persistence * state[:, year - 1] + np.sqrt(1 - persistence**2) * shocks[:, year]
        )
    return np.exp(sigma * state.ravel() - sigma * sigma / 2)


def gravity(n, t, seed=20240601):
    """n x n x t trade flows with exporter-year, importer-year and pair effects, about 23% zeros."""
    rng = np.random.default_rng(seed)
    rows = n * n * t
    exporter = np.repeat(np.arange(n, dtype=np.int32), n * t)
    importer = np.tile(np.repeat(np.arange(n, dtype=np.int32), t), n)
    year = np.tile(np.arange(t, dtype=np.int32), n * n)
    exporter_size = rng.normal(0, 1.2, n)
    importer_size = rng.normal(0, 1.2, n)
    exporter_year = exporter_size[:, None] + random_walks(rng, n, t)
    importer_year = importer_size[:, None] + random_walks(rng, n, t)
    place = rng.uniform(0, 1, (n, 2))
    distance = np.sqrt(((place[:, None] - place[None]) ** 2).sum(2)) + 0.05
    pair = -1.0 * np.log(distance) + 0.5 * rng.normal(0, 1, (n, n))
    adopted = adoption_years(rng, pair, exporter_size, importer_size, n, t)
    x1 = (year >= adopted[exporter, importer]).astype(np.float64)
    sizes = exporter_year[exporter, year] + importer_year[importer, year]
    x2 = 0.3 * sizes + 0.2 * pair[exporter, importer] + rng.normal(0, 1, rows)
    eta = sizes + pair[exporter, importer] + 0.4 * x1 - 0.25 * x2
    eta -= eta.mean()
    mean = np.exp(eta) * persistent_noise(rng, n * n, t)
    zero_share = 1 / (1 + np.exp(1.0 * (eta - np.quantile(eta, 0.5)) + 1.9))
    zero = rng.uniform(0, 1, rows) < zero_share
    y = np.where(zero, 0.0, mean / (1 - np.minimum(zero_share, 0.95)))
    return {"exp": exporter + 1, "imp": importer + 1, "year": year + 1, "y": y, "x1": x1, "x2": x2}


def worker_firm(n, _, seed=20240602):
    """Workers who rarely move, and only to near firms: a graph close to a path, the hard case."""
    rng = np.random.default_rng(seed)
    t = 10
    n_workers = n // t
    n_firms = max(10, n_workers // 10)
    worker = np.repeat(np.arange(n_workers, dtype=np.int64), t)
    year = np.tile(np.arange(t, dtype=np.int32), n_workers)
    first_firm = (rng.uniform(0, 1, n_workers) * n_firms).astype(np.int64)
    moves = rng.uniform(0, 1, (n_workers, t)) < 0.03
    moves[:, 0] = False
    hops = rng.integers(-3, 4, (n_workers, t)) * moves
    firm = np.clip(first_firm[:, None] + np.cumsum(hops, 1), 0, n_firms - 1).ravel()
    worker_effect = rng.normal(0, 1, n_workers)
    firm_effect = np.cumsum(rng.normal(0, 0.05, n_firms))
    firm_effect -= firm_effect.mean()
    x1 = 0.5 * worker_effect[worker] + 0.5 * firm_effect[firm] + rng.normal(0, 1, n)
    x2 = np.sin(firm / n_firms * 6.28) + 0.1 * year + rng.normal(0, 1, n)
    y = 1.0 * x1 + 0.5 * x2 + worker_effect[worker] + firm_effect[firm] + 0.02 * year
    y = y + rng.normal(0, 1, n)
    return {
        "worker": (worker + 1).astype(np.int32),
        "firm": (firm + 1).astype(np.int32),
        "year": year + 1,
        "y": y,
        "x1": x1,
        "x2": x2,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("panels", nargs="*", metavar="PANEL", default=list(PANELS))
    arguments = parser.parse_args()
    for name in arguments.panels:
        kind, size, years = PANELS[name]
        folder = arguments.out / name
        folder.mkdir(parents=True, exist_ok=True)
        for column, values in globals()[kind](size, years).items():
            values.tofile(folder / f"{column}.bin")
        print(folder)


if __name__ == "__main__":
    main()
