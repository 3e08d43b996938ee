/**
 * Packages (ZIP): what is in them is listed first and unpacked one by one, so that a bomb ends in a sentence and not in full memory.
 *
 * Sizes that a package states are not believed: the unpacked bytes themselves are counted.
 */

import { inflate } from "../inflate";
import { PACKAGE_FILES, Refusal, UNPACKED_BYTES } from "./limits";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

interface Entry {
  method: number;
  encrypted: boolean;
  packed: number;
  offset: number;
}

/** Whether the bytes begin as those of a package. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));

export class Package {
  private readonly entries = new Map<string, Entry>();
  private unpacked = 0;

  /** @throws Refusal where it is damaged or has too many files */
  constructor(private readonly bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = endOf(view);
    if (end < 0) throw new Refusal("broken_package");
    let at = view.getUint32(end + 16, true);
    const count = view.getUint16(end + 10, true);
    if (count > PACKAGE_FILES) throw new Refusal("too_many_files", { n: PACKAGE_FILES });
    for (let index = 0; index < count; index++) {
      if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) throw new Refusal("broken_package");
      const names = view.getUint16(at + 28, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + names)).replaceAll("\\", "/");
      this.entries.set(name, {
        encrypted: (view.getUint16(at + 8, true) & 1) === 1,
        method: view.getUint16(at + 10, true),
        packed: view.getUint32(at + 20, true),
        offset: view.getUint32(at + 42, true),
      });
      at += 46 + names + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /**
   * The bytes of a file in it.
   *
   * @throws Refusal where it is damaged, protected by a password, or where more than `UNPACKED_BYTES` come out in all
   */
  read(name: string): Uint8Array {
    const entry = this.entries.get(name);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    if (!entry || entry.offset + 30 > this.bytes.length || view.getUint32(entry.offset, true) !== LOCAL)
      throw new Refusal("broken_package");
    if (entry.encrypted) throw new Refusal("password");
    const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
    const packed = this.bytes.subarray(start, start + entry.packed);
    if (entry.method === 0) return this.counted(packed);
    if (entry.method !== 8) throw new Refusal("broken_package");
    return this.inflate(packed);
  }

  private inflate(packed: Uint8Array): Uint8Array {
    try {
      return inflate(packed, (piece) => void this.counted(piece));
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal("broken_package");
    }
  }

  private counted(bytes: Uint8Array): Uint8Array {
    this.unpacked += bytes.length;
    if (this.unpacked > UNPACKED_BYTES) throw new Refusal("unpacks_too_large", { mb: UNPACKED_BYTES / 1024 / 1024 });
    return bytes;
  }
}

/** Where the list of contents ends: at most a comment of 64 KB stands behind it. */
function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--)
    if (view.getUint32(at, true) === END) return at;
  return -1;
}
