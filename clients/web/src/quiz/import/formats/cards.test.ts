import { expect, test } from "vitest";
import { read } from "../testing";

const CARDS = ["text: le chien = the dog", "text: le chat = the cat, tomcat", "text: l'eau = water"];

test.each([
  ["Quizlet's tab", "le chien\tthe dog\nle chat\tthe cat, tomcat\nl'eau\twater"],
  [
    "Anki's head",
    "#separator:tab\n#html:true\n#tags column:3\nle chien\tthe <b>dog</b>\tanimals\nle chat\tthe cat, tomcat\tanimals\nl'eau\twater\t",
  ],
  ["empty lines between them", "le chien\tthe dog\n\nle chat\tthe cat, tomcat\n\nl'eau\twater"],
  ["an own separator", "le chien/////the dog\nle chat/////the cat, tomcat\nl'eau/////water"],
  ["dashes", "le chien - the dog\nle chat - the cat, tomcat\nl'eau - water"],
  ["equal signs", "le chien = the dog\nle chat = the cat, tomcat\nl'eau = water"],
  ["colons", "le chien: the dog\nle chat: the cat, tomcat\nl'eau: water"],
  ["headings", 'Front,Back\nle chien,the dog\nle chat,"the cat, tomcat"\nl\'eau,water'],
  ["headings of Anki's table", "ID;Begriff;Definition\n1;le chien;the dog\n2;le chat;the cat, tomcat\n3;l'eau;water"],
  ["no headings", "le chien;the dog\nle chat;the cat, tomcat\nl'eau;water"],
])("cards with %s", (_, text) => {
  expect(read(text).lines).toEqual(CARDS);
});

test("a definition of several lines, with empty lines between the cards", () => {
  expect(read("fog\tdrops\nin the air\n\nice\tfrozen water\n").lines).toEqual([
    "text: fog = drops\nin the air",
    "text: ice = frozen water",
  ]);
});

test("a card without a second side is named", () => {
  const { lines, said } = read("un\tone\ndeux\ttwo\ntrois\t\nquatre\tfour\ncinq\tfive\nsix\tsix");
  expect(lines).toHaveLength(5);
  expect(said.filter((entry) => !entry.includes("header_guessed"))).toEqual(["row 3: no_definition “trois”"]);
});
