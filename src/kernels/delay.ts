// The delay line: a ring as long as the delay, exchanged with the signal. Twin: src/dsp/delay/delay-line.ts.

/** Swaps x with the ring from `position` on and gives the new position. */
export function delaySwap(ring: usize, length: i32, position: i32, x: usize, frames: i32): i32 {
  let at = position;
  let i = 0;
  while (i < frames) {
    const left = frames - i;
    const room = length - at;
    let run = left < room ? left : room;
    let p = ring + ((<usize>at) << 2);
    let q = x + ((<usize>i) << 2);
    i += run;
    at += run;
    if (at == length) at = 0;
    for (; run >= 4; run -= 4) {
      const held = v128.load(p);
      v128.store(p, v128.load(q));
      v128.store(q, held);
      p += 16;
      q += 16;
    }
    for (; run > 0; run--) {
      const held = load<f32>(p);
      store<f32>(p, load<f32>(q));
      store<f32>(q, held);
      p += 4;
      q += 4;
    }
  }
  return at;
}
