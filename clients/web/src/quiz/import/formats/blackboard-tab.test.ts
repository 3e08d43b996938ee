import { expect, test } from "vitest";
import { read } from "../testing";

test("Blackboard's upload: each kind of line, and those that have no kind here are named", () => {
  expect(
    read(
      [
        "MC\tColour of blood?\tblue\tincorrect\tred\tcorrect",
        "MA\tPrimes?\t2\tCorrect\t3\tcorrect\t4\tincorrect",
        "TF\tGrass is green.\ttrue",
        "FIB\tCapital of Italy?\tRome\tRoma",
        "NUM\tPi?\t3.14\t0.01",
        "ORD\tCount\tone\ttwo",
        "MAT\tMatch\tcat\tmeow\tdog\twoof",
        "ESS\tWhy?\t",
        "OP\tLike it?",
      ].join("\n"),
    ),
  ).toMatchObject({
    lines: [
      "single: Colour of blood? [blue | *red]",
      "multiple: Primes? [*2 | *3 | 4]",
      "true_false: Grass is green. [*True | False]",
      "text: Capital of Italy? = Rome | Roma",
      "number: Pi? = 3.14 ± 0.01",
      "order: Count [one | two]",
      "match: Match [cat → meow | dog → woof]",
      "open: Why?",
    ],
    said: ["line 9: unsupported “Like it?”"],
  });
});
