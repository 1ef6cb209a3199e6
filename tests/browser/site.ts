/**
 * A site on this machine: bundled programs, served with the headers that a test asks for.
 *
 * @module
 */
import { join } from "node:path";
import type { OpenPage } from "./browsers.ts";

/** The headers of an address that begins with the name. */
export const HEADERS: Readonly<Record<Headers, Readonly<Record<string, string>>>> = {
  plain: {},
  /** Shared memory, and so threads, need a page that is isolated from others. */
  isolated: {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  },
  /** The strictest policy that the library works under, with threads. */
  strict: {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:",
  },
  /** A policy under which WebAssembly does not compile. */
  closed: { "Content-Security-Policy": "script-src 'self'" },
};

/** A choice of headers. */
export type Headers = "plain" | "isolated" | "strict" | "closed";

/** A site that is served. `await using` ends it. */
export interface Site extends AsyncDisposable {
  /** The address of a program's page. */
  address(program: string, headers: Headers, parameters?: Record<string, string>): string;
  /** What the next program reports; fails where its page has an error instead. */
  report(opened?: OpenPage): Promise<unknown>;
}

/** Bundles a program for browsers. */
export async function bundle(program: string, file: string, ...flags: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("deno", {
    args: ["bundle", "--quiet", "--platform=browser", ...flags, "--output", file, program],
  }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}

/**
 * Serves the bundles of a folder. A page runs `<program>.js`, and reports by a POST of JSON, as no
 * policy keeps it from doing.
 *
 * @param modules the files of modules that the bundles leave out, by their names
 */
export function serveSite(folder: string, modules: Record<string, string> = {}): Site {
  let { promise, resolve } = Promise.withResolvers<unknown>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (request.method === "POST") {
      resolve(await request.json());
      return new Response();
    }
    const [, variant, file] = new URL(request.url).pathname.split("/");
    if (!(variant in HEADERS)) return new Response(null, { status: 404 });
    const headers: Record<string, string> = { ...HEADERS[variant as Headers] };
    if (file.endsWith(".js")) {
      headers["Content-Type"] = "text/javascript";
      return new Response(await Deno.readFile(join(folder, file)), { headers });
    }
    headers["Content-Type"] = "text/html; charset=utf-8";
    const imports = Object.keys(modules).length === 0
      ? ""
      : `<script type="importmap">${JSON.stringify({ imports: modules })}</script>`;
    const page = `<!doctype html><title>${file}</title><link rel="icon" href="data:,">${imports}
      <script type="module" src="${file}.js"></script>`;
    return new Response(page, { headers });
  });
  return {
    address(program, headers, parameters = {}) {
      const { port } = server.addr;
      return `http://127.0.0.1:${port}/${headers}/${program}?${new URLSearchParams(parameters)}`;
    },
    async report(opened) {
      const reported = await Promise.race([promise, ...opened ? [opened.broken] : []]);
      ({ promise, resolve } = Promise.withResolvers());
      return reported;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
