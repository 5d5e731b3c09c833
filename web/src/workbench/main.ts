import "../style/fonts.css";
import "../style/palette.css";
import "../style/page.css";
import "../style/print.css";
import "../style/workbench.css";
import { mount } from "svelte";
import App from "./App.svelte";

mount(App, { target: document.getElementById("workbench")! });
