/** The views and texts of the kinds that a phone loads when they are needed: kept out of its first load. */

import { moreTexts } from "../i18n/i18n.svelte";
import texts from "../i18n/messages/kinds";
import type { PlayerViews } from "./kind";
import * as match from "./match/player";
import * as number from "./number/player";
import * as open from "./open/player";
import * as order from "./order/player";
import * as ranking from "./ranking/player";
import * as scale from "./scale/player";
import * as slide from "./slide/player";
import * as text from "./text/player";
import * as words from "./words/player";

export const MORE: Record<string, PlayerViews> = { text, number, order, match, words, open, scale, ranking, slide };
export const ready = moreTexts(texts);
