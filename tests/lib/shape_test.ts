/**
 * The rules that combine shapes, as laws.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../fixtures/property.ts";
import {
  broadcastShapes,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  type Shape,
  ShapeError,
  shapeText,
  sizeOf,
} from "../../mod.ts";
import { indices } from "../fixtures/naive.ts";

const seed = 20251122;
const shapes = fc.array(fc.nat(4), { maxLength: 5 });
/**
 * Shapes that broadcast together: each is a target with axes left out in front, and others shrunk
 * to 1.
 */
const families = fc.tuple(
  shapes,
  fc.array(fc.tuple(fc.nat(5), fc.array(fc.boolean(), { minLength: 5, maxLength: 5 })), {
    minLength: 3,
    maxLength: 3,
  }),
).map(([target, cuts]) =>
  cuts.map(([missing, ones]) => target.map((d, i) => ones[i] ? 1 : d).slice(missing))
);
/** The shape, or the kind of the refusal. */
function broadcast(...list: readonly Shape[]): Shape | string {
  try {
    return broadcastShapes("add", ...list);
  } catch (error) {
    if (error instanceof ShapeError) return error.name;
    throw error;
  }
}
/** a with b and then c, where a and b fit. */
const then = (ab: Shape | string, c: Shape): Shape | string =>
  typeof ab === "string" ? ab : broadcast(ab, c);

Deno.test("broadcasting is commutative, whether shapes fit or not", () => {
  const holds = (a: Shape, b: Shape) => assertEquals(broadcast(a, b), broadcast(b, a));
  fc.assert(fc.property(shapes, shapes, holds), { seed, numRuns: 1000 });
  fc.assert(fc.property(families, ([a, b]) => holds(a, b)), { seed, numRuns: 1000 });
});

Deno.test("broadcasting is associative, and all at once is one after the other", () => {
  const holds = ([a, b, c]: readonly Shape[]) => {
    const all = broadcast(a, b, c);
    assertEquals(then(broadcast(a, b), c), all);
    assertEquals(then(broadcast(b, c), a), all);
  };
  fc.assert(fc.property(families, holds), { seed, numRuns: 1000 });
  fc.assert(fc.property(fc.tuple(shapes, shapes, shapes), holds), { seed, numRuns: 1000 });
});

Deno.test("broadcasting is idempotent; sizes of 1 and scalars change nothing", () => {
  fc.assert(
    fc.property(shapes, fc.nat(5), (a, rank) => {
      assertEquals(broadcast(a), a);
      assertEquals(broadcast(a, a), a);
      assertEquals(broadcast(a, []), a);
      const front = Array(Math.max(0, rank - a.length)).fill(1);
      assertEquals(broadcast(a, Array(rank).fill(1)), [...front, ...a]);
    }),
    { seed },
  );
});

Deno.test("the shape is NumPy's: padded in front, each axis the size that is not 1", () => {
  fc.assert(
    fc.property(fc.oneof(families, fc.tuple(shapes, shapes)), (list) => {
      const rank = Math.max(...list.map((s) => s.length));
      const columns = Array.from({ length: rank }, (_, axis) => {
        const sizes = list.map((s) => [...Array(rank - s.length).fill(1), ...s][axis]);
        return [...new Set(sizes.filter((d) => d !== 1))];
      });
      const expected = columns.some((sizes) => sizes.length > 1)
        ? "ShapeError"
        : columns.map(([size = 1]) => size);
      assertEquals(broadcast(...list), expected);
    }),
    { seed, numRuns: 1000 },
  );
});

Deno.test("a size of 0 broadcasts only with 0 and 1", () => {
  assertEquals(broadcast([0], [1]), [0]);
  assertEquals(broadcast([2, 0], [0]), [2, 0]);
  assertEquals(broadcast([0], [2]), "ShapeError");
  assertEquals(broadcast(), []);
});

Deno.test("a refusal names the op, all shapes, both sizes and the axis from the back", () => {
  const refusals: [() => unknown, string][] = [
    [
      () => broadcastShapes("add", [3, 4], [3]),
      "Cannot add [3, 4] and [3]: 4 against 3 along axis -1",
    ],
    [
      () => broadcastShapes("where", [2, 1, 5], [], [3, 2, 1]),
      "Cannot where [2, 1, 5] and [] and [3, 2, 1]: 2 against 3 along axis -3",
    ],
    [() => broadcastShapes("mul", [0], [7]), "Cannot mul [0] and [7]: 0 against 7 along axis -1"],
  ];
  for (const [by, message] of refusals) assertEquals(assertThrows(by, ShapeError).message, message);
  assertEquals(assertThrows(() => broadcastShapes("add", [2], [3]), ShapeError).name, "ShapeError");
});

Deno.test("a size is the number of indices, the same for any order of axes", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      assertEquals(sizeOf(shape), indices(shape).length);
      assertEquals(sizeOf(shape.toReversed()), sizeOf(shape));
    }),
    { seed },
  );
});

Deno.test("shapes are the same exactly where their texts are", () => {
  fc.assert(
    fc.property(shapes, shapes, (a, b) => {
      assertEquals(sameShape(a, b), shapeText(a) === shapeText(b));
      assert(sameShape(a, [...a]));
      assert(!sameShape(a, [...a, 1]) && !sameShape([...a, 1], a));
    }),
    { seed, numRuns: 1000 },
  );
  assertEquals([[], [3], [32, 784]].map(shapeText), ["[]", "[3]", "[32, 784]"]);
});

Deno.test("an axis counts from either end, within the rank", () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: -8, max: 8 }), (shape, axis) => {
      const rank = shape.length;
      if (axis >= -rank && axis < rank) {
        assertEquals(normalizeAxis(axis, shape, "sum"), axis < 0 ? rank + axis : axis);
      } else {
        const rule = rank === 0 ? "a scalar has no axes" : `axes go from ${-rank} to ${rank - 1}`;
        assertEquals(
          assertThrows(() => normalizeAxis(axis, shape, "sum"), RangeError).message,
          `Cannot sum along axis ${axis} of ${shapeText(shape)}: ${rule}`,
        );
      }
    }),
    { seed, numRuns: 500 },
  );
  assertThrows(() => normalizeAxis(0.5, [2, 3], "sum"), RangeError, "along axis 0.5");
  assertThrows(() => normalizeAxis(NaN, [2, 3], "sum"), RangeError, "along axis NaN");
});

Deno.test("axes are sorted and distinct; all unless given", () => {
  assertEquals(normalizeAxes(undefined, [4, 5, 6], "sum"), [0, 1, 2]);
  assertEquals(normalizeAxes([], [4, 5, 6], "sum"), []);
  assertEquals(normalizeAxes(-1, [4, 5, 6], "sum"), [2]);
  assertEquals(normalizeAxes([-1, 0], [4, 5, 6], "sum"), [0, 2]);
  assertThrows(
    () => normalizeAxes([2, 0, -1], [4, 5, 6], "flip"),
    RangeError,
    "Cannot flip along axes [2, 0, 2]: an axis is named twice",
  );
});

Deno.test("sizes are non-negative integers", () => {
  fc.assert(fc.property(shapes, (shape) => checkShape(shape, "fill")), { seed });
  for (const odd of [-1, 0.5, NaN, Infinity]) {
    assertEquals(
      assertThrows(() => checkShape([2, odd], "fill"), RangeError).message,
      `Cannot fill to shape [2, ${odd}]: sizes are non-negative integers`,
    );
  }
});
