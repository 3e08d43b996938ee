/** Everything that a report can say. The pages say it in their other languages, too; the command line in English. */

import english from "../../i18n/messages/import/en.json";

type Key = keyof typeof english;
type Named<K> = K extends `import.reason.${infer Name}` ? Name : never;
export type Reason = Named<Key>;

/** The English sentence, with placeholders in braces. */
export const sentence = (reason: Reason): string => english[`import.reason.${reason}`];
