// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { chooseLanguage } from "../i18n/i18n.svelte";
import { SIDE, canShare, cardTexts, drawCard, shareCard } from "./card";

const RESULT = { title: "Capitals", name: "Ada", avatar: "x", rank: 2, total: 1200, points: 2150 };
const FILE = new File(["…"], "quickpoll.png", { type: "image/png" });

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await chooseLanguage("en");
});

/** A browser that shares files, or does not. */
function sharing(can: boolean, share = vi.fn(async () => {})) {
  Object.defineProperty(navigator, "canShare", { value: () => can, configurable: true });
  Object.defineProperty(navigator, "share", { value: share, configurable: true });
  return share;
}

test("the picture tells place and points in the language of the page", async () => {
  expect(cardTexts(RESULT)).toMatchObject({ rank: "2nd of 1,200", points: "2,150 points", name: "Ada" });
  await chooseLanguage("de");
  expect(cardTexts(RESULT)).toMatchObject({ rank: "Platz 2 von 1.200", points: "2.150 Punkte" });
});

test("place, points and name are drawn, and a long name is made to fit", async () => {
  const drawn: { text: string; size: number }[] = [];
  const context = {
    font: "",
    measureText(text: string) {
      return { width: text.length * Number(/(\d+)px/.exec(this.font)?.[1]) };
    },
    fillText(text: string) {
      drawn.push({ text, size: Number(/(\d+)px/.exec(this.font)?.[1]) });
    },
    ...Object.fromEntries(
      ["fillRect", "fill", "save", "restore", "beginPath", "roundRect", "clip", "drawImage"].map((name) => [
        name,
        () => {},
      ]),
    ),
  };
  vi.stubGlobal("Path2D", class {});
  vi.stubGlobal(
    "Image",
    class {
      src = "";
      decode = async () => {};
    },
  );
  Object.defineProperty(document, "fonts", { value: { load: () => Promise.resolve([]) }, configurable: true });
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) =>
    done(new Blob(["png"], { type: "image/png" })),
  );
  const name = "W".repeat(24);
  const file = await drawCard(cardTexts({ ...RESULT, name }));
  expect(file.type).toBe("image/png");
  expect(drawn.map(({ text }) => text)).toEqual(["Capitals", name, "2nd of 1,200", "2,150 points", "QuickPoll"]);
  const line = drawn[1]!;
  expect(line.size * name.length).toBeLessThanOrEqual(SIDE);
});

test("a browser that shares files gets the picture; who changes his mind sees no error", async () => {
  const share = sharing(
    true,
    vi.fn(() => Promise.reject(new DOMException("no", "AbortError"))),
  );
  expect(canShare(FILE)).toBe(true);
  await shareCard(FILE);
  expect(share).toHaveBeenCalledWith({ files: [FILE] });
});

test("elsewhere the picture is saved", async () => {
  const share = sharing(false);
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    expect(this.download).toBe("quickpoll.png");
  });
  await shareCard(FILE);
  expect(click).toHaveBeenCalledOnce();
  expect(share).not.toHaveBeenCalled();
});
