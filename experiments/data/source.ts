/**
 * The sources of data sets: the files are found in a folder, an installed package, the cache or the
 * network, and used only if their checksums are the published ones.
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
  /** The name of the file in a folder; the name with `.gz` is accepted too. */
  name: string;
  /** The most bytes of the file, both gzipped and not. */
  most: number;
  /** The checksum of the uncompressed bytes. */
  digest: Digest;
}

/** Published files that belong together. */
export interface Source {
  /** The name of the folder in the cache. */
  name: string;
  files: readonly DataFile[];
  /** The licence of the data, as its makers state it. */
  licence: string;
  /** The addresses of folders with the files, in the order of the attempts. */
  mirrors: readonly string[];
  /** The ending that the network adds to the names. */
  ending?: ".gz";
  /** A package of npm or Debian with the files. */
  packaged?: {
    /** The folder where the package puts the files. */
    folder(): string;
    /** The command that installs the package; absent if it is always installed. */
    install?: string;
  };
}

/** The folder in the cache for the downloads of a source. */
export function cacheOf({ name }: Source): string {
  return join(cacheFolder(), name);
}

/**
 * The folders that are searched for a source: the user's if given, otherwise the package and the
 * cache.
 */
export function foldersOf(source: Source, dataDir?: string): string[] {
  if (dataDir !== undefined) return [dataDir];
  return [...source.packaged ? [source.packaged.folder()] : [], cacheOf(source)];
}

/** The path of a file, plain or gzipped, in the first folder that has it. */
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
 * Reads a published file from the path that {@linkcode findFile} found.
 *
 * @returns the uncompressed bytes
 * @throws {UserError} if the file cannot be read, or is not the published one
 */
export async function readDataFile(file: DataFile, path: string): Promise<Uint8Array> {
  const bytes = await readUnzipped(path, { most: file.most });
  verifyDigest(bytes, file.digest, path);
  return bytes;
}

/**
 * Reads the files of a source. If the user gives a folder, it must have all of them; otherwise
 * missing files are downloaded into the cache.
 *
 * @param options.dataDir the folder of the user
 * @param options.folders the folders to search instead; downloads go into the last one
 * @returns the uncompressed bytes of each file
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
 * Downloads the files of a source that none of the folders has into the last folder.
 *
 * @returns the number of downloaded files
 * @throws {UserError} if a file cannot be downloaded; the message explains how to get it by hand
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

/** The instructions for getting files without this program. */
function byHand(
  { mirrors, ending, packaged }: Source,
  files: readonly DataFile[],
  folder: string,
): string {
  const names = files.map(({ name }) => name + (ending ?? "")).join(", ");
  const install = packaged?.install ? `, or ${packaged.install}` : "";
  return `download ${names} from ${mirrors.join("/ or ")}/ by hand and put ${
    files.length > 1 ? "them" : "it"
  } into ${folder}, or into any folder given by --data-dir${install}`;
}
