// Every kernel of auralis.wasm. Pointers are byte offsets; each function's twin in src/dsp/ or src/io/ says what it does.
export * from './levels';
