// Anticausal poles by doubling. A complex number is one f64x2 (re, im). Twin: src/dsp/filters/reverse-poles.ts.

const TILE_FRAMES: i32 = 128;
const tile: usize = memory.data(128 * 16, 16);
const sums: usize = memory.data(128 * 8, 16);

/** One doubling over the tile: v becomes what the ring held 2^stage frames ago plus power v. */
function double(ring: usize, mask: i32, position: i32, power: usize, frames: i32): void {
  const c = v128.load64_splat(power);
  const d = v128.load64_splat(power, 8);
  const turn = f64x2.replace_lane(d, 0, -f64x2.extract_lane(d, 0));
  for (let i = 0; i < frames; i++) {
    const held = ring + (<usize>((position + i) & mask) << 4);
    const at = tile + (<usize>i << 4);
    const v = v128.load(at);
    const product = f64x2.add(f64x2.mul(v, c), f64x2.mul(v128.shuffle<f64>(v, v, 1, 0), turn));
    v128.store(at, f64x2.add(v128.load(held), product));
    v128.store(held, v);
  }
}

/** Runs one channel in place: `poles` poles, each with `stages` doublings, rings of 2^stages - 1 and a residue. */
export function reversePoles(
  x: usize, frames: i32, rings: usize, powers: usize, residues: usize, poles: i32, stages: i32, position: i32,
): void {
  for (let done = 0; done < frames; done += TILE_FRAMES) {
    const rest = frames - done;
    const n = rest < TILE_FRAMES ? rest : TILE_FRAMES;
    const from = x + (<usize>done << 2);
    memory.fill(sums, 0, <usize>n << 3);
    let ring = rings;
    for (let pole = 0; pole < poles; pole++) {
      for (let i = 0; i < n; i++) {
        store<f64>(tile + (<usize>i << 4), <f64>load<f32>(from + (<usize>i << 2)));
        store<f64>(tile + (<usize>i << 4), 0, 8);
      }
      for (let stage = 0; stage < stages; stage++) {
        double(ring, (1 << stage) - 1, position + done, powers + (<usize>(pole * stages + stage) << 4), n);
        ring += <usize>(1 << stage) << 4;
      }
      const re = load<f64>(residues + (<usize>pole << 4));
      const im = load<f64>(residues + (<usize>pole << 4), 8);
      for (let i = 0; i < n; i++) {
        const at = tile + (<usize>i << 4);
        const sum = sums + (<usize>i << 3);
        store<f64>(sum, load<f64>(sum) + (re * load<f64>(at) - im * load<f64>(at, 8)));
      }
    }
    for (let i = 0; i < n; i++) store<f32>(from + (<usize>i << 2), <f32>load<f64>(sums + (<usize>i << 3)));
  }
}
