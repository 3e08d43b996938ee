import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { OLDEST } from "../vite/browsers";
import { withGuide } from "../vite/guide";
import { withHeights } from "../vite/heights";
import { withTooOld } from "../vite/too-old";
import { LANGUAGES } from "./i18n/i18n.svelte";

test.each(["index.html", "host.html", "check.html"])(
  "%s says in each language what to do when its scripts cannot run, without one of its own",
  (name) => {
    const html = withTooOld(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));
    const said = html.slice(html.indexOf('class="too-old"'));
    for (const language of Object.keys(LANGUAGES).filter((code) => code !== "en"))
      expect(said).toContain(`<p lang="${language}"`);
    expect(html.match(/<script[^>]*>/g)).toEqual([expect.stringContaining('type="module"')]);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
  },
);

test("README and the pages name the browsers that the build is for, in each language", () => {
  const read = (path: string) => withTooOld(readFileSync(new URL(path, import.meta.url), "utf8")).replace(/\s+/g, " ");
  const readme = read("../../../README.md");
  for (const [name, version] of Object.entries(OLDEST)) {
    const browser = `${name[0]!.toUpperCase()}${name.slice(1)} ${version}`;
    expect(readme).toContain(browser);
    for (const page of ["../index.html", "../host.html", "../check.html"]) {
      expect(read(page).split(browser).length - 1, `${browser} in ${page}`).toBe(Object.keys(LANGUAGES).length);
    }
  }
});

test("the guide for hosts needs no script and no other page", () => {
  const html = withGuide(readFileSync(new URL("../help.html", import.meta.url), "utf8"));
  expect(html).toContain('<h2 id="phones-cannot-join">');
  expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  const places = [...html.matchAll(/<a href="([^"]*)"/g)].map((found) => found[1]!);
  expect(places.filter((place) => place !== "/host" && !html.includes(`id="${place.slice(1)}"`))).toEqual([]);
});

test("a height that an old browser cannot read stands behind one that it can", () => {
  expect(withHeights("a{min-height:calc(100dvh - 2rem);color:red}@media (width > 1px){b{--x:1dvh;height:9dvh}}")).toBe(
    "a{min-height:calc(100vh - 2rem);min-height:calc(100dvh - 2rem);color:red}" +
      "@media (width > 1px){b{--x:1dvh;height:9vh;height:9dvh}}",
  );
});
