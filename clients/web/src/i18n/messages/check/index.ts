import english from "./en.json";

export default { english, others: import.meta.glob(["./*.json", "!./en.json"]) };
