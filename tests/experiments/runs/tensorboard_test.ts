/**
 * Event files of TensorBoard: read by a reader of this test, and by TensorBoard's own where it is
 * installed.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { basename, join } from "node:path";
import { crc32c, eventRecord, maskedChecksum } from "../../../experiments/formats/tensorboard.ts";
import { type EpochRecord, writeHistory } from "../../../experiments/runs/history.ts";
import { folderAt, type RunFolder } from "../../../experiments/runs/run_folder.ts";
import { eventLog } from "../../../experiments/runs/tensorboard.ts";
import { assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";

Deno.test("CRC-32C has the values of RFC 3720", () => {
  const of = (byte: (i: number) => number, length = 32) =>
    crc32c(Uint8Array.from({ length }, (_, i) => byte(i)));
  assertEquals(of(() => 0), 0x8a9136aa);
  assertEquals(of(() => 0xff), 0x62a8ab43);
  assertEquals(of((i) => i), 0x46dd794e);
  assertEquals(of((i) => 31 - i), 0x113fdb5c);
  assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});

Deno.test("a file begins with the bytes that every file of TensorFlow begins with", () => {
  const head = eventRecord({ wallTime: 1, fileVersion: "brain.Event:2" }).subarray(0, 13);
  assertEquals([...head], [24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 9]);
});

/** The fields of a protobuf message: numbers, or bytes, by field number. */
function fieldsOf(bytes: Uint8Array): [field: number, value: number | Uint8Array][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = () => {
    let value = 0, scale = 1;
    for (;; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint(), wire = key & 7;
    let value: number | Uint8Array;
    if (wire === 0) value = varint();
    else if (wire === 1) [value, at] = [view.getFloat64(at, true), at + 8];
    else if (wire === 5) [value, at] = [view.getFloat32(at, true), at + 4];
    else {
      assertEquals(wire, 2);
      const length = varint();
      [value, at] = [bytes.subarray(at, at + length), at + length];
    }
    fields.push([key >> 3, value]);
  }
  return fields;
}

const textOf = (bytes: number | Uint8Array) => new TextDecoder().decode(bytes as Uint8Array);

/** An event as this reader sees it. */
interface Seen {
  wallTime?: number;
  step?: number;
  version?: string;
  status?: number;
  scalars?: Record<string, number>;
}

/** All events of a file, whose lengths and checksums are checked. */
function eventsOf(bytes: Uint8Array): Seen[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const events: Seen[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true)),
      data = bytes.subarray(at + 12, at + 12 + length);
    assertEquals(view.getUint32(at + 8, true), maskedChecksum(bytes.subarray(at, at + 8)));
    assertEquals(view.getUint32(at + 12 + length, true), maskedChecksum(data));
    const seen: Seen = {};
    for (const [field, value] of fieldsOf(data)) {
      if (field === 1) seen.wallTime = value as number;
      else if (field === 2) seen.step = value as number;
      else if (field === 3) seen.version = textOf(value);
      else if (field === 7) [[, seen.status]] = fieldsOf(value as Uint8Array) as [[1, number]];
      else {
        assertEquals(field, 5);
        seen.scalars = Object.fromEntries(
          fieldsOf(value as Uint8Array).map(([one, inner]) => {
            assertEquals(one, 1);
            const [[, tag], [, number]] = fieldsOf(inner as Uint8Array);
            return [textOf(tag), number as number];
          }),
        );
      }
    }
    events.push(seen);
    at += 16 + length;
  }
  return events;
}

Deno.test("a record is read back: long texts, large steps, and a checksum that notices one bit", () => {
  const tag = "x".repeat(300);
  const event = { wallTime: 1.5e9 + 1 / 3, step: 2 ** 40 + 5, scalars: { [tag]: 0.1, b: -3e38 } };
  const bytes = eventRecord(event);
  assertEquals(eventsOf(bytes), [
    { ...event, scalars: { [tag]: Math.fround(0.1), b: Math.fround(-3e38) } },
  ]);
  bytes[40] ^= 1;
  let isSame = true;
  try {
    eventsOf(bytes);
  } catch {
    isSame = false;
  }
  assert(!isSame);
});

const epoch = (number: number): EpochRecord => {
  const losses = { rate: 10 + number, distortion: 90 - number / 3, loss: 100 + number };
  return {
    ...{ epoch: number, learningRate: 1e-3 / number, beta: number / 4, seconds: 2 },
    ...{ train: { ...losses, tc: 0.1 }, valid: losses },
  };
};

/** The folder of a run with some epochs, whose log is at 1000 seconds. */
async function run(parent: string, epochs: number): Promise<RunFolder> {
  const folder = folderAt(join(parent, "run"));
  await Deno.mkdir(folder.path, { recursive: true });
  await writeHistory(folder.history, Array.from({ length: epochs }, (_, i) => epoch(i + 1)));
  return folder;
}

/** The event files of a run. */
const filesOf = async (folder: RunFolder) =>
  (await Array.fromAsync(Deno.readDir(folder.path))).map(({ name }) => name)
    .filter((name) => name.includes("tfevents"));

Deno.test("a session writes earlier epochs anew and appends its own, and the test", async () => {
  await using parent = await temporaryFolder();
  let folder = await run(parent.path, 1);
  const first = eventLog(folder, () => 1e6);
  await first.epoch(epoch(1));
  assertEquals(await filesOf(folder), ["events.out.tfevents.1000.echograd"]);
  await Deno.writeTextFile(join(folder.path, "events.out.tfevents.7.other"), "");

  folder = await run(parent.path, 3); // two further epochs without a log
  const log = eventLog(folder, () => 2e6);
  await log.epoch(epoch(3));
  folder = await run(parent.path, 4);
  await log.epoch(epoch(4));
  await log.test({ rate: 1, distortion: 2, loss: 3 });
  const [name, other] = (await filesOf(folder)).sort().toReversed();
  assertEquals([name, other], [
    "events.out.tfevents.7.other",
    "events.out.tfevents.2000.echograd",
  ]);
  const events = eventsOf(await Deno.readFile(join(folder.path, other)));
  assertEquals(events.slice(0, 2), [
    { wallTime: 2000, version: "brain.Event:2" },
    { wallTime: 2000, step: 1, status: 1 },
  ]);
  const scalars = (number: number) => {
    const { train, valid, learningRate, beta, seconds } = epoch(number);
    const named = (of: object, end: string) =>
      Object.entries(of).map(([name, value]) => [`${name}/${end}`, Math.fround(value)]);
    return Object.fromEntries([
      ...named(train, "train"),
      ...named(valid, "valid"),
      ["learningRate", Math.fround(learningRate)],
      ["beta", beta],
      ["seconds", seconds],
    ]);
  };
  assertEquals(
    events.slice(2, 6),
    [[1, 1996], [2, 1998], [3, 2000], [4, 2000]].map(([step, wallTime]) => (
      { wallTime, step, scalars: scalars(step) }
    )),
  );
  const test = { "rate/test": 1, "distortion/test": 2, "loss/test": 3 };
  assertEquals(events.slice(6), [{ wallTime: 2000, step: 4, scalars: test }]);
});

Deno.test("a log that cannot be written is a sentence", async () => {
  await using parent = await temporaryFolder();
  const folder = await run(parent.path, 1), log = eventLog(folder, () => 1e6);
  await log.epoch(epoch(1));
  await Deno.remove(folder.path, { recursive: true });
  await assertRefusedLater(() => log.epoch(epoch(2)), "cannot write", "tfevents.1000.echograd");
});

/** Where `pip install --target /tmp/tb tensorboard` puts it, besides the usual places. */
const PYTHONPATH = [Deno.env.get("PYTHONPATH"), "/tmp/tb"].filter(Boolean).join(":");
const python = (program: string, ...args: string[]) =>
  new Deno.Command("python3", { args: ["-c", program, ...args], env: { PYTHONPATH } }).output();
const reader =
  "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator";

async function hasTensorBoard(): Promise<boolean> {
  const found = await python("import tensorboard").then(({ success }) => success, () => false);
  if (!found) console.log("No python3 with tensorboard here: what it reads is not tested");
  return found;
}

Deno.test({
  name: "TensorBoard reads the numbers of the history",
  ignore: !await hasTensorBoard(),
  async fn() {
    await using parent = await temporaryFolder();
    const folder = await run(parent.path, 2);
    await eventLog(folder, () => 1e6).epoch(epoch(2));
    await run(parent.path, 3);
    const log = eventLog(folder, () => 2e6);
    await log.epoch(epoch(3));
    await log.test({ rate: 1, distortion: 2, loss: 3 });
    const program = `
import json, sys
${reader}
found = EventAccumulator(sys.argv[1])
found.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in found.Scalars(tag)] for tag in found.Tags()["scalars"]}))`;
    const { success, stdout, stderr } = await python(program, folder.path);
    assert(success, new TextDecoder().decode(stderr));
    const read = JSON.parse(new TextDecoder().decode(stdout));
    const steps = [1, 2, 3];
    const f = Math.fround;
    assertEquals(read["distortion/valid"], steps.map((n) => [n, f(epoch(n).valid.distortion)]));
    assertEquals(read["tc/train"], steps.map((n) => [n, f(0.1)]));
    assertEquals(read.learningRate, steps.map((n) => [n, f(epoch(n).learningRate)]));
    assertEquals(read["loss/test"], [[3, 3]]);
    assertEquals(Object.keys(read).length, 4 + 3 + 3 + 3);
    assertMatch(basename((await filesOf(folder))[0]), /tfevents\.2000\./);
  },
});
