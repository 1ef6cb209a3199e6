import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { command as bench } from "../../../experiments/commands/bench.ts";
import { command as benchPeers } from "../../../experiments/commands/bench_peers.ts";
import { makeFixture } from "../../../experiments/bench/fixture.ts";
import { growth } from "../../../experiments/bench/comparison.ts";
import { growthChart } from "../../../experiments/bench/growth_chart.ts";
import { networkFlops, NETWORKS, parametersOf } from "../../../experiments/bench/networks.ts";
import { lines } from "../../../experiments/bench/protocol.ts";
import type { PeerRecord } from "../../../experiments/bench/records.ts";
import { peersChart } from "../../../experiments/bench/peers_chart.ts";
import { exponent, summarize } from "../../../experiments/bench/statistics.ts";
import type { Command } from "../../../experiments/shell/program.ts";
import { millis, tableText } from "../../../experiments/shell/table.ts";
import { layerSizes, stepFlops } from "../../../experiments/bench/task.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { assertHolds, temporaryFolder } from "../../fixtures/helpers.ts";

const SHORT = ["--rounds", "1", "--seconds", "0", "--batch", "100", "--hidden", "200"];

Deno.test("bench --json prints records, and the losses are those of the fixture", async () => {
  const { code, out, err } = await runTask("bench", [
    ...["--json", "--device", "cpu", "--steps", "10", "--configs", "info_vae"],
    ...["--networks", "small"],
    ...SHORT,
  ]);
  assertEquals([code, err], [0, ""]);
  const records = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(
    records.map(({ name }) => name),
    [
      ...["machine", "vae-step", "echo-step", "echo-cost", "info_vae-step", "network-step"],
      ...["matmul", "first-step", "memory"],
    ],
  );
  const [machine, vae, echo, cost, infoVae, network, matmul, start, memory] = records;
  assertEquals(Object.keys(machine), ["name", "cpu", "cores", "os", "deno", "date"]);
  for (const step of [vae, echo]) {
    assertEquals([step.library, step.device, step.batch, step.hidden], [
      "echograd",
      "cpu",
      100,
      200,
    ]);
    assert(step.min_ms <= step.q1_ms && step.q1_ms <= step.median_ms);
    assert(step.median_ms <= step.q3_ms && step.min_ms > 0);
    assert(step.kernels > 0 && step.gflops > 0 && step.rss_mb > 0 && step.first_step_ms > 0);
  }
  assertEquals([vae.loss_1.toFixed(3), vae.loss_10.toFixed(3)], ["610.573", "282.741"]);
  assertEquals(echo.loss_1.toFixed(1), "605.5");
  assertEquals([infoVae.config, infoVae.device, infoVae.batch], ["info_vae", "cpu", 100]);
  assert(infoVae.min_ms > 0 && infoVae.first_step_ms > infoVae.median_ms && infoVae.rss_mb > 0);
  assert(infoVae.loss_10 < infoVae.loss_1);
  assertEquals(infoVae.parameters, 414_448); // 784–200–200–32–200–200–784
  assertEquals([network.network, network.parameters, network.batch], ["small", 846_497, 100]);
  assertEquals(network.loss_1.toFixed(3), "694.638"); // PyTorch's
  assertAlmostEquals(cost.ratio, echo.median_ms / vae.median_ms, 1e-3);
  assert(matmul.size === 1024 && matmul.gflops > 0);
  assert(start.starts === 1 && start.median_ms > 0);
  assert(memory.steps === 10 && memory.rss_mb > 0 && Number.isFinite(memory.growth_mb));
});

Deno.test("bench:peers writes a table and a chart, and says why a peer is missing", async () => {
  await using folder = await temporaryFolder();
  const flags = [
    ...SHORT,
    "--model",
    "vae",
    "--only",
    "nobody",
    "--networks",
    "none",
    "--out",
    folder.path,
  ];
  const { code, out, err } = await runTask("bench:peers", flags);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /\nwithout PyTorch of python3: \S/);
  assertMatch(out, /\n\| echograd +\|.*610\.573 → 282\.741 \|\n/);
  assertStringIncludes(out, `chart: ${join(folder.path, "peers.svg")}`);
  await assertHolds(folder.path, "peers.svg");
});

Deno.test("a mistake in the flags gives one sentence and exit code 1", async () => {
  const mistakes: [command: Command, flags: string[], says: string][] = [
    [bench, ["--batches", "100"], "did you mean --batch?"],
    [bench, ["--device", "gpu"], `"gpu"`],
    [bench, ["--configs", "vae,vaemaf"], "did you mean vae_maf?"],
    [bench, ["--networks", "dsprite"], "did you mean dsprites?"],
    [bench, ["--rounds", "0"], "--rounds must be a whole number from 1"],
    [benchPeers, ["--model", "ae"], "did you mean vae?"],
  ];
  for (const [command, flags, says] of mistakes) {
    assertMistake(await runHere(command, flags), says);
  }
});

Deno.test("the fixture is the same for every size, and repeats after 1000 images", () => {
  const { params, images, noise } = makeFixture({ batch: 100, hidden: 200 });
  const size = layerSizes(200).reduce((sum, [n, m]) => sum + n * m + m, 0);
  assertEquals([params.length, images.length, noise.length], [size, 78_400, 3200]);
  const larger = makeFixture({ batch: 1001, hidden: 200 });
  assertEquals(larger.images.subarray(784_000), images.subarray(0, 784));
  assertEquals(larger.noise.subarray(32_000), noise.subarray(0, 32));
});

Deno.test("the FLOPs of a step are those of its twenty matrix products", () => {
  assertEquals(stepFlops({ model: "vae", batch: 100, hidden: 200 }), 216_320_000);
});

Deno.test("the original's network has the parameters and the FLOPs of the paper's", () => {
  const original = NETWORKS.find(({ name }) => name === "original")!;
  assertEquals(parametersOf(original), 1_399_137);
  const first = 2 * 784 * 25 * 32; // which has no gradient of its input
  // 60.2 M multiplications of convolutions, and those of the heads, which it counts, too.
  assertAlmostEquals((networkFlops(original, 1) + first) / 6, 60.2e6, 0.1e6);
});

Deno.test("order statistics and slopes", () => {
  assertEquals(summarize([4, 1, 3, 2]), { count: 4, min: 1, q1: 1.75, median: 2.5, q3: 3.25 });
  assertEquals(summarize([7]), { count: 1, min: 7, q1: 7, median: 7, q3: 7 });
  assertEquals(exponent([1, 10, 100], [3, 300, 30_000]).toFixed(9), "2.000000000");
});

Deno.test("lines are whole, no matter where the bytes are split", async () => {
  const bytes = new TextEncoder().encode("eins\nzwölf\n");
  const cut = ReadableStream.from([...bytes].map((byte) => Uint8Array.of(byte)));
  assertEquals(await Array.fromAsync(lines(cut)), ["eins", "zwölf"]);
});

Deno.test("tables are aligned Markdown", () => {
  const columns = [
    { title: "of", left: true, cell: ([name]: [string, number]) => name },
    { title: "ms", cell: ([, ms]: [string, number]) => millis(ms) },
  ];
  assertEquals(
    tableText(columns, [["one", 0.01234], ["another", 1234.5]]),
    ["| of      |     ms |", "| ------- | -----: |", "| one     | 0.0123 |", "| another |   1235 |"]
      .join("\n"),
  );
});

/** A step with the given time. */
const step = (library: string, batch: number, hidden: number, ms: number): PeerRecord => ({
  ...{ name: "vae-step", library, about: library, device: "cpu", batch, hidden },
  ...{ median_ms: ms, min_ms: ms, q1_ms: ms, q3_ms: ms, steps: 1, gflops: 1 },
  ...{ loss_1: 600, loss_10: 300, first_step_ms: 1, rss_mb: 1 },
  ...{ ratio: 1, ratio_min: 1, ratio_max: 1 },
});

Deno.test("the growth exponent is 1 if time is proportional to work", () => {
  const steps = [100, 200, 800].map((batch) => step("echograd", batch, 200, batch / 7));
  assertEquals(growth(steps).map(({ along, exponent }) => [along, exponent]), [["batch", 1]]);
  assertEquals(growth(steps.slice(0, 1)), []);
});

Deno.test("charts name what they show, and follow the colours of the page", () => {
  const own = growthChart(
    [step("echograd", 100, 200, 3), step("echograd", 200, 200, 6)],
    "a <b> & c",
  );
  const peers = peersChart(
    [step("echograd", 100, 200, 3), step("slow", 100, 200, 30)],
    "echograd",
    "",
  );
  for (const svg of [own, peers]) {
    assertMatch(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+"/);
    assertStringIncludes(svg, "prefers-color-scheme: dark");
    assert(!/NaN|undefined/.test(svg));
  }
  assertStringIncludes(own, "a &lt;b&gt; &amp; c");
  for (const text of ["VAE step, batch 100, width 200", "slow", "30.0"]) {
    assertStringIncludes(peers, text);
  }
});
