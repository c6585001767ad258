#!/usr/bin/env python3
"""Our fingerprint beside the numbers of librosa, essentia and aubio on the same music: rank correlation by dimension, the
share of tempos within 4 % with and without octave, the keys, and which of the 25 are redundant.

    cargo run --release --example fingerprint -- MUSIC/* > ours.jsonl
    python3 benches/print_against.py measure MUSIC theirs.jsonl     # once; can be stopped and goes on
    python3 benches/print_against.py compare ours.jsonl theirs.jsonl

Needs ffmpeg, and in a venv: numpy scipy librosa essentia aubio.
"""

import json
import os
import random
import subprocess
import sys

import numpy as np

CLASSES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
SAME = {"Db": "C#", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb"}
PAIRS = [
    ("spectral_centroid", "centroid"),
    ("spectral_rolloff", "rolloff"),
    ("spectral_flatness", "flatness"),
    ("harmonic_ratio", "harmonic"),
    ("transient_density", "onsets_essentia"),
    ("transient_density", "onsets_aubio"),
    ("transient_density", "onsets_librosa"),
    ("chroma_energy", "chroma"),
    ("pitch_stability", "yin"),
    ("rhythm_stability", "confidence_essentia"),
    ("phase_correlation", "correlation"),
    ("stereo_width", "width"),
    ("lufs", "lufs"),
    ("loudness_variation_std", "lra"),
]


def load(path):
    command = ["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-ac", "2", "-ar", "44100", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True).stdout, np.float32).reshape(-1, 2).T


def by_librosa(mono):
    import librosa

    low = librosa.resample(mono, orig_sr=44100, target_sr=22050, res_type="soxr_mq")
    found = {}
    wide = np.abs(librosa.stft(mono, n_fft=4096, hop_length=2048))
    found["centroid"] = librosa.feature.spectral_centroid(S=wide, sr=44100).mean()
    found["rolloff"] = librosa.feature.spectral_rolloff(S=wide, sr=44100).mean()
    found["flatness"] = librosa.feature.spectral_flatness(S=wide).mean()
    harmonic, percussive = librosa.decompose.hpss(np.abs(librosa.stft(low)))
    found["harmonic"] = (harmonic**2).sum() / ((harmonic**2).sum() + (percussive**2).sum())
    envelope = librosa.onset.onset_strength(y=low)
    found["tempo_librosa"] = np.atleast_1d(librosa.beat.beat_track(onset_envelope=envelope)[0])[0]
    found["onsets_librosa"] = len(librosa.onset.onset_detect(onset_envelope=envelope)) / (len(low) / 22050)
    chroma = librosa.feature.chroma_cqt(y=low).mean(1)
    found["chroma"] = ((chroma / chroma.sum()) ** 2).sum()
    pitch = librosa.yin(low[: 22050 * 120], fmin=65, fmax=2093, sr=22050, hop_length=1024)
    found["yin"] = 1 / (1 + 10 * pitch.std() / pitch.mean())
    return found


def by_others(mono, stereo):
    import aubio
    import essentia.standard as es

    found = {}
    rhythm = es.RhythmExtractor2013(method="multifeature")(mono)
    found["tempo_essentia"], found["confidence_essentia"] = rhythm[0], rhythm[2]
    key = es.KeyExtractor(profileType="temperley")(mono)
    found["key"] = f"{SAME.get(key[0], key[0])} {key[1]}"
    found["onsets_essentia"] = es.OnsetRate()(mono)[1]
    loudness = es.LoudnessEBUR128()(np.ascontiguousarray(stereo.T))
    found["lufs"], found["lra"] = loudness[2], loudness[3]
    tempo, onset = aubio.tempo("default", 1024, 512, 44100), aubio.onset("default", 1024, 512, 44100)
    beats, onsets = [], 0
    for start in range(0, len(mono) - 512, 512):
        block = np.ascontiguousarray(mono[start : start + 512])
        if tempo(block):
            beats.append(tempo.get_last_s())
        onsets += bool(onset(block))
    found["tempo_aubio"] = 60 / np.median(np.diff(beats)) if len(beats) > 3 else 0
    found["onsets_aubio"] = onsets / (len(mono) / 44100)
    return found


def by_definition(stereo):
    left, right = stereo.astype(float)
    middle, side = (left + right) / 2, (left - right) / 2
    correlation = np.corrcoef(left, right)[0, 1]
    width = (side**2).sum() / ((middle**2).sum() + (side**2).sum() + 1e-20)
    return {"correlation": correlation, "width": width}


def measure(folder, out):
    done = {json.loads(line)["file"] for line in open(out)} if os.path.exists(out) else set()
    files = sorted(set(os.listdir(folder)) - done)
    random.Random(1).shuffle(files)
    with open(out, "a") as lines:
        for name in files:
            try:
                stereo = load(os.path.join(folder, name))
                mono = np.ascontiguousarray(stereo.mean(0))
                found = by_librosa(mono) | by_others(mono, stereo) | by_definition(stereo)
            except Exception as error:  # one bad file is no reason to stop
                print(f"{name}: {error}", file=sys.stderr)
                continue
            numbers = {key: value if isinstance(value, str) else float(value) for key, value in found.items()}
            print(json.dumps(numbers | {"file": name}), file=lines, flush=True)


def agree(one, other, octaves):
    factors = [1, 2, 0.5, 3, 1 / 3] if octaves else [1]
    return bool(one and other) and any(abs(one / other / factor - 1) < 0.04 for factor in factors)


def compare(ours, theirs):
    from scipy.stats import spearmanr

    read = lambda path: {(line := json.loads(text))["file"]: line for text in open(path)}
    ours, theirs = read(ours), read(theirs)
    files = [name for name in ours if name in theirs]
    print(f"{len(files)} files\n\nrank correlation")
    for own, their in PAIRS:
        pairs = [(ours[name][own], theirs[name].get(their)) for name in files]
        pairs = [pair for pair in pairs if None not in pair and not np.isnan(pair).any()]
        if len(pairs) > 2:
            print(f"  {own:24} {their:22} {spearmanr(*zip(*pairs))[0]:+.3f}  {len(pairs)}")
    print("\ntempo within 4 %: exact, with octaves")
    tempo = {"ours": {name: ours[name]["tempo_bpm"] for name in files}}
    for tool in ("librosa", "essentia", "aubio"):
        tempo[tool] = {name: theirs[name][f"tempo_{tool}"] for name in files}
    tools = list(tempo)
    share = lambda a, b, octaves: np.mean([agree(tempo[a][name], tempo[b][name], octaves) for name in files])
    for n, a in enumerate(tools):
        for b in tools[n + 1 :]:
            print(f"  {a:9} {b:9} {share(a, b, False):.2f} {share(a, b, True):.2f}")
    print("\ntempo where two of the others agree")
    for tool in tools:
        right = []
        for name in files:
            others = [tempo[other][name] for other in tools[1:] if other != tool]
            pairs = [(a, b) for n, a in enumerate(others) for b in others[n + 1 :] if agree(a, b, False)]
            if pairs:
                right.append([agree(tempo[tool][name], pairs[0][0], octaves) for octaves in (False, True)])
        print(f"  {tool:9} {np.mean(right, 0).round(2)} of {len(right)}")
    same = np.mean([ours[name]["key"] == theirs[name]["key"] for name in files if "key" in theirs[name]])
    print(f"\nkey as essentia's by Temperley's profile: {same:.2f}\n\nspread (5 %, 95 %), and what is correlated by more than 0.8")
    numbers = [key for key in next(iter(ours.values())) if key not in ("file", "key", "timbre", "tempo_confidence")]
    rows = np.array([[row[key] if row[key] is not None else np.nan for key in numbers] for row in ours.values()], float)
    correlation = spearmanr(rows, nan_policy="omit")[0]
    for n, key in enumerate(numbers):
        twins = [f"{numbers[m]} {correlation[n, m]:+.2f}" for m in range(n) if abs(correlation[n, m]) > 0.8]
        low, high = np.nanpercentile(rows[:, n], [5, 95])
        print(f"  {key:24} {low:10.3f} {high:10.3f}  {', '.join(twins)}")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("measure", "compare"):
        sys.exit(__doc__)
    {"measure": measure, "compare": compare}[sys.argv[1]](*sys.argv[2:])
