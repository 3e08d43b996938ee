// @vitest-environment happy-dom
import { afterEach, expect, test } from "vitest";
import { bestLanguage, chooseLanguage, language, startTexts, t } from "./i18n.svelte";
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
  expect(t("lobby.standIn", { name: "Ada" })).toContain(
    String.fromCharCode(0x2068) + "Ada" + String.fromCharCode(0x2069),
  );
});

test("of two choices in quick succession the last one stays", async () => {
  await Promise.all([chooseLanguage("ja"), chooseLanguage("es")]);
  expect(language()).toBe("es");
});

test("the page says its language and its direction", async () => {
  await chooseLanguage("ar");
  expect([document.documentElement.lang, document.documentElement.dir]).toEqual(["ar", "rtl"]);
  await chooseLanguage("de");
  expect([document.documentElement.lang, document.documentElement.dir]).toEqual(["de", "ltr"]);
});

test("a choice is kept; one that cannot be understood is passed over", async () => {
  await chooseLanguage("fr");
  expect(localStorage.getItem("quickpoll:language")).toBe('"fr"');
  localStorage.setItem("quickpoll:language", '"ja"');
  await startTexts();
  expect(language()).toBe("ja");
  localStorage.setItem("quickpoll:language", '"klingon"');
  await startTexts();
  expect(language()).toBe("en");
});

test("a language that cannot be loaded leaves the page as it was", async () => {
  await chooseLanguage("de");
  const broken = {
    english: { "test.text": ["here"] },
    others: { "./es.json": () => Promise.reject(new Error("offline")) },
  };
  await startTexts(broken);
  await chooseLanguage("es");
  expect(language()).toBe("de");
  broken.others["./es.json"] = () => Promise.resolve({ default: {} }) as Promise<never>;
  await chooseLanguage("es");
  expect(language()).toBe("es");
});
