/**
 * Suggestions for a misspelt name: the nearest of the allowed names.
 *
 * @module
 */

/**
 * The number of single-letter insertions, deletions and substitutions between two words
 * (Levenshtein).
 */
export function editDistance(from: string, to: string): number {
  // row[j] is the distance between the letters of `from` read so far and the first j letters of
  // `to`.
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const substitute = row[j] + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(substitute, row[j + 1] + 1, next[j] + 1));
    }
    row = next;
  }
  return row[to.length];
}

/**
 * The end of an error message about an unknown name: the nearest name if one is near, otherwise all
 * allowed names.
 *
 * @example `unknown flag --epoch${suggest("epoch", ["epochs", "seed"], "--")}` ends in `; did you
 *   mean --epochs?`
 */
export function suggest(name: string, allowed: readonly string[], prefix = ""): string {
  // A name much longer than all of them is near none, so its end need not be read.
  const start = name.slice(0, 100).toLowerCase();
  const distances = allowed.map((other) => editDistance(start, other.toLowerCase()));
  const nearest = distances.indexOf(Math.min(...distances));
  const close = distances[nearest] <= Math.max(1, name.length / 3);
  const names = allowed.map((other) => prefix + other).join(", ");
  return close ? `; did you mean ${prefix}${allowed[nearest]}?` : `; allowed: ${names}`;
}
