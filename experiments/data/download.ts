/**
 * Downloads that can be interrupted: the bytes received are kept in a `.part` file, and the next
 * attempt asks for the rest.
 *
 * @module
 */

import { reason, UserError } from "../shell/errors.ts";
import { exists } from "../shell/files.ts";

/** A file to be downloaded. */
export interface Download {
  /** The addresses of the file, in the order of the attempts. */
  addresses: readonly string[];
  /** The path of the file; its folder must exist. */
  path: string;
  /** The most bytes of the file: a server that sends more sends another file. */
  most: number;
  /** Throws a {@linkcode UserError} if the bytes are not the published ones. */
  verify(bytes: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** Shows the number of bytes received, and the total if the server reports it. */
  show(done: number, total?: number): void;
  /** The milliseconds without a byte after which a server is given up; 30,000 unless given. */
  patience?: number;
}

/**
 * The most connections to one address whose connections keep breaking; each continues where the
 * last one ended.
 */
const CONNECTIONS = 20;

/** A server sends more bytes than the file can have. */
class TooMuchError extends Error {}

/** No address gave the file; the message has the reason of each. */
export class DownloadError extends Error {
  override name = "DownloadError";
}

/**
 * Downloads a file, unless another process does so at the same time. The file gets its name once it
 * is complete and verified.
 *
 * @throws {DownloadError} if no address gives the file
 * @throws {UserError} if the file cannot be written
 */
export async function download(wanted: Download): Promise<void> {
  const { path, addresses } = wanted;
  const part = `${path}.part`;
  using file = await writing(
    part,
    () => Deno.open(part, { read: true, write: true, create: true }),
  );
  await file.lock(true);
  // The process that held the lock before may have finished the file.
  if (await exists(path)) return await removeIfThere(part);

  const failures: string[] = [];
  for (const address of addresses) {
    const failure = await tryAddress(file, address, wanted);
    if (failure === undefined) {
      return await writing(path, async () => {
        await file.sync();
        await Deno.rename(part, path);
      });
    }
    failures.push(`${new URL(address).host}: ${failure}`);
  }
  if ((await file.stat()).size === 0) await removeIfThere(part);
  throw new DownloadError(failures.join("; "));
}

/**
 * Fetches the missing bytes of a file from one address and verifies it; returns the reason of a
 * failure.
 */
async function tryAddress(
  file: Deno.FsFile,
  address: string,
  wanted: Download,
): Promise<string | undefined> {
  let restarts = 0;
  if ((await file.stat()).size > wanted.most) await file.truncate(0);
  for (let connections = 1;; connections++) {
    const { size: before } = await file.stat();
    try {
      await fetchRest(file, address, wanted);
    } catch (error) {
      if (error instanceof UserError) throw error;
      // The error of fetch says only that it failed; its cause says why.
      const cause = error instanceof Error ? error.cause ?? error : error;
      const failure = reason(cause).replace(/^error sending request for url \([^)]*\): /, "");
      if (error instanceof TooMuchError) {
        await file.truncate(0);
        return failure;
      }
      if ((await file.stat()).size <= before) return failure;
      // Connect again after a broken connection only if it brought some bytes.
      if (connections === CONNECTIONS) {
        return `${failure}, in the last of ${connections} connections`;
      }
      continue;
    }
    try {
      await wanted.verify(await readBack(file));
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await file.truncate(0);
      // Perhaps only the bytes of an earlier attempt are wrong: start once from nothing.
      if (before === 0 || restarts++ > 0) return error.message;
    }
  }
}

/** Appends the missing bytes to a file; starts again if the server sends only the whole file. */
async function fetchRest(
  file: Deno.FsFile,
  address: string,
  { path, most, show, patience = 30_000 }: Download,
): Promise<void> {
  let done = await file.seek(0, Deno.SeekMode.End);
  const watch = new AbortController();
  const giveUp = () => watch.abort(new Error(`nothing came for ${patience / 1000} s`));
  let timer = setTimeout(giveUp, patience);
  try {
    // Ask for uncompressed bytes: a range of compressed ones would not fit the bytes in the file.
    const headers = { "accept-encoding": "identity", ...done > 0 && { range: `bytes=${done}-` } };
    const response = await fetch(address, { headers, signal: watch.signal });
    const range = response.headers.get("content-range")?.match(/^bytes (\d+)-/);
    const isRest = response.status === 206 && Number(range?.[1]) === done;
    const isWhole = response.status === 200;
    if (!isRest && !isWhole) {
      await response.body?.cancel();
      // 416: the file has no bytes beyond those received.
      if (response.status === 416 && done > 0) return;
      throw new Error(`the server answered ${response.status}`);
    }
    if (isWhole) {
      await file.truncate(0);
      done = await file.seek(0, Deno.SeekMode.Start);
    }
    const length = response.headers.get("content-length");
    const total = length === null ? undefined : done + Number(length);
    const check = (size: number) => {
      if (size <= most) return;
      throw new TooMuchError(
        `the server sends ${size} bytes or more, but the file has at most ${most}`,
      );
    };
    check(total ?? 0);
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, patience);
      check(done + chunk.length);
      await writing(`${path}.part`, async () => {
        for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      });
      done += chunk.length;
      show(done, total);
    }
  } finally {
    clearTimeout(timer);
    watch.abort();
  }
}

/** Reads all bytes of an open file. */
async function readBack(file: Deno.FsFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array((await file.stat()).size);
  await file.seek(0, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const count = await file.read(bytes.subarray(at));
    if (count === null) throw new Error("a file became shorter while it was read");
    at += count;
  }
  return bytes;
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Writes; an error of the operating system becomes a {@linkcode UserError}. */
async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}
