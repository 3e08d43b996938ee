/** Which own quiz a session is played from, so that the library can say when it was played. The last one is enough. */

import { read, remove, write } from "../device/storage";

const KEY = "playing";

interface Playing {
  code: string;
  quiz: string;
}

/** A lobby was opened. @param quiz - the id of one of the host’s own; none: it is a sample, say */
export function notePlaying(code: string | undefined, quiz: string | undefined): void {
  if (code !== undefined && quiz !== undefined) write(KEY, { code, quiz } satisfies Playing);
  else remove(KEY);
}

/** The id of one of the host’s own quizzes that the session is played from; null: none, or it is not known any more. */
export function playedFrom(code: string): string | null {
  const playing = read<Playing>(KEY);
  return playing?.code === code ? playing.quiz : null;
}
