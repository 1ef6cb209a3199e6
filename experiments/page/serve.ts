/**
 * Serves the page with the headers that a browser asks for before it shares memory between threads.
 *
 * @module
 */

import { extname } from "node:path";
import type { PageFiles } from "./build.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".bin": "application/octet-stream",
};

/** The headers that isolate a page: threads need both. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * The answer to a request for one of the page's files.
 *
 * @param isolated whether it has the headers for threads; true unless given
 */
export function answer(files: PageFiles, request: Request, isolated = true): Response {
  const { pathname } = new URL(request.url);
  const name = pathname === "/" ? "index.html" : pathname.slice(1);
  const content = files.get(name);
  if (content === undefined) return new Response(`there is no ${name}`, { status: 404 });
  const headers = { "content-type": TYPES[extname(name)], ...isolated && ISOLATION };
  return new Response(content, { headers });
}
