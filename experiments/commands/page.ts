/**
 * `deno task page`: builds the page that trains an autoencoder in a browser, and serves it.
 *
 * @module
 */

import { join } from "node:path";
import { buildPage } from "../page/build.ts";
import { answer } from "../page/serve.ts";
import { reason, UserError } from "../shell/errors.ts";
import { exists, makeFolder, readText, writeFile } from "../shell/files.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { main, print } from "../shell/program.ts";

const FLAGS = {
  build: {
    type: "path",
    value: "<folder>",
    help: "write a static site into this folder instead of serving the page",
  },
  port: {
    type: "integer",
    value: "<number>",
    default: 8000,
    min: 0,
    max: 65_535,
    help: "the port on 127.0.0.1; 0 takes any free one",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task page [flags]

Build the page that trains an autoencoder in a browser, and serve it on 127.0.0.1.

  deno task page                # open http://127.0.0.1:8000
  deno task page --build site   # a static site for any host`;

/** What the page has, and other pages have not. */
const MARK = "<title>echograd";

if (import.meta.main) await main(command);

/** Builds the page, and serves or writes it. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { build, port } = given;
  const index = build === undefined ? undefined : join(build, "index.html");
  if (index !== undefined && await exists(index) && !(await readText(index)).includes(MARK)) {
    throw new UserError(
      `--build: ${index} is another page; remove it, or choose another folder`,
    );
  }
  const files = await buildPage();
  if (build === undefined) return await serve(files, port);
  await makeFolder(build);
  for (const [name, content] of files) await writeFile(join(build, name), content);
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  print(`${build}: ${files.size} files, ${(bytes / 1e6).toFixed(2)} MB`);
}

async function serve(files: Awaited<ReturnType<typeof buildPage>>, port: number): Promise<void> {
  const onListen = ({ port }: { port: number }) =>
    print(`http://127.0.0.1:${port} — stop with Ctrl-C`);
  try {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen },
      (request) => answer(files, request),
    );
    await server.finished;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UserError(`cannot serve on port ${port}: ${reason(error)}; choose another --port`);
  }
}
