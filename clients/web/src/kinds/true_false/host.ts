export { default as Options } from "../options/OptionList.svelte";
export { default as RemoteResults } from "../options/RemoteResults.svelte";
