#!/usr/bin/env python3
"""Builds tables/outlines.csv.gz, the outlines of economies for maps.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    cases/outlines.py package/countries-50m.json

The package (ISC) carries Natural Earth's public domain outlines at 1:50 million as arcs that
neighbours share. Every arc is thinned (Douglas and Peucker) before outlines are put together, so
that common borders stay common. Lakes, holes and small islands are left out.
"""

import collections
import csv
import gzip
import io
import json
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
TOLERANCE_DEGREES = 0.12
LEAST_ISLAND_DEGREES = 0.8  # width plus height
UNNUMBERED = {"Kosovo": "XKX"}


def codes() -> dict[str, str]:
    """ISO codes by number, from the engine's own table."""
    text = (FOLDER.parent / "altyn/data/economy_table.cpp").read_text(encoding="utf-8")
    return {number: code for code, number in re.findall(r'\{"([A-Z]{3})", "..", (\d+),', text)}


def arcs_of(topology: dict) -> list[list[tuple[float, float]]]:
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Keeps the ends and every point farther than the tolerance from the line without it."""
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    if points[0] == points[-1]:  # a ring of its own: the farthest point splits it
        far = max(range(len(points)), key=lambda i: abs(points[i][0] - points[0][0]) +
                  abs(points[i][1] - points[0][1]))
        keep.add(far)
        spans = [(0, far), (far, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        best, place = TOLERANCE_DEGREES, None
        for i in range(first + 1, last):
            px, py = points[i]
            away = (abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length if length
                    else ((px - ax) ** 2 + (py - ay) ** 2) ** 0.5)
            if away > best:
                best, place = away, i
        if place is not None:
            keep.add(place)
            spans += [(first, place), (place, last)]
    return [points[i] for i in sorted(keep)]


def outline(ring: list[int], arcs: list) -> list[tuple[float, float]]:
    points = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc if not points else arc[1:]
    return points


def spread(points: list[tuple[float, float]]) -> float:
    east, north = zip(*points)
    return max(east) - min(east) + max(north) - min(north)


def main() -> None:
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    arcs = [thinned(arc) for arc in arcs_of(topology)]
    by_number = {number.zfill(3): code for number, code in codes().items()}
    rings = collections.defaultdict(list)
    for shape in topology["objects"]["countries"]["geometries"]:
        code = by_number.get(str(shape.get("id", "")).zfill(3),
                             UNNUMBERED.get(shape["properties"]["name"], ""))
        if code in ("", "ATA"):
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings[code] += [outline(polygon[0], arcs) for polygon in polygons]
    rows = []
    for code in sorted(rings):
        largest, *others = sorted(rings[code], key=spread, reverse=True)
        kept = [largest] + [ring for ring in others if spread(ring) >= LEAST_ISLAND_DEGREES]
        for part, ring in enumerate((ring for ring in kept if len(ring) > 3), start=1):
            rows += [[code, part, f"{x:.2f}", f"{y:.2f}"] for x, y in ring[:-1]]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(
        [["economy", "part", "longitude", "latitude"], *rows])
    packed = subprocess.run(["gzip", "-n", "-9"], input=text.getvalue().encode(), check=True,
                            capture_output=True).stdout
    (FOLDER / "tables/outlines.csv.gz").write_bytes(packed)
    print(f"{len(rows)} points of {len({row[0] for row in rows})} economies")


if __name__ == "__main__":
    main()
