// Where did accidents happen that the known hazards do not explain?
import { letteredMap } from "./lettered_map.js";

letteredMap("casualty-map", { property: "lies", letters: [["R", "warn"], ["O", "ink"], ["H", "ink-2"]] });
