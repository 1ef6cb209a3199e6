/**
 * A lesson as a notebook of Jupyter: a cell of prose and a cell of code for each `// %%`.
 *
 * @module
 */

/** A cell of a notebook. */
interface Cell {
  readonly id: string;
  readonly cell_type: "markdown" | "code";
  readonly metadata: Record<string, never>;
  readonly source: string;
  /** Of cells of code. */
  readonly execution_count?: null;
  /** Of cells of code. */
  readonly outputs?: readonly never[];
}

/** A notebook in version 4.5 of the format. */
export interface Notebook {
  readonly nbformat: 4;
  readonly nbformat_minor: 5;
  readonly metadata: object;
  readonly cells: readonly Cell[];
}

/**
 * The notebook of a lesson. Its imports are relative, so it belongs in the folder of the lesson:
 * the kernel starts in the folder of the notebook.
 */
export function notebookOf(lesson: string): Notebook {
  const [, header, rest] = lesson.match(/^\/\*\*\n([^]*?)\n \* @module\n \*\/\n([^]*)$/)!;
  const [imports, ...parts] = rest.split(/^\/\/ %% /m);
  const text = header.replaceAll(/^ \* ?/gm, "").trim();
  const cells = [markdown(text.replace(/^Lesson/, "# Lesson")), code(imports)];
  for (const part of parts) {
    // The comment that opens a cell goes on until the first line of code.
    const [, first, more, program] = part.match(/^(.*\n)((?:\/\/ .*\n)*)([^]*)$/)!;
    cells.push(markdown(first + more.replaceAll(/^\/\/ /gm, "")), code(program));
  }
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { name: "typescript", file_extension: ".ts" },
    },
    cells: cells.map((cell, i) => ({ id: `cell-${i}`, ...cell })),
  };
}

const markdown = (text: string): Omit<Cell, "id"> => ({
  cell_type: "markdown",
  metadata: {},
  source: text.trim(),
});

const code = (text: string): Omit<Cell, "id"> => ({
  cell_type: "code",
  metadata: {},
  source: text.trim(),
  execution_count: null,
  outputs: [],
});
