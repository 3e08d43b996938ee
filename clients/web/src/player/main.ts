/** Starts the player page. */

import "../ui/tokens.css";
import "../ui/base.css";
import { mount } from "svelte";
import { prepareAnnouncements } from "../device/announce";
import { startAgainAfterUpdates } from "../device/update";
import { startTexts } from "../i18n/i18n.svelte";
import player from "../i18n/messages/player";
import shared from "../i18n/messages/shared";
import App from "./App.svelte";

await startTexts(shared, player);
const page = document.getElementById("page")!;
page.replaceChildren();
// Its texts are there in six languages; a browser that translates them would change nodes that the page changes, too.
page.translate = false;
prepareAnnouncements();
startAgainAfterUpdates();
mount(App, { target: page });
