/** The oldest browsers that the pages work in; README.md and the pages themselves say the same. */
export const OLDEST = { chrome: "100", edge: "100", firefox: "115", safari: "15.4" } as const;

const targets = Object.entries(OLDEST).map(([name, version]) => name + version);
/** Styles are lowered for them: `light-dark()` becomes variables that a media query switches. */
export const CSS_TARGET = targets;
/**
 * Scripts, too, but class fields stay as they are. Safari has them since 15, with a bug (WebKit 236843) where an
 * initializer in parentheses uses a variable that no function uses; lowering them all costs phones 4 KB.
 */
export const SCRIPT_TARGET = targets.map((target) => (target === "safari15.4" ? "safari16" : target));
