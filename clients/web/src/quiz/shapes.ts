/** Whether something from a file has the shape of a kept quiz, so that no page stumbles over it. */

import { KINDS } from "./limits";
import type { OwnQuiz } from "./library";
import { TAGS, TAG_CHARACTERS } from "./tags";
import type { Draft } from "./types";

type Fields = Record<string, unknown>;

export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isText = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
export const isList = (value: unknown, each: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(each);
export const isOr = (value: unknown, empty: null | undefined, is: (one: unknown) => boolean) =>
  value === empty || is(value);

export function isOwnQuiz(value: unknown): value is OwnQuiz {
  if (!isObject(value) || !isText(value.id) || !isNumber(value.edited_at) || !isObject(value.draft)) return false;
  if (!/^[\w-]{1,64}$/.test(value.id)) return false;
  return isDraft(value.draft) && isOr(value.played_at, undefined, isNumber);
}

export function isDraft(value: unknown): value is Draft {
  if (!isObject(value) || !isText(value.title) || !isList(value.questions, isDraftQuestion)) return false;
  return isOr(value.tags, undefined, (tags) => isList(tags, isTag) && (tags as unknown[]).length <= TAGS);
}

const isTag = (value: unknown) => isText(value) && Array.from(value).length <= TAG_CHARACTERS;

function isDraftQuestion(value: unknown): boolean {
  return (
    isObject(value) &&
    [value.key, value.text, value.explanation].every(isText) &&
    KINDS.some((kind) => kind === value.kind) &&
    isList(value.options, (option) => isObject(option) && isText(option.key) && isText(option.text)) &&
    isOr(value.time_limit_ms, null, isNumber) &&
    isOr(value.points, null, isNumber) &&
    isOr(value.image, null, isText) &&
    isOr(value.image_alt, undefined, isText) &&
    isOr(value.notes, undefined, isText) &&
    isOr(value.new_since, undefined, isNumber) &&
    isOr(value.details, undefined, (details) => isObject(details) && Object.values(details).every(isDetail))
  );
}

function isDetail(value: unknown): boolean {
  if (isText(value) || typeof value === "boolean" || value === undefined) return true;
  return isList(
    value,
    (row) => isObject(row) && isText(row.key) && isText(row.text) && isOr(row.other, undefined, isText),
  );
}
