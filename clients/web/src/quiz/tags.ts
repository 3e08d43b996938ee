/** Tags of own quizzes: short words that an author gives, and what is found by them and by the words of a quiz. */

import type { OwnQuiz } from "./library";

export const TAGS = 12;
export const TAG_CHARACTERS = 30;
/** Of the field in which all of them are written. */
export const TAGS_CHARACTERS = TAGS * (TAG_CHARACTERS + 2);

/** Capitals and accents do not matter. */
const folded = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();

/** From what somebody typed: parted by commas of any script, each once. */
export function readTags(typed: string): string[] {
  const tags = new Map<string, string>();
  for (const part of typed.split(/[,;，、،؛]/)) {
    const tag = Array.from(part.replace(/\s+/g, " ").trim()).slice(0, TAG_CHARACTERS).join("").trim();
    if (tag && !tags.has(folded(tag))) tags.set(folded(tag), tag);
  }
  return [...tags.values()].slice(0, TAGS);
}

export const writtenTags = (tags: readonly string[]): string => tags.join(", ");

export const isSameTag = (one: string, other: string): boolean => folded(one) === folded(other);

/** All tags of a library, in the order of the language. */
export function tagsOf(quizzes: readonly OwnQuiz[], language: string): string[] {
  const tags = new Map<string, string>();
  for (const tag of quizzes.flatMap(({ draft }) => draft.tags ?? []))
    if (!tags.has(folded(tag))) tags.set(folded(tag), tag);
  return [...tags.values()].sort(new Intl.Collator(language).compare);
}

/** The quizzes that have the tag, if one is given, and all the words in title, tags or questions. */
export function found(quizzes: readonly OwnQuiz[], words: string, tag: string | null): OwnQuiz[] {
  const wanted = folded(words).split(/\s+/).filter(Boolean);
  return quizzes.filter(({ draft }) => {
    const tags = (draft.tags ?? []).map(folded);
    if (tag !== null && !tags.includes(folded(tag))) return false;
    if (wanted.length === 0) return true;
    const texts = [
      draft.title,
      ...tags,
      ...draft.questions.flatMap(({ text, options }) => [text, ...options.map((option) => option.text)]),
    ];
    const all = folded(texts.join("\n"));
    return wanted.every((word) => all.includes(word));
  });
}
