/**
 * The digamma function, which occurs in estimates of entropy by nearest neighbours.
 *
 * @module
 */

/**
 * ψ(x), the derivative of log Γ, for x > 0, to about twelve digits (DLMF 5.11.2, and the recurrence
 * below 10).
 */
export function digamma(x: number): number {
  let shift = 0;
  for (; x < 10; x++) shift -= 1 / x;
  const r = 1 / (x * x);
  const series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r / 132))));
  return shift + Math.log(x) - 0.5 / x - series;
}
