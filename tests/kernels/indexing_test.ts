/**
 * Index arithmetic against integers: every index is evaluated, by brute force, at all positions of
 * its loops.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import fc from "../fixtures/property.ts";
import type { Atom, Expr, Index } from "../../kernels/formula.ts";
import {
  add,
  axisIndex,
  constantIndex,
  divide,
  flatten,
  isStrided,
  sameIndex,
  scale,
  strideOf,
  unflatten,
  valueIndex,
} from "../../kernels/indexing.ts";
import { call, constant } from "../../kernels/scalar.ts";
import { indices } from "../fixtures/naive.ts";

const settings = { seed: 20251122, numRuns: 500 };

/** Integers that a kernel computes; they may be any, as long as they keep to their size. */
const gathered: Expr[] = [0, 1].map((n) => call("neg", "int32", constant(n, "int32")));
const valueAt = (of: Expr, size: number, position: readonly number[]): number =>
  (gathered.indexOf(of) + position.reduce((h, i) => 7 * h + 3 * i, 5)) % size;

function evaluateAtom(atom: Atom, position: readonly number[]): number {
  switch (atom.kind) {
    case "axis":
      return position[atom.axis];
    case "quotient":
      return Math.floor(evaluate(atom.of, position) / atom.by);
    case "remainder":
      return evaluate(atom.of, position) % atom.by;
    case "value":
      return valueAt(atom.of, atom.size, position);
  }
}
/** The integer that an index stands for; fails where an atom leaves its range. */
function evaluate({ constant, terms }: Index, position: readonly number[]): number {
  return terms.reduce((total, { atom, scale }) => {
    const x = evaluateAtom(atom, position);
    assert(x >= 0 && x < atom.size, `A ${atom.kind} of size ${atom.size} was ${x}`);
    return total + scale * x;
  }, constant);
}

/** An index, and the integer that it should be at a position of the loops. */
interface Known {
  readonly index: Index;
  readonly at: (position: readonly number[]) => number;
}
type Loops = readonly number[];

function assertKnown({ index, at }: Known, loops: Loops): void {
  for (const position of indices(loops)) {
    const value = at(position);
    const found = evaluate(index, position);
    assert(found === value, `${found} instead of ${value} at ${position}`);
    assert(index.min <= value && value <= index.max, `${value} in ${index.min} … ${index.max}`);
  }
}
const lowest = ({ at }: Known, loops: Loops): number => Math.min(...indices(loops).map(at));

const leafOf = (loops: Loops, choice: number, other: number): Known => {
  const axis = choice % (loops.length + 1);
  if (axis < loops.length) {
    return { index: axisIndex(axis, loops[axis]), at: (position) => position[axis] };
  }
  const of = gathered[other % 2], size = 1 + choice % 6;
  return { index: valueIndex(of, size), at: (position) => valueAt(of, size, position) };
};

/** Grows an index out of loop variables by steps of every kind, as lists of small numbers say. */
function grow(loops: Loops, steps: readonly (readonly number[])[]): Known[] {
  const known: Known[] = [{ index: constantIndex(3), at: () => 3 }];
  for (const [kind, first, second, n] of steps) {
    const a = known[first % known.length], b = known[second % known.length];
    if (kind < 3) known.push(leafOf(loops, first, second));
    else if (kind === 3) {
      known.push({ index: scale(a.index, n - 4), at: (p) => (n - 4) * a.at(p) });
    } else if (kind === 4) {
      known.push({ index: add(a.index, b.index), at: (p) => a.at(p) + b.at(p) });
    } else if (lowest(a, loops) >= 0) {
      const { quotient, remainder } = divide(a.index, n + 1);
      known.push({ index: quotient, at: (p) => Math.floor(a.at(p) / (n + 1)) });
      known.push({ index: remainder, at: (p) => a.at(p) % (n + 1) });
    }
  }
  return known;
}
const loopsOf = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
const stepsOf = fc.array(fc.tuple(fc.nat(9), fc.nat(20), fc.nat(20), fc.nat(9)), {
  minLength: 1,
  maxLength: 14,
  size: "max",
});

Deno.test("index arithmetic agrees with integers, and stays within its bounds", () => {
  let quotients = 0;
  fc.assert(
    fc.property(loopsOf, stepsOf, (loops, steps) => {
      for (const known of grow(loops, steps)) {
        assertKnown(known, loops);
        quotients += Number(!isStrided(known.index));
      }
    }),
    settings,
  );
  assertGreater(quotients, 100, "indices that are no strided views were among them");
});

Deno.test("add puts together what divide splits", () => {
  fc.assert(
    fc.property(loopsOf, stepsOf, fc.integer({ min: 1, max: 12 }), (loops, steps, by) => {
      for (const known of grow(loops, steps)) {
        if (lowest(known, loops) < 0) continue;
        const { quotient, remainder } = divide(known.index, by);
        assertKnown({ index: add(scale(quotient, by), remainder), at: known.at }, loops);
      }
    }),
    settings,
  );
});

Deno.test("divide agrees with integer division for all sums of loop variables", () => {
  const scales = fc.array(fc.integer({ min: -3, max: 8 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      loopsOf,
      scales,
      fc.nat(9),
      fc.constantFrom(1, 2, 3, 4, 6, 8, 12),
      (loops, scales, more, by) => {
        const parts = [...loops, 6].map((size, axis) =>
          scale(
            axis < loops.length ? axisIndex(axis, size) : valueIndex(gathered[0], size),
            scales[axis],
          )
        );
        const sum = add(...parts);
        const index = add(sum, constantIndex(more - sum.min));
        const at = (position: readonly number[]) => evaluate(index, position);
        const { quotient, remainder } = divide(index, by);
        assertKnown({ index: quotient, at: (p) => Math.floor(at(p) / by) }, loops);
        assertKnown({ index: remainder, at: (p) => at(p) % by }, loops);
      },
    ),
    { ...settings, numRuns: 3000 },
  );
});

Deno.test("the bounds are reached where each loop variable occurs once", () => {
  const scales = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(loopsOf, scales, fc.integer({ min: -9, max: 9 }), (loops, scales, constant) => {
      const index = add(
        constantIndex(constant),
        ...loops.map((size, axis) => scale(axisIndex(axis, size), scales[axis])),
      );
      const values = indices(loops).map((position) => evaluate(index, position));
      assertEquals([index.min, index.max], [Math.min(...values), Math.max(...values)]);
    }),
    settings,
  );
});

Deno.test("flatten and unflatten are inverse", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }), (shape) => {
      const size = shape.reduce((n, d) => n * d, 1);
      const at = unflatten(axisIndex(0, size), shape);
      indices(shape).forEach((expected, i) => {
        assertEquals(at.map((index) => evaluate(index, [i])), expected);
      });
      assert(sameIndex(flatten(at, shape), axisIndex(0, size)), "folded back to the one loop");
      const loops = shape.map((size, axis) => axisIndex(axis, size));
      const again = unflatten(flatten(loops, shape), shape);
      assert(again.every((index, axis) => sameIndex(index, loops[axis])), "and to the loops");
    }),
    settings,
  );
});

/** All ways to write 24 and 36 as products, axes of 1 among them. */
const factorisations: Readonly<Record<number, readonly (readonly number[])[]>> = {
  24: [[24], [1, 24], [2, 12], [4, 6], [6, 4], [3, 8], [2, 3, 4], [4, 1, 6], [2, 2, 6], [
    2,
    2,
    2,
    3,
  ]],
  36: [[36], [6, 6], [4, 9], [9, 4], [2, 18], [3, 12], [2, 3, 6], [3, 3, 4], [6, 1, 6], [
    2,
    2,
    3,
    3,
  ]],
};
/**
 * The index at which the first shape's buffer is read through reshapes to the others; loops run
 * over the last.
 */
function throughReshapes(shapes: readonly (readonly number[])[]): Index {
  let at = shapes.at(-1)!.map((size, axis) => axisIndex(axis, size));
  for (let i = shapes.length - 1; i > 0; i--) {
    at = unflatten(flatten(at, shapes[i]), shapes[i - 1]);
  }
  return flatten(at, shapes[0]);
}

for (const [size, shapes] of Object.entries(factorisations)) {
  Deno.test(`any chain of reshapes of ${size} elements folds to plain row-major reading`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...shapes), { minLength: 1, maxLength: 5, size: "max" }),
        (chain) => {
          const last = chain.at(-1)!;
          const index = throughReshapes(chain);
          const rowMajor = flatten(last.map((size, axis) => axisIndex(axis, size)), last);
          assert(isStrided(index), `not strided: ${chain.join(" → ")}`);
          assert(sameIndex(index, rowMajor), `another order: ${chain.join(" → ")}`);
        },
      ),
      settings,
    );
  });
}

Deno.test("the worked example: [4, 6] through [2, 2, 6] and [24] is read at i", () => {
  const index = throughReshapes([[4, 6], [2, 2, 6], [24]]);
  assertEquals(index.terms, [{ atom: { kind: "axis", axis: 0, size: 24 }, scale: 1 }]);
});

Deno.test("a transposed matrix is not strided when read flat, but is by its rows", () => {
  const [rows, columns] = [4, 6];
  const transposed = (at: readonly Index[]) => flatten([at[1], at[0]], [columns, rows]);
  const flat = transposed(unflatten(axisIndex(0, rows * columns), [rows, columns]));
  assertEquals(isStrided(flat), false);
  const split = unflatten(
    flatten([0, 1, 2].map((axis) => axisIndex(axis, [2, 2, 6][axis])), [2, 2, 6]),
    [rows, columns],
  );
  assertEquals(isStrided(transposed(split)), true);
  assertEquals([0, 1, 2].map((axis) => strideOf(transposed(split), axis)), [2, 1, 4]);
});

Deno.test("strideOf is the step of the index, wherever it gives a number", () => {
  let strides = 0;
  fc.assert(
    fc.property(loopsOf, stepsOf, (loops, steps) => {
      for (const { index, at } of grow(loops, steps)) {
        loops.forEach((size, axis) => {
          const stride = strideOf(index, axis);
          if (isStrided(index)) assert(stride !== undefined, "a sum of loops has strides");
          if (stride === undefined) return;
          for (const position of indices(loops)) {
            if (position[axis] + 1 >= size) continue;
            const next = position.with(axis, position[axis] + 1);
            assertEquals(at(next) - at(position), stride, `along ${axis} at ${position}`);
            strides++;
          }
        });
      }
    }),
    settings,
  );
  assertGreater(strides, 1000);
});

Deno.test("indices written the same way are equal, and like terms add up", () => {
  const [i, j] = [axisIndex(0, 5), axisIndex(1, 7)];
  assert(sameIndex(add(i, j), add(j, i)));
  assert(sameIndex(add(i, i, i), scale(i, 3)));
  assert(sameIndex(add(scale(i, 4), scale(i, -4)), constantIndex(0)));
  assert(!sameIndex(i, j) && !sameIndex(i, scale(i, 2)) && !sameIndex(i, add(i, constantIndex(1))));
  assert(sameIndex(axisIndex(0, 1), constantIndex(0)), "a loop of one round never moves");
  fc.assert(
    fc.property(loopsOf, stepsOf, (loops, steps) => {
      const known = grow(loops, steps);
      for (const a of known) {
        for (const b of known) {
          if (!sameIndex(a.index, b.index)) continue;
          assert(indices(loops).every((position) => a.at(position) === b.at(position)));
        }
      }
    }),
    settings,
  );
});
