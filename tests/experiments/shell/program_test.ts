/** The output of programs: to a closed pipe, to a full disk, and of any length. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import settings from "../../../deno.json" with { type: "json" };
import { writeNpz } from "../../../experiments/formats/npy_writer.ts";
import { UserError } from "../../../experiments/shell/errors.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { parseJson } from "../../../experiments/shell/json.ts";
import { shellWord } from "../../../experiments/shell/command_line.ts";
import { onUnread, write } from "../../../experiments/shell/program.ts";
import { showLine, showStatus, standardTerminal } from "../../../experiments/shell/terminal.ts";
import { DATA, SIDE } from "../../fixtures/bars.ts";
import { runTask, startTask } from "../../fixtures/command.ts";
import { assertRefused, assertSentence, temporaryFolder } from "../../fixtures/helpers.ts";

const EXPERIMENTS = fileURLToPath(new URL("../../../experiments", import.meta.url));

/** A stream that takes a few bytes at a time and then fails with an error. */
function sink(room: number, error?: Error): { text: string; writeSync(bytes: Uint8Array): number } {
  return {
    text: "",
    writeSync(bytes) {
      if (this.text.length >= room && error) throw error;
      const taken = bytes.subarray(0, 3);
      this.text += new TextDecoder().decode(taken);
      return taken.length;
    },
  };
}

Deno.test("a text is written whole; a closed pipe is silent, and a full disk gives an error message", () => {
  const whole = sink(Infinity);
  write("all of it\n", whole);
  assertEquals(whole.text, "all of it\n");
  const full = sink(6, new Error("No space left on device (os error 28)"));
  assertRefused(
    () => write("all of it", full),
    "cannot write to standard output: No space left on device",
  );
  const gone = sink(6, new Deno.errors.BrokenPipe("Broken pipe (os error 32)"));
  assert(!(assertThrows(() => write("all of it", gone)) instanceof UserError));
  let heard = 0;
  onUnread(() => void heard++);
  write("all of it", gone);
  assertEquals([heard, gone.text], [1, "all of"]);
});

Deno.test("no command writes past program.ts", async () => {
  const past = /\bconsole\.|\bDeno\.std(out|err)\.write/;
  const files = async function* (folder: string): AsyncGenerator<string> {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (name === "lessons") continue; // programs of their own
      if (isDirectory) yield* files(join(folder, name));
      else if (name.endsWith(".ts")) yield join(folder, name);
    }
  };
  for await (const path of files(EXPERIMENTS)) {
    assert(!past.test(await Deno.readTextFile(path)), path);
  }
});

Deno.test("tasks are allowed no more than they need", () => {
  const commands = Object.entries(settings.tasks).map(([name, { command }]) => [name, command]);
  const allowed = Object.fromEntries(
    commands.map(([name, command]) => [name, command.match(/--allow-\S+/g) ?? []]),
  );
  assertEquals(allowed.completions, ["--allow-run=deno"]);
  const env = "--allow-env=INIT_CWD";
  assertEquals(allowed.lesson, ["--allow-read", "--allow-write=experiments/lessons"]);
  assertEquals(allowed.explain, ["--allow-read", env]);
  for (const task of ["mi", "watch"]) {
    assertEquals(allowed[task], ["--allow-read", `${env},NO_COLOR,TERM`]);
  }
  assertEquals(allowed.report, ["--allow-read", "--allow-write=.,/tmp", env]);
  assertEquals(allowed.page.filter((flag) => /run|net/.test(flag)), [
    "--allow-run=deno",
    "--allow-net=127.0.0.1",
  ]);
  for (const task of ["decode", "sample", "pack"]) {
    assertEquals(allowed[task], ["--allow-read", "--allow-write", `${env},NO_COLOR,TERM`]);
  }
  const places = ["--allow-read=.,/tmp", "--allow-write=.,/tmp"];
  assertEquals(allowed["mi-bench"], [...places, `${env},NO_COLOR,TERM`]);
  assert(commands.every(([_, command]) => !/ -A\b|--allow-all/.test(command)));
  assertEquals(settings.lock, { frozen: true });
});

Deno.test("a run whose reader has ended keeps its last whole epoch; a full disk gives an error message", async () => {
  await using folder = await temporaryFolder();
  const { data } = DATA.train;
  const images = { shape: [200, SIDE, SIDE], data: Float64Array.from(data as ArrayLike<number>) };
  const dataset = join(folder.path, "bars.npz");
  await Deno.writeFile(dataset, writeNpz({ images }));
  const config = JSON.stringify({
    ...{ encoder: [], decoder: [], latent: { type: "gaussian", size: 2 }, batch: 50, dataset },
  });
  const where = ["--device", "cpu", "--runs-dir", folder.path];
  const child = startTask("train", [
    ...["--config", config, "--epochs", "5000", "--filename", "heard"],
    ...where,
  ]);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let out = ""; !out.includes("epoch    2/");) out += (await reader.read()).value;
  await reader.cancel();
  assertEquals([(await child.status).code, await new Response(child.stderr).text()], [141, ""]);
  const history = () => readHistory(join(folder.path, "heard", "history.jsonl"));
  const { length } = await history();
  assert(length >= 2 && length < 5000);

  // It is an ordinary run, which goes on; and ends by a sentence where its words cannot be kept.
  const flags = ["--resume", "--filename", "heard", ...where];
  const full = await runTask("train", flags, { stdout: "/dev/full" });
  assertEquals([full.code, full.out], [1, ""]);
  assertSentence(full.err.trimEnd(), ["cannot write to standard output: No space left on device"]);
  assertEquals((await history()).length, length);
});

Deno.test("a terminal with TERM=dumb gets no escape sequences", () => {
  const term = Deno.env.get("TERM");
  Deno.env.set("TERM", "dumb");
  const output = Object.assign(sink(Infinity), { isTerminal: () => true });
  const terminal = standardTerminal(output);
  showStatus(terminal, "under way");
  showLine(terminal, "done");
  assertEquals(output.text, "done\n");
  if (term === undefined) Deno.env.delete("TERM");
  else Deno.env.set("TERM", term);
});

Deno.test("messages are short and have no control characters", () => {
  const { message } = new UserError(`there is no ${"x".repeat(1e6)}\x1b[31m\n in config.json`);
  assert(message.length < 2100, `${message.length}`);
  assertSentence(message, ["there is no xxx", "characters", "\\u001b[31m\\u000a in config.json"]);
});

Deno.test("JSON with a key twice in one object is refused", () => {
  const value = { a: 1, b: { a: [{ a: 1 }, { a: 2 }], c: '{"a": 1, "a": 2}' }, "\n": "a" };
  assertEquals(parseJson(JSON.stringify(value), "x"), value);
  assertRefused(() => parseJson('{"a": 1, "b": [], "a": 1}', "x"), "x has the key a twice");
  assertRefused(
    () => parseJson('[{"b": {"c": {"a": "}", "\\u0061" : 2}}}]', "x"),
    "key b.c.a twice",
  );
  assertRefused(() => parseJson('{"a": 1', "x"), "x is not JSON");
});

Deno.test("a shell reads quoted words unchanged", async () => {
  const words = ["plain-1.0/x=y", "two words", "it's", '$HOME `id` \\ "q"', "=cmd", "~", "*", ""];
  const args = ["-c", `printf '%s\\n' ${words.map(shellWord).join(" ")}`];
  const { stdout } = await new Deno.Command("sh", { args }).output();
  assertEquals(new TextDecoder().decode(stdout).slice(0, -1).split("\n"), words);
  assertStringIncludes(words.map(shellWord).join(" "), "plain-1.0/x=y 'two words'");
});
