/**
 * Special functions in float64 with about twelve correct digits.
 *
 * @module
 */

/** log Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) from x = 10 on, and the recurrence below. */
export function logGamma(x: number): number {
  let shift = 0;
  for (; x < 10; x++) shift -= Math.log(x);
  const r = 1 / (x * x);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / x;
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

/** The value of b₀ + a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method, until it no longer changes. */
function continuedFraction(term: (n: number) => readonly [a: number, b: number]): number {
  const nonzero = (x: number) => x === 0 ? 1e-300 : x;
  let value = nonzero(term(0)[1]);
  let c = value, d = 0;
  for (let n = 1; n <= 1000; n++) {
    const [a, b] = term(n);
    d = 1 / nonzero(b + a * d);
    c = nonzero(b + a / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) return value;
  }
  throw new Error("Cannot sum a continued fraction: 1000 terms were not enough");
}

/** The regularised lower incomplete gamma function P(a, x), a > 0 (DLMF 8.11.4 and 8.9.2). */
export function incompleteGamma(a: number, x: number): number {
  if (!(x > 0)) return 0;
  if (x === Infinity) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x > a + 1) {
    const tail = continuedFraction((
      n,
    ) => [n === 1 ? 1 : -(n - 1) * (n - 1 - a), n === 0 ? 0 : x + 2 * n - 1 - a]);
    return 1 - front * tail;
  }
  let term = 1 / a, total = term;
  for (let n = 1; term > 1e-17 * total; n++) total += term *= x / (a + n);
  return front * total;
}

/** The regularised incomplete beta function I(a, b; x), a, b > 0, 0 ≤ x ≤ 1 (DLMF 8.17.22). */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only up to about the mean. Beyond it, use I(a, b; x) = 1 − I(b, a;
  // 1 − x).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  const coefficient = (n: number) => {
    const m = n >> 1, k = a + 2 * m;
    return n % 2 === 0
      ? m * (b - m) * x / ((k - 1) * k)
      : -(a + m) * (a + b + m) * x / (k * (k + 1));
  };
  return front / a / continuedFraction((n) => [n === 0 ? 0 : coefficient(n), 1]);
}
