/** What a tap on an answer in the results does. */

import type { Ruler } from "../../kinds/kind";
import { playOf } from "../../kinds/play";
import type { Host } from "../host.svelte";
import { sharesFor } from "./rulings.svelte";

/** It proposes what the answer does not earn yet; undefined where nothing can be right. */
export function rulerOf(host: Host): Ruler | undefined {
  const { question } = host.session.view ?? {};
  if (!question || !playOf(question.kind).judged) return undefined;
  return (accept, share) => {
    const [first] = sharesFor(question.kind, share);
    host.openRulings({ question: question.index, ruling: { accept, share: first }, share });
  };
}
