/** A folder on disk as browsers with File System Access give it to a page. What is written is there whole or not at all. */

import type { Disk } from "./sync";

const ENDING = ".quickpoll.json";
const ASIDE = "deleted";
/** A quiz is at most 1 MB. */
const MOST_BYTES = 4_000_000;

/** `values` of a folder; TypeScript's library does not have it everywhere. */
type Entries = AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle>;
const entriesOf = (folder: FileSystemDirectoryHandle) => (folder as unknown as { values: () => Entries }).values();

async function write(folder: FileSystemDirectoryHandle, name: string, text: string): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const stream = await file.createWritable();
  await stream.write(text);
  await stream.close();
}

export function diskOf(folder: FileSystemDirectoryHandle): Disk {
  return {
    async files() {
      const files = new Map<string, string>();
      for await (const entry of entriesOf(folder)) {
        if (!("getFile" in entry) || !entry.name.endsWith(ENDING)) continue;
        const file = await entry.getFile();
        files.set(entry.name, file.size > MOST_BYTES ? "" : await file.text());
      }
      return files;
    },
    write: (name, text) => write(folder, name, text),
    async setAside(name, as) {
      const file = await (await folder.getFileHandle(name)).getFile();
      await write(await folder.getDirectoryHandle(ASIDE, { create: true }), as, await file.text());
      await folder.removeEntry(name);
    },
    async aside() {
      const names = new Set<string>();
      try {
        for await (const entry of entriesOf(await folder.getDirectoryHandle(ASIDE))) names.add(entry.name);
      } catch (error) {
        if ((error as DOMException).name !== "NotFoundError") throw error;
      }
      return names;
    },
  };
}

/** The name of the file of a quiz: its title for people, and its id. */
export const quizFile = (title: string, id: string): string => `${title}-${id.slice(0, 8)}${ENDING}`;
