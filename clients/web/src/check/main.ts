/** Starts the page that says whether a network lets QuickPoll through. */

import "../ui/tokens.css";
import "../ui/base.css";
import { mount } from "svelte";
import { startTexts } from "../i18n/i18n.svelte";
import check from "../i18n/messages/check";
import shared from "../i18n/messages/shared";
import App from "./App.svelte";

await startTexts(shared, check);
const page = document.getElementById("page")!;
page.replaceChildren();
mount(App, { target: page });
