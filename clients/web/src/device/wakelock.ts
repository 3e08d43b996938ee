/** Keeps the screen awake while a game is on. Browsers grant it on secure pages only; elsewhere nothing happens. */

export class WakeLock {
  #wanted = false;
  #held: WakeLockSentinel | null = null;

  /** @param signal when it aborts, the screen may sleep. */
  constructor(signal: AbortSignal) {
    // The browser lets go of it whenever the page is hidden.
    document.addEventListener("visibilitychange", () => void this.#take(), { signal });
    signal.addEventListener("abort", () => this.want(false));
  }

  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) void this.#take();
    else this.#letGo();
  }

  #letGo(): void {
    void this.#held?.release();
    this.#held = null;
  }

  async #take(): Promise<void> {
    if (!this.#wanted || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    if (this.#held?.released === false) return;
    // Refused when the battery is low: the game goes on with a screen that may go dark.
    const held = await navigator.wakeLock.request("screen").catch(() => null);
    this.#held = held;
    // The system may let go of it while the page is seen: it is taken again.
    held?.addEventListener("release", () => this.#held === held && void this.#take(), { once: true });
    if (!this.#wanted) this.#letGo();
  }
}
