"""The branching attack and release follower of Auralis' dynamics, compiled by Numba: NumPy in, a new NumPy array out.

Arguments: buffer length, channels. Work: f32, f64 (of the samples; the coefficients are 64-bit in both)."""
import sys

import numba
import numpy as np

from turns import serve

RATE = 44100


@numba.njit
def follow(levels, envelope, attack, release):
    output = np.zeros_like(levels)
    for i in range(len(levels)):
        level = levels[i]
        keep = attack if level > envelope else release
        envelope = level + (envelope - level) * keep
        output[i] = envelope
    return output


length, channels = int(sys.argv[1]), int(sys.argv[2])
attack, release = np.exp(-1 / (np.array([10, 100]) * 0.001 * RATE))
noise = np.abs(np.random.default_rng(1).uniform(-1, 1, (channels, length)))


def work(dtype):
    signals = [signal.astype(dtype) for signal in noise]
    # Short buffers are called often, so that the clock is read seldom.
    repeats = max(1, 200_000 // length)

    def run():
        for _ in range(repeats):
            for signal in signals:
                follow(signal, 0.0, attack, release)

    return run


serve({"f32": work(np.float32), "f64": work(np.float64)})
