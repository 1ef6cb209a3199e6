/**
 * Sprites like those of dSprites (Matthey, Higgins, Hassabis and Lerchner, 2017), drawn from their
 * factors: a square, an ellipse or a heart of some size, turned and placed on 64×64 pixels.
 *
 * A pixel is white if its centre is inside the shape. The hearts differ from the published ones in
 * about 9 of 4096 pixels, the squares and ellipses in at most one or two.
 *
 * @module
 */

import type { Factors, Renderer } from "./factors.ts";

/** The pixels in a row and in a column of an image. */
export const SPRITE_SIDE = 64;

/** The factors of dSprites, in the order of its file. Its colour is always white. */
export const SPRITE_FACTORS: Factors = {
  names: ["shape", "scale", "orientation", "x", "y"],
  sizes: [3, 6, 40, 32, 32],
};
const [, SCALES, ORIENTATIONS, PLACES] = SPRITE_FACTORS.sizes;

/** The distance of the farthest point of any shape from its centre, at scale 1, rounded up. */
const REACH = 13.7;

/** Whether a point is inside a shape of scale 1 around (0, 0), upright, with y pointing down. */
type Inside = (x: number, y: number) => boolean;

/** The shapes by their class. */
const SHAPES: readonly Inside[] = [
  (x, y) => Math.abs(x) <= 9.6 && Math.abs(y) <= 9.6,
  (x, y) => x * x / 12.8 ** 2 + y * y / 7.2 ** 2 <= 1,
  insideHeart,
];

/**
 * The curve x = 16 sin³t, y = 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t, with y pointing up, scaled
 * and moved.
 *
 * A vertical line at x meets the curve at t and at π − t, where sin t = ∛(x / 16). There cos t and
 * cos 3t change their signs, and cos 2t and cos 4t do not. So a point is inside if its y differs
 * from −5 cos 2t − cos 4t by at most 13 cos t − 2 cos 3t, which is (19 − 8 cos²t) cos t.
 */
function insideHeart(x: number, y: number): boolean {
  const sine = Math.cbrt(x / (16 * 0.642 * 0.97));
  const square = 1 - sine * sine;
  if (square < 0) return false;
  const double = 2 * square - 1; // cos 2t
  const middle = -5 * double - (2 * double * double - 1);
  const height = (19 - 8 * square) * Math.sqrt(square);
  return Math.abs(-(y + 1.6) / 0.642 - middle) <= height;
}

/** Draws sprites. */
export const SPRITES: Renderer = {
  factors: SPRITE_FACTORS,
  identity: "sprites, version 1",
  pixels: SPRITE_SIDE * SPRITE_SIDE,
  render(number, row) {
    const y = number % PLACES;
    const x = Math.floor(number / PLACES) % PLACES;
    const look = Math.floor(number / PLACES ** 2);
    const orientation = look % ORIENTATIONS;
    const size = Math.floor(look / ORIENTATIONS) % SCALES;
    const inside = SHAPES[Math.floor(look / (ORIENTATIONS * SCALES))];
    draw(row, inside, {
      scale: 0.5 + 0.1 * size,
      angle: 2 * Math.PI * orientation / (ORIENTATIONS - 1),
      x: 16 + 32 * x / (PLACES - 1),
      y: 16 + 32 * y / (PLACES - 1),
    });
  },
};

/** Draws a shape that is turned by −angle, in coordinates whose y points down, around (x, y). */
function draw(
  row: Float32Array,
  inside: Inside,
  { scale, angle, x, y }: { scale: number; angle: number; x: number; y: number },
): void {
  row.fill(0);
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const reach = REACH * scale;
  for (let j = Math.floor(y - reach); j < y + reach; j++) {
    const dy = j + 0.5 - y;
    for (let i = Math.floor(x - reach); i < x + reach; i++) {
      const dx = i + 0.5 - x;
      // Turning the pixel by +angle and dividing by the scale brings it to the upright shape.
      if (inside(cos * dx - sin * dy, sin * dx + cos * dy)) row[j * SPRITE_SIDE + i] = 1;
    }
  }
}
