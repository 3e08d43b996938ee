/** Lists with one thing changed. The methods for it (`with`, `toSpliced`) are missing in the oldest browsers: vite/browsers.ts. */

export function replaced<T>(list: readonly T[], at: number, item: T): T[] {
  return list.map((one, index) => (index === at ? item : one));
}

export function inserted<T>(list: readonly T[], at: number, item: T): T[] {
  return [...list.slice(0, at), item, ...list.slice(at)];
}

export function without<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, index) => index !== at);
}

/** With the item at `from` moved to `to`, or as near as there is a place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = without(list, from);
  return inserted(rest, Math.max(0, Math.min(to, rest.length)), list[from] as T);
}
