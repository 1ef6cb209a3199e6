/**
 * `deno task mi`: files of samples, estimators that apply, and the command.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertMatch } from "@std/assert";
import { join } from "node:path";
import { command } from "../../../experiments/commands/mi.ts";
import { writeNpy, writeNpz } from "../../../experiments/formats/npy_writer.ts";
import { ESTIMATORS } from "../../../experiments/laboratory/estimators/estimators.ts";
import { countedInformation, countRows } from "../../../experiments/laboratory/own/counts.ts";
import {
  judgePairs,
  limitText,
  OWN_ESTIMATORS,
} from "../../../experiments/laboratory/own/estimators.ts";
import type { Pairs } from "../../../experiments/laboratory/own/pairs.ts";
import { readPairs } from "../../../experiments/laboratory/own/pairs.ts";
import { generator, normalDraws } from "../../../experiments/laboratory/statistics/generator.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

const N = 400;
const RANDOM = generator(1);
const X = Float64Array.from(normalDraws(RANDOM, N));
const Z = X.map((v) => 0.8 * v + 0.6 * normalDraws(RANDOM, 1)[0]);

const pairsOf = (x: ArrayLike<number>, z: ArrayLike<number>, [ofX, ofZ] = [1, 1]): Pairs => ({
  x: { values: Float64Array.from(x), dimensions: ofX },
  z: { values: Float64Array.from(z), dimensions: ofZ },
  n: x.length / ofX,
});

/** The estimates by name, and the reasons of the others; one short training for each critic. */
async function judge(pairs: Pairs, names?: readonly string[]) {
  const chosen = OWN_ESTIMATORS.filter(({ name }) => names?.includes(name) ?? true);
  const settings = { steps: 20, seeds: 1, seed: 1 };
  const results = await Array.fromAsync(judgePairs(pairs, chosen, settings, () => {}));
  return Object.fromEntries(results.map((result) => [
    result.estimator.name,
    "reason" in result ? result.reason : result.estimate,
  ]));
}

Deno.test("every estimator of the library applies or says why not", async () => {
  const found = await judge(pairsOf(X, Z));
  const names = Object.keys(found);
  for (const { name } of ESTIMATORS) assert(names.includes(name), name);
  for (const [name, result] of Object.entries(found)) {
    if (typeof result === "string") assertMatch(result, /^[^.]{20,}[^.]$|p\(z/, name);
    else assert(result.standardError > 0 && Math.abs(result.value) < 2, name);
  }
  const exact = -Math.log(1 - 0.64) / 2;
  for (const name of ["cca", "ksg"]) {
    const result = found[name];
    assert(typeof result !== "string", name);
    assertLess(Math.abs(result.value - exact), SIGMAS * result.standardError, name);
  }
  assert(typeof found.counts === "string" && found.counts.includes("400 different pairs"));
});

Deno.test("what the draws do not allow is a reason", async () => {
  const digits = X.map((_, i) => i % 5), next = digits.map((v, i) => (v + (i % 2)) % 5);
  const discrete = await judge(pairsOf(digits, next), ["cca", "counts", "ksg"]);
  assert(typeof discrete.counts !== "string");
  assertAlmostEquals(discrete.counts.value, Math.log(5 / 2), 0.02);
  assertEquals(discrete.cca, "x takes 5 values only, so it is no Gaussian");
  assertMatch(String(discrete.ksg), /400 draws of which 400 equal another/);

  const wide = pairsOf(normalDraws(RANDOM, 4 * N), Z, [4, 1]);
  assertMatch(String((await judge(wide, ["ksg"])).ksg), /^x has 4 columns, and beyond 3/);
  const few = pairsOf(X.subarray(0, 12), Z.subarray(0, 12));
  assertMatch(String((await judge(few, ["smile"])).smile), /^12 pairs are too few/);
  const wider = pairsOf(normalDraws(RANDOM, 12 * 10), Z.subarray(0, 12), [10, 1]);
  assertMatch(
    String((await judge(wider, ["cca"])).cca),
    /^12 pairs do not determine .* 11 columns/,
  );
  assertMatch(String((await judge(pairsOf(X, X), ["cca"])).cca), /the information is infinite/);
});

Deno.test("seeds train several critics, whose spread is in the standard error", async () => {
  const [smile] = OWN_ESTIMATORS.filter(({ name }) => name === "smile");
  const pairs = pairsOf(X, Z), settings = { steps: 20, seed: 3 };
  const one = await Promise.all(
    [3, 4].map((seed) => smile.estimate(pairs, { ...settings, seed, seeds: 1 })),
  );
  const both = await smile.estimate(pairs, { ...settings, seeds: 2 });
  assertAlmostEquals(both.value, (one[0].value + one[1].value) / 2, 1e-12);
  const ofSample = (one[0].standardError ** 2 + one[1].standardError ** 2) / 2;
  const ofCritics = (one[0].value - one[1].value) ** 2 / 4;
  assertAlmostEquals(both.standardError, Math.sqrt(ofSample + ofCritics), 1e-12);
});

Deno.test("counting is right on average: the bias of 100 pairs, .02 nats, is gone", () => {
  const random = generator(5);
  const draw = () => {
    const x = Array.from({ length: 100 }, () => Math.floor(3 * random()));
    const z = x.map((v) => random() < 0.5 ? v : Math.floor(3 * random()));
    const { x: ofX, z: ofZ } = pairsOf(x, z);
    return countedInformation(countRows(ofX), countRows(ofZ)).value;
  };
  const found = Array.from({ length: 2000 }, draw);
  const [same, other] = [2 / 3, 1 / 6]; // p(z = x | x), p(z = another | x)
  const exact = Math.log(3) + same * Math.log(same) + 2 * other * Math.log(other);
  assertLess(Math.abs(meanOf(found) - exact), SIGMAS * standardError(found));
});

Deno.test("the limit names ln n, half of the pairs, and few values", () => {
  assertMatch(limitText(pairsOf(X, Z)), /^400 pairs .* ln 400 = 6\.0 nats .* ln 200 = 5\.3\.$/);
  const coin = X.map((v) => Number(v > 0));
  assertMatch(limitText(pairsOf(Z, coin)), /z takes 2 values: at most ln 2 = 0\.7 nats\.$/);
});

Deno.test("pairs are read from npy, npz and CSV files, with all digits", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  const matrix = (data: Float64Array, ...shape: number[]) => ({ shape, data });
  const large = X.map((v) => 1.6e9 + v); // float32 would round it to multiples of 128
  await Deno.writeFile(at("x.npy"), writeNpy(matrix(large, N)));
  await Deno.writeFile(at("z.npy"), writeNpy(matrix(Z, N / 2, 1, 2)));
  await Deno.writeFile(
    at("both.npz"),
    writeNpz({ x: matrix(large, N / 2, 2), y: matrix(X.slice(0, N / 2), N / 2), z: matrix(Z, N) }),
  );
  const lines = Array.from(X, (v, i) => `${v},${large[i]},${Z[i]},${i % 2 ? "left" : "right"}`);
  await Deno.writeTextFile(at("named.csv"), `x1,x2,"z, too",side\n${lines.join("\n")}\n`);
  await Deno.writeTextFile(at("plain.csv"), lines.map((line) => line.slice(0, -5)).join("\n"));
  const [x, z] = [at("x.npy"), at("z.npy")];

  const whole = await readPairs({ x, z: x });
  assertEquals([whole.n, whole.x], [N, { values: large, dimensions: 1 }]);
  const joined = await readPairs({ data: at("both.npz"), x: "x,y", z: "y" });
  assertEquals([joined.n, joined.x.dimensions, joined.z.dimensions], [N / 2, 3, 1]);
  assertEquals([...joined.x.values.subarray(0, 3)], [large[0], large[1], X[0]]);
  const named = await readPairs({ data: at("named.csv"), x: "x*", z: "x2" });
  assertEquals([named.x.dimensions, [...named.x.values.subarray(0, 2)]], [2, [X[0], large[0]]]);
  assertEquals(named.z.values, large);

  const refused: [Parameters<typeof readPairs>[0], ...string[]][] = [
    [{ x, z }, "--x has 400 rows, but --z has 200"],
    [{ x: at("both.npz"), z }, 'has the arrays "x", "y", "z": choose two by --data'],
    [{ x: "a", z: "b" }, "--x is a, but there is no such file", "--data"],
    [{ data: at("named.csv"), x: "x3", z: "side" }, 'no "x3" for --x; did you mean x1?'],
    [{ data: at("named.csv"), x: "x1", z: "side" }, 'line 2, column side has "right"'],
    [{ data: at("both.npz"), x: "x,z", z: "y" }, "200 and 400 rows in arrays"],
    [{ data: at("no.csv"), x: "x", z: "y" }, "cannot read", "no.csv"],
  ];
  for (const [source, ...says] of refused) {
    await assertRefusedLater(() => readPairs(source), ...says);
  }
  await Deno.writeFile(at("nan.npy"), writeNpy(matrix(X.map((v, i) => i === 7 ? NaN : v), N)));
  await assertRefusedLater(() => readPairs({ x: at("nan.npy"), z: x }), "has NaN in row 7");
  await Deno.writeFile(at("noise"), Uint8Array.of(0xff, 0xfe, 0xff));
  await assertRefusedLater(
    () => readPairs({ x: at("noise"), z: x }),
    "not an npy, npz or CSV file",
  );
});

Deno.test("the command prints a table, or JSON, and one sentence for a mistake", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "t.csv");
  await Deno.writeTextFile(path, `x,z\n${Array.from(X, (v, i) => `${v},${Z[i]}`).join("\n")}`);
  const flags = ["--data", "t.csv", "--x", "x", "--z", "z", "--estimators", "cca,counts"];
  const { code, out, err } = await runTask("mi", flags, { folder: folder.path });
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /400 pairs[^]*\| cca +\| +0\.\d{3} \| 0\.\d{3} \|[^]*counts does not apply: /);
  const json = await runHere(command, ["--json", "--data", path, ...flags.slice(2)]);
  const records = json.out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map((record) => record.estimator ?? record.pairs), ["cca", "counts", 400]);
  assertMistake(await runHere(command, ["--x", path]), "--z is missing");
  const only = ["--data", path, "--x", "x", "--z", "z", "--estimators", "counts"];
  assertMistake(await runHere(command, only), "no estimator applies: counts: x takes 400 values");
  const unknown = [...flags.slice(0, -1), "ccc"];
  assertMistake(await runHere(command, unknown), 'does not know "ccc"; did you mean cca?');
});
