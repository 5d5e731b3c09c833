#!/usr/bin/env python3
"""Regenerates the estimation part of docs/benchmarks.md: the estimation kernel and pyfixest on one machine in one run.

    python3 bench/estimation.py [--panels DIR] [--threads N] [--repeat N] [--no-peer] [--peer-limit S]

Generates the panels where they are missing (NumPy), runs build/release/bench/estimation_bench, then
pyfixest from a virtual environment of its own (build/peer, made on first use), and writes
bench/results/estimation.json, bench/results/pyfixest.json and docs/benchmarks.md. A task that gives
a wrong answer ends the run without a table.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
PEER = ROOT / "build" / "peer"
BEGIN = "<!-- written by bench/estimation.py -->\n"
END = "<!-- end -->\n"

# What pyfixest is asked for: task of estimation_bench -> formula.
PEER_TASKS = {
    f"{panel}-{family}{ways}": ("fepois" if family == "ppml" else "feols",
                                f"{'y' if family == 'ppml' else 'log_y'} ~ x1 + x2 | et + it"
                                + (" + pair" if ways == 3 else ""))
    for panel in ("g01", "g1", "g5") for family in ("ppml", "ols") for ways in (3, 2)
    if not (panel == "g01" and family == "ols")
}
PEER_TASKS["akm1-ols2"] = ("feols", "y ~ x1 + x2 | worker + firm")

# Seconds and MB of fixest 0.14.2 (R 4.2.2, default tolerances) on the same panels and a machine of
# the same kind (2 cores of an AMD EPYC), best of two; R is no part of this run.
FIXEST = {"g01-ppml3": (0.19, 135), "g01-ppml2": (0.17, 133), "g1-ppml3": (1.41, 488),
          "g1-ppml2": (1.10, 474), "g5-ppml3": (7.03, 1941), "g5-ppml2": (3.90, 1641),
          "g1-ols3": (0.36, None), "g1-ols2": (0.26, None), "g5-ols3": (1.01, 875),
          "g5-ols2": (0.73, None), "akm1-ols2": (8.6, None)}


def peer_task(panels, task, repeat):
    """Runs in the environment of pyfixest: one task, its result so far as JSON after every run."""
    import resource
    import time

    import numpy as np
    import pandas as pd
    import pyfixest

    panel = task.split("-")[0]

    def column(name, kind):
        return np.fromfile(os.path.join(panels, panel, name + ".bin"), dtype=kind)

    frame = {name: column(name, np.float64) for name in ("y", "x1", "x2")}
    if panel == "akm1":
        frame.update({name: column(name, np.int32) for name in ("worker", "firm")})
        cluster = "worker"
    else:
        first, second, year = (column(name, np.int32) - 1 for name in ("exp", "imp", "year"))
        years, places = year.max() + 1, second.max() + 1
        frame.update({"et": first * years + year, "it": second * years + year,
                      "pair": first * places + second, "log_y": np.log1p(frame["y"])})
        cluster = "pair"
    data = pd.DataFrame(frame)
    estimator, formula = PEER_TASKS[task]
    wall, cpu = [], []
    # The first call loads and compiles; it is not counted. Of one exporter there would be nothing to
    # estimate, which makes the compiled part of pyfixest panic.
    getattr(pyfixest, estimator)(formula, data.iloc[:60_000], vcov={"CRV1": cluster})
    for _ in range(repeat):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        fit = getattr(pyfixest, estimator)(formula, data, vcov={"CRV1": cluster})
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
        print(json.dumps({
            "task": task, "version": pyfixest.__version__, "formula": formula, "runs": len(wall),
            "seconds": min(wall), "median_seconds": sorted(wall)[len(wall) // 2],
            "cpu_seconds": min(cpu), "coefficients": [float(b) for b in fit.coef()],
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)


def run_peer(panels, threads, repeat, limit_seconds):
    python = PEER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEER], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pyfixest"], check=True)
    environment = dict(os.environ)
    for name in ("RAYON_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS",
                 "OPENBLAS_NUM_THREADS"):
        environment[name] = str(threads)
    results = []
    for task in PEER_TASKS:
        command = [python, __file__, "--panels", panels, "--repeat", str(repeat), "--peer-task", task]
        error = "did not finish"
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  env=environment, timeout=limit_seconds)
            output = done.stdout
        except subprocess.TimeoutExpired as late:
            error = f"over {limit_seconds} s"
            output = late.stdout or b""
        lines = output.decode().splitlines()  # one per run; those within the limit count
        result = json.loads(lines[-1]) if lines else {"task": task, "error": error}
        print(task, result.get("seconds", result.get("error")), flush=True)
        results.append(result)
    return {"threads": threads, "repeat": repeat, "limit_seconds": limit_seconds, "tasks": results}


TEXT = """## Estimation

    {command}

made this page on {processor}, {threads} threads, {compiler}, at commit {commit}; load average
{load} when it began: other work on the machine lengthens seconds, so the best and the median of
{repeat} runs are given, and the processor seconds. Every task is checked against its expected
answer, and a wrong one ends the run. Seconds run from data in memory to pair-clustered standard
errors, indices included. Memory is the largest resident set of a process that ran the task alone, data included. The panels
come from `bench/generate_panel.py`; x1 is a staggered agreement, x2 continuous.

{head}
{table}

fixest 0.14.2 was timed on a machine of the same kind, not in this run. {peer_note}

- `ppml3`: exporter-year, importer-year and pair effects; `ppml2` without pairs; `ols` on log(1 + y).
- `akm1-ols2`: worker and firm effects, 10,000 firms on a line, 3% of workers move in a year. Altyn's
  coefficients differ from the exact ones by {own_akm_gap}; those of fixest at its defaults by 2e-06{akm_gap}.
- `g1-etwfe300`: 300 cells of adoption year and year besides x1 and x2, with the covariance of all:
  {etwfe_ratio} times the processor seconds of `g1-ppml3`.
- `g1-front-ppml3`, `g1-front-etwfe300`: the same two models from a table in memory and a formula,
  with coding, checks for collinear regressors and separated rows, tests and measures of fit:
  {front_ratio} times the seconds, {front_cpu_ratio} times the processor seconds.
- `g01-bootstrap200`: 200 pairs-bootstrap draws, each refitted and certified; 20 draws take
  {draw_ratio} times one fit.

### Distance to the memory bound

A pass reads the outcome, the regressors and the levels of every row and writes its working weight;
an inner step reads weights and levels. These bytes over the bandwidth of a plain sum by all threads
({bandwidth:.1f} GB/s in this run) are the time below which no such method gets:

| task | bytes moved MB | bound s | Altyn s | of the bound |
|---|--:|--:|--:|--:|
{bound_table}

The rest is arithmetic (one exponential per row and pass, the factors of the year blocks), the
indices, and the first touch of the columns of the result. Bytes that the passes do not need (page
clearing, clustered sums) are not in the bound.
"""


def commit():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                          text=True)
    return done.stdout.strip()


def write_page(own, peer, peer_is_new, load):
    peers = {task["task"]: task for task in peer["tasks"]} if peer else {}
    tasks = {task["task"]: task for task in own["tasks"]}
    table, bounds = [], []
    for name, task in tasks.items():
        fixest, fixest_mb = FIXEST.get(name, (None, None))
        cells = [name, f"{task['rows']:,}", f"{task['seconds']:.3f}", f"{task['median_seconds']:.3f}",
                 f"{task['cpu_seconds']:.3f}", task["peak_mb"], fixest, fixest_mb]
        if peers:
            other = peers.get(name, {})
            cells += ([f"{other['seconds']:.2f}", f"{other['cpu_seconds']:.2f}", other["peak_mb"]]
                      if "seconds" in other else [other.get("error"), None, None])
        table.append("| " + " | ".join("" if c is None else str(c) for c in cells) + " |")
        if task.get("bound_seconds"):
            moved = task["bound_seconds"] * task["bandwidth_bytes_per_second"] / 1e6
            bounds.append(f"| {name} | {moved:,.0f} | {task['bound_seconds']:.4f} | "
                          f"{task['seconds']:.3f} | {task['seconds'] / task['bound_seconds']:.0f} x |")
    head = ["task", "rows", "best s", "median s", "CPU s", "MB", "fixest s", "MB"]
    version = next((t["version"] for t in peers.values() if "version" in t), "")
    if peers:
        head += [f"pyfixest {version} s", "CPU s", "MB"]
    head = "| " + " | ".join(head) + " |\n|---|" + "--:|" * (len(head) - 1)
    peer_note = "There are no times of pyfixest (`--no-peer`)."
    if peers:
        peer_note = (f"pyfixest was, in {'the same' if peer_is_new else 'an earlier'} run with as many threads, "
                     f"after a first call\nthat compiles; it had {peer['limit_seconds']} s for {peer['repeat']} runs "
                     "of a task, loading included.")

    def gap(result, name):
        exact = tasks[name]["expected"]
        return f"{max(abs(a - b) for a, b in zip(result['coefficients'], exact)):.0e}"

    bandwidth = max(t.get("bandwidth_bytes_per_second", 0) for t in own["tasks"]) / 1e9
    page = TEXT.format(
        processor=own["processor"].strip(), threads=own["threads"], compiler=own["compiler"],
        repeat=own["repeat"], commit=commit(), load=load,
        command=" ".join(["python3 bench/estimation.py", *sys.argv[1:]]),
        head=head, peer_note=peer_note, table="\n".join(table), bound_table="\n".join(bounds), bandwidth=bandwidth,
        akm_gap=(", those of pyfixest by " + gap(peers["akm1-ols2"], "akm1-ols2")
                 if "coefficients" in peers.get("akm1-ols2", {}) else ""),
        own_akm_gap=gap(tasks["akm1-ols2"], "akm1-ols2"),
        etwfe_ratio=f"{tasks['g1-etwfe300']['cpu_seconds'] / tasks['g1-ppml3']['cpu_seconds']:.0f}",
        front_ratio=f"{tasks['g1-front-etwfe300']['seconds'] / tasks['g1-front-ppml3']['seconds']:.1f}",
        front_cpu_ratio=f"{tasks['g1-front-etwfe300']['cpu_seconds'] / tasks['g1-front-ppml3']['cpu_seconds']:.1f}",
        draw_ratio=f"{tasks['g01-bootstrap200']['fits_per_20_draws']:.1f}")
    path = ROOT / "docs" / "benchmarks.md"
    before, after = path.read_text().split(BEGIN)[0], path.read_text().split(END)[1]
    path.write_text(before + BEGIN + page + END + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panels", default=str(ROOT / "build" / "panels"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true",
                        help="keep the recorded times of pyfixest")
    parser.add_argument("--peer-limit", type=int, default=600, metavar="S",
                        help="seconds in which the peer must finish all runs of a task")
    parser.add_argument("--peer-task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer_task:
        peer_task(options.panels, options.peer_task, options.repeat)
        return
    missing = [p for p in ("g01", "g1", "g5", "akm1")
               if not (pathlib.Path(options.panels) / p / "y.bin").exists()]
    if missing:
        subprocess.run([sys.executable, ROOT / "bench" / "generate_panel.py", options.panels,
                        *missing], check=True)
    load = f"{os.getloadavg()[0]:.1f}"
    RESULTS.mkdir(exist_ok=True)
    done = subprocess.run([ROOT / "build" / "release" / "bench" / "estimation_bench", options.panels,
                           RESULTS / "estimation.json", "--threads", str(options.threads),
                           "--repeat", str(options.repeat)])
    if done.returncode != 0:
        sys.exit("a task is wrong; no table")
    peer_file = RESULTS / "pyfixest.json"
    if not options.no_peer:
        peer = run_peer(options.panels, options.threads, min(options.repeat, 2),
                        options.peer_limit)
        peer_file.write_text(json.dumps(peer, indent=1) + "\n")
    own = json.loads((RESULTS / "estimation.json").read_text())
    write_page(own, json.loads(peer_file.read_text()) if peer_file.exists() else None,
               not options.no_peer, load)


if __name__ == "__main__":
    main()
