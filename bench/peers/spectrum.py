"""Spectrum and features of stereo by NumPy and SciPy: programme, mid and side, 4096 points, 75 % overlap, 256 windows at a
time; centroid, roll-off, flatness, crest, flux, zero crossings and three sets of bands. No tempo. Argument: seconds."""
import sys

import numpy as np
from scipy.fft import rfft
from scipy.signal import get_window

from turns import serve

RATE, SIZE, HOP, GROUP = 44100, 4096, 1024, 256
seconds = int(sys.argv[1])
audio = np.random.default_rng(1).standard_normal((2, seconds * RATE)).astype(np.float32) * 0.1
bark = [0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700,
        4400, 5300, 6400, 7700, 9500, 12000, 15500, 22050]
thirds = 1000 * 10 ** ((np.arange(-17, 15) - 0.5) / 10)
octaves = 1000 * 10 ** ((np.arange(-5, 6) - 0.5) * 0.3)
freqs = (np.arange(SIZE // 2 + 1) * RATE / SIZE).astype(np.float32)
cuts = [np.searchsorted(freqs, np.minimum(edges, 22049)) for edges in (bark, thirds, octaves)]
window = get_window("hann", SIZE).astype(np.float32)


def features(power, frames):
    amplitude = np.sqrt(power)
    total = amplitude.sum(1)
    running = np.cumsum(amplitude, 1)
    bands = [np.add.reduceat(power, cut[:-1], axis=1).mean(0) for cut in cuts]
    return [
        ((amplitude @ freqs) / total).mean(),
        freqs[(running >= 0.85 * total[:, None]).argmax(1)].mean(),
        (np.exp(np.log(power).mean(1)) / power.mean(1)).mean(),
        (power.max(1) / power.mean(1)).mean(),
        np.maximum(np.diff(amplitude, axis=0), 0).sum(1).mean(),
        np.diff(np.signbit(frames), axis=1).mean(),
    ], bands


def work():
    views = [np.lib.stride_tricks.sliding_window_view(signal, SIZE)[::HOP]
             for signal in ((audio[0] + audio[1]) / 2, (audio[0] - audio[1]) / 2)]
    for at in range(0, len(views[0]), GROUP):
        groups = [view[at:at + GROUP] for view in views]
        powers = []
        for group in groups:
            spectrum = rfft(group * window, axis=1)
            powers.append(spectrum.real ** 2 + spectrum.imag ** 2 + np.float32(1e-20))
        # The mean of both channels' powers is the sum of those of mid and side.
        features(powers[0] + powers[1], groups[0])
        for power, group in zip(powers, groups):
            features(power, group)


serve({"analyse": work})
