/** What the browser keeps between visits. Where it keeps nothing (private windows, say), nothing breaks. */

const PREFIX = "quickpoll:";

export function read<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // The page works without it; only a reload then starts afresh.
  }
}

export function remove(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // As above.
  }
}

/** As `read` and `write`, for this tab alone: what it keeps goes with it. */
export function readTab<T>(key: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

/** @param value null removes it. */
export function writeTab(key: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // As above.
  }
}

/** The kept keys that start with `prefix`, without it. */
export function keys(prefix: string): string[] {
  try {
    const start = PREFIX + prefix;
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(start))
      .map((key) => key.slice(start.length));
  } catch {
    return [];
  }
}

/** Asks the browser to keep what is here until somebody clears it. Some decide by themselves, some ask the person. */
export async function lasting(): Promise<boolean> {
  let granted = false;
  try {
    granted = (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    // Not on an address without encryption.
  }
  write("lasting", granted);
  return granted;
}

/** Whether the browser was asked and has not promised it: then what it may forget is said without being asked for. */
export function wasRefused(): boolean {
  return read<boolean>("lasting") === false;
}

/** Whether the browser has promised to. */
export async function isLasting(): Promise<boolean> {
  try {
    return await navigator.storage.persisted();
  } catch {
    return false;
  }
}
