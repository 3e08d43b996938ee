import { describe, expect, test } from "vitest";
import { importQuiz } from "../index";
import { read, told, zip } from "../testing";

const material = (text: string) => `<material><mattext texttype="text/html">${text}</mattext></material>`;
const label = (ident: string, text: string) => `<response_label ident="${ident}">${material(text)}</response_label>`;
const right = (condition: string, score = "100") =>
  `<respcondition continue="No"><conditionvar>${condition}</conditionvar><setvar action="Set" varname="SCORE">${score}</setvar></respcondition>`;
const is = (ident: string, response = "r1") => `<varequal respident="${response}">${ident}</varequal>`;
const item = (type: string, presentation: string, conditions: string) =>
  `<item ident="i" title="Question"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>${type}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation>${presentation}</presentation><resprocessing>${conditions}</resprocessing></item>`;
const file = (items: string, title = "Test") =>
  `<?xml version="1.0"?><questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="a1" title="${title}"><section ident="root">${items}</section></assessment></questestinterop>`;
const lid = (labels: string, cardinality = "Single", ident = "r1", inside = "") =>
  `<response_lid ident="${ident}" rcardinality="${cardinality}">${inside}<render_choice>${labels}</render_choice></response_lid>`;

describe("QTI 1.2", () => {
  test("Canvas's kinds", () => {
    const { lines, titles } = read(
      file(
        [
          item(
            "multiple_choice_question",
            material("&lt;p&gt;Red?&lt;/p&gt;") + lid(label("1", "rose") + label("2", "sky")),
            right(is("1")),
          ),
          item(
            "multiple_answers_question",
            material("Blue?") + lid(label("1", "sky") + label("2", "sea") + label("3", "sun"), "Multiple"),
            right(`<and>${is("1")}${is("2")}<not>${is("3")}</not></and>`),
          ),
          item(
            "short_answer_question",
            material("Green?") + '<response_str ident="r1"><render_fib/></response_str>',
            right(is("grass") + is("Grass")),
          ),
          item(
            "numerical_question",
            material("Days?") + '<response_str ident="r1"><render_fib fibtype="Decimal"/></response_str>',
            right(
              '<or><varequal respident="r1">365.0</varequal><and><vargte respident="r1">364.0</vargte><varlte respident="r1">366.0</varlte></and></or>',
            ),
          ),
          item(
            "numerical_question",
            material("Range?") + '<response_str ident="r1"><render_fib fibtype="Decimal"/></response_str>',
            right('<vargte respident="r1">1.0</vargte><varlte respident="r1">2.0</varlte>'),
          ),
          item(
            "matching_question",
            material("Match") +
              ["cat", "dog"]
                .map((one, index) =>
                  lid(
                    label("a", "meow") + label("b", "woof") + label("c", "moo"),
                    "Single",
                    `m${index}`,
                    material(one),
                  ),
                )
                .join(""),
            right(is("a", "m0"), "50") + right(is("b", "m1"), "50"),
          ),
          item("essay_question", material("Write") + '<response_str ident="r1"><render_fib/></response_str>', ""),
          item("text_only_question", material("Read"), ""),
        ].join(""),
      ),
    );
    expect(lines).toEqual([
      "single: Red? [*rose | sky]",
      "multiple: Blue? [*sky | *sea | sun]",
      "text: Green? = grass | Grass",
      "number: Days? = 365 ± 1",
      "number: Range? = 1.5 ± 0.5",
      "match: Match [cat → meow | dog → woof] + moo",
      "open: Write",
      "slide: Read",
    ]);
    expect(titles).toEqual(["Test"]);
  });

  test("what no kind can hold is named", () => {
    const { lines, said } = read(
      file(
        [
          item(
            "fill_in_multiple_blanks_question",
            material("Roses are [c1], violets [c2]") + lid(label("1", "red"), "Single", "response_c1", material("c1")),
            "",
          ),
          item("calculated_question", material("5 + [x]"), ""),
          item("file_upload_question", material("Upload"), ""),
          item(
            "multiple_choice_question",
            material("Zero?") + lid(label("1", "a") + label("2", "b")),
            right(is("1"), "0"),
          ),
        ].join(""),
      ),
    );
    expect(lines).toEqual([]);
    expect(said.slice(0, 4)).toEqual([
      "question 1: gaps “Roses are [c1], violets [c2]”",
      "question 2: formula “5 + [x]”",
      "question 3: upload “Upload”",
      "question 4: no_right_answer “Zero?”",
    ]);
  });

  test("items without metadata: by their responses", () => {
    const order = `<item><presentation><flow>${material("Order")}<response_lid ident="o" rcardinality="Ordered"><render_extension>${label("A", "two")}${label("B", "one")}</render_extension></response_lid></flow></presentation><resprocessing>${right(is("B", "o") + is("A", "o"), "5")}</resprocessing></item>`;
    const added = `<item><presentation>${material("Any?")}${lid(label("A", "x") + label("B", "y") + label("C", "z"), "Multiple")}</presentation><resprocessing>${["A", "C"].map((one) => `<respcondition><conditionvar>${is(one)}</conditionvar><setvar varname="que_score" action="Add">1</setvar></respcondition>`).join("")}<respcondition><conditionvar>${is("B")}</conditionvar><setvar varname="que_score" action="Subtract">1</setvar></respcondition></resprocessing></item>`;
    expect(read(`<questestinterop>${order}${added}</questestinterop>`).lines).toEqual([
      "order: Order [one | two]",
      "multiple: Any? [*x | y | *z]",
    ]);
  });

  test("Blackboard: pools with their own blocks, matching with shared right sides", () => {
    const text = (words: string) =>
      `<flow class="FORMATTED_TEXT_BLOCK"><material><mat_extension><mat_formattedtext type="HTML">${words}</mat_formattedtext></mat_extension></material></flow>`;
    const question = (words: string) => `<flow class="QUESTION_BLOCK">${text(words)}</flow>`;
    const meta = (type: string) => `<itemmetadata><bbmd_questiontype>${type}</bbmd_questiontype></itemmetadata>`;
    const max = (condition: string) =>
      `<respcondition title="correct"><conditionvar>${condition}</conditionvar><setvar variablename="SCORE" action="Set">SCORE.max</setvar></respcondition><respcondition title="incorrect"><conditionvar><other/></conditionvar><setvar variablename="SCORE" action="Set">0.0</setvar></respcondition>`;
    const choice = `<item>${meta("Multiple Choice")}<presentation><flow class="Block">${question("Red?")}<flow class="RESPONSE_BLOCK"><response_lid ident="response" rcardinality="Single"><render_choice><flow_label><response_label ident="x1">${text("rose")}</response_label></flow_label><flow_label><response_label ident="x2">${text("sky")}</response_label></flow_label></render_choice></response_lid></flow></flow></presentation><resprocessing>${max(is("x1", "response"))}</resprocessing></item>`;
    const left = (ident: string, words: string) =>
      `<flow class="Block"><flow class="RESPONSE_BLOCK">${text(words)}<response_lid ident="${ident}" rcardinality="Single"><render_choice><flow_label><response_label ident="${ident}a"/></flow_label><flow_label><response_label ident="${ident}b"/></flow_label></render_choice></response_lid></flow></flow>`;
    const match = `<item>${meta("Matching")}<presentation><flow class="Block">${question("Match")}<flow class="RESPONSE_BLOCK">${left("l1", "cat")}${left("l2", "dog")}</flow><flow class="RIGHT_MATCH_BLOCK"><flow class="Block">${text("woof")}</flow><flow class="Block">${text("meow")}</flow></flow></flow></presentation><resprocessing>${max(is("l1b", "l1"))}${max(is("l2a", "l2"))}</resprocessing></item>`;
    const pool = `<questestinterop><assessment title=""><section>${choice}${match}</section></assessment></questestinterop>`;
    const manifest =
      '<manifest><resources><resource bb:file="res00001.dat" bb:title="Pool &amp; more" identifier="res00001"/></resources></manifest>';
    const { lines, titles } = told(importQuiz(zip({ "imsmanifest.xml": manifest, "res00001.dat": pool })));
    expect(lines).toEqual(["single: Red? [*rose | sky]", "match: Match [cat → meow | dog → woof]"]);
    expect(titles).toEqual(["Pool & more"]);
  });

  test("Blackboard: “Either/Or” by its keys, and texts to fill in whose conditions set nothing", () => {
    const pool = (type: string, response: string, conditions: string) =>
      `<item><itemmetadata><bbmd_questiontype>${type}</bbmd_questiontype></itemmetadata><presentation>${material("Asked?")}${response}</presentation><resprocessing>${conditions}<respcondition title="incorrect"><conditionvar><other/></conditionvar></respcondition></resprocessing></item>`;
    const either = pool(
      "Either/Or",
      `<response_lid ident="response"><render_choice>${label("agree_disagree.true", "agree_disagree.true")}${label("agree_disagree.false", "agree_disagree.false")}</render_choice></response_lid>`,
      `<respcondition title="correct"><conditionvar>${is("agree_disagree.false", "response")}</conditionvar><setvar variablename="SCORE">SCORE.max</setvar></respcondition>`,
    );
    const fill = pool(
      "Fill in the Blank",
      '<response_str ident="response"><render_fib/></response_str>',
      ["Rome", "Roma"]
        .map(
          (one) => `<respcondition title="${one}"><conditionvar>${is(one, "response")}</conditionvar></respcondition>`,
        )
        .join(""),
    );
    expect(read(`<questestinterop><section>${either}${fill}</section></questestinterop>`).lines).toEqual([
      "single: Asked? [Agree | *Disagree]",
      "text: Asked? = Rome | Roma",
    ]);
  });

  test("one gap to fill or to choose for is a question", () => {
    const gap = (words: string, labels: string) =>
      material(words) +
      `<response_lid ident="response_a"><material><mattext>a</mattext></material><render_choice>${labels}</render_choice></response_lid>`;
    expect(
      read(
        file(
          item(
            "multiple_dropdowns_question",
            gap("Ice is [a].", label("1", "hot") + label("2", "cold")),
            right(is("2", "response_a")),
          ) +
            item(
              "fill_in_multiple_blanks_question",
              gap("Ice is [a].", label("1", "cold") + label("2", "cool")),
              right(is("1", "response_a")) + right(is("2", "response_a")),
            ),
        ),
      ).lines,
    ).toEqual(["single: Ice is _____. [hot | *cold]", "text: Ice is _____. = cold | cool"]);
  });

  test("a Canvas package has each test twice, and is read once", () => {
    const one = file(
      item("true_false_question", material("Round?") + lid(label("1", "True") + label("2", "False")), right(is("1"))),
    );
    const { lines } = told(
      importQuiz(
        zip({
          "a1/assessment_qti.xml": one,
          "non_cc_assessments/a1.xml.qti": one,
          "a1/assessment_meta.xml": "<quiz/>",
        }),
      ),
    );
    expect(lines).toEqual(["true_false: Round? [*True | False]"]);
  });

  test("QTI 2 is refused with a reason", () => {
    expect(read('<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"/>').said).toEqual(["file: qti2"]);
  });
});
