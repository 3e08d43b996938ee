/** Compiles the texts in src/i18n/messages (ICU MessageFormat) while building, so that no page carries a parser. */

import { compileMessageOrThrow } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

const CATALOGUE = /\/messages\/\w+\/\w+\.json$/;

export function messages(): Plugin {
  return {
    name: "messages",
    enforce: "pre",
    transform: {
      filter: { id: CATALOGUE },
      handler(code) {
        const texts = Object.entries(JSON.parse(code) as Record<string, string>);
        return JSON.stringify(Object.fromEntries(texts.map(([key, text]) => [key, compileMessageOrThrow(text)])));
      },
    },
  };
}
