/** H5P: question sets and single questions, as packages or as their content alone. Pictures beside a question are taken where they are small. */

import { Builder, type Frame, truth } from "../build";
import { htmlToText } from "../html";
import type { Clock } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";
import { clean } from "../text";
import { isRecord, list, record, type Rec, text as string } from "./records";

/** Finds the picture of a path in the package. */
export type Pictures = (path: string) => string | undefined;

const HOLDERS =
  /^H5P\.(QuestionSet|Column|InteractiveBook|CoursePresentation|InteractiveVideo|SingleChoiceSet|Essay|BranchingScenario|Accordion|Dialogcards|Flashcards)$/;

/** The library that content without its package is made for, told by its keys. */
export function libraryOf(content: Rec): string | undefined {
  if (
    Array.isArray(content.choices) &&
    list(content.choices).some((one) => isRecord(one) && Array.isArray(one.answers))
  )
    return "H5P.SingleChoiceSet";
  if (list(content.questions).some((one) => isRecord(one) && typeof one.library === "string")) return "H5P.QuestionSet";
  if (Array.isArray(content.answers) && isRecord(content.behaviour) && "question" in content) return "H5P.MultiChoice";
  if ((content.correct === "true" || content.correct === "false") && "question" in content) return "H5P.TrueFalse";
  if (Array.isArray(content.summaries)) return "H5P.Summary";
  if (typeof content.textField === "string") return /\*[^*\n]+\*/.test(content.textField) ? "H5P.DragText" : undefined;
  if (list(content.questions).some((one) => typeof one === "string") && isRecord(content.behaviour))
    return "H5P.Blanks";
  if (Array.isArray(content.cards) && list(content.cards).some(isRecord)) return "H5P.Flashcards";
  if (Array.isArray(content.dialogs)) return "H5P.Dialogcards";
  if (Array.isArray(content.chapters)) return "H5P.InteractiveBook";
  if (isRecord(content.presentation) && Array.isArray(content.presentation.slides)) return "H5P.CoursePresentation";
  if (isRecord(content.interactiveVideo)) return "H5P.InteractiveVideo";
  if (
    Array.isArray(content.content) &&
    list(content.content).some(
      (one) => isRecord(one) && isRecord(one.content) && typeof one.content.library === "string",
    )
  )
    return "H5P.Column";
  if (typeof content.taskDescription === "string" && isRecord(content.behaviour) && "solution" in content)
    return "H5P.Essay";
  return undefined;
}

export function readH5p(
  library: string,
  content: Rec,
  title: string,
  report: Report,
  clock: Clock,
  picture: Pictures = () => undefined,
): ImportedQuiz[] {
  const builder = new Builder(report, htmlToText(title));
  new H5p(builder, clock, picture).read(library, content, "");
  return [builder.quiz];
}

class H5p {
  private number = 0;

  constructor(
    private readonly builder: Builder,
    private readonly clock: Clock,
    private readonly picture: Pictures,
  ) {}

  /** @param depth - guards against content that holds itself */
  read(library: string, content: Rec, title: string, depth = 0): void {
    this.clock.check();
    if (depth > 12) return;
    const name = library.split(" ")[0] ?? "";
    const inside = subContents(content);
    switch (name) {
      case "H5P.MultiChoice":
        return this.choice(content);
      case "H5P.TrueFalse":
        return this.trueFalse(content);
      case "H5P.SingleChoiceSet":
        return this.choiceSet(content);
      case "H5P.Summary":
        return this.summary(content);
      case "H5P.Blanks":
        return this.blanks(content);
      case "H5P.Flashcards":
        // A slash stands between answers that are all right.
        for (const card of list(content.cards).filter(isRecord))
          this.card(card, string(card.text), string(card.answer), "/");
        return;
      case "H5P.DragText":
        return this.dragText(content);
      case "H5P.Dialogcards":
        for (const card of list(content.dialogs).filter(isRecord))
          this.card(card, string(card.text), string(card.answer));
        return;
      case "H5P.Essay":
        this.builder.open(this.frame(string(content.taskDescription), content));
        return;
    }
    if (inside.length > 0 && (HOLDERS.test(name) || !/Drag|Mark|Hotspot|Image/.test(name))) {
      for (const one of inside)
        this.read(string(one.library), record(one.params), string(record(one.metadata).title), depth + 1);
      return;
    }
    if (
      /^H5P\.(AdvancedText|Text|Image|Video|Audio|Link|Table|YouTube|GoToQuestion|Nil|ContinuousText|Shape)$/.test(
        name,
      ) ||
      name === ""
    )
      return;
    const task =
      string(content.taskDescription) ||
      string(content.question) ||
      string(record(content.question).task) ||
      string(content.textField) ||
      string(content.text) ||
      title;
    // A package of another kind altogether, which its reader reports.
    if (depth === 0 && !task) return;
    this.builder.refuse(
      this.frame(task, content, title),
      /DragText|AdvancedBlanks|MarkTheWords|DragTheWords/.test(name) ? "gaps" : "unsupported",
      { kind: name },
    );
  }

  private frame(text: string, content: Rec, title = ""): Frame {
    const place = { unit: "question", number: ++this.number } as const;
    const plain = clean(htmlToText(text)) || clean(htmlToText(title));
    const path =
      string(record(record(record(record(content.media).type).params).file).path) || string(record(content.image).path);
    const image = path ? this.picture(path) : undefined;
    return { place, text: plain, ...(image && { image }) };
  }

  /** Tells in the report that a picture stayed behind. */
  private told(frame: Frame, content: Rec): void {
    const media = string(record(record(content.media).type).library);
    if (/Image/.test(media) && !frame.image) this.builder.report.changed(frame.place, "picture_left", frame.text);
    else if (/Video|Audio/.test(media)) this.builder.report.changed(frame.place, "media_left", frame.text);
  }

  private choice(content: Rec): void {
    const answers = list(content.answers).filter(isRecord);
    const frame = this.frame(string(content.question), content);
    const right = answers.flatMap(({ correct }, index) => (correct === true || correct === "true" ? [index] : []));
    const kind = string(record(content.behaviour).type);
    const several = kind === "single" || record(content.behaviour).singleAnswer === true ? false : undefined;
    if (
      this.builder.choice(
        frame,
        answers.map(({ text }) => clean(htmlToText(string(text)))),
        right,
        several,
      )
    )
      this.told(frame, content);
  }

  private trueFalse(content: Rec): void {
    const frame = this.frame(string(content.question), content);
    const right = truth(String(content.correct));
    if (right === undefined) return this.builder.refuse(frame, "no_right_answer");
    if (this.builder.trueFalse(frame, right)) this.told(frame, content);
  }

  /** The first answer is the right one; players see them shuffled. */
  private choiceSet(content: Rec): void {
    for (const choice of list(content.choices).filter(isRecord)) {
      const answers = list(choice.answers).map((answer) => clean(htmlToText(string(answer))));
      this.builder.choice(this.frame(string(choice.question), {}), answers, [0]);
    }
  }

  /** Of each group the first statement is the right one. */
  private summary(content: Rec): void {
    for (const group of list(content.summaries).filter(isRecord)) {
      const statements = list(group.summary).map((one) => clean(htmlToText(string(one))));
      this.builder.choice(this.frame(string(content.intro) || "Choose the right statement.", {}), statements, [0]);
    }
  }

  private blanks(content: Rec): void {
    const sentences = list(content.questions).length > 0 ? list(content.questions) : [content.text];
    for (const sentence of sentences) {
      const plain = clean(htmlToText(string(sentence)));
      const gaps = [...plain.matchAll(/\*([^*\n]+)\*/g)];
      const frame = this.frame(plain.replace(/\*([^*\n]+)\*/g, "_____"), content);
      const [gap] = gaps;
      if (gaps.length !== 1 || !gap) this.builder.refuse(frame, gaps.length === 0 ? "no_right_answer" : "gaps");
      else this.builder.typed(frame, (gap[1] ?? "").split(":")[0]!.split("/"));
    }
  }

  /** One word to drag is a word to choose or, where nothing else is offered, to type. */
  private dragText(content: Rec): void {
    const text = clean(htmlToText(string(content.textField)));
    const gaps = [...text.matchAll(/\*([^*\n]+)\*/g)].map(([, gap]) => gap!.replace(/[:\\][+\-]?.*$/, "").trim());
    const others = [...string(content.distractors).matchAll(/\*([^*\n]+)\*/g)].map(([, one]) =>
      one!.split(":")[0]!.trim(),
    );
    const asked = gaps.length === 1 ? text.replace(/\*([^*\n]+)\*/g, "_____") : string(content.taskDescription) || text;
    const frame = this.frame(asked, content);
    if (gaps.length !== 1) this.builder.refuse(frame, "gaps");
    else if (others.length > 0) this.builder.choice(frame, [...gaps, ...others], [0]);
    else this.builder.typed(frame, gaps);
  }

  private card(card: Rec, question: string, answer: string, between?: string): void {
    const frame = this.frame(question, card);
    const plain = clean(htmlToText(answer));
    if (plain) this.builder.typed(frame, between ? [plain, ...plain.split(between).map((one) => one.trim())] : [plain]);
    else this.builder.refuse(frame, "no_definition");
  }
}

/** The contents that a content holds, wherever its library keeps them. */
function subContents(content: Rec): Rec[] {
  const found: Rec[] = [];
  const walk = (value: unknown, depth: number): void => {
    if (depth > 8 || found.length > 5000) return;
    if (Array.isArray(value)) for (const one of value) walk(one, depth + 1);
    else if (isRecord(value)) {
      if (typeof value.library === "string" && isRecord(value.params)) found.push(value);
      else for (const one of Object.values(value)) walk(one, depth + 1);
    }
  };
  for (const value of Object.values(content)) walk(value, 0);
  return found;
}
