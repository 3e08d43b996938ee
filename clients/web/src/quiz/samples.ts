/** The bundled sample quizzes, as the server's files list them. */

import type { Quiz } from "../wire/protocol";

export interface Sample {
  /** Its name without folder and ending. */
  file: string;
  title: string;
  /** How many there are. */
  questions: number;
  description: string;
  /** What it is written in. */
  language: string;
}

export function fetchSamples(): Promise<Sample[]> {
  return fetchJson("/quizzes/index.json");
}

export function fetchSample(sample: Sample): Promise<Quiz> {
  return fetchJson(`/quizzes/${sample.file}.json`);
}

async function fetchJson<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}
