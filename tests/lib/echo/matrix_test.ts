/**
 * Echo noise with matrices: the definition on small batches, in plain JavaScript, and what holds
 * exactly. Its law is under test in tests/experiments/laboratory/verify_test.ts.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  add,
  echoChannel,
  echoMatrixNoise,
  echoMatrixSample,
  echoRate,
  echoSample,
  exp,
  grad,
  jit,
  type Key,
  key,
  matrixScale,
  mul,
  neg,
  normal,
  run,
  ShapeError,
  split,
  sub,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
  zeros,
} from "../../../mod.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";

const exact = echoChannel({ clip: 1 });
type Vector = readonly number[];
type Matrix = readonly Vector[];
const timesVector = (a: Matrix, x: Vector): Vector =>
  a.map((row) => row.reduce((t, v, i) => t + v * x[i], 0));
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((t, v, k) => t + v * b[k][j], 0)));
const plus = (...vectors: readonly Vector[]): Vector =>
  vectors[0].map((_, i) => vectors.reduce((t, v) => t + v[i], 0));
const distance = (a: ArrayLike<number>, b: Vector): number =>
  Math.max(...b.map((v, i) => Math.abs(v - a[i])));
const rows = (data: ArrayLike<number>, size: number): number[][] =>
  Array.from(
    { length: data.length / size },
    (_, i) => Array.from({ length: size }, (_, j) => data[i * size + j]),
  );
const logDeterminant = (a: Matrix): number => {
  const m = a.map((row) => [...row]);
  let total = 0;
  for (let i = 0; i < m.length; i++) {
    const pivot = m.slice(i).reduce(
      (p, row, k) => Math.abs(row[i]) > Math.abs(m[p][i]) ? i + k : p,
      i,
    );
    [m[i], m[pivot]] = [m[pivot], m[i]];
    total += Math.log(Math.abs(m[i][i]));
    for (let r = i + 1; r < m.length; r++) {
      const share = m[r][i] / m[i][i];
      for (let c = i; c < m.length; c++) m[r][c] -= share * m[i][c];
    }
  }
  return total;
};

interface Encoder {
  readonly mean: Tensor;
  readonly left: Tensor;
  readonly logScale: Tensor;
  readonly right: Tensor;
}
/** Random encodings, with some reflections a side. */
function encodings(of: Key, batch: number, latent: number, reflections: number): Encoder {
  const [km, kl, ks, kr] = split(of, 4);
  return run({
    mean: normal(km, [batch, latent]),
    left: normal(kl, [batch, reflections, latent]),
    logScale: neg(mul(normal(ks, [batch, latent]), normal(ks, [batch, latent]))),
    right: normal(kr, [batch, reflections, latent]),
  }, reference);
}
const scaleOf = ({ left, logScale, right }: Encoder, channel = exact) =>
  matrixScale(left, logScale, right, channel);

Deno.test("a scale is made of its singular values: norm, determinant and rate", async () => {
  const channel = echoChannel({ clip: 0.7 });
  const latent = 4, batch = 5;
  for (const reflections of [1, 2, 4]) {
    const at = encodings(key(reflections), batch, latent, reflections);
    const scales = rows(await run(scaleOf(at, channel), reference).read(), latent * latent);
    const logScales = rows(await at.logScale.read(), latent);
    const rates = await run(echoRate(at.logScale, channel), reference).read();
    for (let i = 0; i < batch; i++) {
      const s = rows(scales[i], latent);
      assertAlmostEquals(logDeterminant(s), -rates[i], 1e-9);
      // S·Sᵀ has the squares of the singular values for eigenvalues, and so for traces of its
      // powers.
      const square = product(s, s[0].map((_, j) => s.map((row) => row[j])));
      const values = logScales[i].map((v) => (0.7 * Math.exp(v)) ** 2);
      let power = square;
      for (let p = 1; p <= latent; p++) {
        const trace = power.reduce((t, row, j) => t + row[j], 0);
        assertAlmostEquals(trace, values.reduce((t, v) => t + v ** p, 0), 1e-9, `power ${p}`);
        power = product(power, square);
      }
    }
  }
});

Deno.test("the factors of a scale come in their order", async () => {
  const [a, b, c] = [[1, 2], [3, -1], [0.5, 0.2]];
  const reflection = (v: Vector): Matrix => {
    const norm = v.reduce((t, x) => t + x * x, 0);
    return v.map((x, i) => v.map((y, j) => (i === j ? 1 : 0) - 2 * x * y / norm));
  };
  const left = tensor([[a, b]]), right = tensor([[c]]), logScale = tensor([[-1, -0.2]]);
  const found = await run(matrixScale(left, logScale, right, exact), reference).read();
  const diagonal = [[Math.exp(-1), 0], [0, Math.exp(-0.2)]];
  const expected = [reflection(b), diagonal, reflection(c)].reduce(product, reflection(a));
  assertLess(distance(found, expected.flat()), 1e-7);
});

Deno.test("with three other examples, the noise is f + S·f + S·S·f of them, in one of six orders", async () => {
  const latent = 3;
  const at = encodings(key(5), 4, latent, 3);
  const scale = run(scaleOf(at), reference);
  const f = rows(await at.mean.read(), latent);
  const s = rows(await scale.read(), latent * latent).map((flat) => rows(flat, latent));
  const step = jit((k: Key, mean: Tensor, scale: Tensor) => ({
    noise: echoMatrixNoise(k, mean, scale, exact),
    z: echoMatrixSample(k, mean, scale, exact),
  }), { device: reference });
  const seen = new Set<string>();
  for (const k of split(key(6), 40)) {
    const { noise, z } = step(k, at.mean, scale);
    const noises = rows(await noise.read(), latent), codes = rows(await z.read(), latent);
    noises.forEach((found, i) => {
      const others = [0, 1, 2, 3].filter((j) => j !== i);
      const orders = others.flatMap((a) =>
        others.filter((b) => b !== a).map((b) => [a, b, others.find((c) => c !== a && c !== b)!])
      );
      const hits = orders.filter(([a, b, c]) =>
        distance(
          found,
          plus(f[a], timesVector(s[a], f[b]), timesVector(product(s[a], s[b]), f[c])),
        ) < 1e-6
      );
      assertEquals(hits.length, 1, `ε of example ${i}`);
      seen.add(`${i} ${hits[0]}`);
      assertLess(distance(codes[i], plus(f[i], timesVector(s[i], found))), 1e-6);
    });
  }
  assertEquals(seen.size, 24, "every order comes up for every example");
});

onEveryDevice("a scale without reflections is a diagonal one", async (device) => {
  for (
    const options of [
      {},
      { dMax: 2 },
      { sampling: "withReplacement", dMax: 5 },
      { sampling: "cycle", dMax: 5 },
    ] as const
  ) {
    const channel = echoChannel({ clip: 0.8, ...options });
    const { mean, logScale, left, right } = encodings(key(7), 6, 3, 0);
    const codes = run([
      echoMatrixSample(key(8), mean, matrixScale(left, logScale, right, channel), channel),
      echoSample(key(8), mean, logScale, channel),
    ], device);
    const [matrix, diagonal] = await Promise.all(codes.map((z) => z.read()));
    assertLess(distance(matrix, [...diagonal]), 1e-5);
  }
});

Deno.test("(I − S)·u as mean telescopes, in the right order of factors alone", async () => {
  const latent = 4, batch = 7;
  const at = encodings(key(9), batch, latent, 4);
  const scale = scaleOf(at, echoChannel({ clip: 0.5 }));
  const u = tensor([1, -2, 0.5, 3]);
  const mean = sub(u, sum(mul(scale, u), { axis: 2 }));
  const z = echoMatrixSample(key(10), mean, scale, exact);
  // u − z is the product of all matrices times u, each of norm .5 at most, and nothing is left of
  // f.
  const codes = rows(await run(sub(u, z), reference).read(), latent);
  for (const code of codes) {
    assertLess(Math.hypot(...code), Math.hypot(1, -2, 0.5, 3) * 0.5 ** batch);
  }
});

onEveryDevice("gradients of the code agree with differences", async (device) => {
  const at = encodings(key(11), 5, 3, 2), along = encodings(key(12), 5, 3, 2);
  const channel = echoChannel({ clip: 0.8, dMax: 3 });
  const loss = (p: Encoder) => {
    const z = echoMatrixSample(key(13), p.mean, scaleOf(p, channel), channel);
    return sum(mul(mul(z, z), add(tensor([0.3, -0.8, 0.5]), z)));
  };
  const dot = (a: Encoder, b: Encoder) =>
    (treeLeaves(treeMap((x, y) => sum(mul(x, y)), a, b)) as Tensor[]).reduce((x, y) => add(x, y));
  const moved = (h: number) => treeMap((x, y) => add(x, mul(y, h)), at, along);
  const h = 1e-5;
  const [ahead, behind] = run([loss(moved(h)), loss(moved(-h))], reference);
  const difference = (await ahead.item() - await behind.item()) / (2 * h);
  const slope = await run(dot(grad(loss)(at), along), device).item();
  const tolerance = device.name === "reference" ? 1e-6 : 1e-3;
  assertAlmostEquals(slope / difference, 1, tolerance);
});

Deno.test("the settings of a channel apply to matrices, too", async () => {
  const at = encodings(key(14), 6, 3, 2);
  const scale = scaleOf(at);
  const read = (x: Tensor) => run(x, reference).read();
  const code = (options: Parameters<typeof echoChannel>[0], mean = at.mean) =>
    echoMatrixSample(key(15), mean, scale, echoChannel({ clip: 1, ...options }));
  assertEquals(await read(code({ multiplicative: true })), await read(exp(code({}))));
  assertEquals(await read(code({ detached: true })), await read(code({})));
  const clipped = tensor((await at.mean.read()).map((x) => Math.min(0.5, Math.max(-0.5, x))), {
    shape: [6, 3],
  });
  assertEquals(await read(code({ meanClip: 0.5 })), await read(code({}, clipped)));
  const still = grad((mean: Tensor) =>
    sum(echoMatrixNoise(key(1), mean, scale, echoChannel({ detached: true })))
  )(at.mean);
  assertEquals(await read(still), new Float64Array(18));

  const quarterTurn = tensor([[[0, -1], [1, 0]], [[0, -1], [1, 0]]]);
  const pool = { mean: tensor([[1, 0], [0, 10]]), scale: quarterTurn };
  const { mean, left, logScale, right } = encodings(key(16), 6, 2, 1);
  const all = echoMatrixNoise(key(2), mean, matrixScale(left, logScale, right, exact), exact, pool);
  for (const row of rows(await read(all), 2)) {
    // Each of the pool once: (1, 0) and a turned (0, 10), or the other way round.
    assert([[-9, 0], [0, 11]].some((noise) => distance(row, noise) === 0), `${row}`);
  }
});

Deno.test("matrices that do not fit are refused", () => {
  assertThrows(
    () => echoMatrixSample(key(1), zeros([4, 3]), zeros([4, 3, 2]), exact),
    ShapeError,
    "Cannot make echoes of means [4, 3] and matrices [4, 3, 2]",
  );
  assertThrows(
    () => matrixScale(zeros([4, 2, 3]), zeros([4, 3]), zeros([4, 2, 2]), exact),
    ShapeError,
    "Cannot make matrices of log-scales [4, 3] and reflections [4, 2, 2]",
  );
  assertThrows(
    () => echoMatrixSample(key(1), zeros([1, 3]), zeros([1, 3, 3]), exact),
    RangeError,
    "Cannot draw echoes from 1 example",
  );
});
