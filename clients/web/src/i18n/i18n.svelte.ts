/**
 * The language of the page and its texts. English is part of each page, so there is always something to say;
 * another language is loaded when it is chosen. Whatever calls `t`, `number` or `direction` in a template or
 * an effect is run again when the language changes.
 */

import { type Messages, setupI18n } from "@lingui/core";
import type check from "./messages/check/en.json";
import type editor from "./messages/editor/en.json";
import type files from "./messages/files/en.json";
import type host from "./messages/host/en.json";
import type imports from "./messages/import/en.json";
import type kinds from "./messages/kinds/en.json";
import type lead from "./messages/lead/en.json";
import type player from "./messages/player/en.json";
import type setup from "./messages/setup/en.json";
import type shared from "./messages/shared/en.json";
import { read, write } from "../device/storage";

/** In their own words, as the languages are offered. */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  ar: "العربية",
  ja: "日本語",
} as const;
export type Language = keyof typeof LANGUAGES;
export type TextKey =
  | keyof typeof shared
  | keyof typeof player
  | keyof typeof check
  | keyof typeof host
  | keyof typeof lead
  | keyof typeof setup
  | keyof typeof editor
  | keyof typeof files
  | keyof typeof kinds
  | keyof typeof imports;
/** The texts of one folder: the English ones, and how to load each other language, by the path of its file. */
export interface Texts {
  english: object;
  others: Record<string, () => Promise<unknown>>;
}

const KEPT = "language";
/** A page starts in English rather than wait longer for its language; that is shown when it has come. */
const PATIENCE_MS = 2_000;
/** Figures are the same on all screens of a game, so Arabic uses those of the game code as well. */
const LOCALES: Partial<Record<Language, string>> = { ar: "ar-u-nu-latn" };
const ISOLATE = String.fromCharCode(0x2068);
const ISOLATE_END = String.fromCharCode(0x2069);
const i18n = setupI18n();
const provided: Texts[] = [];
let current = $state<Language>("en");
let wanted: Language = "en";

/** The first language of `preferred` (as in `navigator.languages`) that there is; else English. */
export function bestLanguage(preferred: readonly string[]): Language {
  const bases = preferred.map((tag) => tag.toLowerCase().split("-")[0] ?? "");
  return bases.find((base): base is Language => base in LANGUAGES) ?? "en";
}

/** Makes texts known, and says them in the language that was chosen before or that the browser prefers. */
export async function startTexts(...texts: Texts[]): Promise<void> {
  provided.push(...texts);
  for (const { english } of texts) i18n.load("en", english as Messages);
  if (!i18n.locale) activate("en");
  if (typeof navigator === "undefined") return;
  const chosen = bestLanguage([read<string>(KEPT) ?? "", ...navigator.languages]);
  await Promise.race([show(chosen), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}

/** Adds texts that only a part of the page needs, with the part. */
export async function moreTexts(texts: Texts): Promise<void> {
  provided.push(texts);
  i18n.load("en", texts.english as Messages);
  if (current !== "en") i18n.load(current, await catalogue(texts, current));
}

/** Changes the language, and keeps the choice. */
export async function chooseLanguage(language: Language): Promise<void> {
  write(KEPT, language);
  await show(language);
}

export function language(): Language {
  return current;
}

/** For Intl. */
export function locale(): string {
  return LOCALES[current] ?? current;
}

/** The text `key`, with its placeholders filled in. */
export function t(key: TextKey, values?: Record<string, string | number>): string {
  return i18n.t(key, current === "ar" && values ? isolated(values) : values);
}

async function show(language: Language): Promise<void> {
  wanted = language;
  try {
    const catalogues = language === "en" ? [] : await Promise.all(provided.map((texts) => catalogue(texts, language)));
    for (const messages of catalogues) i18n.load(language, messages);
  } catch {
    // The network is away: the page goes on in the language it has.
    return;
  }
  if (language === wanted) activate(language);
}

function activate(language: Language): void {
  i18n.activate(language, LOCALES[language]);
  current = language;
  if (typeof document === "undefined") return;
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
}

async function catalogue({ english, others }: Texts, language: Language): Promise<Messages> {
  const load = Object.entries(others).find(([path]) => path.endsWith(`/${language}.json`))?.[1];
  const translated = load ? ((await load()) as { default: Messages }).default : {};
  return { ...(english as Messages), ...translated };
}

/** Keeps a Latin name from turning the words around it. */
function isolated(values: Record<string, string | number>): Record<string, string | number> {
  const wrap = (value: string | number) => (typeof value === "string" ? ISOLATE + value + ISOLATE_END : value);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wrap(value)]));
}
