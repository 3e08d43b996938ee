export { default as Choose } from "./Choose.svelte";
export { default as Solution } from "./Result.svelte";
