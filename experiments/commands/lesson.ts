/**
 * `deno task lesson`: lists the lessons, or runs one.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { UserError } from "../shell/errors.ts";
import { helpText, parseWords } from "../shell/flags.ts";
import { main, print } from "../shell/program.ts";
import { notebookOf } from "../lessons/notebook.ts";

const FLAGS = {
  answers: { type: "boolean", help: "run the lesson with the answers in its holes" },
  notebook: { type: "boolean", help: "write the lesson as a notebook beside it; do not run it" },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task lesson [number] [flags]

List the lessons, or run one. A lesson is a program of at most 100 lines in experiments/lessons:
read it, run it, write something for each hole, and run it again.

  deno task lesson              # the list
  deno task lesson 1            # run lesson 1
  deno task lesson 1 --answers  # with the answers
  deno task lesson 1 --notebook # a notebook, for Jupyter with the kernel of Deno`;

const FOLDER = new URL("../lessons/", import.meta.url);

/** A lesson: its number, its file, and the question that it answers. */
export interface Lesson {
  readonly number: number;
  readonly file: URL;
  readonly question: string;
}

if (import.meta.main) await main(command);

/** Lists the lessons, or runs one. */
export async function command(args: string[]): Promise<void> {
  const { words, values: given } = parseWords(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const lessons = await findLessons();
  if (words.length === 0) {
    const flag = given.answers ? "--answers" : given.notebook ? "--notebook" : undefined;
    if (flag !== undefined) throw new UserError(`${flag} needs the number of a lesson`);
    for (const { number, file, question } of lessons) {
      print(`${`${number}`.padStart(2)}  ${question}  ${fileURLToPath(file)}`);
    }
    return;
  }
  const lesson = lessons.find(({ number }) => words.length === 1 && `${number}` === words[0]);
  if (lesson === undefined) {
    throw new UserError(
      `there is no lesson "${words.join(" ")}"; the lessons are 1 to ${lessons.length}`,
    );
  }
  if (!given.notebook) return void await import(lesson.file.href);
  if (given.answers) throw new UserError("--answers runs a lesson, and --notebook does not");
  await writeNotebook(lesson);
}

async function writeNotebook({ number, file }: Lesson): Promise<void> {
  const path = fileURLToPath(file).replace(/\.ts$/, ".ipynb");
  const notebook = notebookOf(await Deno.readTextFile(file));
  try {
    await Deno.writeTextFile(path, JSON.stringify(notebook, null, 1) + "\n", { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new UserError(`${path} exists already, maybe with your answers: remove it first`);
  }
  print(`Lesson ${number} is in ${path}`);
  print("Jupyter opens it after: deno jupyter --install");
}

/** All lessons in order. The first line of a lesson is its question. */
export async function findLessons(): Promise<Lesson[]> {
  const files = await Array.fromAsync(Deno.readDir(FOLDER));
  const names = files.map(({ name }) => name).filter((name) => /^\d+_\w+\.ts$/.test(name)).sort();
  return await Promise.all(names.map(async (name) => {
    const file = new URL(name, FOLDER);
    const [, question] = (await Deno.readTextFile(file)).match(/Lesson \d+: (.*)/)!;
    return { number: parseInt(name), file, question };
  }));
}
