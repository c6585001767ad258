#!/usr/bin/env python3
"""Compares `auralis analyse --json` with two other meters, ffmpeg's ebur128 and loudgain, file by file.

usage: meters.py AURALIS FILE...

Prints a row a file, and the largest differences: integrated loudness (LU), range (LU), true peak (dB). A meter that is not
installed is left out and named. Ends with 1 where a median or a share is beyond what is asked for: 0.05 LU, 0.2 LU, 0.1 dB."""

import json
import math
import re
import shutil
import subprocess
import sys

LIMITS = {"I": 0.05, "LRA": 0.2, "TP": 0.1}


def ours(auralis, path):
    run = subprocess.run([auralis, "analyse", "--json", path], capture_output=True, text=True)
    line = json.loads(run.stdout.splitlines()[0])
    return {"I": line["integrated_lufs"], "LRA": line["range_lu"], "TP": line["true_peak_db"]}


def ffmpeg(path):
    # `-vn`: a cover is no sound. The summary has one decimal; the values of the last frame have three.
    command = ["ffmpeg", "-nostats", "-hide_banner", "-i", path, "-vn", "-map", "0:a:0",
               "-af", "ebur128=peak=true:metadata=1,ametadata=print:file=-", "-f", "null", "-"]
    out = subprocess.run(command, capture_output=True, text=True).stdout
    def last(key):
        found = re.findall(rf"lavfi\.r128\.{key}=(-?[\d.]+|-?inf|nan)", out)
        return float(found[-1]) if found else None
    peaks = [last(f"true_peaks_ch{n}") for n in range(8)]
    peaks = [peak for peak in peaks if peak]
    return {"I": last("I"), "LRA": last("LRA"), "TP": 20 * math.log10(max(peaks)) if peaks else None}


def loudgain(path):
    # Columns: file, loudness, range, true peak (linear), ...; its gain is to -18 LUFS.
    out = subprocess.run(["loudgain", "-q", "-O", "-s", "s", path], capture_output=True, text=True).stdout
    row = out.strip().splitlines()[-1].split("\t")
    number = lambda text: float(re.search(r"-?[\d.]+", text).group())
    peak = number(row[3])
    return {"I": number(row[1]), "LRA": number(row[2]), "TP": 20 * math.log10(peak) if peak > 0 else None}


def main():
    auralis, files = sys.argv[1], sys.argv[2:]
    meters = {"ffmpeg": ffmpeg, "loudgain": loudgain}
    for name in list(meters):
        if not shutil.which(name):
            print(f"{name} is not installed: left out")
            del meters[name]
    differences = {(name, key): [] for name in meters for key in LIMITS}
    for path in files:
        mine = ours(auralis, path)
        told = [f"{key} {mine[key]:.2f}" if mine[key] is not None else f"{key} -" for key in LIMITS]
        for name, meter in meters.items():
            try:
                theirs = meter(path)
            except Exception as error:
                print(f"{name}: {path}: {error!r}")
                continue
            for key in LIMITS:
                if mine[key] is not None and theirs[key] is not None:
                    differences[name, key].append((abs(mine[key] - theirs[key]), path))
                    told.append(f"{name} {mine[key] - theirs[key]:+.3f}")
        print("\t".join(told + [path.rsplit("/", 1)[-1]]))
    print("\nmeter\tvalue\tfiles\tmedian\tlargest\twithin\tlimit")
    good = True
    for (name, key), found in differences.items():
        values = sorted(value for value, _ in found)
        if values:
            within = sum(value <= LIMITS[key] for value in values)
            good &= values[len(values) // 2] <= LIMITS[key]
            print(f"{name}\t{key}\t{len(values)}\t{values[len(values) // 2]:.3f}\t{values[-1]:.3f}\t"
                  f"{within}\t{LIMITS[key]}\t{max(found)[1].rsplit('/', 1)[-1]}")
    sys.exit(0 if good else 1)


main()
