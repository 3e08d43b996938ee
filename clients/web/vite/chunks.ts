/**
 * Which modules share a file: what both pages load at once is one file, instead of one for each set of later parts that
 * use it too. Small files compress worse, and the first load of a phone is counted in bytes.
 */
import { dirname } from "node:path";

interface Context {
  getModuleInfo: (id: string) => { importedIds: readonly string[] } | null;
}

const PAGES = ["/src/player/main.ts", "/src/host/main.ts"];

/** Names the chunk of a module; null: the bundler decides. */
export function sharedByPages(): (id: string, context: Context) => string | null {
  let shared: Set<string> | undefined;
  const root = dirname(import.meta.dirname).replaceAll("\\", "/");
  return (id, context) => {
    shared ??= PAGES.map((page) => reached(root + page, context)).reduce(inBoth);
    return shared.has(id) ? "shared" : null;
  };
}

/** The modules that a page loads at once. */
function reached(page: string, context: Context): Set<string> {
  const found = new Set([page]);
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

const inBoth = (one: Set<string>, other: Set<string>) => new Set([...one].filter((id) => other.has(id)));
