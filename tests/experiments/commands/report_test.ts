import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import settings from "../../../deno.json" with { type: "json" };
import { finishedRun } from "../../fixtures/finished_run.ts";
import { assertSentence, temporaryFolder } from "../../fixtures/helpers.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs `deno task report` with its permissions, for a user in another folder. */
async function runFrom(
  folder: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const [command, ...taskArgs] = settings.tasks.report.command.split(" ");
  assertEquals(command, "deno");
  const options = { args: [...taskArgs, ...args], cwd: ROOT, env: { INIT_CWD: folder } };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

const run = (...args: string[]) => runFrom(ROOT, ...args);

Deno.test("report writes a page and, if wanted, a table of histories", async () => {
  await using folder = await temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  const { path: first } = await finishedRun(folder.path, "first");
  await Deno.mkdir(path("empty"));
  // Twice, because report may overwrite its own files. Paths are relative to the user's folder.
  const files = ["first", "empty", "--out", "page.html", "--csv", "./histories.csv"];
  await run(first, "--out", path("page.html"), "--csv", path("histories.csv"));
  const { code, out, err } = await runFrom(folder.path, ...files);
  assertEquals([code, err], [0, ""]);
  assertMatch(
    out,
    /^left out: .*empty: .*\n.*page.html: 1 run, 0\.\d\d MB\n.*histories.csv: .*\n$/,
  );
  assertMatch(await Deno.readTextFile(path("page.html")), /^<!DOCTYPE html>.*<\/html>\n$/s);
  assertEquals((await Deno.readTextFile(path("histories.csv"))).split("\r\n").length, 1 + 4 + 1);
});

Deno.test("report prints its help, and one sentence after a mistake", async () => {
  await using folder = await temporaryFolder();
  const { code, out } = await run("--help");
  assertEquals(code, 0);
  for (const text of ["--out", "--csv", "  deno task report runs/*"]) {
    assertStringIncludes(out, text);
  }
  const mistakes: [args: string[], ...says: string[]][] = [
    [[], "no run folder is given", "deno task report runs/*"],
    [[folder.path], "there is no run", folder.path],
    [[join(folder.path, "none")], "there is no run folder"],
    [[folder.path, "--outt", "x"], "--outt", "did you mean --out?"],
    [[folder.path, "--out", "/usr/x.html"], "--out is /usr/x.html", "may write only in"],
  ];
  for (const [args, ...says] of mistakes) {
    const { code, out, err } = await run(...args);
    assertEquals([code, out], [1, ""]);
    assertSentence(err.trimEnd(), ["error: ", ...says]);
  }
});
