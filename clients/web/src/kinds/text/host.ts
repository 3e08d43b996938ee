export { default as Options } from "./Stage.svelte";
export { default as RemoteResults } from "./Result.svelte";
