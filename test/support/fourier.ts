interface Circle {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}
const circles = new Map<number, Circle>();

/** Half of a circle in n / 2 steps. */
function circle(n: number): Circle {
  const angles = (of: (angle: number) => number): Float64Array =>
    Float64Array.from({ length: n / 2 }, (_, k) => of((2 * Math.PI * k) / n));
  const known = circles.get(n) ?? { cos: angles(Math.cos), sin: angles(Math.sin) };
  circles.set(n, known);
  return known;
}

/** In-place Fourier transform of a power of two points, decimation in time, in double precision. */
export function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  const { cos, sin } = circle(n);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / 2 / half;
    for (let from = 0; from < n; from += 2 * half) {
      for (let k = 0; k < half; k++) {
        const low = from + k;
        const high = low + half;
        const c = cos[k * stride];
        const s = -sin[k * stride];
        const x = re[high] * c - im[high] * s;
        const y = re[high] * s + im[high] * c;
        re[high] = re[low] - x;
        im[high] = im[low] - y;
        re[low] += x;
        im[low] += y;
      }
    }
  }
}

/** Linear convolution of two signals by way of their spectra, in double precision; as long as both together. */
export function convolve(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const points = 2 ** Math.ceil(Math.log2(a.length + b.length));
  // One transform for both: a is the real part, b the imaginary one.
  const [re, im] = [new Float64Array(points), new Float64Array(points)];
  re.set(a);
  im.set(b);
  transform(re, im);
  const [productRe, productIm] = [new Float64Array(points), new Float64Array(points)];
  for (let k = 0; k < points; k++) {
    const mirror = (points - k) % points;
    const [aRe, aIm] = [(re[k] + re[mirror]) / 2, (im[k] - im[mirror]) / 2];
    const [bRe, bIm] = [(im[k] + im[mirror]) / 2, (re[mirror] - re[k]) / 2];
    // The conjugate of the product, because the inverse is the transform of the conjugate.
    productRe[k] = aRe * bRe - aIm * bIm;
    productIm[k] = -(aRe * bIm + aIm * bRe);
  }
  transform(productRe, productIm);
  return productRe.subarray(0, a.length + b.length).map((x) => x / points);
}
