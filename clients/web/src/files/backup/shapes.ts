/** Whether something from a file has the shape of a kept game, so that no page stumbles over it. */

import { isList, isNumber, isObject, isOr, isText } from "../../quiz/shapes";
import type { PastGame } from "../games";

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
