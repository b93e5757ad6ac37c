// Biquad cascades in observer form, two channels in one f64x2. Twin: src/dsp/filters/biquad-cascade.ts.
//
// A section's coefficients are five f64x2 (b0 c1 c2 a1 a2), its state two (s1, s2); lane = channel. The next state comes of
// the last one, not of the output: a product and a difference a frame, 8 cycles, where the output in between made 12. Frames
// pass in tiles of 64-bit pairs, so that nothing is rounded between sections; up to three sections run in one pass over a
// tile, and out-of-order execution overlaps their recursions.

const COEFS: usize = 80;
const STATE: usize = 32;
const TILE_FRAMES: i32 = 128;
const tile: usize = memory.data(128 * 16, 16);

/** (left[i], right[i]) as f64x2 into the tile. */
function loadTile(left: usize, right: usize, frames: i32): void {
  let out = tile;
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const at = <usize>i << 2;
    const l = v128.load(left + at);
    const r = v128.load(right + at);
    const a = v128.shuffle<f32>(l, r, 0, 4, 1, 5);
    const b = v128.shuffle<f32>(l, r, 2, 6, 3, 7);
    v128.store(out, f64x2.promote_low_f32x4(a));
    v128.store(out, f64x2.promote_low_f32x4(v128.shuffle<f64>(a, a, 1, 1)), 16);
    v128.store(out, f64x2.promote_low_f32x4(b), 32);
    v128.store(out, f64x2.promote_low_f32x4(v128.shuffle<f64>(b, b, 1, 1)), 48);
    out += 64;
  }
  for (; i < frames; i++) {
    const at = <usize>i << 2;
    store<f64>(out, <f64>load<f32>(left + at));
    store<f64>(out, <f64>load<f32>(right + at), 8);
    out += 16;
  }
}

/**
 * Back to 32 bits. Adding 0 makes -0 to 0, so that clearing a state too small to be heard can't be seen in the sign of a
 * zero. The left channel is stored last: for a single channel, both lanes at one place, it counts.
 */
function storeTile(left: usize, right: usize, frames: i32): void {
  const zero = f32x4.splat(0);
  let from = tile;
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const at = <usize>i << 2;
    const p = f32x4.demote_f64x2_zero(v128.load(from));
    const q = f32x4.demote_f64x2_zero(v128.load(from, 16));
    const r = f32x4.demote_f64x2_zero(v128.load(from, 32));
    const s = f32x4.demote_f64x2_zero(v128.load(from, 48));
    const a = f32x4.add(v128.shuffle<f32>(p, q, 0, 4, 1, 5), zero);
    const b = f32x4.add(v128.shuffle<f32>(r, s, 0, 4, 1, 5), zero);
    v128.store(right + at, v128.shuffle<f64>(a, b, 1, 3));
    v128.store(left + at, v128.shuffle<f64>(a, b, 0, 2));
    from += 64;
  }
  for (; i < frames; i++) {
    const at = <usize>i << 2;
    store<f32>(right + at, <f32>load<f64>(from, 8) + <f32>0);
    store<f32>(left + at, <f32>load<f64>(from) + <f32>0);
    from += 16;
  }
}

function one(c: usize, s: usize, end: usize): void {
  const b0 = v128.load(c), c1 = v128.load(c, 16), c2 = v128.load(c, 32);
  const a1 = v128.load(c, 48), a2 = v128.load(c, 64);
  let s1 = v128.load(s), s2 = v128.load(s, 16);
  for (let at = tile; at < end; at += 16) {
    const x = v128.load(at);
    const y = f64x2.add(f64x2.mul(b0, x), s1);
    const heldS = f64x2.mul(a2, s1);
    s1 = f64x2.sub(f64x2.add(f64x2.mul(c1, x), s2), f64x2.mul(a1, s1));
    s2 = f64x2.sub(f64x2.mul(c2, x), heldS);
    v128.store(at, y);
  }
  v128.store(s, s1);
  v128.store(s, s2, 16);
}

// @ts-expect-error: decorator
@asWritten
function two(c: usize, s: usize, end: usize): void {
  const b0 = v128.load(c), c1 = v128.load(c, 16), c2 = v128.load(c, 32);
  const a1 = v128.load(c, 48), a2 = v128.load(c, 64);
  const d0 = v128.load(c, 80), d1 = v128.load(c, 96), d2 = v128.load(c, 112);
  const e1 = v128.load(c, 128), e2 = v128.load(c, 144);
  let s1 = v128.load(s), s2 = v128.load(s, 16), t1 = v128.load(s, 32), t2 = v128.load(s, 48);
  for (let at = tile; at < end; at += 16) {
    const x = v128.load(at);
    const y = f64x2.add(f64x2.mul(b0, x), s1);
    const heldS = f64x2.mul(a2, s1);
    s1 = f64x2.sub(f64x2.add(f64x2.mul(c1, x), s2), f64x2.mul(a1, s1));
    s2 = f64x2.sub(f64x2.mul(c2, x), heldS);
    const z = f64x2.add(f64x2.mul(d0, y), t1);
    const heldT = f64x2.mul(e2, t1);
    t1 = f64x2.sub(f64x2.add(f64x2.mul(d1, y), t2), f64x2.mul(e1, t1));
    t2 = f64x2.sub(f64x2.mul(d2, y), heldT);
    v128.store(at, z);
  }
  v128.store(s, s1);
  v128.store(s, s2, 16);
  v128.store(s, t1, 32);
  v128.store(s, t2, 48);
}

// @ts-expect-error: decorator
@asWritten
function three(c: usize, s: usize, end: usize): void {
  const b0 = v128.load(c), c1 = v128.load(c, 16), c2 = v128.load(c, 32);
  const a1 = v128.load(c, 48), a2 = v128.load(c, 64);
  const d0 = v128.load(c, 80), d1 = v128.load(c, 96), d2 = v128.load(c, 112);
  const e1 = v128.load(c, 128), e2 = v128.load(c, 144);
  const f0 = v128.load(c, 160), f1 = v128.load(c, 176), f2 = v128.load(c, 192);
  const g1 = v128.load(c, 208), g2 = v128.load(c, 224);
  let s1 = v128.load(s), s2 = v128.load(s, 16), t1 = v128.load(s, 32), t2 = v128.load(s, 48);
  let u1 = v128.load(s, 64), u2 = v128.load(s, 80);
  for (let at = tile; at < end; at += 16) {
    const x = v128.load(at);
    const y = f64x2.add(f64x2.mul(b0, x), s1);
    const heldS = f64x2.mul(a2, s1);
    s1 = f64x2.sub(f64x2.add(f64x2.mul(c1, x), s2), f64x2.mul(a1, s1));
    s2 = f64x2.sub(f64x2.mul(c2, x), heldS);
    const z = f64x2.add(f64x2.mul(d0, y), t1);
    const heldT = f64x2.mul(e2, t1);
    t1 = f64x2.sub(f64x2.add(f64x2.mul(d1, y), t2), f64x2.mul(e1, t1));
    t2 = f64x2.sub(f64x2.mul(d2, y), heldT);
    const w = f64x2.add(f64x2.mul(f0, z), u1);
    const heldU = f64x2.mul(g2, u1);
    u1 = f64x2.sub(f64x2.add(f64x2.mul(f1, z), u2), f64x2.mul(g1, u1));
    u2 = f64x2.sub(f64x2.mul(f2, z), heldU);
    v128.store(at, w);
  }
  v128.store(s, s1);
  v128.store(s, s2, 16);
  v128.store(s, t1, 32);
  v128.store(s, t2, 48);
  v128.store(s, u1, 64);
  v128.store(s, u2, 80);
}

/** Runs the tile up to `end` through all sections. */
function runTile(coefs: usize, state: usize, sections: i32, end: usize): void {
  let c = coefs;
  let s = state;
  for (let left = sections; left > 0; ) {
    // Four left are two and two: three and one would leave one recursion alone with its latency.
    const run = left == 4 ? 2 : left > 3 ? 3 : left;
    if (run == 3) three(c, s, end);
    else if (run == 2) two(c, s, end);
    else one(c, s, end);
    c += COEFS * run;
    s += STATE * run;
    left -= run;
  }
}

/** Runs `sections` sections over two channels in place; for one channel pass the same pointer twice. */
export function biquadCascade(coefs: usize, state: usize, sections: i32, left: usize, right: usize, frames: i32): void {
  for (let done = 0; done < frames; done += TILE_FRAMES) {
    const rest = frames - done;
    const n = rest < TILE_FRAMES ? rest : TILE_FRAMES;
    const at = <usize>done << 2;
    loadTile(left + at, right + at, n);
    runTile(coefs, state, sections, tile + (<usize>n << 4));
    storeTile(left + at, right + at, n);
  }
}
