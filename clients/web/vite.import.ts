/** Builds what runs in Node without the pages: the importer of `make import` and its fuzzing. */
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: "../../build/import",
    emptyOutDir: true,
    minify: false,
    target: "node22",
    rolldownOptions: { input: { cli: "src/quiz/import/cli.ts", fuzz: "src/quiz/fuzz/cli.ts" } },
  },
  ssr: { noExternal: true },
});
