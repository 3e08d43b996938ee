/** Starts the host page. */

import "../lib/ui/tokens.css";
import "../lib/ui/base.css";
import { mount } from "svelte";
import { prepareAnnouncements } from "../lib/announce";
import App from "./App.svelte";

const page = document.getElementById("page")!;
page.replaceChildren();
prepareAnnouncements();
mount(App, { target: page });
