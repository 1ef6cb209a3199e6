/**
 * Choosing tasks and estimators by their names.
 *
 * @module
 */
import { UserError } from "../../shell/errors.ts";
import { suggest } from "../../shell/nearest.ts";

/**
 * The items that a list names, in the order of the list; all items without a list.
 *
 * @throws {UserError} for an unknown name
 */
export function chosen<Named extends { readonly name: string }>(
  flag: string,
  list: string | undefined,
  all: readonly Named[],
): readonly Named[] {
  if (list === undefined) return all;
  const names = [...new Set(list.split(",").map((text) => text.trim()))];
  return names.map((name) => {
    const found = all.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new UserError(
      `--${flag} does not know "${name}"${suggest(name, all.map((a) => a.name))}`,
    );
  });
}
