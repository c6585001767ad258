"""The numbers of `corpus.rs`: how the bands of music lie beside each other.

    auralis analyse --json FOLDER... > measured.jsonl
    python3 src/mastering/corpus.py measured.jsonl

Each band's density (dB an octave) is taken relative to a straight line over the octaves through the five bands from
60 Hz to 8 kHz; what is left of it is told by the tilt of that line (a least-squares line, then twice without what lies
further off than three spreads). Spreads are 1.4826 times the median absolute deviation.
"""

import json
import math
import statistics
import sys

EDGES = [20, 60, 250, 500, 2000, 4000, 8000, 20000]
NAMES = "sub_bass_pct bass_pct low_mid_pct mid_pct upper_mid_pct presence_pct air_pct".split()
OCTAVES = [math.log2(b / a) for a, b in zip(EDGES, EDGES[1:])]
PLACES = [math.log2(math.sqrt(a * b) / 1000) for a, b in zip(EDGES, EDGES[1:])]


def line(points):
    mx, my = (statistics.fmean(side) for side in zip(*points))
    slope = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)
    return my - slope * mx, slope


def spread(values):
    middle = statistics.median(values)
    return middle, 1.4826 * statistics.median(abs(v - middle) for v in values)


def densities(track):
    shares = [track["fingerprint"][name] for name in NAMES]
    if any(share is None for share in shares):
        return None
    return [10 * math.log10(max(share, 1e-5) / octaves) for share, octaves in zip(shares, OCTAVES)]


def main():
    tracks = [json.loads(text) for path in sys.argv[1:] for text in open(path)]
    tracks = [t for t in tracks if not t["error"] and t["fingerprint"] and densities(t)]
    tilts, rests = [], [[] for _ in NAMES]
    for track in tracks:
        density = densities(track)
        base, tilt = line(list(zip(PLACES[1:6], density[1:6])))
        tilts.append(tilt)
        for rest, place, value in zip(rests, PLACES, density):
            rest.append(value - base - tilt * place)
    print(f"{len(tracks)} tracks")
    middle, width = spread(tilts)
    print(f"tilt: middle {middle:.2f} dB an octave, spread {width:.2f}")
    for name, rest in zip(NAMES, rests):
        points = [(tilt - middle, value) for tilt, value in zip(tilts, rest)]
        kept = points
        for _ in range(3):
            a, b = line(kept)
            _, off = spread([y - a - b * x for x, y in points])
            kept = [(x, y) for x, y in points if abs(y - a - b * x) <= 3 * off]
        print(f"{name}: Band {{ middle_db: {a:.2f}, by_tilt: {b:.2f}, spread_db: {off:.2f} }}")
    for key, of in [
        ("peak_to_loudness_lu", lambda t: t["peak_to_loudness_lu"]),
        ("integrated_lufs", lambda t: t["integrated_lufs"]),
        ("range_lu", lambda t: t["range_lu"]),
        ("correlation", lambda t: t["fingerprint"]["phase_correlation"]),
        ("transient_density", lambda t: t["fingerprint"]["transient_density"]),
    ]:
        values = sorted(v for v in map(of, tracks) if v is not None)
        at = lambda share: values[round(share * (len(values) - 1))]
        print(f"{key}: 5 % {at(.05):.2f}, 25 % {at(.25):.2f}, middle {at(.5):.2f}, 75 % {at(.75):.2f}, 95 % {at(.95):.2f}")


main()
