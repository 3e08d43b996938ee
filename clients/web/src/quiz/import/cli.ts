/**
 * `make import FILE=…`: what the importer makes of a file, as JSON.
 *
 * Prints {"format", "quizzes", "report": [{"where", "severity", "message"}]}. Exit 2 where the file cannot be opened.
 */

import { readFileSync } from "node:fs";
import { importQuiz } from "./index";
import { inEnglish } from "./report";

const [, , file = ""] = process.argv;
/** What counts is the time spent on computing, so that a busy machine reads what an idle one does. */
const computed = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let bytes: Uint8Array;
try {
  bytes = new Uint8Array(readFileSync(file));
} catch (error) {
  process.stderr.write(`import: ${(error as Error).message}\n`);
  process.exit(2);
}
const { quizzes, report, format } = importQuiz(bytes, { name: file, now: computed });
const entries = report.map((entry) => ({
  ...inEnglish(entry),
  severity: entry.severity,
  outcome: entry.outcome,
  code: entry.code,
}));
process.stdout.write(`${JSON.stringify({ format, quizzes, report: entries }, null, 1)}\n`);
