/** Files for people to keep, written in the browser. */

/** A title as a file name that every system takes. */
export function fileName(title: string): string {
  const name = title
    .normalize("NFC")
    .replace(/[^\p{Letter}\p{Mark}\p{Number}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return Array.from(name).slice(0, 60).join("").toLowerCase() || "quiz";
}

/** Hands a text or bytes to the browser as a file to keep. */
export function download(name: string, text: string | Uint8Array<ArrayBuffer>, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
