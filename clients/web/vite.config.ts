/**
 * Builds the pages into the gateway's static folder: one entry for players, one for the host, one that checks a network,
 * so that a phone never loads host code, and the guide for hosts. Assets are hashed; each text file has a .br and .gz sibling.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";
import { CSS_TARGET, SCRIPT_TARGET } from "./vite/browsers.ts";
import { sharedByPages } from "./vite/chunks.ts";
import { drawn } from "./vite/drawn.ts";
import { guide } from "./vite/guide.ts";
import { heights } from "./vite/heights.ts";
import { messages } from "./vite/messages.ts";
import { tooOld } from "./vite/too-old.ts";

const SERVER = "http://127.0.0.1:8000";

// `vite build --mode gallery` builds the gallery of every state (see src/gallery) instead of the pages.
export default defineConfig(({ mode }) => ({
  plugins: [
    messages(),
    tooOld(),
    guide(),
    heights(),
    mode === "gallery" && drawn(),
    svelte(),
    mode !== "gallery" &&
      compression({
        include: /\.(html|js|css|svg|json|txt)$/,
        threshold: 512,
        algorithms: [defineAlgorithm("gzip", { level: 9 }), defineAlgorithm("brotliCompress")],
      }),
  ],
  build: {
    outDir: mode === "gallery" ? "../../.gallery" : "../../gateway/static",
    emptyOutDir: true,
    target: SCRIPT_TARGET,
    cssTarget: CSS_TARGET,
    // A file inlined as data: would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: mode === "gallery" ? 2000 : 500,
    rolldownOptions: {
      input: mode === "gallery" ? ["gallery.html"] : ["index.html", "host.html", "check.html", "help.html"],
      // The gallery is loaded some hundred times: one file is one request.
      output:
        mode === "gallery"
          ? { codeSplitting: false }
          : { codeSplitting: { groups: [{ name: sharedByPages(), debugName: "shared" }] } },
    },
  },
  server: {
    proxy: { "/ws": { target: SERVER, ws: true } },
  },
  // Svelte would otherwise hand its server build to the tests.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  // One worker for many files: a worker for each takes longer to start than its tests.
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
    setupFiles: ["src/i18n/testing.ts", "src/wire/testing.ts"],
    isolate: false,
    // It ends what hangs; how quick something has to be is for its test to say.
    testTimeout: 60_000,
  },
}));
