#!/usr/bin/env python3
"""How many of the nearest tracks are of the same game, album or composer: ours beside the vectors of others.

    cargo run --release --example neighbours -- MUSIC/* > ours.jsonl
    python3 benches/likeness_against.py LABELS.jsonl ours.jsonl NAME=VECTORS.jsonl ...

LABELS has a line {"file": ..., "game": ..., "album": ..., "composer": ...} for each file, empty where it is not known. VECTORS
has a line {"file": ..., "v": [numbers]} for each; they are compared by Euclid's distance, as they are and standardised.
Needs numpy."""

import json
import sys

import numpy as np

KINDS = ("game", "album", "composer")


def read(path):
    return {(line := json.loads(text))["file"]: line for text in open(path)}


def by_distance(vectors, scaled):
    files = sorted(vectors)
    rows = np.array([vectors[file]["v"] for file in files], float)
    if scaled:
        rows = (rows - rows.mean(0)) / np.maximum(rows.std(0), 1e-12)
    ranks = np.argsort(((rows[:, None] - rows[None]) ** 2).sum(-1), axis=1, kind="stable")
    return {file: [files[at] for at in order if files[at] != file] for file, order in zip(files, ranks)}


def report(name, near, labels):
    cells = []
    for kind in KINDS:
        known = [file for file in near if labels[file][kind]]
        count = {}
        for file in known:
            count[labels[file][kind]] = count.get(labels[file][kind], 0) + 1
        asked = [file for file in known if count[labels[file][kind]] > 1]
        same = [[labels[other][kind] == labels[file][kind] for other in near[file][:5]] for file in asked]
        first, five = (np.mean([row[:n] for row in same]) * 100 if same else float("nan") for n in (1, 5))
        cells.append(f"{first:.0f} {five:.0f} ({len(asked)})")
    print(f"| {name} | {' | '.join(cells)} |")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    labels, ours = read(sys.argv[1]), read(sys.argv[2])
    print(f"| share of the nearest, of the five nearest, % | {' | '.join(KINDS)} |\n|---|{'---|' * len(KINDS)}")
    report("auralis", {file: line["near"] for file, line in ours.items()}, labels)
    for word in sys.argv[3:]:
        name, path = word.split("=", 1)
        vectors = {file: line for file, line in read(path).items() if file in ours}
        report(name, by_distance(vectors, False), labels)
        report(f"{name}, standardised", by_distance(vectors, True), labels)
    shuffled = sorted(ours)
    chance = np.random.default_rng(1)
    report("chance", {file: [f for f in chance.permutation(shuffled) if f != file] for file in ours}, labels)


main()
