"""The layers of ARCHITECTURE.md, read from every #include, and other rules a machine can see."""

import json
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A folder may include itself and what stands here. An arrow may be skipped, never reversed.
BELOW = {
    "core": set(),
    "comm": {"core"},
    "data": {"core"},
    "numerics": {"core"},
    "estimation": {"core", "comm", "data", "numerics"},
    "equilibrium": {"core", "comm", "data", "numerics"},
    "corridors": {"core", "data", "numerics", "equilibrium"},
    "attribution": {"core", "comm", "data", "numerics", "estimation", "equilibrium"},
    "study": {"core", "comm", "data", "numerics", "estimation", "equilibrium", "corridors",
              "attribution"},
}

# A header of an outside library and the only places that may see it.
CONFINED = {
    "duckdb.h": ("altyn/data/",),
    "mpi.h": ("altyn/comm/mpi.cpp",),
    "CLI/": ("apps/",),
    "httplib.h": ("apps/",),
    "nanobind/": ("python/",),
    "toml++/": ("altyn/data/",),
}


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp") and "node_modules" not in path.parts:
                yield path


def includes(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("folder", sorted(BELOW))
def test_folder_includes_only_what_stands_below_it(folder):
    wrong = []
    for path in sources(f"altyn/{folder}"):
        for name in includes(path):
            if name.startswith("altyn/"):
                other = name.split("/")[1]
                if other != folder and other not in BELOW[folder]:
                    wrong.append(f"{path.relative_to(ROOT)} includes {name}")
    assert not wrong


def test_no_engine_folder_is_unknown():
    assert {p.name for p in (ROOT / "altyn").iterdir() if p.is_dir()} <= set(BELOW)


def test_models_and_numerics_know_no_files():
    forbidden = {"fstream", "filesystem", "altyn/data/database.h", "altyn/data/read_table.h"}
    folders = ("altyn/equilibrium", "altyn/numerics", "altyn/corridors")
    wrong = [f"{p.relative_to(ROOT)}: {name}" for p in sources(*folders)
             for name in includes(p) if name in forbidden]
    assert not wrong


@pytest.mark.parametrize("header", sorted(CONFINED))
def test_outside_header_is_confined(header):
    wrong = []
    for path in sources("altyn", "apps"):
        place = str(path.relative_to(ROOT))
        if any(name.startswith(header) for name in includes(path)):
            if not any(place.startswith(allowed) for allowed in CONFINED[header]):
                wrong.append(place)
    assert not wrong


def test_engine_never_prints_nor_exits():
    pattern = re.compile(r"\b(std::cout|std::cerr|printf\(|fmt::print\(|std::exit\(|getenv\()")
    wrong = [str(p.relative_to(ROOT)) for p in sources("altyn") if pattern.search(p.read_text())]
    assert not wrong


def test_every_header_is_named_in_its_folder_readme():
    missing = []
    for folder in BELOW:
        headers = sorted((ROOT / "altyn" / folder).glob("*.h"))
        if headers:
            text = (ROOT / "altyn" / folder / "README.md").read_text()
            missing += [f"{folder}/{h.name}" for h in headers if f"`{h.name}`" not in text]
    assert not missing


def opens_its_unit(header):
    """The unit of the same name includes the header before anything else: the build compiles it alone."""
    unit = header.with_suffix(".cpp")
    return unit.exists() and includes(unit)[:1] == [str(header.relative_to(ROOT))]


def test_every_header_compiles_alone(tmp_path):
    compile_commands = ROOT / "build" / "release" / "compile_commands.json"
    if not compile_commands.exists():
        pytest.skip("no build tree")
    command = next(c["command"] for c in json.loads(compile_commands.read_text())
                   if c["file"].endswith("altyn/estimation/glm.cpp"))  # stands alone in every build
    flags = [word for word in command.split() if word.startswith(("-I", "-D", "-std"))]
    flags += [f"-isystem{word}" for word in re.findall(r"-isystem (\S+)", command)]
    wrong = []
    for header in sources("altyn"):
        if header.suffix != ".h" or opens_its_unit(header):
            continue
        unit = tmp_path / "unit.cpp"
        unit.write_text(f'#include "{header.relative_to(ROOT)}"\n')
        done = subprocess.run(["g++", "-fsyntax-only", *[f.replace('\\"', '"') for f in flags],
                               str(unit)], capture_output=True, text=True)
        if done.returncode:
            wrong.append(f"{header.relative_to(ROOT)}: {done.stderr.splitlines()[0]}")
    assert not wrong


def test_project_speaks_of_the_project_alone():
    """Paths of a build machine and unfinished work have no place in the tree."""
    pattern = re.compile(r"/work/|/root/|/tmp/bash_jobs|\bTODO\b|\bFIXME\b|not implemented")
    here = pathlib.Path(__file__).name
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout
    wrong = []
    for name in tracked.splitlines():
        path = ROOT / name
        if path.name == here or not path.is_file() or path.suffix in (".gz", ".png", ".parquet"):
            continue
        found = pattern.search(path.read_text(errors="replace"))
        if found:
            wrong.append(f"{name}: {found.group(0)}")
    assert not wrong
