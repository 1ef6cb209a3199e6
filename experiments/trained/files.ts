/**
 * The files of a run, from a folder, from the archive that `pack` makes, or from bytes: in Deno, in
 * Node and on a page.
 *
 * @module
 */

import { isZip, METHOD, zipEntries, type ZipEntry } from "../formats/zip_entries.ts";
import { reason, UserError } from "../shell/errors.ts";

/**
 * Where a run is: the path of its folder, of the archive of `deno task pack`, or of a checkpoint;
 * the bytes of such a file; or the bytes of the files of its folder by name.
 */
export type RunSource = string | URL | Uint8Array | Readonly<Record<string, Uint8Array>>;

/** Files that are found by their names. */
export interface RunFiles {
  /** What they are called in messages. */
  readonly name: string;
  /** The bytes of a file; undefined if there is none of this name. */
  read(file: string): Promise<Uint8Array | undefined>;
}

/** The parameters in a packed run, sealed like a checkpoint. */
export const WEIGHTS = "weights.safetensors";
/** The parameters in the folder of a run. */
export const CHECKPOINT = "checkpoint.safetensors";
/** The codes of the test images. */
export const CODES = "codes.safetensors";

/** The part of node:fs/promises that is used; Deno and Node have it, a page has not. */
interface FileSystem {
  readFile(path: string | URL): Promise<Uint8Array>;
  stat(path: string | URL): Promise<{ isDirectory(): boolean }>;
}

/**
 * The files of a source.
 *
 * @throws {UserError} if a path cannot be read
 */
export async function filesOf(source: RunSource): Promise<RunFiles> {
  if (source instanceof Uint8Array) return filesOfBytes(source, "the run");
  if (typeof source !== "string" && !(source instanceof URL)) {
    return { name: "the run", read: (file) => Promise.resolve(source[file]) };
  }
  const name = String(source), system = fileSystem();
  try {
    if (!(await system.stat(source)).isDirectory()) {
      return filesOfBytes(await system.readFile(source), name);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (isMissing(error)) throw new UserError(`there is no run in ${name}`, { cause: error });
    throw cannotRead(name, error);
  }
  return {
    name,
    async read(file) {
      const path = source instanceof URL
        ? new URL(file, `${name.replace(/\/$/, "")}/`)
        : `${name.replace(/\/$/, "")}/${file}`;
      try {
        return await system.readFile(path);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw cannotRead(String(path), error);
      }
    },
  };
}

const isMissing = (error: unknown): boolean => (error as { code?: string }).code === "ENOENT";

const cannotRead = (path: string, error: unknown): UserError =>
  new UserError(`cannot read ${path}: ${reason(error)}`, { cause: error });

function fileSystem(): FileSystem {
  const { process } = globalThis as {
    readonly process?: { getBuiltinModule?(name: string): FileSystem };
  };
  const system = process?.getBuiltinModule?.("node:fs/promises");
  if (system !== undefined) return system;
  throw new UserError("a path needs Deno or Node from 20.16: on a page, give the bytes of the run");
}

/** The files of an archive, or a checkpoint alone. */
function filesOfBytes(bytes: Uint8Array, name: string): RunFiles {
  if (!isZip(bytes)) {
    return { name, read: (file) => Promise.resolve(file === CHECKPOINT ? bytes : undefined) };
  }
  let entries: ZipEntry[];
  try {
    entries = zipEntries(bytes);
  } catch (error) {
    throw new UserError(`${name} is damaged or no ZIP archive: ${reason(error)}`, { cause: error });
  }
  return {
    name,
    async read(file) {
      const entry = entries.find(({ name }) => name === file);
      return entry && await unpacked(entry, `${name}, ${file}`);
    },
  };
}

/**
 * The content of a file in an archive. Its checksum is not looked at, since what is read here is
 * sealed.
 */
async function unpacked({ method, packed }: ZipEntry, name: string): Promise<Uint8Array> {
  if (method === METHOD.stored) return packed;
  const raw = new Blob([new Uint8Array(packed)]).stream();
  try {
    const stream = raw.pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new UserError(`${name} is damaged: ${reason(error)}`, { cause: error });
  }
}
