/** How much an importer reads; beyond that it says so and stops. */

export const FILE_BYTES = 10 * 1024 * 1024;
/** All files of a package together, unpacked. */
export const UNPACKED_BYTES = 50 * 1024 * 1024;
/** Of a table, and the questions of any other file. */
export const ROWS = 5000;
export const COLUMNS = 256;
export const PACKAGE_FILES = 5000;
export const XML_DEPTH = 100;
export const XML_NODES = 400_000;
export const JSON_DEPTH = 100;
export const MILLISECONDS = 2000;
/** Longer texts of one field are cut. */
export const TEXT_CHARACTERS = 20_000;
/** A picture that comes with a question, as its `data:` address: what the server takes. */
export const IMAGE_CHARACTERS = 65_536;
export const REPORT_ENTRIES = 2000;

/** A limit was passed, or the file cannot be read at all; `code` says which sentence tells it. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly params: Record<string, string | number> = {},
  ) {
    super(code);
  }
}

/** Throws once the time is over. Formats call it once per question or row. */
export class Clock {
  private readonly until: number;

  constructor(
    private readonly now: () => number = () => performance.now(),
    milliseconds = MILLISECONDS,
  ) {
    this.until = this.now() + milliseconds;
  }

  /** @throws Refusal when the time is over */
  check(): void {
    if (this.now() > this.until) throw new Refusal("too_slow");
  }
}
