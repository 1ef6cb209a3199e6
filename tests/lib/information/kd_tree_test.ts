/**
 * The k-d tree finds what a look at every point finds, to the last bit.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { ShapeError } from "../../../mod.ts";
import { checkPoints, kdTree, type Points } from "../../../lib/information/kd_tree.ts";

function distances({ values, dimensions }: Points, point: number): number[] {
  const row = (i: number) => [...values.subarray(i * dimensions, (i + 1) * dimensions)];
  const here = row(point);
  return Array.from(
    { length: values.length / dimensions },
    (_, i) => row(i).reduce((most, x, d) => Math.max(most, Math.abs(x - here[d])), 0),
  );
}

/** Of few different numbers, for points that coincide and distances that tie; or of any. */
const coordinates = fc.constantFrom(
  fc.integer({ min: 0, max: 3 }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.constant(7),
);
const clouds: fc.Arbitrary<Points> = fc.tuple(fc.integer({ min: 1, max: 6 }), coordinates)
  .chain(([dimensions, coordinate]) =>
    fc.array(coordinate, { minLength: 2 * dimensions, maxLength: 60 * dimensions }).map((
      values,
    ) => ({
      values: Float64Array.from(values.slice(0, values.length - values.length % dimensions)),
      dimensions,
    }))
  );

Deno.test("a tree finds the neighbours of every point, and counts them, as a look at each does", () => {
  fc.assert(
    fc.property(
      clouds,
      fc.nat(),
      fc.double({ min: 0, max: 5, noNaN: true }),
      (points, at, size) => {
        const tree = kdTree(points);
        const n = points.values.length / points.dimensions;
        const k = 1 + at % (n - 1);
        for (let i = 0; i < n; i++) {
          const all = distances(points, i);
          const others = all.toSpliced(i, 1).sort((a, b) => a - b);
          assertEquals(tree.neighbourDistance(i, k), others[k - 1]);
          // At a distance that a point is at, too: such a point is not within it.
          for (const radius of [size, others[k - 1]]) {
            assertEquals(tree.countWithin(i, radius), all.filter((d) => d < radius).length);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("points fill their rows, with finite numbers", () => {
  const of = (values: number[], dimensions: number) => () =>
    checkPoints({ values: Float64Array.from(values), dimensions }, "look at the rows");
  assertThrows(of([1, 2, 3], 2), ShapeError, "Cannot look at the rows of 3 values in 2 dimensions");
  assertThrows(of([1, 2, 3], 0), ShapeError, "of 3 values in 0 dimensions");
  assertThrows(of([1, NaN], 1), RangeError, "points that are not finite: value 1 is NaN");
  assertThrows(
    of([-Infinity, 1], 1),
    RangeError,
    "points that are not finite: value 0 is -Infinity",
  );
  of([], 3)();
});
