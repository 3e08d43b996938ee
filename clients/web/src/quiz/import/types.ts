/** What goes into an import and what comes out. */

import type { ImportedQuiz } from "./model";
import type { ReportEntry } from "./report";
import type { Correction, Understood } from "./table";

export interface ImportOptions {
  /** The name of the file: for its title where it has none. */
  name?: string;
  /** What a person says about the columns of a table. */
  correction?: Correction;
  now?: () => number;
}

export interface Imported {
  quizzes: ImportedQuiz[];
  report: ReportEntry[];
  /** What the file was read as. */
  format: string;
  /** The table as it was understood, where it is one. */
  table?: Understood;
}

/** What a format makes of a file. */
export interface Read {
  format: string;
  quizzes: ImportedQuiz[];
  table?: Understood;
}
