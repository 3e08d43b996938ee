/** Figures of questions, as they are kept and shown. */

/** What a question asked, as far as results tell. */
export interface Content {
  /** The kind, the text, and what can be chosen. */
  asked: string;
  /** What is right. Null where a ruling has changed it since. */
  key: string | null;
}

/** What is kept of a question of one game. */
export interface AskedQuestion extends Content {
  /** Those who were there, and how many of them were right. */
  players: number;
  right: number;
  wrong: { text: string; count: number }[];
}

/** Of one game; derived from its results. */
export interface GameFigures {
  id: string;
  ended_at: number;
  questions: AskedQuestion[];
}

/** All games in which a question was asked. */
export interface QuestionFigures {
  games: number;
  players: number;
  /** How many of them were right, 0 to 1. */
  share: number;
  /** The wrong answer that most gave, with its part of the players; null where nobody was wrong in words. */
  misled: { text: string; share: number } | null;
  /** When the last of the games ended. */
  last_at: number;
}
