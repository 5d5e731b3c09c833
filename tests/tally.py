"""Adds up JUnit reports and prints the one line that closes ./test. Exits 1 on any failure."""

import pathlib
import sys
import xml.etree.ElementTree as ET


def main(folder):
    passed = failed = skipped = 0
    for report in sorted(pathlib.Path(folder).glob("*.xml")):
        for case in ET.parse(report).getroot().iter("testcase"):
            name = f'{case.get("classname", report.stem)}.{case.get("name")}'
            problem = next((c for c in case if c.tag in ("failure", "error")), None)
            if problem is not None:
                failed += 1
                print(f"FAILED  {name}")
            elif case.find("skipped") is not None:
                skipped += 1
                note = case.find("skipped").get("message") or ""
                print(f"skipped {name}: {note.strip().splitlines()[0] if note.strip() else ''}")
            else:
                passed += 1
    for broken in sorted(pathlib.Path(folder).glob("*.broken")):
        failed += 1
        print(f"FAILED  {broken.stem}: {broken.read_text().strip()}")
    if skipped:
        print(f"{skipped} skipped (does not apply, or published data are absent: CONTRIBUTING.md)")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
