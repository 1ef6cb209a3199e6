/**
 * `deno task watch`: the drawing as a function of runs and the window, what is seen of a folder,
 * the live screen, and the command.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import fc from "../../fixtures/property.ts";
import { command } from "../../../experiments/commands/watch.ts";
import { type EpochRecord, writeHistory } from "../../../experiments/runs/history.ts";
import { drawRuns } from "../../../experiments/watch/drawing.ts";
import { lineChart, rangeOf } from "../../../experiments/watch/line_chart.ts";
import { drawLive } from "../../../experiments/watch/live.ts";
import {
  mostAge,
  type ObservedRun,
  observer,
  runPaths,
} from "../../../experiments/watch/observed_run.ts";
import { assertMistake, runHere } from "../../fixtures/command.ts";
import { finishedRun } from "../../fixtures/finished_run.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

const epoch = (number: number, elbo = 100): EpochRecord => {
  const losses = { rate: 20, distortion: elbo - 20, loss: 2 * elbo };
  return { epoch: number, learningRate: 1e-3, train: losses, valid: losses, seconds: 30 };
};

const runOf = (path: string, elbos: readonly number[], more: Partial<ObservedRun> = {}) => ({
  path,
  state: "running" as const,
  history: elbos.map((elbo, i) => epoch(i + 1, elbo)),
  epochs: 20,
  age: 3,
  ...more,
});

Deno.test("a chart has a dot for each place, without holes, and edges for what is outside", () => {
  const size = { width: 2, height: 1, last: 4, range: [0, 3] as const };
  assertEquals(lineChart([3, 2, 1, 0], size), ["⠑⢄"]);
  assertEquals(lineChart([0, 3, 3, 3], size), ["⡸⠉"]); // the second column climbs
  assertEquals(lineChart([9, 9, -9, -9], size), ["⠉⣆"]);
  assertEquals(lineChart([3, 2], size), ["⠑⠀"]);
  assertEquals(lineChart([3, NaN, 1, 0], size), ["⠁⢄"]);
  assertEquals(lineChart([], size), ["⠀⠀"]);
  // Four places for two values are a straight line; two places for four values are means.
  assertEquals(lineChart([3, 0], { ...size, last: 2 }), ["⠑⢄"]);
  assertEquals(lineChart([3, 3, 3, 3, 0, 0, 0, 0], { ...size, last: 8 }), ["⠉⣆"]);
  assertEquals(lineChart([1], { ...size, last: 1, range: [1, 1] }), ["⠤⠤"]);
});

Deno.test("the range leaves out the first tenth and what is no number", () => {
  assertEquals(rangeOf([1e9, 9, 8, NaN, 7, 6, 5, 4, 3, 2]), [2, 9]);
  assertEquals(rangeOf([5]), [5, 5]);
  assertEquals(rangeOf([NaN, Infinity]), [0, 0]);
});

Deno.test("a run is a title, its losses, a chart and an axis", () => {
  const window = { columns: 60, rows: Infinity, color: false };
  const lines = drawRuns([runOf("runs/echo", [140, 120, 110, 105, 102])], "elbo", window);
  assertEquals(lines.length, 9);
  assertEquals(lines[0], "runs/echo  running  epoch 5/20  7:30 left");
  assertEquals(lines[1], "valid rate 20.00  distortion 82.00  -ELBO 102.0");
  assertMatch(lines[2], /^140\.0 │[\u2800-\u28ff]{53}$/);
  assertMatch(lines[7], /^102\.0 │[\u2800-\u28ff]{53}$/);
  assertMatch(lines[8], /^ {6}1 ─+ valid -ELBO {2}20$/);
  assertEquals(lines[8].length, lines[7].length);

  const losses = { rate: 1, distortion: 2, loss: 3 };
  const others = [
    runOf("a", [5, 4], { state: "finished", test: losses, epochs: 2 }),
    runOf("b", [5, 4], { state: "silent", age: 754 }),
    runOf("c", [], { problem: "c/history.jsonl is not JSON" }),
    runOf("d", [], { state: "waiting", epochs: undefined }),
    runOf("e", [1e6]),
  ];
  const titles = drawRuns(others, "rate", window).join("\n");
  assertMatch(titles, /^a {2}finished {2}epoch 2\/2\ntest rate 1\.000 {2}distortion 2\.000/);
  assertMatch(titles, /\n\nb {2}silent for 12:34 {2}epoch 2\/20\nvalid rate 20/);
  assertMatch(
    titles,
    /\n\nc {2}running {2}epoch 0\/20\nc\/history\.jsonl is not JSON\n\nd {2}waiting\n/,
  );
  assertMatch(titles, /there is no such run yet\n\ne {2}running/);
  assertMatch(titles, / valid rate {2}2\n/);
});

Deno.test("the drawing never leaves the window, with colours or without", () => {
  const name = fc.string({ unit: fc.constantFrom(..."abc/_ü"), minLength: 1, maxLength: 90 });
  const state = fc.constantFrom("running", "silent", "waiting", "finished" as const);
  const elbos = fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e9 }), fc.constant(NaN)), {
    maxLength: 40,
  });
  const runs = fc.array(
    fc.tuple(name, state, elbos, fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }))
      .map(([path, state, values, epochs]) =>
        runOf(path, values, { state: state as ObservedRun["state"], epochs })
      ),
    { minLength: 1, maxLength: 12 },
  );
  const columns = fc.integer({ min: 10, max: 200 }), rows = fc.integer({ min: 1, max: 80 });
  fc.assert(fc.property(runs, columns, rows, (runs, columns, rows) => {
    const plain = drawRuns(runs, "elbo", { columns, rows, color: false });
    assert(plain.length <= rows, `${plain.length} lines in ${rows}`);
    for (const line of plain) assert(line.length <= columns, line);
    const bare = drawRuns(runs, "elbo", { columns, rows, color: true }).map((line) =>
      line.split("\x1b").map((part) => part.replace(/^\[\d+m/, "")).join("")
    );
    assertEquals(bare, plain);
  }));
});

Deno.test("in a low window runs are lines, running ones first, and the rest is counted", () => {
  const runs = [
    runOf("old", [3], { state: "finished" }),
    ...Array.from({ length: 5 }, (_, i) => runOf(`new${i}`, [3])),
  ];
  const lines = drawRuns(runs, "elbo", { columns: 60, rows: 4, color: false });
  assertEquals(lines.map((line) => line.split(" ")[0]), ["new0", "new1", "new2", "…"]);
  assertEquals(lines[3], "… and 3 more");
  const all = drawRuns(runs, "elbo", { columns: 60, rows: 6, color: false });
  assertEquals(all[5], "old  finished  epoch 1/20  valid rate 20.00  distortion -17…");
});

Deno.test("what is seen of a folder: waiting, running, silent, finished, damaged, and later runs", async () => {
  await using parent = await temporaryFolder();
  const at = (...names: string[]) => join(parent.path, ...names);
  const observe = observer(), now = Date.now();
  assertEquals((await observe(at("a"), now)).state, "waiting");
  await Deno.mkdir(at("sweep", "a"), { recursive: true });
  await Deno.mkdir(at("empty"));
  await Deno.writeTextFile(
    at("sweep", "a", "config.json"),
    '{"epochs": 7, "of": "a later version"}',
  );
  const path = at("sweep", "a");
  assertEquals(await runPaths([parent.path, path, at("later")]), [path, at("later")]);

  const begun = await observe(path, now);
  assertEquals([begun.state, begun.epochs, begun.history.length], ["running", 7, 0]);
  await writeHistory(join(path, "history.jsonl"), [epoch(1), epoch(2)]);
  assertEquals((await observe(path, now)).history.length, 2);
  assertEquals(mostAge([epoch(1)]), 150);
  const silent = await observe(path, Date.now() + 200_000);
  assertEquals(silent.state, "silent");
  assert(Math.abs(silent.age - 200) < 60);
  assertEquals((await observe(path, Date.now())).state, "running");

  await Deno.writeTextFile(join(path, "history.jsonl"), '{"epoch": \n');
  assertMatch((await observe(path, now)).problem!, /^line 1 of the history is not JSON/);
  await finishedRun(parent.path, "done");
  const done = await observe(at("done"), Date.now() + 1e9);
  assertEquals([done.state, done.epochs, done.test?.distortion], ["finished", 4, 80]);
  assertEquals(await runPaths([parent.path]), [at("done"), path]);
});

Deno.test("the live screen draws again, by time and by a resize, and leaves the terminal as it was", async () => {
  for (const [seconds, resizes] of [[0.001, false], [3600, true]] as const) {
    const controller = new AbortController();
    let text = "", drawn = 0, resized = () => {}, isGone = false;
    await drawLive(
      { interactive: true, color: false, columns: 80, write: (more) => void (text += more) },
      {
        draw: () => {
          drawn++;
          if (drawn === 1 && resizes) setTimeout(() => resized());
          if (drawn === 2) controller.abort();
          return Promise.resolve([`drawing ${drawn}`, "end"]);
        },
        rows: () => 3,
        seconds,
        signal: controller.signal,
        onResize(again) {
          resized = again;
          return { [Symbol.dispose]: () => void (isGone = true) };
        },
      },
    );
    assertEquals([drawn, isGone], [2, true]);
    const screen = (n: number) => `\x1b[H\x1b[Kdrawing ${n}\r\n\x1b[Kend\r\n\x1b[J`;
    const [open, close] = ["\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"];
    assertEquals(text, `${open}${screen(1)}${screen(2)}${close}drawing 2\nend\n`);
  }
});

Deno.test("a drawing that fails leaves the terminal as it was", async () => {
  let text = "";
  const fails = drawLive(
    { interactive: true, color: false, columns: 80, write: (more) => void (text += more) },
    {
      draw: () => Promise.reject(new TypeError("broken")),
      rows: () => 2,
      seconds: 1,
      signal: new AbortController().signal,
      onResize: () => ({ [Symbol.dispose]() {} }),
    },
  );
  assertEquals(await fails.catch((error) => error.message), "broken");
  assert(text.endsWith("\x1b[?25h\x1b[?1049l"));
});

Deno.test("without a terminal the command prints once, or JSON, and one sentence for a mistake", async () => {
  await using parent = await temporaryFolder();
  await finishedRun(parent.path, "done");
  const path = join(parent.path, "done");
  const { code, out } = await runHere(command, [parent.path]);
  assertEquals([code, out.split("\n").length], [0, 10]);
  assert(out.startsWith(`${path}  finished  epoch 4/4\n`) || out.startsWith("…"), out);
  for (const line of out.split("\n")) assert(line.length <= 80);
  const json = await runHere(command, [parent.path, "--json"]);
  const { run, state, epoch, epochs } = JSON.parse(json.out);
  assertEquals([run, state, epoch, epochs], [path, "finished", 4, 4]);
  const nowhere = join(parent.path, "nowhere");
  assertMistake(await runHere(command, [nowhere]), `there is no run in ${nowhere}`);
  assertMistake(await runHere(command, ["--metric", "lost"]), '--metric cannot be "lost"');
});
