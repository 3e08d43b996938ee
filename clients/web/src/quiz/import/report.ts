/** The report of an import: what was changed and how, what was left out and why. Nothing is dropped without an entry. */

import { REPORT_ENTRIES } from "./limits";
import type { Place } from "./model";
import { inWords, type Reason } from "./reasons";
import { excerpt } from "./text";

export type Severity = "note" | "warning" | "error";
export type Params = Record<string, string | number>;

export interface ReportEntry {
  /** `changed`: taken, but not as it stands; `left_out`: not taken; `file`: about all of it. */
  outcome: "changed" | "left_out" | "file";
  severity: Severity;
  place: Place;
  code: Reason;
  params: Params;
  /** The beginning of the question that this is about. */
  text?: string;
}

/** Collects entries; far more than anyone reads are counted and summed up in one. */
export class Report {
  readonly entries: ReportEntry[] = [];
  private dropped = 0;

  /** About the whole file. */
  file(severity: Severity, code: Reason, params: Params = {}): void {
    this.add({ outcome: "file", severity, place: { unit: "file" }, code, params });
  }

  /** A question was taken, but not as it stands in the file. */
  changed(place: Place, code: Reason, text: string, params: Params = {}): void {
    this.add({ outcome: "changed", severity: "note", place, code, params, text: excerpt(text) });
  }

  /** A question or row was not taken. */
  leftOut(place: Place, code: Reason, text: string, params: Params = {}): void {
    this.add({ outcome: "left_out", severity: "warning", place, code, params, text: excerpt(text) });
  }

  private add(entry: ReportEntry): void {
    if (this.entries.length < REPORT_ENTRIES) this.entries.push(entry);
    else this.dropped++;
  }

  /** All entries, with a last one that tells how many more there were. */
  finished(): ReportEntry[] {
    if (this.dropped === 0) return this.entries;
    const last: ReportEntry = {
      outcome: "file",
      severity: "warning",
      place: { unit: "file" },
      code: "more_entries",
      params: { n: this.dropped },
    };
    return [...this.entries, last];
  }
}

/** An entry in English, as the command line prints it. */
export function inEnglish({ place, code, params, text, outcome }: ReportEntry): { where: string; message: string } {
  const said = inWords(code, params);
  const verb = outcome === "left_out" ? "Left out: " : outcome === "changed" ? "Changed: " : "";
  return { where: placeName(place), message: `${verb}${said}${text ? ` “${text}”` : ""}` };
}

function placeName({ unit, number, name }: Place): string {
  return [unit === "file" && name ? name : unit, number, unit === "sheet" || (name && unit !== "file") ? name : ""]
    .filter((part) => part !== undefined && part !== "")
    .join(" ");
}
