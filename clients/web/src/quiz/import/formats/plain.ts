/**
 * Quizzes as people type them or paste them from a chat, and Markdown lists: numbered or not, options with letters, boxes, stars and ticks,
 * the right answer marked, said below each question, or in a key at the end.
 */

import { letterIndex, rightOptions } from "../answers";
import { Builder, truth } from "../build";
import type { Clock } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";
import { clean } from "../text";
import { inline, spoilers, unfence } from "./plain-blocks";
import { type Line, lineOf } from "./plain-lines";
import { unlettered } from "./plain-stem";

type Option = Extract<Line, { is: "option" }>;

interface Draft {
  line: number;
  number: number | undefined;
  indent: number;
  /** What stood behind the number. */
  sign: string;
  /** Paragraphs. */
  stem: { text: string; code: boolean }[];
  options: Option[];
  answer: string | undefined;
  explanation: string[];
  /** What the last line was part of. */
  at: "stem" | "options" | "after";
  gap: boolean;
  headed: boolean;
  /** In a `<quiz>`: everything behind the options explains. */
  boxed: boolean;
}

export function readPlain(text: string, report: Report, clock: Clock): ImportedQuiz[] {
  const reader = new Plain(new Builder(report), clock);
  const rows = unfence(spoilers(text).split("\n"));
  for (const { raw, number, code } of rows) {
    clock.check();
    for (const part of code ? [raw] : inline(raw))
      reader.line(code ? { is: "code", text: part } : lineOf(part), number);
  }
  return [reader.finished()];
}

class Plain {
  private draft: Draft | undefined;
  private readonly drafts: Draft[] = [];
  private readonly key = new Map<number, string>();
  private inKey = false;
  private prose = 0;

  constructor(
    private readonly builder: Builder,
    private readonly clock: Clock,
  ) {}

  line(line: Line, number: number): void {
    if (this.inKey && this.keyLine(line)) return;
    switch (line.is) {
      case "blank":
        if (this.draft) this.draft.gap = true;
        return;
      case "rule":
        if (this.draft && (this.draft.options.length > 0 || this.draft.answer !== undefined) && !this.draft.boxed)
          this.close();
        else if (this.draft?.boxed) this.draft.at = "after";
        return;
      case "open":
        this.close();
        this.draft = { ...fresh(number), boxed: true };
        return;
      case "close":
        return this.close();
      case "heading":
        return this.heading(line.text, line.level, number);
      case "key":
        this.close();
        this.inKey = this.drafts.length > 0;
        return;
      case "answer":
        return this.answer(line.text, number);
      case "explanation":
        if (this.draft) {
          this.draft.explanation.push(line.text);
          this.draft.at = "after";
        }
        return;
      case "option":
        return this.option(line, number);
      case "numbered":
        return this.numbered(line, number);
      case "code":
        return this.text(line.text, number, { code: true });
      case "text":
        return this.text(line.text, number, { indented: line.indented });
    }
  }

  /** “1. B, 2. C” below a heading that says that these are the answers. */
  private keyLine(line: Line): boolean {
    const text =
      line.is === "numbered"
        ? `${line.number}. ${line.text}`
        : line.is === "text"
          ? line.text
          : line.is === "option"
            ? line.text
            : "";
    if (line.is === "blank") return true;
    const found = [
      ...text.matchAll(/(\d{1,4})\s*[.):=–-]?\s*\(?([A-Ja-j](?:\s*(?:,|&|and|und)\s*[A-Ja-j])*)\b(?:[.)][^\d,;]*)?/g),
    ];
    if (found.length > 0) for (const [, number, letters] of found) this.key.set(Number(number), letters!);
    else if (line.is === "numbered" && line.text) this.key.set(line.number, line.text);
    else this.inKey = false;
    return this.inKey;
  }

  private heading(text: string, level: number, line: number): void {
    const first = this.drafts.length === 0 && !this.draft;
    this.close();
    if (first && level === 1 && !/\?$/.test(text)) {
      this.builder.quiz.title = clean(text);
      return;
    }
    this.draft = { ...fresh(line), stem: [{ text, code: false }], headed: true };
  }

  private answer(text: string, line: number): void {
    const draft = this.draft ?? this.drafts.at(-1);
    if (!draft || draft.answer !== undefined)
      return this.builder.refuse({ place: { unit: "line", number: line }, text }, "answer_without_question");
    // “Answer: 1. B 2. C” is a key for all.
    if (/\b2\s*[.):-]?\s*[A-J]\b/i.test(text) && /\b1\s*[.):-]?\s*[A-J]\b/i.test(text)) {
      this.close();
      this.keyLine({ is: "text", text, indented: false });
      return;
    }
    draft.answer = text;
    draft.at = "after";
  }

  private option(line: Option, number: number): void {
    const { draft } = this;
    if (!draft) {
      // “* What colour is the sky?” with its options indented below.
      if (line.bullet || line.box) this.draft = { ...fresh(number), stem: [{ text: line.text, code: false }] };
      else this.prose++;
      return;
    }
    if (draft.at === "after" && !draft.boxed && draft.options.length > 0) return this.start(line.text, number);
    const index = line.label ? letterIndex(line.label) : undefined;
    const last = draft.options.at(-1);
    // What seemed to be a numbered option has options of its own.
    if (index === 0 && last && /^\d/.test(last.label)) {
      draft.options.pop();
      this.start(last.text, draft.line);
      return this.option(line, number);
    }
    // The same letter again: a question whose text is missing.
    if (index === 0 && draft.options.length > 1 && draft.options[0]!.label.toLowerCase() === line.label.toLowerCase()) {
      this.start("", number);
      return this.option(line, number);
    }
    // A bullet at the margin after options that were indented begins the next question.
    const [sibling] = draft.options;
    if (line.bullet && sibling && (line.indent < sibling.indent || !sibling.bullet))
      return this.start(line.text, number);
    // “* E. A. Poe” below “* Shelley” is a name.
    const name = index !== undefined && index !== draft.options.length && last?.label === "" && !draft.boxed;
    draft.options.push(name ? { ...line, text: `${line.label}. ${line.text}`, label: "", marked: false } : line);
    draft.at = "options";
    draft.gap = false;
  }

  private numbered(
    { text, number, sign, bold, marked, indent }: Extract<Line, { is: "numbered" }>,
    line: number,
  ): void {
    const { draft } = this;
    const under =
      draft?.number !== undefined &&
      indent > draft.indent + 1 &&
      draft.answer === undefined &&
      number === draft.options.length + 1;
    const asOption =
      draft &&
      draft.stem.length > 0 &&
      text !== "" &&
      sign !== "Q" &&
      (draft.number === undefined || draft.sign !== sign) &&
      draft.answer === undefined &&
      !draft.options.some(({ label, box }) => (label && !/^\d/.test(label)) || box) &&
      number === draft.options.length + 1 &&
      !/\?\s*$/.test(text);
    if (draft && (under || (asOption && (draft.options.length > 0 || /[?:]\s*$/.test(draft.stem.at(-1)!.text))))) {
      const parsed = lineOf(`- ${text}`);
      draft.options.push({
        ...(parsed.is === "option"
          ? parsed
          : { is: "option", text, bold, box: false, bullet: false, marked: false, indent: 0 }),
        label: String(number),
        marked: marked || (parsed.is === "option" && parsed.marked),
        bullet: false,
      });
      draft.at = "options";
      draft.gap = false;
      return;
    }
    this.start(text, line, number, sign, indent);
  }

  private start(text: string, line: number, number = -1, sign = "", indent = 0): void {
    this.close();
    this.draft = { ...fresh(line), number, sign, indent, stem: text ? [{ text, code: false }] : [] };
  }

  private text(text: string, line: number, { code = false, indented = false }): void {
    const pipe = /^\|(mc|sc|fib|tf|essay)\|([^|]*)\|\s*(.*)$/i.exec(text);
    if (pipe) {
      this.start(pipe[3]!, line);
      this.draft!.answer = (/fib/i.test(pipe[1]!) ? pipe[2]!.replaceAll(",", ";") : pipe[2]) || undefined;
      this.draft!.at = "stem";
      return;
    }
    const { draft } = this;
    const letters = /^[\s([]*((?:[A-Ja-j][\s,)\]]*){1,6})$/.exec(text);
    if (draft && draft.options.length > 1 && letters && draft.answer === undefined) {
      // Letters alone are trusted only below options that are one line each.
      if (draft.options.every((option) => !option.text.includes("\n"))) return this.answer(letters[1]!, line);
      return this.close();
    }
    if (!draft || (draft.at !== "stem" && !draft.boxed && this.endsQuestion(draft, code, indented)))
      return this.begin(text, line, code);
    if (draft.at === "stem") this.stem(draft, text, code);
    else if (draft.at === "options" && !draft.gap && !draft.boxed) draft.options.at(-1)!.text += `\n${text}`;
    else draft.explanation.push(text);
    draft.gap = false;
  }

  private endsQuestion(draft: Draft, code: boolean, indented: boolean): boolean {
    return !code && !(indented && !draft.gap) && (draft.gap || draft.answer !== undefined);
  }

  private begin(text: string, line: number, code: boolean): void {
    this.close();
    this.draft = { ...fresh(line), stem: [{ text, code }] };
  }

  private stem(draft: Draft, text: string, code: boolean): void {
    const last = draft.stem.at(-1);
    const picture = /^!\[[^\]]*\]\([^)]*\)$/.test(text.trim());
    if (picture) return;
    if (last && (!draft.gap || code) && last.code === code) last.text += `\n${text}`;
    else draft.stem.push({ text, code });
  }

  private close(): void {
    const { draft } = this;
    this.draft = undefined;
    if (!draft) return;
    const asks =
      draft.options.length > 0 ||
      draft.answer !== undefined ||
      (draft.number !== undefined && draft.number >= 0) ||
      draft.boxed ||
      draft.number === -1 ||
      unlettered(question(draft)) !== undefined;
    if (asks) this.drafts.push(draft);
    else this.prose++;
  }

  finished(): ImportedQuiz {
    this.close();
    for (const [index, draft] of this.drafts.entries()) {
      this.clock.check();
      const number = draft.number !== undefined && draft.number >= 0 ? draft.number : index + 1;
      this.take(draft, this.key.get(number));
    }
    if (this.prose > 0 && this.builder.quiz.questions.length > 0)
      this.builder.report.file("note", "prose", { n: this.prose });
    return this.builder.quiz;
  }

  private take(draft: Draft, key: string | undefined): void {
    const frame = {
      place: { unit: "line", number: draft.line } as const,
      text: question(draft),
      explanation: draft.explanation.join("\n"),
    };
    // “Q: …” and “A: …” below each other.
    const [only] = draft.options;
    const spoken =
      draft.number === -1 && draft.options.length === 1 && draft.answer === undefined && /^a$/i.test(only!.label);
    const answer = spoken ? only!.text : (draft.answer ?? key);
    const options = spoken ? [] : draft.options;
    const texts = options.map(({ text }) => text);
    const gaps = [...frame.text.matchAll(/\[\[([^\]\n]+)\]\]/g)];
    if (options.length === 0 && gaps.length > 0) {
      frame.text = frame.text.replace(/\[\[([^\]\n]+)\]\]/g, "_____");
      if (gaps.length > 1) return this.builder.refuse(frame, "gaps");
      return void this.builder.typed(frame, gaps[0]![1]!.split("|"));
    }
    const lines = options.length === 0 ? unlettered(frame.text, answer) : undefined;
    if (lines) return void this.builder.choice({ ...frame, text: lines.text }, lines.options, lines.right);
    if (options.length === 0) return this.withoutOptions(frame, answer);
    const right = answer === undefined ? undefined : rightOptions(answer, texts, { meaning: "index" });
    if (right) return void this.builder.choice(frame, texts, right);
    const marked = marks(options);
    if (marked.length > 0 && answer === undefined) return void this.builder.choice(frame, texts, marked);
    if (options.length < 2) return this.builder.refuse(frame, "one_option");
    if (answer === undefined) return this.builder.refuse(frame, "no_right_answer");
    this.builder.refuse(frame, "right_answer_unclear", { answer: answer.slice(0, 60) });
  }

  private withoutOptions(
    frame: { place: { unit: "line"; number: number }; text: string; explanation: string },
    answer: string | undefined,
  ): void {
    const [, said, verdict] = VERDICT.exec(frame.text) ?? [];
    if (answer === undefined && said && verdict)
      return void this.builder.trueFalse({ ...frame, text: said }, truth(verdict) === true);
    if (answer === undefined) return this.builder.refuse(frame, "no_options");
    const verdictOf = truth(answer);
    if (
      verdictOf !== undefined &&
      /^(true|false|wahr|falsch|richtig|vrai|faux|t|f|verdadero|falso|vero|verdadeiro)\.?$/i.test(answer.trim())
    )
      return void this.builder.trueFalse(
        {
          ...frame,
          text: frame.text
            .replace(/^(?:true (?:or|\/) false|wahr oder falsch|t\/f)\s*[:?.]\s*/i, "")
            .replace(/\s*\((?:true\s*\/\s*false|true or false|t\/f|wahr\s*\/\s*falsch)\)\s*$/i, ""),
        },
        verdictOf,
      );
    // A letter names an option that is not here.
    if (/^\(?[A-J]\)?$/.test(answer.trim())) return this.builder.refuse(frame, "no_options");
    this.builder.typed(frame, answer.split(/\s*[;|]\s*|\s+or\s+/));
  }
}

const VERDICT =
  /^(.*?)(?:\s*[([](?=\w+[)\]]\s*$)|(?<=[.!])\s+|\s+[-–—=:]\s*|\t\s*)(true|false|wahr|falsch|richtig|vrai|faux|t|f)[)\]]?\s*$/isu;
const fresh = (line: number): Draft => ({
  line,
  number: undefined,
  indent: 0,
  sign: "",
  stem: [],
  options: [],
  answer: undefined,
  explanation: [],
  at: "stem",
  gap: false,
  headed: false,
  boxed: false,
});

/** The text of the question: from the last paragraph back to the first that is no code, or all of it below a heading or a number. */
function question({ stem, number, headed, boxed }: Draft): string {
  let from = 0;
  if (number === undefined && !headed && !boxed) {
    from = stem.length - 1;
    while (from > 0 && stem[from]!.code) from--;
    // “…consider this:” needs what follows, and what stands above it does not ask.
    while (
      from > 0 &&
      !/[?？؟:：_…]\s*$/.test(
        stem
          .slice(from)
          .map(({ text }) => text)
          .join("\n"),
      ) &&
      /[?？؟:：]\s*$/.test(stem[from - 1]!.text)
    )
      from--;
  }
  return stem
    .slice(Math.max(0, from))
    .map(({ text }) => text)
    .join("\n\n");
}

/** The options marked as right: by a box or a sign, else by being the only bold ones. */
function marks(options: readonly Option[]): number[] {
  const marked = options.flatMap(({ marked: right }, index) => (right ? [index] : []));
  if (marked.length > 0) return marked.length === options.length && !options.every(({ box }) => box) ? [] : marked;
  const bold = options.flatMap(({ bold: right }, index) => (right ? [index] : []));
  return bold.length > 0 && bold.length < options.length ? bold : [];
}
