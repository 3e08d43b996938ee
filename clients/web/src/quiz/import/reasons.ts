/** Everything that a report can say. The pages say it in their other languages, too; the command line in English. */

import english from "../../i18n/messages/import/en.json";

type Key = keyof typeof english;
type Named<K> = K extends `import.reason.${infer Name}` ? Name : never;
export type Reason = Named<Key>;

/** A message as it stands in the file, or as the pages' build compiles it: texts and names of values. */
type Message = string | (string | [name: string, ...rest: unknown[]])[];

/** The English sentence with its values. */
export function inWords(reason: Reason, values: Record<string, string | number>): string {
  const message: Message = english[`import.reason.${reason}`];
  const parts: Message =
    typeof message === "string"
      ? message.split(/\{(\w+)\}/).map((part, index) => (index % 2 ? [part] : part))
      : message;
  return parts.map((part) => (typeof part === "string" ? part : String(values[part[0]] ?? ""))).join("");
}
