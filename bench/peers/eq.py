"""The EQ chunk of Auralis in NumPy: a Fourier transform of 4096 frames, a gain for each critical band, and back; here with the
overlap that a stream needs to be free of clicks, which is ours: one every 2048 frames.

Work: `chunk` is the filter alone; `adaptive` also measures the bands and their masking thresholds, as its EQ does. Its
transforms are complex ones, channel by channel; these are real ones of both channels at once, which is faster."""
import numpy as np

from turns import serve

RATE, SIZE, HOP, BLOCKS = 44100, 4096, 2048, 16
EDGES = np.array(
    [0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700,
     4400, 5300, 6400, 7700, 9500, 12000, 15500, 22051])
bins = np.arange(SIZE // 2 + 1) * RATE / SIZE
band_of = np.searchsorted(EDGES, bins, side="right") - 1
masks = [band_of == band for band in range(len(EDGES) - 1)]
fade = 0.5 - 0.5 * np.cos(np.pi * np.arange(512) / 512)
window = np.concatenate([np.zeros(768), fade, np.ones(1536), 1 - fade, np.zeros(768)])
rng = np.random.default_rng(1)
audio = rng.standard_normal((SIZE + SIZE * BLOCKS, 2)) * 0.1
fixed = rng.uniform(-3, 3, len(masks))


def response(gains_db):
    curve = np.ones(SIZE // 2 + 1)
    for mask, gain in zip(masks, 10 ** (gains_db / 20)):
        curve[mask] = gain
    return curve


def filtered(chunk, curve):
    spectrum = np.fft.rfft(chunk, axis=0)
    spectrum *= curve[:, None]
    return np.fft.irfft(spectrum, axis=0)


def measured(chunk, gains_db):
    magnitude = np.abs(np.fft.rfft(chunk.mean(axis=1) * window))
    levels = np.array([np.mean(20 * np.log10(magnitude[mask] + 1e-10)) for mask in masks])
    spread = levels[None, :] - 12 * np.abs(np.arange(len(masks))[:, None] - np.arange(len(masks)))
    np.fill_diagonal(spread, -200)
    wanted = np.where(levels < spread.max(axis=1), 0.5 * fixed, fixed)
    return gains_db + 0.2 * (np.clip(wanted, -12, 12) - gains_db)


def overlapped(adaptive):
    def run():
        output = np.zeros_like(audio)
        gains = np.zeros(len(masks))
        for at in range(0, SIZE * BLOCKS, HOP):
            chunk = audio[at:at + SIZE]
            gains = measured(chunk, gains) if adaptive else fixed
            output[at:at + SIZE] += filtered(chunk * window[:, None], response(gains))

    return run


serve({"chunk": overlapped(False), "adaptive": overlapped(True)})
