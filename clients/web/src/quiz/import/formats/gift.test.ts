import { describe, expect, test } from "vitest";
import { read } from "../testing";

describe("GIFT", () => {
  test("each kind of question", () => {
    expect(
      read(`// [id:7] a comment
::Q1:: Water boils at 100 °C. {T}

Ice is heavier than water. {FALSE#It floats.#Right!}

Which is a fruit? {~carrot#no =apple#yes ~leek}

Two and two make {=four =4 =%50%five}.

Who are you? {}

Match. {=cat -> meow =dog -> woof = -> moo}

How many legs has a spider? {#8:0}

Pi? {#3.14..3.16}

A number from 1 to 5? {#3:2}

A text that asks nothing.`).lines,
    ).toEqual([
      "true_false: Water boils at 100 °C. [*True | False]",
      "true_false: Ice is heavier than water. [True | *False]",
      "single: Which is a fruit? [carrot | *apple | leek]",
      "text: Two and two make _____. = four | 4 | five (50 %)",
      "open: Who are you?",
      "match: Match. [cat → meow | dog → woof] + moo",
      "number: How many legs has a spider? = 8 ± 0",
      "number: Pi? = 3.15 ± 0.01",
      "number: A number from 1 to 5? = 3 ± 2",
      "slide: A text that asks nothing.",
    ]);
  });

  test("escapes, formats and HTML", () => {
    const { lines } =
      read(`[html]<p>What is 10<sup>3</sup> \\= <b>x</b> &amp; y?</p>{=1000 ~\\{30\\} ~a\\:b ~c\\\\d ~<br>}

[markdown]Which is *not* \\~?\\nReally{=[plain]<b> ~2 \\= 2}`);
    expect(lines).toEqual([
      "single: What is 10³ = x & y? [*1000 | {30} | a:b | c\\d | <br>]",
      "single: Which is *not* ~?\nReally [*<b> | 2 = 2]",
    ]);
  });

  test("several right answers: by weight all of them, with several = any one", () => {
    const { lines, said } = read(`Even? {~%50%2 ~%50%4 ~%-100%3}

Seasons? {=spring =autumn ~easter}

Best? {=a ~%50%b ~c}`);
    expect(lines).toEqual([
      "multiple: Even? [*2 | *4 | 3]",
      "multiple: Seasons? [*spring | *autumn | easter]",
      "single: Best? [*a | b | c]",
    ]);
    expect(said).toEqual(["line 3: any_right “Seasons?”", "line 5: partial “Best?”"]);
  });

  test("several right numbers", () => {
    const { lines, said } = read("x² = 4? {#\n=-2\n=2}\n\nAbout? {#\n=5:1\n=9:2}\n\nYear? {#=1900:0 =%50%1900:5}");
    expect(lines).toEqual(["text: x² = 4? = -2 | 2", "number: About? = 5 ± 1", "number: Year? = 1900 ± 0"]);
    expect(said).toEqual(["line 5: several_numbers “About?”", "line 9: number_partial “Year?”"]);
  });

  test("one bad question never ends the rest, and each is named", () => {
    const { lines, said } = read(`No right one {a ~b ~c}

Never closed {=a ~b

Pair without arrow {=a -> b =c}

Cloze {1:MC:=a~b} and {1:SA:=c} here

Two {=a ~b} gaps {=c ~d}

No number {#three}

Good? {=yes ~perhaps}`);
    expect(lines).toEqual(["single: Good? [*yes | perhaps]"]);
    expect(said).toEqual([
      "line 1: no_right_answer “No right one”",
      "line 3: braces_blank “Never closed”",
      "line 5: bad_pair “Pair without arrow”",
      "line 7: gaps “Cloze _____ and _____ here”",
      "line 9: gaps “Two _____ gaps _____”",
      "line 11: bad_number “No number”",
    ]);
  });

  test("a category is the title, and comments on right answers explain", () => {
    const { titles, questions } = read(
      "$CATEGORY: $course$/top/Birds\n\nBig? {=ostrich#up to 2.8 m ~wren ####All true.}\n\nSmall? {=wren#10 g ~emu}",
    );
    expect(titles).toEqual(["Birds"]);
    expect(questions.map(({ explanation }) => explanation)).toEqual(["All true.", "10 g"]);
  });

  test("one gap of a Cloze text is a question", () => {
    expect(
      read(
        "The sun is a {1:MULTICHOICE:planet~=star#yes~moon}.\n\nIt has {2:NUMERICAL:=8:0} planets.\n\nIt is {1:SA:=hot~%50%warm}.",
      ).lines,
    ).toEqual([
      "single: The sun is a _____. [planet | *star | moon]",
      "number: It has _____ planets. = 8 ± 0",
      "text: It is _____. = hot | warm (50 %)",
    ]);
  });
});
