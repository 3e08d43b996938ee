import { describe, expect, test } from "vitest";
import { read } from "../testing";

describe("plain text and Markdown", () => {
  test.each([
    [
      "answers below",
      "1. Capital of France?\nA) Rome\nB) Paris\nAnswer: B\n\n2) Largest?\n(a) Mars\n(b) Jupiter\nCorrect answer: (b) Jupiter",
    ],
    ["stars and ticks", "1. Capital of France?\na. Rome\n*b. Paris\n\n2. Largest?\na) Mars\nb) Jupiter ✓"],
    ["bold", "**1. Capital of France?**\n- A) Rome\n- **B) Paris**\n\n**2. Largest?**\n- A) Mars\n- **B) Jupiter**"],
    ["boxes", "# Test\n\n## Capital of France?\n- [ ] Rome\n- [x] Paris\n\n## Largest?\n- [ ] Mars\n- [X] Jupiter"],
    ["emoji", "Capital of France?\n❌ Rome\n✅ Paris\n\nLargest?\n❌ Mars\n✅ Jupiter"],
    ["words in brackets", "Capital of France?\n- Rome\n- Paris (correct)\n\nLargest?\n- Mars\n- Jupiter (richtig)"],
    [
      "a key at the end",
      "1. Capital of France?\nA. Rome\nB. Paris\n\n2. Largest?\nA. Mars\nB. Jupiter\n\nAnswer key:\n1. B\n2. B",
    ],
    [
      "a key on one line",
      "1. Capital of France?\nA. Rome\nB. Paris\n\n2. Largest?\nA. Mars\nB. Jupiter\n\nAnswers: 1-B, 2-B",
    ],
    [
      "a code fence around all",
      "```\nCapital of France?\nA) Rome\nB) Paris\nAnswer: B\n\nLargest?\nA) Mars\nB) Jupiter\nAnswer: B\n```",
    ],
    [
      "options on one line",
      "1. Capital of France? A) Rome B) Paris\nAnswer: B\n2. Largest? A) Mars B) Jupiter\nAnswer: B",
    ],
    [
      "German",
      "Frage 1: Capital of France?\nA) Rome\nB) Paris\nRichtige Antwort: B\n\nFrage 2: Largest?\nA) Mars\nB) Jupiter\nLösung: B",
    ],
    ["stars at the end", "1. Capital of France?\nA. Rome\nB. Paris*\n\n2. Largest?\nA. Mars\nB. Jupiter*"],
    [
      "an introduction of a chat",
      "Sure! Here is your quiz:\n\n**Question 1**\nCapital of France?\nA. Rome\nB. Paris\n**Answer: B**\n\n**Question 2**\nLargest?\nA. Mars\nB. Jupiter\n**Answer: B**\n\nGood luck!",
    ],
    [
      "spoilers",
      "1. Capital of France?\nA) Rome\nB) Paris\n> Answer: Paris\n\n2. Largest?\nA) Mars\nB) Jupiter\n> Answer: Jupiter",
    ],
    ["exclamation marks", "* Capital of France?\n    - Rome\n    - !Paris\n\n* Largest?\n    - Mars\n    - !Jupiter"],
    [
      "answers as letters alone",
      "Capital of France?\n\nA. Rome\n\nB. Paris\n\nB\n\nLargest?\n\na. Mars\n\nb. Jupiter\n\nb",
    ],
    ["numbered options", "Capital of France?\n1. Rome\n2. Paris ✔\n\nLargest?\n1. Mars\n2. Jupiter ✔"],
  ])("%s", (_, text) => {
    expect(read(text).lines).toEqual([
      "single: Capital of France? [Rome | *Paris]",
      "single: Largest? [Mars | *Jupiter]",
    ]);
  });

  test("several right, true or false, and typed answers", () => {
    expect(
      read(`1. Primes?
A) 2
B) 4
C) 5
Answer: A and C
Explanation: Only 4 can be halved.

2. The sun is a star.
Answer: True

Q: Who wrote Faust?
A: Goethe`).lines,
    ).toEqual([
      "multiple: Primes? [*2 | 4 | *5]",
      "true_false: The sun is a star. [*True | False]",
      "text: Who wrote Faust? = Goethe",
    ]);
  });

  test("code in a question stays code", () => {
    expect(read("## What does it print?\n```python\nx = [\n  1,\n- 2]\n```\n- [x] Nothing\n- [ ] Both").lines).toEqual([
      "single: What does it print?\n\nx = [\n  1,\n- 2] [*Nothing | Both]",
    ]);
  });

  test("what has no right answer is named", () => {
    const { lines, said } = read(
      "1. Good?\n*a) yes\nb) no\n\n2. None marked?\na) x\nb) y\n\n3. No options at all?\n\n4. Wrong?\na) x\nb) y\nAnswer: E",
    );
    expect(lines).toEqual(["true_false: Good? [*yes | no]"]);
    expect(said).toEqual([
      "line 5: no_right_answer “None marked?”",
      "line 9: no_options “No options at all?”",
      "line 11: right_answer_unclear “Wrong?”",
    ]);
  });

  test("thousands of spaces in a line cost no time", () => {
    const started = process.cpuUsage().user;
    expect(read(`1. Good?\n*a) yes${" ".repeat(3000)}indeed\nb) no`).lines).toEqual([
      "single: Good? [*yes   indeed | no]",
    ]);
    expect(process.cpuUsage().user - started).toBeLessThan(1_000_000);
  });

  test("gaps in double brackets, one and several", () => {
    const { lines, said } = read(
      "<quiz>\nThe capital of Chile is [[Santiago]].\n</quiz>\n\n<quiz>\n[[One]] and [[two]].\n</quiz>",
    );
    expect(lines).toEqual(["text: The capital of Chile is _____. = Santiago"]);
    expect(said).toEqual(["line 5: gaps “_____ and _____.”"]);
  });
});
