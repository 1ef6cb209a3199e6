import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, findLessons } from "../../../experiments/commands/lesson.ts";
import { notebookOf } from "../../../experiments/lessons/notebook.ts";
import { assertMistake, runHere } from "../../fixtures/command.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

const lessons = await findLessons();
const RUNNER = fileURLToPath(new URL("../../fixtures/run_notebook.py", import.meta.url));

/** What a cell shows: the text of a stream, the forms of a value, or the name of an error. */
interface Shown {
  readonly text?: string;
  readonly data?: Record<string, string>;
  readonly ename?: string;
}

for (const { number, file } of lessons) {
  Deno.test(`the notebook of lesson ${number} has the whole lesson`, async () => {
    const lesson = await Deno.readTextFile(file);
    const { cells } = notebookOf(lesson);
    const markers = lesson.match(/^\/\/ %% /gm)!.length;
    assertEquals(cells.length, 2 + 2 * markers);
    assertMatch(cells[0].source, /^# Lesson \d+: .*\?\n/);
    const words = (text: string) => text.match(/[\p{L}\d]+/gu)!;
    const all = words(cells.map(({ source }) => source).join("\n"));
    assertEquals(all, words(lesson.replace("@module", "")));
    for (const { cell_type, source } of cells) {
      assert(source.length > 0);
      if (cell_type === "code") assert(!source.startsWith("//"), source);
    }
  });
}

Deno.test("lesson --notebook writes a notebook once", async () => {
  const path = fileURLToPath(lessons[0].file).replace(".ts", ".ipynb");
  const isThere = await Deno.stat(path).then(() => true, () => false);
  if (!isThere) {
    const { code, out } = await runHere(command, ["1", "--notebook"]);
    assertEquals(code, 0);
    assertStringIncludes(out, path);
    assertEquals(
      JSON.parse(await Deno.readTextFile(path)),
      notebookOf(await Deno.readTextFile(lessons[0].file)),
    );
  }
  assertMistake(await runHere(command, ["1", "--notebook"]), path, "exists already");
  if (!isThere) await Deno.remove(path);
  assertMistake(await runHere(command, ["1", "--notebook", "--answers"]), "--answers runs");
  assertMistake(await runHere(command, ["--notebook"]), "--notebook needs the number");
});

for (const number of [8, 9]) {
  const { file } = lessons[number - 1];
  Deno.test({
    name: `the notebook of lesson ${number} runs in a kernel of Deno, with pictures`,
    ignore: !await hasJupyter(),
    async fn() {
      await using folder = await temporaryFolder();
      const kernel = join(folder.path, "kernels", "deno");
      await Deno.mkdir(kernel, { recursive: true });
      const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
      const spec = { argv, display_name: "Deno", language: "typescript" };
      await Deno.writeTextFile(join(kernel, "kernel.json"), JSON.stringify(spec));
      const notebook = join(folder.path, "lesson.ipynb");
      await Deno.writeTextFile(notebook, JSON.stringify(notebookOf(await Deno.readTextFile(file))));
      const { success, stdout, stderr } = await new Deno.Command("python3", {
        args: [RUNNER, notebook, fileURLToPath(new URL(".", file))],
        env: { JUPYTER_PATH: folder.path },
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const shown = JSON.parse(new TextDecoder().decode(stdout)) as Shown[];
      assertEquals(shown.filter(({ ename }) => ename !== undefined), []);
      const pngs = shown.flatMap(({ data }) => data?.["image/png"] ?? []);
      assertEquals(pngs.length, 1);
      assertStringIncludes(atob(pngs[0]).slice(0, 4), "PNG");
      const text = shown.map(({ text }) => text ?? "").join("");
      assertMatch(text, /\n\d holes? (is|are) left, 0 answers are not right yet\.\n$/);
    },
  });
}

/** Whether this machine has a Python with jupyter-client; prints a line if not. */
async function hasJupyter(): Promise<boolean> {
  const args = ["-c", "import jupyter_client"];
  const found = await new Deno.Command("python3", { args, stderr: "null" }).output()
    .then(({ success }) => success, () => false);
  if (!found) console.log("No python3 with jupyter-client here: notebooks are not run");
  return found;
}
