/** What a line of a quiz that people type is: an option with its mark, an answer, an explanation, the beginning of a question. */

import { letterIndex } from "../answers";

export type Line =
  | { is: "blank" }
  | { is: "rule" }
  | { is: "open" }
  | { is: "close" }
  | { is: "heading"; text: string; level: number }
  | {
      is: "option";
      text: string;
      label: string;
      marked: boolean;
      box: boolean;
      bold: boolean;
      bullet: boolean;
      indent: number;
    }
  | { is: "answer"; text: string }
  | { is: "key"; text: string }
  | { is: "explanation"; text: string }
  | { is: "numbered"; text: string; number: number; sign: string; bold: boolean; marked: boolean; indent: number }
  | { is: "code"; text: string }
  | { is: "text"; text: string; indented: boolean };

const BOX =
  /^(?:[-*+•–]\s*|\d+[.)]\s*)?(?:\[\s*([xX✓✔✗*]?)\s*\]|\(\s*([xX✓✔*])\s*\)|\(\s{1,2}\)|(☑|☒|🗹|◉|🔘|●)|(☐|◯|○|⬜|◻|□))\s*(.+)$/u;
const MARK_BEFORE = /^(?:(\*{1,2}|=>?|→|->|[✓✔✅☑★⭐√]\ufe0f?|>>?)\s*)(?=[([]?\p{L}[)\].:])/u;
const LETTER = /^[([]?(\p{L})(?:[)\]]|[.:、．]|\s?[-–]\s)\s*(?=\S)(.+)$/u;
export const MARK_AFTER =
  /\s*(?:[✓✔✅☑★⭐√]\ufe0f?|(?:\*\*?|\()?\s*[([{]\s*(?:correct(?: answer)?|right(?: answer)?|richtig(?:e antwort)?|korrekt|lösung|correcta?|correcte?|bonne réponse|corretta|correta|certa|juist|goed|верно|правильно|doğru|benar|x)\s*[)\]}]\*{0,2}|(?:<-+|←)\s*(?:correct|right|richtig|answer)?.*|\*{1,3})\s*$/iu;
const ANSWER_WORDS =
  "(?:the\\s+)?(?:correct|right)\\s+(?:answers?|options?|choices?)|answers?|ans|correct|solutions?|sol|key|richtige\\s+antwort(?:en)?|korrekte\\s+antwort|antwort(?:en)?|lösung(?:en)?|richtig|bonnes?\\s+réponses?|réponses?(?:\\s+correctes?)?|reponses?|respuestas?(?:\\s+correctas?)?|solución|correcta|rispost[ae](?:\\s+corrett[ae])?|respostas?(?:\\s+corretas?)?|gabarito|(?:juiste\\s+)?antwoord(?:en)?|odpowiedź|(?:правильный\\s+)?ответ|верен\\s+отговор|отговор|(?:doğru\\s+)?cevap|(?:kunci\\s+)?jawaban(?:\\s+benar)?|(?:helyes\\s+)?válasz|(?:正确|正確|参考|標準|标准)?答案|正解|答え|解答|答|정답|답|(?:rätt\\s+|korrekt\\s+)?svar|(?:oikea\\s+)?vastaus|(?:správná\\s+)?odpověď|(?:poprawna|prawidłowa)\\s+odpowiedź|resposta\\s+certa|risposta\\s+(?:esatta|giusta)|الإجابة(?:\\s+الصحيحة)?|الجواب|đáp\\s*án";
const ANSWER = new RegExp(
  `^[\\s>*_#(\\[✅✔✓👉➡-]*(?:${ANSWER_WORDS})\\s*(?:is|ist)?\\s*[*_]*\\s*[:：=–-]\\s*[*_]*\\s*(.+?)\\s*$`,
  "iu",
);
const STATED =
  /^(?:the\s+)?(?:correct|right)\s+(?:answer|option|choice)\s+is\s+(.+)$|^(?:die\s+)?richtige\s+antwort\s+ist\s+(.+)$/i;
const KEY = new RegExp(`^[\\s>*_#]*(?:answer\\s*keys?|${ANSWER_WORDS})\\s*[*_]*\\s*[:：]?\\s*[*_]*\\s*$`, "iu");
/** What ExamView writes behind an answer: points, difficulty, where it is from. */
const CATALOGUE = /\s+(?:PTS|DIF|REF|OBJ|NAT|STA|LOC|TOP|KEY|MSC|BLM|NOT)\s*:.*$/;
const EXPLANATION =
  /^[\s>*_(💡ℹ-]*(?:explanations?|reason(?:ing)?|rationale|feedback|note|why|because|erklärung|begründung|hinweis|explication|explicación|spiegazione|explicação|uitleg|пояснение|объяснение|обяснение|açıklama|pembahasan|penjelasan|解析|解説)\s*[*_]*\s*[:：]\s*[*_]*\s*(.*)$/iu;
const NUMBERED =
  /^(?:\*\*|__)?(?:(?:question|frage|pregunta|domanda|pergunta|vraag|pytanie|вопрос|въпрос|питання|soru|soal|pertanyaan|otázka|kérdés|fråga|spørgsmål|spørsmål|kysymys|întrebarea|câu|問題?|问题?|題目|题目|第|문제|السؤال|سؤال|q|f|nr|no)\s*[.#]?\s*(\d{1,4})\s*(?:[題题問问]\s*)?(?:(?:of|von|de|di|van)\s+\d{1,4}\s*)?(?:[.):：/、–-]\s*|\s+|$)|(\d{1,4})\s*(?:[.)、．:]|\s-\s)\s*)(?!\d)(.*)$/iu;
const BULLET = /^[-*+•–‣◦·]\s+(.+)$/u;

/** One line; what stands in a code block is known by `code`. */
export function lineOf(raw: string): Line {
  const indented = /^(?:\s{2,}|\t)/.test(raw);
  const line = classify(raw, indented);
  if (line.is === "option" || line.is === "numbered") line.indent = raw.replaceAll("\t", "    ").search(/\S/);
  return line;
}

function classify(raw: string, indented: boolean): Line {
  // Patterns that look for a mark at the end would try each of thousands of spaces.
  let text = raw.trim().replace(/\s{4,}/g, "   ");
  if (text === "") return { is: "blank" };
  if (/^(?:-{3,}|\*{3,}|_{3,}|={3,}|~{3,}|(?:[-*_]\s){3,})$/.test(text)) return { is: "rule" };
  if (/^<quiz\b[^>]*>$/i.test(text)) return { is: "open" };
  if (/^<\/quiz>$/i.test(text)) return { is: "close" };
  text = text.replace(/^>\s?/, "");
  const box = BOX.exec(text);
  if (box) return option(box[5] ?? "", "", Boolean(box[1] || box[2] || box[3]), { box: true });
  const heading = /^(#{1,6})\s+(.+?)\s*#*$/.exec(text);
  if (heading) {
    const numbered = NUMBERED.exec(heading[2]!);
    return numbered && (numbered[3] || numbered[1])
      ? {
          is: "numbered",
          number: Number(numbered[1] ?? numbered[2]),
          sign: "#",
          text: unbold(numbered[3]!).text,
          bold: false,
          marked: false,
          indent: 0,
        }
      : KEY.test(heading[2]!)
        ? { is: "key", text: "" }
        : { is: "heading", text: unbold(heading[2]!).text, level: heading[1]!.length };
  }
  const answer = ANSWER.exec(text);
  if (answer)
    return {
      is: "answer",
      text: answer[1]!
        .replace(CATALOGUE, "")
        .replace(/[*_)\]]+$/, "")
        .replace(/^[*_]+/, ""),
    };
  const [, english, german] = STATED.exec(text) ?? [];
  const stated = english ?? german;
  if (stated) return { is: "answer", text: stated };
  if (KEY.test(text)) return { is: "key", text: "" };
  const explanation = EXPLANATION.exec(text);
  if (explanation) return { is: "explanation", text: explanation[1] ?? "" };
  return labelled(text) ?? numbered(text) ?? bulleted(text) ?? { is: "text", text, indented };
}

function option(
  text: string,
  label: string,
  marked: boolean,
  { box = false, bold = false, bullet = false } = {},
): Line {
  const after = MARK_AFTER.exec(text);
  // Stars around a word are emphasis, and a star at the end alone is a mark.
  const counts =
    after && after.index > 0 && !(/^\s*\*+\s*$/.test(after[0]) && /^\*|[^*]\*[^*\s]/.test(text.slice(0, after.index)));
  const plain = unbold(counts ? text.slice(0, after.index) : text);
  return {
    is: "option",
    text: plain.text,
    label,
    marked: marked || Boolean(counts),
    box,
    bold: bold || plain.bold,
    bullet,
    indent: 0,
  };
}

function labelled(line: string): Line | undefined {
  const bare = line.replace(/^[-+•]\s+(?=(?:\*\*)?[([]?\p{L}[)\].:])/u, "");
  const star = /^\*\s+(?=[([]?\p{L}[)\].:]\s)/u.exec(bare);
  const outer = unbold(bare);
  const text = outer.bold ? outer.text : bare;
  const mark = star ?? MARK_BEFORE.exec(text);
  const rest = mark ? text.slice(mark[0].length) : text;
  const found = LETTER.exec(rest.replace(/^\*\*([([]?\p{L}[)\].:])\*\*/u, "$1"));
  if (!found || letterIndex(found[1]!) === undefined) return undefined;
  return option(found[2]!, found[1]!, mark !== null && mark !== undefined, { bold: outer.bold });
}

function numbered(line: string): Line | undefined {
  const star = /^([*✓✔✅]\ufe0f?)\s*(?=\d)/u.exec(line);
  const outer = unbold(line);
  const asked = /^(?:\*\*)?(?:q|f|question|frage|pregunta)\s*[:：]\s*(?:\*\*)?\s*(.+)$/iu.exec(line);
  if (asked)
    return {
      is: "numbered",
      number: -1,
      sign: "Q",
      text: unbold(asked[1]!).text,
      bold: false,
      marked: false,
      indent: 0,
    };
  const found = NUMBERED.exec(outer.bold ? outer.text : star ? line.slice(star[0].length) : line);
  if (!found) return undefined;
  const plain = unbold(found[3] ?? "");
  return {
    is: "numbered",
    number: Number(found[1] ?? found[2]),
    sign: found[1] ? "Q" : (/[.):]/.exec(found[0])?.[0] ?? ""),
    text: plain.text.replace(/\*\*$/, ""),
    bold: plain.bold,
    marked: star !== null,
    indent: 0,
  };
}

function bulleted(line: string): Line | undefined {
  const emoji = /^([✅✔✓☑❌✗✘❎⭕])\ufe0f?\s*(.+)$/u.exec(line);
  if (emoji) return option(emoji[2]!, "", /[✅✔✓☑]/u.test(emoji[1]!), { bullet: true });
  const found = BULLET.exec(line);
  if (!found) return undefined;
  const bang = /^!(?=\S)(?!\[)/.exec(found[1]!);
  const check = /^([✅✔✓☑])\ufe0f?\s*/u.exec(found[1]!) ?? /^[❌✗✘]\ufe0f?\s*/u.exec(found[1]!);
  const text = bang ? found[1]!.slice(1) : check ? found[1]!.slice(check[0].length) : found[1]!;
  return option(text, "", bang !== null || check?.[1] !== undefined, { bullet: true });
}

/** A text without the signs that make all of it bold. */
export function unbold(text: string): { text: string; bold: boolean } {
  const found = /^(\*\*|__)(?!\s)([\s\S]+?)\1[.:]?$/.exec(text.trim());
  return found && !found[2]!.includes(found[1]!)
    ? { text: found[2]!.trim(), bold: true }
    : { text: text.trim(), bold: false };
}
