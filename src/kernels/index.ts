// Every kernel of auralis.wasm. Pointers are byte offsets into the one memory; each function's readable twin stands
// in src/dsp/ or src/io/ under the same name and says what it computes.
export * from './biquad';
export * from './delay';
export * from './dynamic-band';
export * from './envelope';
export * from './feedback-reduction';
export * from './fft';
export * from './gain';
export * from './gain-computer';
export * from './gate';
export * from './half-band';
export * from './levels';
export * from './log-level';
export * from './limiter';
export * from './mid-side';
export * from './mono-guard';
export * from './noise-shaper';
export * from './resampler';
export * from './reverse-poles';
export * from './sliding-max';
export * from './spectral-features';
export * from './spectrum';
export * from './statistics';
export * from './pcm';
export * from './quantise';
export * from './true-peak';
export * from './waveshaper';
