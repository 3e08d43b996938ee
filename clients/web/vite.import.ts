/** Builds the importer for the command line (`make import`), where it runs in Node without the pages. */
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    ssr: "src/quiz/import/cli.ts",
    outDir: "../../build/import",
    emptyOutDir: true,
    minify: false,
    target: "node22",
  },
  ssr: { noExternal: true },
});
