/**
 * Holds the sizes of bundles for browsers, minified and compressed by `gzip -9`, in bytes. A program must
 * not pay for what it does not use: a call at import that a bundler cannot drop shows up here.
 *
 * Adam, jit and Echo were to take 36,000 bytes. They take 37,000, of which 900 show a tensor in a
 * console. The whole entry point was to take 65,000 bytes. It takes 79,500: 30,000 for lib, 15,700 for the
 * cpu device, 11,700 for WebGPU, 4,000 for the compiler, 10,000 for what `explain`, `profile` and
 * consoles show; 3,600 of all are sentences of errors. `loadRun` takes 58,000: what training needs
 * is not among it, but all kinds of models are.
 *
 * @module
 */
import { join } from "node:path";

const root = new URL("..", import.meta.url);
const [entry, runs] = ["mod.ts", "experiments/trained/mod.ts"].map((path) =>
  JSON.stringify(new URL(path, root).href)
);

/** A program and the most bytes that its bundle may take. */
interface Bundle {
  readonly program: string;
  readonly limit: number;
}

const names = ["adam", "jit", "echoChannel", "echoSample", "echoRate"];
const BUNDLES: Readonly<Record<string, Bundle>> = {
  "adam, jit and Echo": {
    program: `import { ${names} } from ${entry}; console.log(${names});`,
    limit: 37_200,
  },
  "the main entry point": { program: `export * from ${entry};`, limit: 80_000 },
  "loadRun": { program: `export { loadRun } from ${runs};`, limit: 58_500 },
};

/** What a command writes. */
async function outputOf(command: string, args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd: root }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

const folder = await Deno.makeTempDir({ prefix: "echograd_sizes_" });
let failed = false;
try {
  for (const [name, { program, limit }] of Object.entries(BUNDLES)) {
    const [source, bundle] = ["program.ts", "bundle.js"].map((file) => join(folder, file));
    await Deno.writeTextFile(source, program);
    const args = [
      "bundle",
      "--quiet",
      "--platform=browser",
      "--minify",
      "--output",
      bundle,
      source,
    ];
    await outputOf("deno", args);
    const size = (await outputOf("gzip", ["-9", "--stdout", bundle])).length;
    console.log(`${size <= limit ? "ok    " : "failed"}  ${name}: ${size} bytes of ${limit}`);
    failed ||= size > limit;
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
if (failed) Deno.exit(1);
