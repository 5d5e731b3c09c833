"""Every ```console example of the documentation runs and prints the lines of the page in order."""

import re
import shlex

import pytest

from altyn_run import ROOT, altyn, needs_build

pytestmark = needs_build

PAGES = ["data-sources.md", "estimation.md", "monitor.md", "political.md", "regions-share.md"]


def examples():
    for page in PAGES:
        text = (ROOT / "docs" / page).read_text()
        for number, block in enumerate(re.findall(r"```console\n(.*?)```", text, re.S), 1):
            yield pytest.param(block, id=f"{page}-{number}")


@pytest.mark.parametrize("block", list(examples()))
def test_example_prints_what_the_page_shows(block, tmp_path):
    command, _, shown = block.partition("\n")
    words = shlex.split(command.removeprefix("$ "))
    assert words[0] == "altyn"
    (tmp_path / "cases").symlink_to(ROOT / "cases")
    (tmp_path / "files").symlink_to(ROOT / "tests" / "e2e" / "data_sources")
    done = altyn(*words[1:], "--quiet", cwd=tmp_path)
    printed = iter((done.stdout + done.stderr).splitlines())
    wanted = [line.rstrip() for line in shown.splitlines()]
    assert wanted, "an example shows what it prints"
    for line in wanted:
        if line == "..." or not line:
            continue
        start = line.removesuffix("...")  # the rest of such a line is not shown
        assert any(other.startswith(start) if start != line else other.rstrip() == line
                   for other in printed), f"{line}\n{done.stdout}{done.stderr}"
    assert done.returncode == (1 if wanted[0].startswith("error[") else 0), done.stderr
    for name in re.findall(r"(?<![\w/-])[\w-]+\.(?:svg|html|csv|tex|docx)(?= |$)", command):
        assert (tmp_path / name).stat().st_size > 100, name
