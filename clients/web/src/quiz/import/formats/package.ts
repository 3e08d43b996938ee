/** Packages that are no spreadsheet: H5P, Canvas, Blackboard and Common Cartridge exports, or any ZIP with quiz files in it. */

import { decodeEntities } from "../html";
import { type Clock, IMAGE_CHARACTERS, JSON_DEPTH, Refusal } from "../limits";
import type { ImportedQuiz } from "../model";
import type { Report } from "../report";
import { decode } from "../text";
import { type Element, parseXml } from "../xml";
import type { Package } from "../zip";
import { libraryOf, readH5p } from "./h5p";
import { identOf, isQti, isQti2, readQti } from "./qti";
import { isRecord, record, text as string } from "./records";

/** A package made for H5P. @throws Refusal where what it needs is missing or broken */
export function readH5pPackage(file: Package, report: Report, clock: Clock): ImportedQuiz[] {
  const about = jsonOf(file, "h5p.json");
  const content = jsonOf(file, "content/content.json");
  const main = string(record(about).mainLibrary) || (isRecord(content) ? (libraryOf(content) ?? "") : "");
  if (!isRecord(content)) throw new Refusal("broken_package");
  const picture = (path: string): string | undefined => {
    const type = /\.(png|jpe?g|gif|webp)$/i.exec(path)?.[1]?.toLowerCase().replace("jpg", "jpeg");
    const name = `content/${path}`;
    if (!type || !file.has(name)) return undefined;
    const bytes = file.read(name);
    return bytes.length * 1.34 < IMAGE_CHARACTERS - 40 ? `data:image/${type};base64,${base64(bytes)}` : undefined;
  };
  const quizzes = readH5p(main, content, string(record(about).title), report, clock, picture);
  if (quizzes.every(({ questions }) => questions.length === 0) && report.entries.length === 0)
    report.file("error", "not_h5p_quiz", { library: main || "?" });
  else if (
    quizzes.every(({ questions }) => questions.length === 0) &&
    !/Question|Choice|TrueFalse|Blanks|Drag|Mark|Summary|Quiz|Essay|cards|Column|Book|Presentation|Video|Hotspot|Sort|Arithmetic|Dictation|Speak/i.test(
      main,
    )
  )
    report.file("error", "not_h5p_quiz", { library: main || "?" });
  return quizzes;
}

function jsonOf(file: Package, name: string): unknown {
  if (!file.has(name)) return undefined;
  try {
    const value: unknown = JSON.parse(decode(file.read(name)).text);
    return depth(value) > JSON_DEPTH ? undefined : value;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return undefined;
  }
}

function depth(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let most = 0;
  for (const one of Object.values(value)) most = Math.max(most, depth(one));
  return most + 1;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The QTI tests in a package. Canvas writes each test twice, once for itself with everything in it, and that one is read. */
export function readQtiPackage(file: Package, report: Report, clock: Clock): ImportedQuiz[] {
  const found: { name: string; root: Element }[] = [];
  let newer = false;
  for (const name of file.names.filter(
    (one) => /\.(xml|qti|dat)$/i.test(one) && !/(^|\/)(__MACOSX|course_settings)\//.test(one),
  )) {
    clock.check();
    const { text } = decode(file.read(name));
    if (/<(\w+:)?(assessmentItem|assessmentTest|qti-assessment-\w+)\b/.test(text.slice(0, 4000))) newer = true;
    if (!/<(\w+:)?questestinterop\b/.test(text.slice(0, 20_000))) continue;
    const root = parseXml(text);
    if (isQti(root)) found.push({ name, root });
    else if (isQti2(root)) newer = true;
  }
  if (found.length === 0 && newer) throw new Refusal("qti2");
  const titles = blackboardTitles(file);
  const own = found.filter(({ name }) => /\.qti$|non_cc_assessments\//i.test(name));
  const idents = new Set(own.map(({ name, root }) => identOf(root) || folder(name)));
  const kept = found.filter(
    (one) =>
      own.includes(one) ||
      !(
        idents.has(identOf(one.root)) ||
        idents.has(folder(one.name)) ||
        own.some(({ name }) => name.includes(folder(one.name)) && folder(one.name) !== "")
      ),
  );
  const quizzes = kept.flatMap(({ name, root }) =>
    readQti(root, report, clock).map((quiz) => ({ ...quiz, title: quiz.title || titles.get(name) || "" })),
  );
  return quizzes;
}

const folder = (name: string) => name.split("/").at(-2) ?? "";

/** Blackboard's manifest has the titles. */
function blackboardTitles(file: Package): Map<string, string> {
  const titles = new Map<string, string>();
  if (!file.has("imsmanifest.xml")) return titles;
  for (const [tag] of decode(file.read("imsmanifest.xml")).text.matchAll(/<resource\b[^>]*>/g)) {
    const [, name] = /\b(?:bb:)?file="([^"]+)"/.exec(tag) ?? [];
    const [, title] = /\b(?:bb:)?title="([^"]+)"/.exec(tag) ?? [];
    if (name && title) titles.set(name, decodeEntities(title));
  }
  return titles;
}
