/** A player is hidden at once and removed some seconds later, so that it can be taken back. */

const UNDO_MS = 5000;

export class Removal {
  /** The player being removed, who can still be kept. */
  player = $state.raw<{ id: string; name: string } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #kick: (id: string) => void;

  constructor(kick: (id: string) => void) {
    this.#kick = kick;
  }

  /** Hides a player now and removes them when nobody has objected. */
  begin(id: string, name: string): void {
    this.end();
    this.player = { id, name };
    this.#timer = setTimeout(() => this.end(), UNDO_MS);
  }

  /** Lets the player stay. */
  undo(): void {
    clearTimeout(this.#timer);
    this.player = null;
  }

  /** Removes the player now. */
  end(): void {
    const { player } = this;
    this.undo();
    if (player) this.#kick(player.id);
  }
}
