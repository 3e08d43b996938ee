/** Which room of src/ may import which; nothing goes in circles. docs/architecture.md says what each room is for. */

/** What each room may import, apart from itself. */
const MAY_IMPORT = {
  device: [],
  wire: ["device"],
  game: ["device", "wire"],
  i18n: ["device", "wire"],
  ui: ["device", "wire", "game", "i18n"],
  quiz: ["device", "wire", "i18n", "kinds/edit", "kinds/kind", "kinds/number"],
  kinds: ["device", "wire", "game", "i18n", "ui", "quiz/types"],
  player: ["device", "wire", "game", "i18n", "ui", "kinds"],
  files: ["device", "wire", "game", "i18n", "ui", "quiz"],
  editor: ["device", "wire", "i18n", "ui", "quiz", "kinds", "files"],
  host: ["device", "wire", "game", "i18n", "ui", "quiz", "kinds", "files", "editor/index"],
  check: ["device", "wire", "i18n", "ui"],
  law: ["device", "wire", "game", "kinds/play", "player", "host"],
  gallery: [
    "device",
    "wire",
    "i18n",
    "quiz",
    "files",
    "kinds/play",
    "kinds/kind",
    "player/main",
    "player/Game",
    "host/main",
    "check/main",
  ],
};

module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    ...Object.entries(MAY_IMPORT).map(([room, others]) => ({
      name: `${room}-imports-only-what-it-may`,
      severity: "error",
      from: { path: `^src/${room}/`, pathNot: "testing|\\.test\\.ts$" },
      to: { path: "^src/", pathNot: [room, ...others].map((other) => `^src/${other}[/.]`) },
    })),
    {
      name: "a-room-is-known",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/", pathNot: Object.keys(MAY_IMPORT).map((room) => `^src/${room}/`) },
    },
    {
      name: "parts-of-the-host-know-no-screen",
      severity: "error",
      from: { path: "^src/host/parts/" },
      to: { path: "^src/host/(start|stage|results|remote|dialogs)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".svelte.ts", ".svelte", ".json"] },
  },
};
