import { assert, assertEquals } from "@std/assert";
import { basename, join } from "node:path";
import { exists, namesIn, readFile, readText } from "../../experiments/shell/files.ts";
import { type RunFolder, runFolder } from "../../experiments/runs/run_folder.ts";
import { decodeTensors } from "../../experiments/formats/safetensors.ts";
import { runTask, startTask } from "../fixtures/command.ts";
import { temporaryFolder } from "../fixtures/helpers.ts";
import { THOROUGH } from "../fixtures/thorough.ts";
import { resultOf } from "../fixtures/training.ts";
import { npy, npz } from "../fixtures/writers.ts";

const KILLS = THOROUGH ? 50 : 3;
const EPOCHS = 8;
const LAYERS = [{ units: 5 }];

/** A number in [0, 1) from a fixed pseudorandom sequence. */
const chance = (i: number) => (Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32;

/** A line on stderr. */
function tell(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Writes a file of images of 16 pixels. */
async function writeImages(path: string): Promise<void> {
  const images = (count: number, seed: number) =>
    npy([count, 4, 4], (i) => Number(chance(i + seed) < 0.3));
  const [train, valid, test] = [images(200, 0), images(60, 5000), images(60, 9000)];
  await Deno.writeFile(path, npz({ train, valid, test }));
}

/** The activity of a killed run, inferred from its files. */
async function stageOf(folder: RunFolder): Promise<string> {
  if (!await exists(folder.path)) return "before its folder";
  const half = (await namesIn(folder.path)).find((name) => name.endsWith(".tmp"));
  if (half !== undefined) return `writing ${half.split(".").slice(1, -2).join(".")}`;
  if (!await exists(folder.config)) return "making its folder";
  if (await exists(folder.test)) return "after its last file";
  const { metadata } = decodeTensors(await readFile(folder.checkpoint), folder.checkpoint);
  const lines = (await readText(folder.history)).split("\n").length - 1;
  const epoch = Number(metadata.epoch);
  if (lines > epoch) return "between history and checkpoint";
  return epoch === EPOCHS ? "testing" : epoch === 0 ? "in its first epoch" : "in a later epoch";
}

/** The times in ms that a process takes before each printed line, and after the last one. */
async function spansOf(child: Deno.ChildProcess): Promise<number[]> {
  let before = performance.now();
  const spans: number[] = [];
  const mark = () => {
    const now = performance.now();
    spans.push(now - before);
    before = now;
  };
  await readLines(child, mark);
  assertEquals((await child.status).code, 0);
  mark();
  return spans;
}

/**
 * Kills a process a given time, in ms, after a given line. On a busy machine, a time since the
 * start would not determine the stage.
 *
 * @returns whether the process was still running
 */
async function killAfter(child: Deno.ChildProcess, line: number, wait: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // The process has ended, though its status is not known here yet.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const aim = () => timer = setTimeout(kill, wait);
  if (line === 0) aim();
  await readLines(child, (count) => count === line && aim());
  const { signal } = await child.status;
  clearTimeout(timer);
  return signal !== null;
}

/** Calls a function at each line that a process prints, with the number of lines so far. */
async function readLines(child: Deno.ChildProcess, seen: (count: number) => void): Promise<void> {
  let count = 0;
  const errors = child.stderr.cancel();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    for (const _ of text.matchAll(/\n/g)) seen(++count);
  }
  await errors;
}

Deno.test(`a run killed at any of ${KILLS} moments and resumed ends with the same bits`, async () => {
  await using runs = await temporaryFolder();
  const images = join(runs.path, "images.npz");
  await writeImages(images);
  const config = JSON.stringify({
    dataset: images,
    encoder: LAYERS,
    latent: { type: "echo", size: 2, dMax: 9 },
    decoder: LAYERS,
    batch: 20,
    epochs: EPOCHS,
  });
  const flagsOf = async (folder: RunFolder) => [
    ...["--runs-dir", runs.path, "--filename", basename(folder.path), "--device", "cpu"],
    ...await exists(folder.config) ? ["--resume"] : ["--config", config],
  ];
  const finish = async (folder: RunFolder) => {
    const { code, err } = await runTask("train", await flagsOf(folder));
    assertEquals([code, err], [0, ""]);
  };

  const whole = runFolder(runs.path, "whole");
  const spans = await spansOf(startTask("train", await flagsOf(whole)));
  const expected = await resultOf(whole);

  const stages = new Map<string, number>();
  for (let i = 0; i < KILLS; i++) {
    const line = Math.floor((i + chance(i)) / KILLS * spans.length);
    let wait = chance(i + KILLS) * spans[line];
    let folder = runFolder(runs.path, `run${i}`);
    // If the machine has become faster, the run ends before it is killed; then try again with an
    // earlier moment.
    for (; !await killAfter(startTask("train", await flagsOf(folder)), line, wait); wait /= 2) {
      folder = runFolder(runs.path, `${basename(folder.path)}_`);
    }
    const stage = await stageOf(folder);
    stages.set(stage, (stages.get(stage) ?? 0) + 1);

    await finish(folder);
    assertEquals(await resultOf(folder), expected, `killed ${stage}`);
    assertEquals(await namesIn(folder.path), await namesIn(whole.path), `killed ${stage}`);
    // Not console.log, which deno test --quiet hides.
    if (THOROUGH) tell(`${i + 1} of ${KILLS}: killed ${stage}, and the bits are the same`);
  }
  assert(stages.size > 1, "all were killed at the same stage");
});
