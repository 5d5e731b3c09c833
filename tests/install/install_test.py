"""Another project finds, links and runs the installed library; the installed binary works."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"


def run(*command, cwd=None):
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    if not (BUILD / "build.ninja").exists():
        pytest.skip("no build tree")
    prefix = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


def test_installed_binary_finds_its_library_and_cases(prefix, tmp_path):
    assert run(prefix / "bin" / "altyn", "--version", cwd=tmp_path).startswith("altyn ")
    bound = run(prefix / "bin" / "altyn", "agreements", "RUS:KAZ", "--month", "2017-04", cwd=tmp_path)
    assert "Eurasian Economic Union" in bound


def test_another_project_uses_the_installed_package(prefix, tmp_path):
    source = pathlib.Path(__file__).parent / "consumer"
    run("cmake", "-S", source, "-B", tmp_path, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", tmp_path)
    assert run(tmp_path / "consumer").strip() == "1.250000"


def test_what_is_missing_is_told_together(tmp_path):
    done = subprocess.run(["cmake", "-S", ROOT, "-B", tmp_path, "-G", "Ninja",
                           "-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON",
                           "-DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON"], capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr.count("CMake Error") == 1
    assert "apt-get install libfmt-dev libeigen3-dev" in done.stderr
