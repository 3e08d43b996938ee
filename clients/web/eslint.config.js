/** What is asked of TypeScript and Svelte beyond the types; how it is laid out is up to prettier. */
import { defineConfig } from "eslint/config";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

export default defineConfig(
  { ignores: ["node_modules", "src/wire/protocol.ts"] },
  ts.configs.recommended,
  svelte.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 60, skipComments: true }],
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        ...["toSorted", "toSpliced", "toReversed", "with"].map((property) => ({
          property,
          message: "The oldest browsers do not have it (vite/browsers.ts): see quiz/lists.ts.",
        })),
      ],
      "svelte/prefer-svelte-reactivity": "off",
      // svelte-check knows better which warnings there are.
      "svelte/no-unused-svelte-ignore": "off",
    },
  },
  { files: ["**/*.svelte", "**/*.svelte.ts"], languageOptions: { parserOptions: { parser: ts.parser } } },
  // Rules that need types: on TypeScript alone, since they would take a minute on components.
  {
    files: ["src/**/*.ts"],
    ignores: ["src/**/*.svelte.ts"],
    extends: [ts.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true } },
  },
  {
    files: ["src/**/*.svelte.ts"],
    extends: [ts.configs.recommendedTypeCheckedOnly],
    languageOptions: { parser: ts.parser, parserOptions: { projectService: true } },
  },
  {
    files: ["**/*.test.ts", "**/fakes.ts"],
    rules: {
      "no-restricted-properties": "off",
      "max-lines-per-function": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
