/** Runs before each test file: gives it the English texts of both pages. */

import { startTexts } from "./i18n.svelte";
import editor from "./messages/editor";
import host from "./messages/host";
import lead from "./messages/lead";
import imports from "./messages/import";
import player from "./messages/player";
import setup from "./messages/setup";
import shared from "./messages/shared";

await startTexts(shared, player, host, lead, setup, editor, imports);
