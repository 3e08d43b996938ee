/**
 * The folder that is kept in step with this browser's quizzes: which one, whether it may be used, and when.
 *
 * It steps when the page is opened or looked at again, and soon after each change of a quiz. One page at a time does it.
 */

import { createStore, del, get, set } from "idb-keyval";
import { titleOf, newKey } from "../../quiz/draft";
import { fileName } from "../../quiz/download";
import { type OwnQuiz, forget, hearChanges, keep, keepEdits, ownQuizzes } from "../../quiz/library";
import { diskOf, quizFile } from "./disk";
import { inStep } from "./sync";

const store = createStore("quickpoll-folder", "folder");
const SOON_MS = 1000;
type Permitted = "granted" | "denied" | "prompt";
type Asked = FileSystemDirectoryHandle & {
  queryPermission: (wish: { mode: "readwrite" }) => Promise<Permitted>;
  requestPermission: (wish: { mode: "readwrite" }) => Promise<Permitted>;
};
type Picker = (wish: { id: string; mode: "readwrite" }) => Promise<Asked>;
const picker = (globalThis as { showDirectoryPicker?: Picker }).showDirectoryPicker;

/** Whether this browser lets pages use folders at all, at this address. */
export const hasFolders = picker !== undefined;

export class QuizFolder {
  /** `asleep`: it was chosen before, and the browser wants to be asked again. */
  state = $state<"none" | "asleep" | "working" | "on" | "failed">("none");
  name = $state("");
  /** `Date.now()` of the last step. */
  stepped_at = $state(0);
  both = $state(0);
  unread = $state(0);
  #handle: Asked | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #unhear: () => void;

  /** @param copyTitle - of a version that stays beside a newer one */
  constructor(private readonly copyTitle: (own: OwnQuiz) => string) {
    this.#unhear = hearChanges(() => this.#soon());
    addEventListener("focus", this.#focused);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    removeEventListener("focus", this.#focused);
    this.#unhear();
  }

  readonly #focused = () => {
    if (this.state === "on" || this.state === "failed") void this.step();
  };

  #soon(): void {
    clearTimeout(this.#timer);
    if (this.state === "on" || this.state === "working") this.#timer = setTimeout(() => void this.step(), SOON_MS);
  }

  /** Goes on with the folder of the last visit, if the browser still lets it. */
  async wake(): Promise<void> {
    const handle = await get<Asked>("handle", store);
    if (!handle) return;
    this.#handle = handle;
    this.name = handle.name;
    if ((await handle.queryPermission({ mode: "readwrite" })) === "granted") await this.step();
    else this.state = "asleep";
  }

  /** Lets the person choose a folder. */
  async choose(): Promise<void> {
    let handle: Asked;
    try {
      handle = await picker!({ id: "quickpoll", mode: "readwrite" });
    } catch {
      return; // Nothing was chosen.
    }
    this.#handle = handle;
    this.name = handle.name;
    await set("handle", handle, store);
    await del("base", store);
    await this.step();
  }

  /** After a press of a button: asks for the folder of the last visit. */
  async resume(): Promise<void> {
    if ((await this.#handle!.requestPermission({ mode: "readwrite" })) === "granted") await this.step();
  }

  /** Leaves folder and quizzes as they are. */
  async stop(): Promise<void> {
    await del("handle", store);
    await del("base", store);
    this.state = "none";
  }

  async step(): Promise<void> {
    clearTimeout(this.#timer);
    this.state = "working";
    try {
      await navigator.locks.request("quickpoll-folder", () => this.#step());
      this.stepped_at = Date.now();
      this.state = "on";
    } catch {
      this.state = "failed";
    }
  }

  async #step(): Promise<void> {
    const base = (await get<Map<string, string>>("base", store)) ?? new Map<string, string>();
    const shelf = { ownQuizzes, keep, keepEdits, forget };
    const done = await inStep(diskOf(this.#handle!), shelf, base, {
      newId: newKey,
      copyTitle: this.copyTitle,
      fileName: ({ id, draft }) => quizFile(fileName(titleOf(draft)), id),
    });
    await set("base", done.base, store);
    this.both += done.both;
    this.unread = done.unread;
  }
}
