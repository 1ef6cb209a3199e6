/**
 * A small temporary disk that can be full or read-only, if this machine allows mounting one.
 *
 * @module
 */

import { join } from "node:path";

/** A mounted disk; it is unmounted when it goes out of scope. */
export interface Disk extends AsyncDisposable {
  path: string;
  /** Fills the disk with a file. */
  fill(): void;
  /** Removes that file. */
  free(): Promise<void>;
  /** Makes the disk read-only, or writable again. */
  setReadOnly(readOnly: boolean): Promise<void>;
}

/** Mounts an empty disk of the given size in KiB. */
export async function mountDisk(size: number): Promise<Disk> {
  const path = await Deno.makeTempDir({ prefix: "echograd_disk_" });
  const filler = join(path, "filler");
  try {
    await mount("-t", "tmpfs", "-o", `size=${size}k`, "tmpfs", path);
  } catch (error) {
    await Deno.remove(path);
    throw error;
  }
  return {
    path,
    fill() {
      using file = Deno.openSync(filler, { create: true, write: true });
      const bytes = new Uint8Array(1024);
      try {
        for (;;) file.writeSync(bytes);
      } catch (error) {
        if (!String(error).includes("No space left")) throw error;
      }
    },
    free: () => Deno.remove(filler),
    setReadOnly: (readOnly) => mount("-o", `remount,${readOnly ? "ro" : "rw"}`, path),
    async [Symbol.asyncDispose]() {
      await command("umount", path);
      await Deno.remove(path);
    },
  };
}

/** The reason why no disk can be mounted here; undefined if one can. */
export async function whyNoDisk(): Promise<string | undefined> {
  try {
    await using _ = await mountDisk(64);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const mount = (...args: string[]) => command("mount", ...args);

async function command(name: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}
