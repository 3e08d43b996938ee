/**
 * A short quiz as a link, `/host#quiz=VERSION.CHECK.DATA`: browsers send what is behind `#` to nobody.
 *
 * DATA is the quiz as JSON, deflated, in base64url; CHECK is the fingerprint of the JSON, as chats cut long links. Read, it
 * is a file from anybody: bounded, and checked before any page sees it.
 */

import { deflateSync } from "fflate";
import type { Quiz } from "../wire/protocol";
import { fromQuiz } from "./draft";
import { fingerprint } from "./fingerprint";
import { inflate } from "./inflate";
import { Refusal } from "./import/limits";
import { IMAGE_PATTERN, KINDS, QUESTIONS, QUIZ_BYTES } from "./limits";
import { isDraft, isObject } from "./shapes";
import type { Draft } from "./types";

const VERSION = 1;
const LINK = /#quiz=(\d{1,3})\.([0-9a-f]{8})\.([\w-]+)$/;
/** Of DATA. Mail programs and chats keep links of this length whole; most quizzes without pictures from files fit. */
export const LINK_CHARACTERS = 8000;

/** The link to a quiz; null where it would be too long. @param page - the address of the host page, without a fragment */
export function linkTo(quiz: Quiz, page: string): string | null {
  const json = JSON.stringify(quiz);
  if (json.length > QUIZ_BYTES) return null;
  const bytes = deflateSync(new TextEncoder().encode(json), { level: 9 });
  const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const url = data.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return url.length > LINK_CHARACTERS ? null : `${page}#quiz=${VERSION}.${fingerprint(json)}.${url}`;
}

export interface Linked {
  draft: Draft;
  /** The places of questions whose pictures are none that this page shows. */
  pictures_left: number[];
}

/**
 * The quiz in a link, or in the fragment of one.
 *
 * @throws Refusal `link_long`, `link_newer` or `link_damaged`
 */
export function readLink(text: string): Linked {
  if (text.length > 2 * LINK_CHARACTERS) throw new Refusal("link_long", { n: LINK_CHARACTERS });
  const [, version, check, data] = LINK.exec(text.trim()) ?? [];
  if (!version || !data) throw new Refusal("link_damaged");
  if (Number(version) > VERSION) throw new Refusal("link_newer");
  if (data.length > LINK_CHARACTERS) throw new Refusal("link_long", { n: LINK_CHARACTERS });
  const json = unpacked(data);
  if (fingerprint(json) !== check) throw new Refusal("link_damaged");
  return checked(parsed(json));
}

function unpacked(data: string): string {
  try {
    const bytes = Uint8Array.from(atob(data.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.codePointAt(0)!);
    let length = 0;
    const whole = inflate(bytes, (piece) => {
      length += piece.length;
      if (length > QUIZ_BYTES) throw new Refusal("link_damaged");
    });
    return new TextDecoder("utf-8", { fatal: true }).decode(whole);
  } catch {
    throw new Refusal("link_damaged");
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Refusal("link_damaged");
  }
}

/** As a draft, in which whatever is not right can be put right. Pictures on other servers would be asked for. */
function checked(quiz: unknown): Linked {
  if (!isObject(quiz) || typeof quiz.title !== "string") throw new Refusal("link_damaged");
  const { questions } = quiz;
  if (!Array.isArray(questions) || questions.length === 0 || questions.length > QUESTIONS)
    throw new Refusal("link_damaged");
  if (!questions.every((question) => isObject(question) && KINDS.some((kind) => kind === question.kind)))
    throw new Refusal("link_damaged");
  const draft = fromQuiz(quiz as unknown as Quiz);
  if (!isDraft(draft)) throw new Refusal("link_damaged");
  const pictures_left: number[] = [];
  for (const [place, question] of draft.questions.entries()) {
    if (question.image === null || IMAGE_PATTERN.test(question.image)) continue;
    question.image = null;
    pictures_left.push(place);
  }
  return { draft, pictures_left };
}
