/** From the rows of a table to questions: Kahoot, Blooket, Gimkit, Wayground (Quizizz), Socrative, cards, and whatever has such columns. */

import { fold, type Meaning, rightOptions } from "../answers";
import { Builder, type Frame, truth } from "../build";
import { decimal } from "../decimal";
import { htmlToText } from "../html";
import type { Clock } from "../limits";
import type { ImportedQuiz, Place } from "../model";
import type { Report } from "../report";
import { clean } from "../text";
import { type Columns, headingKey, type Role } from "./columns";
import { listed } from "./listed";

export interface Table {
  rows: string[][];
  /** The number of each row in its file. */
  numbers: number[];
  /** The index of the row of headings, or -1. */
  heading: number;
  columns: Columns;
  title: string;
  sheet?: string;
}

export function readTable(table: Table, report: Report, clock: Clock): ImportedQuiz {
  return new Rows(table, report, clock).read();
}

class Rows {
  private readonly builder: Builder;
  private readonly at: Record<Role, number[]>;
  private readonly meaning: Meaning;
  private readonly from: 0 | 1;
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly table: Table,
    private readonly report: Report,
    private readonly clock: Clock,
  ) {
    this.builder = new Builder(report, named(table) ?? table.title);
    this.at = {} as Record<Role, number[]>;
    for (const [index, role] of table.columns.entries()) if (role) (this.at[role] ??= []).push(index);
    const { meaning, from } = this.meaningOfCorrect();
    this.meaning = meaning;
    this.from = from;
  }

  read(): ImportedQuiz {
    for (const [index, row] of this.table.rows.entries()) {
      // Markdown's line below the headings is no row.
      if (index <= this.table.heading || row.every((cell) => /^\s*(?::?-{2,}:?)?\s*$/.test(cell))) continue;
      this.clock.check();
      const { sheet } = this.table;
      this.row(row, { unit: "row", number: this.table.numbers[index] ?? index + 1, ...(sheet && { name: sheet }) });
    }
    return this.builder.quiz;
  }

  private cells(row: readonly string[], role: Role): string[] {
    return (this.at[role] ?? []).map((index) => cellText(row[index] ?? ""));
  }

  /** One column may hold all options of a question. */
  private options(row: readonly string[]): string[] {
    const cells = this.cells(row, "option");
    return cells.length === 1 ? listed(cells[0]!) : cells;
  }

  private cell(row: readonly string[], role: Role): string {
    return this.cells(row, role).find(Boolean) ?? "";
  }

  private row(row: readonly string[], place: Place): void {
    const text = this.cell(row, "question") || this.cell(row, "term");
    const options = this.options(row);
    const correct = this.cells(row, "correct").filter(Boolean);
    const wrong = this.cells(row, "incorrect");
    const definition = this.cell(row, "definition");
    // The numbered empty rows of a template.
    if (
      !text &&
      !definition &&
      options.every((option) => !option) &&
      wrong.every((one) => !one) &&
      (correct.length === 0 || options.length > 0)
    )
      return;
    const frame: Frame = {
      place,
      text,
      explanation: this.cell(row, "explanation"),
      time_limit_ms: milliseconds(this.cell(row, "time"), this.at.time ?? [], this.table),
    };
    const image = this.cell(row, "image");
    if (/^data:image\/(png|jpeg|gif|webp);base64,/.test(image)) frame.image = image;
    if (!text)
      return this.builder.refuse(
        { place, text: options.find(Boolean) ?? wrong.find(Boolean) ?? definition ?? correct[0] ?? "" },
        "no_text",
      );
    if (this.repeated(text, options, correct)) return;
    const before = this.builder.quiz.questions.length;
    this.question(row, frame, options, correct, wrong, definition);
    if (this.builder.quiz.questions.length > before && image && !frame.image)
      this.report.changed(place, "picture_left", text);
  }

  /** A report of a game has each question once for each player. */
  private repeated(text: string, options: readonly string[], correct: readonly string[]): boolean {
    if (!this.table.sheet || !/report|raw/i.test(this.table.sheet)) return false;
    const key = JSON.stringify([text, options, correct]);
    const times = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, times);
    return times > 1;
  }

  private question(
    row: readonly string[],
    frame: Frame,
    options: string[],
    correct: string[],
    wrong: string[],
    definition: string,
  ): void {
    const type = headingKey(this.cell(row, "type")).replace(/[^\p{L}]/gu, "");
    if (/^(slide|content|info|text|title)$/.test(type) && correct.length === 0) return void this.builder.slide(frame);
    if (/^(openended|open|essay|offen|freitext|offenefrage|brainstorm|wordcloud)$/.test(type))
      return void (correct.length > 0 ? this.builder.typed(frame, correct) : this.builder.open(frame));
    if (
      /^(draw|drawing|hotspot|labeling|categorize|graphing|match|matching|videoresponse|audioresponse|dragandrop|draganddrop|dropdown|mathresponse)$/.test(
        type,
      )
    )
      return this.builder.refuse(frame, "unsupported", { kind: this.cell(row, "type") });
    if (/^(poll|survey|umfrage|encuesta|opinion)$/.test(type)) return void this.builder.poll(frame, options);
    if (
      /^(fillintheblank|fillinblank|fillin|blank|shortanswer|short|typeanswer|typetheanswer|textinput|kurzantwort|lückentext|typed|text)$/.test(
        type,
      )
    )
      return this.typed(frame, options, correct);
    if (/^(reorder|order|ordering|puzzle|jumble|sequence)$/.test(type)) return void this.builder.order(frame, options);
    if (definition) return void this.builder.typed(frame, [definition]);
    if (wrong.some(Boolean)) return this.rightAndWrong(frame, [...correct, ...options.filter(Boolean)], wrong);
    if (options.filter(Boolean).length > 0) return this.choice(frame, options, correct, type);
    const [one = ""] = correct;
    if (
      correct.length === 1 &&
      /^(truefalse|trueorfalse|tf|wahrfalsch|richtigfalsch|vraifaux)$/.test(type) &&
      truth(one) !== undefined
    )
      return void this.builder.trueFalse(frame, truth(one)!);
    if (correct.length === 0)
      return this.builder.refuse(
        frame,
        this.at.option ? "no_options" : this.at.definition ? "no_definition" : "no_right_answer",
      );
    if ((this.at.option || this.at.type) && truth(one) !== undefined)
      return void this.builder.trueFalse(frame, truth(one)!);
    this.builder.typed(frame, correct);
  }

  private typed(frame: Frame, options: string[], correct: string[]): void {
    const filled = options.filter(Boolean);
    const named =
      correct.length > 0
        ? rightOptions(correct.join(","), options, { meaning: "index", from: this.from })?.map(
            (index) => options[index]!,
          )
        : undefined;
    this.builder.typed(
      frame,
      named ?? (filled.length > 0 ? filled : correct.flatMap((one) => one.split(/\s*[;|\n]\s*/))),
    );
  }

  private choice(frame: Frame, options: string[], correct: string[], type: string): void {
    const several = /^(checkbox|checkboxes|multipleselect|multipleanswers?|multipleresponse|multiselect|msq)$/.test(
      type,
    )
      ? true
      : undefined;
    if (options.filter(Boolean).length < 2) return this.builder.refuse(frame, "one_option");
    if (correct.length === 0) return this.builder.refuse(frame, "no_right_answer");
    const right = correct.map((cell) => rightOptions(cell, options, { meaning: this.meaning, from: this.from }));
    if (right.some((one) => !one))
      return this.builder.refuse(frame, "right_answer_unclear", {
        answer: correct[right.indexOf(undefined)]!.slice(0, 60),
      });
    this.builder.choice(frame, options, right.flat() as number[], several);
  }

  private rightAndWrong(frame: Frame, right: string[], wrong: string[]): void {
    const others = wrong.length === 1 ? listed(wrong[0]!, right.some((one) => one.includes(",")) ? "" : ",") : wrong;
    const options = [...right, ...others];
    if (options.filter(Boolean).length < 2) return this.builder.refuse(frame, "one_option");
    this.builder.choice(
      frame,
      options,
      right.map((_, index) => index),
    );
  }

  /** Whether the right answers are numbers of options or texts: decided over all rows, as a row alone may be both. */
  private meaningOfCorrect(): { meaning: Meaning; from: 0 | 1 } {
    const { table, at } = this;
    if (!at.correct || !at.option) return { meaning: "either", from: 1 };
    const rows = table.rows
      .slice(table.heading + 1)
      .map((row) => ({ options: this.options(row), said: this.cell(row, "correct") }))
      .filter(({ options, said }) => said && options.filter(Boolean).length > 1);
    const numeric = rows.filter(({ said }) => /^\s*\d{1,2}(?:\.0)?(?:\s*[,;&/|+]\s*\d{1,2})*\s*$/.test(said));
    const zero =
      numeric.some(({ said }) => /(^|\D)0(\D|$)/.test(said)) &&
      numeric.every(({ said, options }) =>
        (said.match(/\d+/g) ?? []).every((one) => Number(one) < options.filter(Boolean).length),
      );
    const heading =
      table.heading < 0 ? "" : at.correct.map((index) => table.rows[table.heading]![index] ?? "").join(" ");
    if (numeric.length === 0 || numeric.length < rows.length * 0.5) return { meaning: "either", from: 1 };
    const texts = rows.filter(({ said, options }) => options.some((option) => fold(option) === fold(said))).length;
    const indexes = numeric.filter(
      ({ said, options }) => rightOptions(said, options, { meaning: "index", from: zero ? 0 : 1 }) !== undefined,
    ).length;
    const named = /#|number|index|choose at least|only include|option|nummer/i.test(heading) || at.time !== undefined;
    if (texts < rows.length || (named && indexes === rows.length)) return { meaning: "index", from: zero ? 0 : 1 };
    if (indexes === rows.length) this.report.file("note", "choice_guessed");
    return { meaning: "text", from: 1 };
  }
}

/** The title that stands above the headings, as in Socrative's template: “Quiz Name:” and a cell beside it. */
function named({ rows, heading }: Table): string | undefined {
  const row = rows.slice(0, Math.max(0, heading)).find((cells) => cells.some((cell) => TITLE.test(cell)));
  return row?.slice(row.findIndex((cell) => TITLE.test(cell)) + 1).find((cell) => cell.trim());
}
const TITLE = /^\W*(?:\d+\.\s*)?quiz ?(?:name|title|titel)\s*:?\s*$/i;

/** A cell as text. HTML is taken out where all of the cell is HTML; a cell that only names a tag stays. */
function cellText(raw: string): string {
  // What would have run as a formula was written with an apostrophe.
  const cell = raw.replace(/^'(?=[=+\-@](?!'))/, "");
  const html = /^\s*<(p|div|span|b|i|em|strong|ul|ol|h[1-6])\b[^<>]*>[\s\S]*<\/\1>\s*$/i.test(cell);
  const text = html
    ? htmlToText(cell)
    : cell.replace(/<br\s*\/?>/gi, "\n").replace(/&(amp|quot|#0?39|lt|gt|nbsp);/g, (entity) => htmlToText(entity));
  return clean(text) || clean(cell);
}

/** “20”, “20 seconds”, “1 min”, “20000” with a heading in milliseconds. */
function milliseconds(cell: string, at: readonly number[], table: Table): number | undefined {
  const number = decimal(/^\s*([\d.,]+)/.exec(cell)?.[1]);
  if (number === undefined) return undefined;
  const heading = table.heading < 0 ? "" : (table.rows[table.heading]![at[0] ?? -1] ?? "");
  const factor = /\bms\b|millisec/i.test(`${heading} ${cell}`) ? 1 : /\bmin/i.test(cell) ? 60_000 : 1000;
  const value = Math.round(Number(number) * factor);
  return value > 0 && value <= 86_400_000 ? value : undefined;
}
