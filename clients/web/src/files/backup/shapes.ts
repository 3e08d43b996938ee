/** Whether something from a file has the shape of a kept quiz or game, so that no page stumbles over it. */

import { KINDS } from "../../quiz/limits";
import type { OwnQuiz } from "../../quiz/library";
import type { PastGame } from "../games";

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isList = (value: unknown, each: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(each);
const isOr = (value: unknown, empty: null | undefined, is: (one: unknown) => boolean) => value === empty || is(value);

export function isOwnQuiz(value: unknown): value is OwnQuiz {
  if (!isObject(value) || !isText(value.id) || !isNumber(value.edited_at) || !isObject(value.draft)) return false;
  if (!/^[\w-]{1,64}$/.test(value.id)) return false;
  return isText(value.draft.title) && isList(value.draft.questions, isDraftQuestion);
}

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

export function isPastGame(value: unknown): value is PastGame {
  if (!isObject(value) || ![value.id, value.code, value.title].every(isText)) return false;
  if (![value.ended_at, value.players, value.questions].every(isNumber)) return false;
  const { standings, log } = value;
  if (!isObject(standings) || !isText(standings.title) || !isOr(log, undefined, isText)) return false;
  return isList(standings.questions, isSummary) && isList(standings.players, isPlayer);
}

function isSummary(value: unknown): boolean {
  return (
    isObject(value) &&
    isNumber(value.index) &&
    isText(value.text) &&
    isList(value.options, isText) &&
    isList(value.correct, isNumber) &&
    Array.isArray(value.counts) &&
    isOr(value.solution ?? null, null, isObject) &&
    isOr(value.tally ?? null, null, isObject)
  );
}

function isPlayer(value: unknown): boolean {
  return (
    isObject(value) &&
    [value.id, value.name].every(isText) &&
    [value.points, value.correct].every(isNumber) &&
    isList(value.answers, (answer) => answer === null || (isObject(answer) && isNumber(answer.points)))
  );
}
