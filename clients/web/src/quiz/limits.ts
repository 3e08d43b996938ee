/** What a quiz may be, as the server's schema says; `limits.test.ts` compares the two. */

import { MAX_CREATE_SESSION_BYTES } from "../wire/protocol";

export const TITLE_CHARACTERS = 120;
export const QUESTIONS = 200;
export const TEXT_CHARACTERS = 500;
export const FEWEST_OPTIONS = 2;
export const MOST_OPTIONS = 10;
export const OPTION_CHARACTERS = 200;
export const EXPLANATION_CHARACTERS = 1000;
export const NOTES_CHARACTERS = 1000;
export const ALT_CHARACTERS = 300;
export const IMAGE_CHARACTERS = 65_536;
export const SHORTEST_MS = 1000;
export const LONGEST_MS = 300_000;
export const MOST_POINTS = 2000;
export const DEFAULT_TIME_LIMIT_MS = 10_000;
export const DEFAULT_POINTS = 1000;
/** A whole quiz, as JSON: what `create_session` may be, less what stands around it. */
export const QUIZ_BYTES = MAX_CREATE_SESSION_BYTES - 4096;

export const KINDS = [
  ...(["single", "multiple", "true_false", "poll"] as const),
  ...(["text", "number", "order", "match"] as const),
  ...(["words", "open", "scale", "ranking", "slide"] as const),
] as const;
export const IMAGE_PATTERN =
  /^(\/images\/[A-Za-z0-9_-]+\.(svg|png|jpg|webp)|data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2})$/;
