import { expect, test } from "vitest";
import { read } from "../testing";

test("columns that the head names as others are no sides of a card", () => {
  expect(
    read(
      "#separator:semicolon\n#html:false\n#notetype column:1\n#deck column:2\n#tags column:5\nBasic;French;le chien;the dog;animals\nBasic;French;a<b;less;\n",
    ).lines,
  ).toEqual(["text: le chien = the dog", "text: a<b = less"]);
});

test("the gap of a cloze note is the answer, and never in the question", () => {
  const { lines, said, questions } = read(
    "#separator:tab\n#html:true\n{{c1::Paris::city}} is the capital of <b>France</b>.\tOn the Seine\n{{c1::Rome}} and {{c2::Oslo}}\t\n",
  );
  expect(lines).toEqual(["text: _____ (city) is the capital of France. = Paris"]);
  expect(questions[0]?.explanation).toBe("On the Seine");
  expect(said).toEqual(["line 4: gaps “_____ and _____”"]);
});

test("fields with line breaks and quotes; sound and pictures that stay behind are named", () => {
  expect(
    read(
      '#separator:tab\n#html:true\n"a ""b"" c"\t"one<br>two"\n[sound:x.mp3] dog\tHund\nle chat\t<img src="c.jpg">cat\n',
    ),
  ).toMatchObject({
    lines: ['text: a "b" c = one\ntwo', "text: dog = Hund", "text: le chat = cat"],
    said: ["line 4: media_left “dog”", "line 5: picture_left “le chat”"],
  });
});
