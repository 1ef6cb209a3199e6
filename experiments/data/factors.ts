/**
 * Factors of variation: the choices, such as shape and position, that make an image. The images of
 * all combinations are numbered, with the last factor changing fastest.
 *
 * @module
 */

/** The factors of a data set. */
export interface Factors {
  readonly names: readonly string[];
  /** The number of values of each factor. Values are counted from 0 and called classes. */
  readonly sizes: readonly number[];
}

/** Makes the image of a combination of factors. */
export interface Renderer {
  readonly factors: Factors;
  /** A text that no other renderer has; it stands for the pixels in the checksum of a data set. */
  readonly identity: string;
  /** The number of pixels of an image. */
  readonly pixels: number;
  /** Writes the image of this number into `row`: `pixels` values, 0 or 1. */
  render(number: number, row: Float32Array): void;
}

/** The number of combinations. */
export function countCombinations({ sizes }: Factors): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/** The number of the image with these classes, one for each factor. */
export function numberOf({ sizes }: Factors, classes: ArrayLike<number>): number {
  return sizes.reduce((number, size, i) => number * size + classes[i], 0);
}

/** The classes of the image with this number, one for each factor. */
export function classesOf({ sizes }: Factors, number: number): number[] {
  const classes = Array<number>(sizes.length);
  for (let i = sizes.length - 1; i >= 0; i--) {
    classes[i] = number % sizes[i];
    number = Math.floor(number / sizes[i]);
  }
  return classes;
}
