/** Every state of the pages. A component that none of them shows fails a test. */

import type { States } from "../state";
import { CHECK } from "./check";
import { HOST } from "./host";
import { PLAYER } from "./player";
import { RULINGS } from "./rulings";
import { START } from "./start";

export const STATES: States = { ...PLAYER, ...START, ...HOST, ...RULINGS, ...CHECK };
