/**
 * Tables and lists that are filled as they are asked.
 *
 * @module
 */

/** What a table has at a key; the first call makes it. */
export function remember<K, V>(
  table: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  let value = table.get(key);
  if (value === undefined) table.set(key, value = make());
  return value;
}

/** The place of an item in a list, which it joins at the end unless it is in it. */
export function placeIn<T>(list: T[], item: T): number {
  const place = list.indexOf(item);
  return place >= 0 ? place : list.push(item) - 1;
}
