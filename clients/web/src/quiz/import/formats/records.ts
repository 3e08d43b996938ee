/** Reading what JSON may hold, without believing it. */

export type Rec = Record<string, unknown>;

export const isRecord = (value: unknown): value is Rec =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const record = (value: unknown): Rec => (isRecord(value) ? value : {});
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Texts and numbers as text; everything else as none. */
export const text = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";

/** The first of these keys that the record has, without regard to case, spaces and underscores. */
export function field(source: Rec, names: readonly string[]): unknown {
  const own = new Map(Object.keys(source).map((key) => [key.toLowerCase().replace(/[\s_-]+/g, ""), key]));
  for (const name of names) {
    const key = own.get(name);
    if (key !== undefined && source[key] !== null && source[key] !== undefined) return source[key];
  }
  return undefined;
}
