export { default as Choose } from "../options/AnswerGrid.svelte";
export { default as Solution } from "./Votes.svelte";
