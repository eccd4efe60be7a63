"""Recompute every accuracy, confusion matrix and pair of a report, without reportgen.

    python tests/recompute.py build/ [DATA_ROOT]

Reads ``results.json`` and the predictions beside it; with a data root also holds the predictions'
true labels to the dataset itself (MNIST's idx files, image folders). Exits with 1 and a list of
disagreements, or says what was compared.
"""

from __future__ import annotations

import csv
import json
import struct
import sys
from collections import Counter
from pathlib import Path
from typing import Any

TOLERANCE = 1e-12
FOLDERS = {"cifar10": "cifar10", "hymenoptera": "hymenoptera_data"}


def main(build: Path, data_root: Path | None) -> int:
    """Compare everything; returns the exit code."""
    results = json.loads((build / "results.json").read_text(encoding="utf-8"))
    records = {one["title"]: one for one in results["colophon"]["datasets"]}
    problems: list[str] = []
    unchecked: list[str] = []
    compared = 0
    for name, where, values in _predicted(results):
        rows = _rows(build / values["predictions"])
        problems += [f"{where}: {problem}" for problem in _disagreements(values, rows)]
        labels = _labels(data_root, records.get(results[name]["dataset"]["name"]))
        if labels is None:
            unchecked.append(where)
        elif labels != [true for true, _ in rows]:
            problems.append(f"{where}: the true labels aren't those of the dataset")
        compared += 1
    print("\n".join(problems) or f"{compared} sets of predictions agree with results.json")
    if unchecked:
        print(f"true labels not held to a dataset: {', '.join(unchecked)}")
    return 1 if problems else 0


def _predicted(results: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    found = []
    for name, values in results.items():
        if "predictions" in values:
            found.append((name, name, values))
        for key, alternative in values.get("alternatives", {}).items():
            found.append((name, f"{name}.{key}", alternative))
    return found


def _rows(path: Path) -> list[tuple[int, int]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [(int(row["true"]), int(row["predicted"])) for row in csv.DictReader(stream)]


def _disagreements(values: dict[str, Any], rows: list[tuple[int, int]]) -> list[str]:
    problems = []
    accuracy = sum(true == predicted for true, predicted in rows) / len(rows)
    stated = values.get("accuracy", (values.get("best") or {}).get("validation_accuracy"))
    if stated is None or abs(stated - accuracy) > TOLERANCE:
        problems.append(f"accuracy {stated}, recomputed {accuracy}")
    best = values.get("best")
    if best and abs(best["validation_accuracy"] - accuracy) > TOLERANCE:
        problems.append(f"best accuracy {best['validation_accuracy']}, recomputed {accuracy}")
    confusion = values["confusion"]
    size = len(confusion["classes"])
    counts = Counter(rows)
    matrix = [[counts[i, j] for j in range(size)] for i in range(size)]
    if matrix != confusion["matrix"]:
        problems.append("the confusion matrix differs")
    return problems + _wrong_pairs(confusion, matrix)


def _wrong_pairs(confusion: dict[str, Any], matrix: list[list[int]]) -> list[str]:
    classes = confusion["classes"]
    errors = sorted(
        (count for i, row in enumerate(matrix) for j, count in enumerate(row) if i != j and count),
        reverse=True,
    )
    pairs = confusion["pairs"]
    problems = []
    if [pair["count"] for pair in pairs] != errors[: len(pairs)] or (errors and not pairs):
        problems.append(f"the pairs {pairs} aren't the most frequent confusions")
    for pair in pairs:
        i, j = classes.index(pair["true"]), classes.index(pair["predicted"])
        share = matrix[i][j] / sum(matrix[i])
        if matrix[i][j] != pair["count"] or abs(share - pair["share"]) > TOLERANCE:
            problems.append(f"the pair {pair} isn't what was predicted: {matrix[i][j]}, {share}")
    return problems


def _labels(data_root: Path | None, record: dict[str, Any] | None) -> list[int] | None:
    """The dataset's own validation labels; None where they can't be read here."""
    if data_root is None or record is None or record["origin"] != "data-root":
        return None
    idx = data_root / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    if record["source"] == "idx" and idx.is_file():
        raw = idx.read_bytes()
        _, count = struct.unpack(">II", raw[:8])
        return list(raw[8 : 8 + count])
    root = data_root / FOLDERS.get(record["name"], record["name"])
    if record["source"] != "image-folder" or not root.is_dir():
        return None
    part = root / ("val" if (root / "val").is_dir() else "test")
    names = sorted(
        path.relative_to(root).as_posix()
        for path in part.glob("*/**/*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(root).parts)
    )
    classes = sorted({name.split("/")[1] for name in names})
    kept = [name for name in names if name not in record["skipped"]]
    return [classes.index(name.split("/")[1]) for name in kept]


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    sys.exit(main(given[0], given[1] if len(given) > 1 else None))
