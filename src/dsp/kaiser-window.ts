/** Modified Bessel function of the first kind and order 0 by its power series: all terms positive, no cancellation. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}

/**
 * The Kaiser window at `position` -1..1 of its half length, 1 in the middle, 0 outside: I0(beta sqrt(1 - x^2)) / I0(beta)
 * (J. F. Kaiser, "Nonrecursive Digital Filter Design Using the I0-sinh Window Function", ISCAS 1974).
 */
export function kaiserWindow(position: number, beta: number): number {
  const inside = 1 - position * position;
  return inside < 0 ? 0 : besselI0(beta * Math.sqrt(inside)) / besselI0(beta);
}
