/** 2^27 + 1, which parts a double into two halves of 26 bits: G. W. Veltkamp's splitting. */
const SPLITTER = 134217729;

/**
 * What a product of two numbers below 2^990 loses by being rounded to `product`: T. J. Dekker, "A floating-point technique
 * for extending the available precision", Numerische Mathematik 18 (1971), 5.
 */
function lostBy(product: number, a: number, b: number): number {
  const aHigh = SPLITTER * a - (SPLITTER * a - a);
  const bHigh = SPLITTER * b - (SPLITTER * b - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** c - a b, as exact as its own size allows where c and the product nearly cancel. */
export function minusProduct(c: number, a: number, b: number): number {
  const product = a * b;
  return c - product - lostBy(product, a, b);
}
