/**
 * The library's safetensors, with the name of the file in messages.
 *
 * @module
 */
import {
  decodeTensors as decode,
  encodeTensors,
  type NamedArray,
  SafetensorsError,
  type TensorFile,
} from "../../lib/safetensors.ts";
import { UserError } from "../shell/errors.ts";

export { encodeTensors, type NamedArray, type TensorFile };

/**
 * Reads the bytes of a safetensors file.
 *
 * @param source the name of the file, for messages
 * @throws {UserError} if the file is cut short, or its header does not fit the bytes after it
 */
export function decodeTensors(bytes: Uint8Array, source: string): TensorFile {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new UserError(`${source} is not a whole safetensors file: ${error.reason}`);
  }
}
