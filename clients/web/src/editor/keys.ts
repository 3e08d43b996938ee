/** The keys that undo and redo, on every layout. Fields that are no part of the quiz undo by themselves. */

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "target">;

/** Ctrl or ⌘ with Z, with Shift or with Y the other way; null: another key. */
export function stepOf({ key, code, ctrlKey, metaKey, altKey, shiftKey, target }: Pressed): "undo" | "redo" | null {
  if (ctrlKey === metaKey || altKey) return null;
  if ((target as Element | null)?.closest?.("[data-own-undo]")) return null;
  // A layout without Latin letters has them at the places of the American one.
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^Key/, "").toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}
