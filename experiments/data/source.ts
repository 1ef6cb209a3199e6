/**
 * Where the bytes of a data set come from: a folder, the cache, or the network; never used unless their checksum is right.
 *
 * @module
 */

import { gunzip } from "node:zlib";
import { promisify } from "node:util";
import { join } from "node:path";
import { reason, UserError } from "../errors.ts";
import { exists, makeFolder, readFile, writeFile } from "../files.ts";

/** A published file. */
export interface DataFile {
  /** Its name in a folder; the same name with `.gz` is accepted too. */
  name: string;
  /** SHA-256 of its unzipped bytes, in hexadecimal. */
  sha256: string;
}

/**
 * Reads files from a folder that must have all of them, each plain or zipped.
 *
 * @returns the unzipped bytes of each
 * @throws {UserError} if one is missing, cannot be read, or is not the published file
 */
export async function readAll(files: readonly DataFile[], folder: string): Promise<Uint8Array[]> {
  const contents = [];
  for (const file of files) {
    const bytes = await readFrom(folder, file);
    if (!bytes) throw new UserError(`${folder} has neither ${file.name} nor ${file.name}.gz`);
    contents.push(bytes);
  }
  return contents;
}

/**
 * Reads files from the user's folder if one is given; else from the cache, into which missing ones are downloaded first.
 *
 * @param files the files of a data set
 * @param address the folder of the network that has them
 * @param options.dataDir the user's folder, which must then have all of them
 * @param options.cache the folder of this data set in the cache
 * @returns the unzipped bytes of each
 * @throws {UserError} if a file is missing, damaged, or cannot be downloaded
 */
export async function obtain(
  files: readonly DataFile[],
  address: string,
  { dataDir, cache }: { dataDir?: string; cache: string },
): Promise<Uint8Array[]> {
  if (dataDir !== undefined) return await readAll(files, dataDir);
  const contents = [];
  for (const file of files) {
    contents.push(await readFrom(cache, file) ?? await download(file, files, address, cache));
  }
  return contents;
}

/** A file of a folder, plain or zipped, or `undefined` if it has neither. */
async function readFrom(folder: string, file: DataFile): Promise<Uint8Array | undefined> {
  const plain = join(folder, file.name);
  if (await exists(plain)) return await verified(await readFile(plain), file, plain);
  const zipped = `${plain}.gz`;
  if (!await exists(zipped)) return undefined;
  return await verified(await unzip(await readFile(zipped), zipped), file, zipped);
}

/** Fetches one of the files and keeps it in the cache; without a network, says how to do without. */
async function download(
  file: DataFile,
  files: readonly DataFile[],
  address: string,
  cache: string,
): Promise<Uint8Array> {
  const url = `${address}/${file.name}`;
  console.error(`Downloading ${url} to ${cache}`);
  let bytes;
  try {
    const response = await fetch(url);
    bytes = await response.bytes();
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
  } catch (error) {
    const names = files.map(({ name }) => name).join(", ");
    throw new UserError(
      `cannot download ${url} (${
        reason(error)
      }): put ${names} (plain or .gz) into ${cache}, or into any folder and name it with --data-dir`,
      { cause: error },
    );
  }
  await verified(bytes, file, url);
  await makeFolder(cache);
  await writeFile(join(cache, file.name), bytes);
  return bytes;
}

async function unzip(bytes: Uint8Array, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await promisify(gunzip)(bytes));
  } catch (error) {
    throw new UserError(`${path} is damaged: ${reason(error)}`, { cause: error });
  }
}

/** The bytes themselves, if they are the published ones. */
async function verified(
  bytes: Uint8Array<ArrayBuffer>,
  file: DataFile,
  path: string,
): Promise<Uint8Array> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = digest.toHex();
  if (found !== file.sha256) {
    throw new UserError(
      `${path} is damaged or another file: its SHA-256 is ${found}, but must be ${file.sha256}`,
    );
  }
  return bytes;
}
