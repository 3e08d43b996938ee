/** Starts the host page. */

import "../lib/ui/tokens.css";
import "../lib/ui/base.css";
import { mount } from "svelte";
import { prepareAnnouncements } from "../lib/announce";
import { startTexts } from "../lib/i18n.svelte";
import host from "../lib/messages/host";
import setup from "../lib/messages/setup";
import shared from "../lib/messages/shared";
import App from "./App.svelte";

await startTexts(shared, host, setup);
const page = document.getElementById("page")!;
page.replaceChildren();
prepareAnnouncements();
mount(App, { target: page });
