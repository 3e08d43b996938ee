/** Starts the host page. */

import "../ui/tokens.css";
import "../ui/base.css";
import { mount } from "svelte";
import { prepareAnnouncements } from "../device/announce";
import { startAgainAfterUpdates } from "../device/update";
import { startTexts } from "../i18n/i18n.svelte";
import host from "../i18n/messages/host";
import lead from "../i18n/messages/lead";
import kinds from "../i18n/messages/kinds";
import setup from "../i18n/messages/setup";
import shared from "../i18n/messages/shared";
import App from "./App.svelte";

await startTexts(shared, host, lead, setup, kinds);
const page = document.getElementById("page")!;
page.replaceChildren();
// Its texts are there in six languages; a browser that translates them would change nodes that the page changes, too.
page.translate = false;
prepareAnnouncements();
startAgainAfterUpdates();
mount(App, { target: page });
