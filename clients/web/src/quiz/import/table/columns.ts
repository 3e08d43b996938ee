/** What the columns of a table hold, told by their headings in the languages that people name them in. */

export type Role =
  | "question"
  | "option"
  | "correct"
  | "incorrect"
  | "answer"
  | "time"
  | "type"
  | "explanation"
  | "image"
  | "points"
  | "number"
  | "other"
  | "term"
  | "definition";

/** One role for each column; undefined: nothing that is known. */
export type Columns = (Role | undefined)[];

const words = (text: string) => text.trim().split(/\s+/);
const NAMES: Record<Exclude<Role, "option" | "incorrect">, string[]> = {
  question: words(
    "question questions questiontext questiontitle questionstem quizquestion ques stem prompt frage fragen fragetext fragestellung pregunta preguntas enunciado enoncé énoncé intitulé domanda domande pergunta perguntas questão questao vraag vragen pytanie pytania otázka kérdés întrebare вопрос вопросы въпрос питання soru pertanyaan soal 题目 问题 題目 質問 問題 질문 문제 سؤال السؤال câuhỏi spørgsmål fråga spørsmål kysymys ερώτηση שאלה",
  ),
  correct: words(
    "correct correctanswer correctanswers rightanswer rightanswers correctoption correctoptions correctchoice correctindex correctanswerindex correctanswernumber correctletter correctanswerletter answerkey key solution solutions richtig richtigeantwort richtigeantworten korrekteantwort korrekt lösung loesung lösungen bonneréponse bonnereponse bonnesréponses réponsecorrecte réponsescorrectes reponsecorrecte correcta respuestacorrecta respuestascorrectas corretta rispostacorretta rispostegiuste correto correta respostacorreta gabarito juisteantwoord correctantwoord goedeantwoord poprawna poprawnaodpowiedź helyes helyesválasz правильный правильныйответ правильныеответы правилен правиленотговор верныйответ doğru doğrucevap jawabanbenar kunci kuncijawaban kunjaw prawidłowaodpowiedź správnáodpověď rispostaesatta rispostagiusta respostacerta rättasvar rättsvar vastausoikea oikeavastaus 正確答案 正确答案 答案 正解 정답 الجواب الإجابةالصحيحة الاجابةالصحيحة الإجابة đápánđúng đápán rättsvar riktigsvar korrektsvar correctanswerchoice correctresponse",
  ),
  answer: words(
    "answer answers ans antwort antworten réponse reponse respuesta respuestas risposta resposta antwoord odpowiedź odpověď válasz răspuns ответ отговор cevap jawaban 回答 答え 답 svar vastaus απάντηση תשובה response responses",
  ),
  time: words(
    "timelimit time timeinseconds timeinsec timesec timeseconds seconds secs timer zeit zeitlimit zeitinsekunden sekunden dauer temps durée duree tiempo tiempolímite tempo durata tijd czas время időkorlát idő süre waktu duration timeallottedtoanswer timelimitsec timelimitseconds timelimits limitedetemps límitedetiempo limitedetiempo tempolimite limiteditempo limitedetempo tijdslimiet limitczasu časovýlimit süresınırı bataswaktu лимитвремени времянаответ tidsgräns tidsgrænse tidsgrense aikaraja limitădetimp 时间 時間 制限時間 时间限制 時間限制 시간 제한시간 시간제한 حدالوقت الوقت",
  ),
  type: words("questiontype type kind fragetyp typ art tipo typedequestion tipodepregunta questionkind soort 类型"),
  explanation: words(
    "explanation answerexplanation explanations feedback generalfeedback rationale reason erklärung erklaerung begründung explicación explicacion explication justification justificativa explicação spiegazione uitleg wyjaśnienie пояснение объяснение обяснение açıklama penjelasan pembahasan 解析 解説",
  ),
  image: words(
    "image imagelink imageurl imageurls picture pictureurl bild bildlink bildurl media img photo photourl imagen immagine imagem afbeelding gambar audio video sound mediaurl",
  ),
  points: words("points point score marks punkte punkteanzahl puntos weight value"),
  number: words(
    "number questionnumber questionno questionnum questionid no nr num id # n° № index idx sno slno srno lfdnr row nummer número numéro qno q# uuid guid key_id noteid",
  ),
  other: words(
    "category categories topic topics kategorie thema tag tags subject difficulty level schwierigkeit chapter unit lesson section source author status createdat updatedat createdby example examples beispiel hint tip tipp notes note deck comment language lang ipa pronunciation phonetic date players player score(points) correct/incorrect",
  ),
  term: words(
    "term terms front word words vocab vocabulary begriff wort vorderseite recto mot palabra término termine parola fronte frente voorkant слово frontside side1 card expression kanji flashcard concept phrase",
  ),
  definition: words(
    "definition definitions back meaning meanings translation translations rückseite rueckseite bedeutung übersetzung verso définition traduction significado definición traducción definizione significato traduzione retro achterkant перевод значение backside side2 gloss",
  ),
};
const ROLES = new Map<string, Role>(
  Object.entries(NAMES).flatMap(([role, names]) => names.map((name) => [name, role as Role] as const)),
);

const OPTION =
  /^(?:answers?|options?|choices?|answerchoices?|answeroptions?|alternatives?|ans|opt|opsi|antworte?n?|antwortmöglichkeit|antwortoption|möglichkeit|auswahl|réponse|reponse|choix|proposition|respuesta|opción|opcion|opc|alternativa|risposta|opzione|opção|opcao|resposta|antwoord|optie|odpowiedź|odpowiedz|odpověď|válasz|varianta|вариант|вариантответа|ответ|отговор|опция|cevap|seçenek|şık|jawaban|pilihan|svar|svarsalternativ|选项|選択肢|選項|回答|答え|答案|答|답변|답|보기|خيار|الخيار|إجابة|phươngán|đápán)[-_#.:]?(\d{1,2}|[a-j]|i{1,3}|iv|[абвгд])(?:text)?$/u;
/** All options in one cell. */
const OPTIONS = new Set(
  words(
    "options choices alternatives answerchoices answeroptions possibleanswers antwortmöglichkeiten antwortoptionen optionen auswahl opciones opções opzioni choix 选项 選択肢",
  ),
);
const WRONG =
  /^(?:incorrect|wrong|false|distractor|distractors|falsch|falsche|falscheantwort|mauvaiseréponse|réponsefausse|incorrecta|respuestaincorrecta|sbagliata|rispostaerrata|errada|respostaincorreta|incorrectanswers?|wronganswers?|incorrectoption|wrongoption|incorrectchoice|decoy)[-_#.]?(\d{0,2}|[a-j])$/u;

/** The heading without what explains it: “Answer 3 (Optional)” and “Question - max 120 characters” lose their second half. */
export function headingKey(cell: string): string {
  const main = cell
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\([^)]*\)?|\[[^\]]*\]?/g, " ")
    .replace(/(?:\s+[-–—]|[:：])\s+.*$/su, "")
    .replace(/^\s*\d+[.)]\s+/, "")
    .replace(/^[\s*]*if multiple[ -]choice,?\s*/, "")
    .replace(/[:?*]+\s*$/, "");
  return main.replace(/[\s_'’"./]+/gu, "").replace(/-(?=\p{L}|\d)/gu, "");
}

/** The role of one heading. */
export function roleOf(cell: string): Role | undefined {
  if (cell.length > 220) return undefined;
  const key = headingKey(cell);
  if (key === "") return /^\s*#\s*$/.test(cell) ? "number" : undefined;
  const known = ROLES.get(key) ?? ROLES.get(key.replace(/[#:]+$/, ""));
  if (/^question#|^#$/.test(key)) return "number";
  if (known) return known;
  if (OPTION.test(key)) return "option";
  if (WRONG.test(key)) return "incorrect";
  if (/^(correct|right)(answer|option)s?\d$/.test(key) || /^correctanswer/.test(key)) return "correct";
  if (/^(timelimit|timeinsec|zeitlimit|tijdslimiet)/.test(key)) return "time";
  if (/^(answer|option|choice)[a-j]?$/.test(key) || OPTIONS.has(key)) return "option";
  return undefined;
}

/** The columns that a row of headings names, or undefined where it is none. */
export function headings(row: readonly string[]): Columns | undefined {
  const columns: Columns = row.map(roleOf);
  // In reports of games “Correct” says whether a player was right, beside “Correct answers”.
  const full = row.some((cell, index) => columns[index] === "correct" && headingKey(cell) !== "correct");
  for (const [index, cell] of row.entries()) if (full && headingKey(cell) === "correct") columns[index] = "other";
  for (const [index, cell] of row.entries())
    if (/^\s*[a-h]\s*$/i.test(cell) && !columns[index]) columns[index] = "option";
  settle(columns, row);
  const has = (role: Role) => columns.includes(role);
  const asks = has("question") || has("term");
  const answers = has("option") || has("correct") || has("definition") || has("answer") || has("incorrect");
  return asks && answers ? columns : undefined;
}

/** Where a heading can mean two things, the others decide. */
function settle(columns: Columns, row: readonly string[]): void {
  const count = (role: Role) => columns.filter((one) => one === role).length;
  const unname = (role: Role, to: Role) =>
    columns.forEach((one, index) => {
      if (one === role) columns[index] = to;
    });
  if (count("question") === 0 && count("term") === 0 && count("definition") === 1 && count("answer") === 1)
    unname("definition", "question");
  if (count("term") > 0 && count("definition") === 0 && count("answer") > 0) unname("answer", "definition");
  if (count("question") > 0 && count("term") > 0) unname("term", "other");
  if (count("question") === 0 && count("term") > 0 && count("option") > 0) unname("term", "question");
  if (count("question") > 1)
    columns.forEach((one, index) => {
      if (one === "question" && index !== columns.indexOf("question")) columns[index] = "other";
    });
  if (count("option") > 1) unname("incorrect", "other");
  if (count("correct") > 0 && (count("answer") > 1 || inOneCell(columns, row))) unname("answer", "option");
  if (count("answer") > 0) unname("answer", count("correct") > 0 && count("option") > 0 ? "other" : "correct");
  if (count("question") > 0 && count("definition") > 0)
    unname("definition", count("correct") > 0 ? "explanation" : "correct");
  if (count("term") > 0 && count("definition") > 0 && count("correct") > 0) unname("correct", "other");
  betweenOptions(columns, row);
}

/** “Answers” beside “Correct answer”, and no other column with options. */
const inOneCell = (columns: Columns, row: readonly string[]): boolean =>
  !columns.includes("option") &&
  !columns.includes("incorrect") &&
  /^(answers|antworten|respuestas|risposte|réponses|respostas)$/.test(headingKey(row[columns.indexOf("answer")] ?? ""));

/** Columns without a known heading between the first option and what follows the options are options, too, unless other options are named and they are not. */
function betweenOptions(columns: Columns, row: readonly string[]): void {
  const first = columns.indexOf("option");
  const last = columns.findIndex((role, index) => index > first && (role === "time" || role === "correct"));
  if (first < 0 || last < 0) return;
  const named = columns.lastIndexOf("option");
  for (let index = first + 1; index < last; index++)
    if (index < named || named === first || !row[index]?.trim()) columns[index] ??= "option";
}
