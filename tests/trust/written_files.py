"""Runs that write several files, and what is in a folder."""

import hashlib
import json
import pathlib
import subprocess

from altyn_run import ALTYN, ROOT

THREE = ROOT / "cases" / "examples" / "three-economies"


def baci(folder):
    """A file in BACI's layout, large enough that importing it takes a moment."""
    path = folder / "baci.csv"
    codes = [643, 398, 112, 51, 417, 842, 156, 276]
    with open(path, "w") as file:
        file.write("t,i,j,k,v,q\n")
        for year in range(2000, 2018):
            for i in codes:
                for j in codes:
                    if i != j:
                        for product in range(60):
                            file.write(f"{year},{i},{j},{10101 + product:06d},{year % 7 + product},1\n")
    return path


def commands(folder):
    """Name -> the words of a run whose outputs go to out/ in its working folder."""
    source = baci(folder)
    return {
        "check": ["check", ROOT / "cases" / "eaeu" / "lavrov-2017.toml", "-o", "out",
                  "--n-draws", "200"],
        "simulate": ["simulate", THREE / "union.toml", "-o", "out", "--n-draws", "1500"],
        "estimate": ["estimate", "--data", "world_trade", "--agreements", "EAEU",
                     "trade ~ eaeu | exporter^year + importer^year + exporter^importer",
                     "-o", "out/table.tex", "-o", "out/table.csv", "-o", "out/table.html"],
        "import": ["data", "import", "baci", source, "-o", "out/trade.parquet", "-o",
                   "out/trade.csv"],
    }


def start(words, cwd, **options):
    return subprocess.Popen([str(ALTYN), *map(str, words), "--quiet"], cwd=cwd,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)


def run(words, cwd, **options):
    done = subprocess.run([str(ALTYN), *map(str, words), "--quiet"], cwd=cwd, capture_output=True,
                          text=True, timeout=300, **options)
    return done


def digests(folder):
    """Visible files of a folder by name; hidden ones apart."""
    seen, hidden = {}, []
    for path in pathlib.Path(folder).iterdir() if pathlib.Path(folder).exists() else []:
        if path.name.startswith("."):
            hidden.append(path.name)
        else:
            seen[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return seen, hidden


def record_of(folder):
    """The run record's name, and its outputs' digests by file name; nothing without one."""
    for path in pathlib.Path(folder).glob("*run.json"):
        value = json.loads(path.read_text())
        return path, {pathlib.Path(one["name"]).name: one["sha256"] for one in value["outputs"]}
    return None, {}
