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
prepareAnnouncements();
startAgainAfterUpdates();
mount(App, { target: page });
