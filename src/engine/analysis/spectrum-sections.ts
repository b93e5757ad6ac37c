import type { ViewFigures } from '../../dsp/spectrum/spectrum-figures.ts';
import type { SpectrumResult } from '../../dsp/spectrum/spectrum-total.ts';

/** A part of an analysis, plain data. */
type Section = Readonly<Record<string, unknown>>;

/** Band levels of the programme, and of mid and side where there are left and right; nulls for less than a window. */
export function spectrumSection(result: SpectrumResult | null): Section {
  const { fftSize = null, windows = 0, programme = null, mid = null, side = null } = result ?? {};
  return { fftSize, windows, ...bands(programme), mid: mid && bands(mid), side: side && bands(side) };
}

/** Spectral features, stereo width and tempo. */
export function featuresSection(result: SpectrumResult | null): Section {
  const { tempo = null, tempoStrength = null, width = null } = result ?? {};
  const { programme = null, mid = null, side = null } = result ?? {};
  return {
    ...features(programme),
    width,
    tempo,
    tempoStrength,
    mid: mid && features(mid),
    side: side && features(side),
  };
}

function bands(view: ViewFigures | null): Section {
  const { octaves = null, thirdOctaves = null, bark = null } = view ?? {};
  return { octaves, thirdOctaves, bark };
}

function features(view: ViewFigures | null): Section {
  const { centroid, rolloff, flatness, flux, crest, zeroCrossingRate } = view ?? {};
  const all = { centroid, rolloff, flatness, flux, crest, zeroCrossingRate };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value ?? null]));
}
