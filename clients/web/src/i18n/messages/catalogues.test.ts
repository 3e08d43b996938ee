import { readFileSync, readdirSync } from "node:fs";
import { type CompiledMessage, compileMessageOrThrow } from "@lingui/message-utils/compileMessage";
import { describe, expect, test } from "vitest";
import { LANGUAGES, type Language } from "../i18n.svelte";

const HERE = new URL(".", import.meta.url);
const FOLDERS = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const CODES = Object.keys(LANGUAGES) as Language[];
const catalogue = (folder: string, language: string) =>
  JSON.parse(readFileSync(new URL(`${folder}/${language}.json`, HERE), "utf8")) as Record<string, string>;

/** The source of both pages, without tests. */
const SOURCE = readdirSync(new URL("../..", HERE), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !path.includes(".test."))
  .map((path) => readFileSync(new URL(`../../${path}`, HERE), "utf8"))
  .join("\n");
/** `t("key", …)`: the key, and whether values follow. */
const CALLS = [...SOURCE.matchAll(/\bt\(\s*"([\w.]+)"\s*(,)?/g)].map(([, key, values]) => ({
  key: key as string,
  values: values !== undefined,
}));
/** The beginnings of keys that are put together: t(`beginning.${…}`). */
const BEGINNINGS = [...SOURCE.matchAll(/`([\w]+\.[\w.]*)\$\{/g)].map(([, beginning]) => beginning as string);

function placeholders(message: CompiledMessage): Set<string> {
  const names = new Set<string>();
  for (const token of message) {
    if (typeof token === "string") continue;
    const [name, kind, cases] = token;
    names.add(name);
    if (kind && cases && typeof cases === "object") {
      for (const inner of Object.values(cases)) {
        if (Array.isArray(inner)) for (const innerName of placeholders(inner as CompiledMessage)) names.add(innerName);
      }
    }
  }
  return names;
}

function plurals(message: CompiledMessage): [kind: "cardinal" | "ordinal", cases: string[]][] {
  return message.flatMap((token) => {
    if (typeof token === "string" || !["plural", "selectordinal"].includes(token[1] ?? "")) return [];
    const cases = Object.keys(token[2] as object).filter((name) => name !== "offset");
    return [[token[1] === "plural" ? "cardinal" : "ordinal", cases] as ["cardinal" | "ordinal", string[]]];
  });
}

describe.each(FOLDERS)("texts in %s", (folder) => {
  const english = catalogue(folder, "en");

  test.each(CODES)("%s says everything that English says, and nothing else", (language) => {
    const texts = catalogue(folder, language);
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted());
    expect(Object.entries(texts).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  test.each(CODES)("%s has the placeholders that English has", (language) => {
    const texts = catalogue(folder, language);
    const named = (text: string) => [...placeholders(compileMessageOrThrow(text))].toSorted();
    for (const [key, text] of Object.entries(texts))
      expect({ key, names: named(text) }).toEqual({ key, names: named(english[key] ?? "") });
  });

  test.each(CODES)("%s has each of its plural forms wherever it has any but one", (language) => {
    for (const [key, text] of Object.entries(catalogue(folder, language))) {
      for (const [type, cases] of plurals(compileMessageOrThrow(text))) {
        const needed = new Intl.PluralRules(language, { type }).resolvedOptions().pluralCategories;
        const missing = cases.length === 1 ? [] : needed.filter((form) => !cases.includes(form));
        expect({ key, missing }).toEqual({ key, missing: [] });
      }
    }
  });

  test("in English one thing has another form than several", () => {
    const alike = Object.entries(english).filter(([, text]) => /one \{([^{}]*)\} other \{\1\}/.test(text));
    expect(alike).toEqual([]);
  });

  test("each is used somewhere", () => {
    const unused = Object.keys(english).filter(
      (key) => !SOURCE.includes(`"${key}"`) && !BEGINNINGS.some((beginning) => key.startsWith(beginning)),
    );
    expect(unused).toEqual([]);
  });

  test("values are given where there are placeholders, and only there", () => {
    for (const { key, values } of CALLS) {
      const text = english[key];
      if (text !== undefined)
        expect({ key, values }).toEqual({ key, values: placeholders(compileMessageOrThrow(text)).size > 0 });
    }
  });
});

test("no key is in two folders of the same page", () => {
  const keys = FOLDERS.flatMap((folder) => Object.keys(catalogue(folder, "en")));
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});
