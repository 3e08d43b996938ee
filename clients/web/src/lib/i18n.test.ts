import { afterEach, expect, test } from "vitest";
import { bestLanguage, chooseLanguage, language, t } from "./i18n.svelte";
import { number, ordinal } from "./wording";

afterEach(() => chooseLanguage("en"));

test("the first language of the browser that there is wins; else it is English", () => {
  expect(bestLanguage(["pt-BR", "fr-CA", "de"])).toBe("fr");
  expect(bestLanguage(["AR-eg"])).toBe("ar");
  expect(bestLanguage(["pt", "toString"])).toBe("en");
  expect(bestLanguage([])).toBe("en");
});

test("numbers and ordinals follow the language", async () => {
  await chooseLanguage("de");
  expect([number(12_345), ordinal(2)]).toEqual(["12.345", "2."]);
  await chooseLanguage("fr");
  expect([ordinal(1), ordinal(2)]).toEqual(["1er", "2e"]);
});

test("Arabic has six forms of a plural", async () => {
  await chooseLanguage("ar");
  const forms = [0, 1, 2, 3, 11, 100].map((n) => t("count.players", { n }));
  expect(new Set(forms.map((form) => form.replace(/\d+/, "#"))).size).toBe(6);
  expect(forms[3]).toContain("3");
});

test("a name keeps its own direction between Arabic words", async () => {
  await chooseLanguage("ar");
  expect(t("lobby.in", { name: "Ada" })).toContain(String.fromCharCode(0x2068) + "Ada" + String.fromCharCode(0x2069));
});

test("of two choices in quick succession the last one stays", async () => {
  await Promise.all([chooseLanguage("ja"), chooseLanguage("es")]);
  expect(language()).toBe("es");
});
