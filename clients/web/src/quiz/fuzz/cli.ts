/** `make fuzz-import FILES=100000 SEED=1`: broken quiz files for every importer; exit 1 where one throws, says nothing, or takes too long. */

import { writeFileSync } from "node:fs";
import { importQuiz } from "../import";
import { mutated, random } from "./mutate";

const [, , files = "100000", seed = "1"] = process.argv;
const below = random(Number(seed));
const formats = new Map<string, number>();
let slowest = 0;
let memory = 0;
let faults = 0;
let questions = 0;
for (let index = 0; index < Number(files); index++) {
  const bytes = mutated(below);
  const started = process.cpuUsage();
  let fault = "";
  try {
    const { report, quizzes, format } = importQuiz(bytes);
    questions += quizzes.reduce((sum, quiz) => sum + quiz.questions.length, 0);
    formats.set(format || "none", (formats.get(format || "none") ?? 0) + 1);
    if (report.length === 0) fault = "no report";
    else if (report.some(({ code }) => code === "failed")) fault = "an error that is no refusal";
  } catch (error) {
    fault = String(error);
  }
  const { user, system } = process.cpuUsage(started);
  const milliseconds = (user + system) / 1000;
  slowest = Math.max(slowest, milliseconds);
  if (milliseconds > 2000) fault ||= `took ${Math.round(milliseconds)} ms`;
  if (index % 500 === 0) memory = Math.max(memory, process.memoryUsage().rss);
  if (fault === "") continue;
  faults++;
  if (faults <= 20) {
    const path = `fuzz-import-${seed}-${index}.bin`;
    writeFileSync(path, bytes);
    process.stdout.write(`${path}: ${fault}\n`);
  }
}
process.stdout.write(
  `${files} files, ${questions} questions, ${faults} faults; slowest ${Math.round(slowest)} ms; memory at most ${Math.round(memory / 2 ** 20)} MB; read as ${[...formats].map(([name, n]) => `${name} ${n}`).join(", ")}\n`,
);
process.exitCode = faults > 0 ? 1 : 0;
